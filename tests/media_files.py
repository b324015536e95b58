"""Sound and film made on the spot for tests: tones, test cards, old formats, and one jail for all."""

from __future__ import annotations

import functools
import subprocess
import tempfile
from pathlib import Path

from ingest.jail import Jail


@functools.cache
def the_jail() -> Jail:
    """The best kind that works on this machine, found once for all tests."""
    with tempfile.TemporaryDirectory() as folder:
        return Jail.detect(Path(folder))


def ffmpeg(*arguments: str) -> None:
    """Run ffmpeg outside the jail, to make input for tests."""
    line = ["ffmpeg", "-nostdin", "-hide_banner", "-v", "error", "-y", *arguments]
    subprocess.run(line, check=True, stdin=subprocess.DEVNULL)


def tone(target: Path, *arguments: str, seconds: float = 3, pitch: int = 1000, level: float = 0.5) -> Path:
    """A steady tone as a file of the kind that the name and `arguments` (ffmpeg's) say."""
    sound = f"aevalsrc={level}*sin(2*PI*{pitch}*t):d={seconds}:s=44100"
    ffmpeg("-f", "lavfi", "-i", sound, *arguments, str(target))
    return target


def film(target: Path, *arguments: str, seconds: float = 3, size: str = "320x240", rate: str = "25") -> Path:
    """A moving test card with a tone, as a file of the kind that the name and `arguments` (ffmpeg's) say."""
    ffmpeg(
        *("-f", "lavfi", "-i", f"testsrc2=d={seconds}:s={size}:r={rate}"),
        *("-f", "lavfi", "-i", f"aevalsrc=0.5*sin(2*PI*1000*t):d={seconds}:s=44100"),
        *arguments,
        str(target),
    )
    return target


def facts(path: Path, *entries: str) -> str:
    """What ffprobe, outside the jail, says of these entries, as one compact text."""
    line = ["ffprobe", "-v", "error", "-show_entries", ":".join(entries), "-of", "compact=nk=0", str(path)]
    return subprocess.run(line, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
