"""Makes the recordings of examples/ from the texts in testimonies.toml. Run by hand: examples/README.md."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import river_picture
import voices

HERE = Path(__file__).resolve().parent
RECORDINGS = HERE / "recordings"
LEAD_MS, BETWEEN_MS, TAIL_MS = 400, 900, 700
CODECS = {
    ".mp3": ("-c:a", "libmp3lame", "-b:a", "56k"),
    ".m4a": ("-c:a", "aac", "-b:a", "56k", "-movflags", "+faststart"),
    ".ogg": ("-c:a", "libopus", "-b:a", "32k"),
    ".flac": ("-c:a", "flac", "-ar", "16000"),
    ".wav": ("-c:a", "pcm_s16le", "-ar", "16000"),
    ".mp4": ("-c:a", "aac", "-b:a", "56k", "-movflags", "+faststart"),
}


def main() -> None:
    """Make every recording, or only those whose keys are given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("keys", nargs="*", help="make only these testimonies")
    wanted = set(parser.parse_args().keys)
    source = tomllib.loads((HERE / "testimonies.toml").read_text("utf-8"))
    timings_path = RECORDINGS / "timings.json"
    timings = json.loads(timings_path.read_text("utf-8")) if timings_path.exists() else {}
    RECORDINGS.mkdir(exist_ok=True)
    for testimony in source["testimony"]:
        if "recording" not in testimony or (wanted and testimony["key"] not in wanted):
            continue
        path = RECORDINGS / testimony["recording"]
        timings[testimony["key"]] = made = make(testimony, source["notice"], path)
        print(f"{path.name}: {path.stat().st_size // 1024} KiB, {made['duration_ms'] / 1000:.1f} s")
    timings_path.write_text(json.dumps(timings, indent=1, sort_keys=True) + "\n", "utf-8")
    total = sum(path.stat().st_size for path in RECORDINGS.iterdir())
    print(f"together {total / 1024 / 1024:.2f} MiB")


def make(testimony: dict[str, Any], notices: dict[str, str], path: Path) -> dict[str, Any]:
    """Speak, join and encode one testimony; the times of its parts, in milliseconds of the recording."""
    speaking = {speaker["name"]: voices.VOICES[speaker["voice"]] for speaker in testimony["speakers"]}
    local = notices[testimony["languages"][0]]
    # Spoken in the language of the recording, for those who listen; the tags say it in English too.
    spoken = [
        (local, speaking[testimony["said"][0][0]]),
        *((text, speaking[who]) for who, text in testimony["said"]),
    ]
    whole, parts = voices.silence(LEAD_MS), []
    for number, (text, voice) in enumerate(spoken):
        if number:
            whole += voices.silence(BETWEEN_MS)
        start = voices.length_ms(whole)
        whole += voices.speak(text, voice)
        parts.append([start, voices.length_ms(whole)])
    whole += voices.silence(TAIL_MS)
    encode(whole, path, words=notices["en"].rstrip("."), local=local, title=testimony["title"]["en"])
    return {"duration_ms": voices.length_ms(whole), "parts": parts}


def encode(samples: bytes, path: Path, *, words: str, local: str, title: str) -> None:
    """Write `path` in the form its name asks for, with the notice in its tags; raises CalledProcessError."""
    both = words if local.rstrip(".") == words else f"{words}. {local.rstrip('.')}"
    tags = [
        flag
        for name, value in {
            "title": f"{words}: {title}",
            "artist": words,
            "album": "Saksi examples",
            "comment": f"{both}. Nobody in this recording exists.",
        }.items()
        for flag in ("-metadata", f"{name}={value}")
    ]
    with voices.wave_file(samples) as sound:
        command = ["ffmpeg", "-nostdin", "-v", "error", "-y"]
        picture = None
        if path.suffix == ".mp4":
            width, height = river_picture.SIZE
            command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}",
                        "-r", str(river_picture.FRAMES_PER_SECOND), "-i", "-"]  # fmt: skip
            picture = ("-c:v", "libx264", "-preset", "slow", "-crf", "27", "-pix_fmt", "yuv420p", "-g", "24")
        command += ["-i", str(sound), *(picture or ()), *CODECS[path.suffix], *tags, str(path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE if picture else subprocess.DEVNULL) as running:
            if picture and running.stdin:
                for frame in river_picture.frames(voices.length_ms(samples), words):
                    running.stdin.write(frame)
                running.stdin.close()
        if running.returncode:
            raise subprocess.CalledProcessError(running.returncode, command)


if __name__ == "__main__":
    sys.exit(main())
