"""Measures a sound recording until it can be heard and read, beside the plain `whisper` command on the same
weights.

python bench/speech.py [--quick] [--whisper PATH] [--only speed,quiet,memory]

Recordings come from SAKSI_SAMPLES. Speeds are ratios of medians from interleaved rounds in one run; both
sides are whole processes, start and loading included. Ours is probe, levelling, voice activity, transcript
with word times, gates, waveform and listening copy, with two lanes (words, media) as the worker has them.
Without the `whisper` command (pip install 'saksi[openai-whisper]') only our side is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingest.models import resolve
from tests.contracts.speech_sounds import SAMPLES, decoded, plain, readers, reference, sample, saved

CHILD = Path(__file__).with_name("speech_ingest.py")
CHECKPOINT = Path(__file__).with_name("speech_checkpoint.py")
LIMIT_S = 1800  # for one process; a machine that needs longer is too busy to measure anything
GOAL_SPEED, GOAL_POINTS, GOAL_QUIET, GOAL_BYTES, GOAL_GROWTH = 6.0, 1.0, 2.0, 1_200_000_000, 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One thing to transcribe, with what is really said in it."""

    name: str
    path: Path
    language: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One whole process: wall seconds, peak resident bytes, what it wrote."""

    seconds: float
    peak_bytes: int
    text: str
    chunk_peaks: tuple[int, ...] = ()


def process(argv: list[str], folder: Path) -> tuple[float, int]:
    """Run to the end; wall seconds and peak bytes of the process (or of its largest child)."""
    begun = time.perf_counter()
    with (folder / "log.txt").open("w") as log:
        child = subprocess.Popen(
            argv, stdout=log, stderr=log, env={**os.environ, "PYTHONPATH": str(CHILD.parents[1])}
        )
        limit = threading.Timer(LIMIT_S, child.kill)
        limit.start()
        _, status, used = os.wait4(child.pid, 0)
        limit.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begun
    if child.returncode:
        sys.exit(
            f"{Path(argv[0]).name} ended with {child.returncode}:\n{(folder / 'log.txt').read_text()[-2000:]}"
        )
    return seconds, used.ru_maxrss * 1024


def ours(recording: Recording, cache: Path) -> Run:
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        argv = [sys.executable, str(CHILD), str(recording.path), recording.language, str(cache), str(folder)]
        seconds, peak = process(argv, folder)
        told = json.loads((folder / "told.json").read_text())
    return Run(seconds=seconds, peak_bytes=peak, text=told["text"], chunk_peaks=tuple(told["peaks"]))


def plain_whisper(recording: Recording, command: Path, checkpoint: Path, threads: int) -> Run:
    """The command with its own defaults (beam 5, float32); language named, as ours is given it."""
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        argv = [
            str(command),
            str(recording.path),
            "--model",
            str(checkpoint),
            "--language",
            recording.language,
        ]
        more = [
            "--fp16",
            "False",
            "--threads",
            str(threads),
            "--output_format",
            "json",
            "--output_dir",
            str(folder),
        ]
        seconds, peak = process([*argv, *more], folder)
        (written,) = folder.glob("*.json")
        text = json.loads(written.read_text())["text"]
    return Run(seconds=seconds, peak_bytes=peak, text=text)


def recordings(folder: Path, *, quick: bool) -> list[Recording]:
    """The set of docs/speech.md; the quick one is the first minute of the English recording."""
    if quick:
        sound = decoded(sample("synthetic/en-sample-brian.ogg"), "anull")[: 60 * 16_000]
        said = " ".join(reference("synthetic/en-sample.txt").split()[:125])
        return [
            Recording(name="English 1 min", path=saved(sound, folder / "en1.wav"), language="en", said=said)
        ]
    out = [
        Recording(
            name=name,
            path=sample(f"synthetic/{file}.ogg"),
            language=code,
            said=reference(f"synthetic/{text}.txt"),
        )
        for name, file, text, code in (
            ("English 305 s", "en-sample-brian", "en-sample", "en"),
            ("French 302 s", "fr-sample-manon", "fr-sample", "fr"),
        )
    ]
    for language, name in (("en", "English readers"), ("fr", "French readers")):
        sound, said = readers(language, equal_levels=True)
        path = saved(sound, folder / f"readers-{language}.wav")
        out.append(Recording(name=name, path=path, language=language, said=said))
    return out


def normalizer() -> tuple[Callable[[str, str], str], str]:
    """Whisper's own rules where it is installed here, else lower case and letters only; and which it was."""
    try:
        from whisper.normalizers import BasicTextNormalizer, EnglishTextNormalizer
    except ImportError:
        return (lambda text, _language: plain(text)), "plain"
    english, basic = EnglishTextNormalizer(), BasicTextNormalizer()
    return (lambda text, language: english(text) if language == "en" else basic(text)), "whisper's"


def errors(pairs: list[tuple[Recording, str]]) -> tuple[float, float]:
    """Pooled word errors and words left out, in percent of the words said."""
    import jiwer

    same, _ = normalizer()
    said = [same(r.said, r.language) for r, _ in pairs]
    found = jiwer.process_words(said, [same(text, r.language) for r, text in pairs])
    words = found.hits + found.substitutions + found.deletions
    wrong = found.substitutions + found.deletions + found.insertions
    return 100 * wrong / words, 100 * found.deletions / words


def speed(folder: Path, cache: Path, command: Path | None, *, quick: bool) -> bool:
    threads = len(os.sched_getaffinity(0))
    checkpoint = folder / "base.pt"
    if command is not None:
        python = command.resolve().with_name("python")
        made = resolve("base", cache=cache).path
        process([str(python), str(CHECKPOINT), str(made), str(checkpoint)], folder)
    held: dict[str, list[Run]] = {}
    last: dict[str, list[tuple[Recording, str]]] = {"ours": [], "whisper": []}
    total = {"ours": 0.0, "whisper": 0.0}
    chosen = recordings(folder, quick=quick)
    for recording in chosen:
        for _ in range(1 if quick else 2):
            held.setdefault(f"ours {recording.name}", []).append(ours(recording, cache))
            if command is not None:
                run = plain_whisper(recording, command, checkpoint, threads)
                held.setdefault(f"whisper {recording.name}", []).append(run)
        line = f"{recording.name:18}"
        for side in ("ours", "whisper"):
            if runs := held.get(f"{side} {recording.name}"):
                seconds = statistics.median(run.seconds for run in runs)
                total[side] += seconds
                last[side].append((recording, runs[-1].text))
                line += f"  {side} {seconds:6.1f} s, {max(r.peak_bytes for r in runs) / 1e6:5.0f} MB"
        print(line, flush=True)
    wrong = {side: errors(pairs) for side, pairs in last.items() if pairs}
    for side, (words, left_out) in wrong.items():
        print(f"{side:18}  word errors {words:.1f} %, left out {left_out:.1f} % ({normalizer()[1]} rules)")
    if command is None:
        print(
            "The whisper command was not found: no ratio (pip install 'saksi[openai-whisper]', or --whisper PATH)."
        )
        return True
    ratio, points = total["whisper"] / total["ours"], wrong["ours"][0] - wrong["whisper"][0]
    print(
        f"times as fast as the whisper command: {ratio:.1f} (goal >= {GOAL_SPEED:g}), {threads} threads each"
    )
    print(f"word errors beside it: {points:+.1f} points (goal <= {GOAL_POINTS:+.1f})")
    return quick or (ratio >= GOAL_SPEED and points <= GOAL_POINTS)


def quiet(folder: Path, cache: Path, *, quick: bool) -> bool:
    """Ten readers from -20 to -67 dB in one file, against the same readers at one level."""
    good = True
    for language in ("en",) if quick else ("en", "fr"):
        found = {}
        for equal in (False, True):
            sound, said = readers(language, equal_levels=equal)
            path = saved(sound, folder / f"quiet-{language}-{equal}.wav")
            recording = Recording(name="readers", path=path, language=language, said=said)
            found[equal] = errors([(recording, ours(recording, cache).text)])
        more = found[False][0] - found[True][0]
        print(
            f"quiet readers, {language}: word errors {found[False][0]:.1f} %, at one level {found[True][0]:.1f} %: "
            f"{more:+.1f} points (goal <= {GOAL_QUIET:+.1f}); left out {found[False][1]:.1f} %"
        )
        good &= more <= GOAL_QUIET
    return good


def memory(folder: Path, cache: Path, *, quick: bool) -> bool:
    """An hour of speech made of the two long samples; peak of the process, and what it grows after two
    chunks.
    """
    parts = [
        decoded(sample(f"synthetic/{name}.ogg"), "anull") for name in ("en-sample-brian", "fr-sample-manon")
    ]
    hour = np.concatenate(parts * (2 if quick else 6))
    path = saved(hour, folder / "hour.wav")
    minutes = len(hour) / 16_000 / 60
    del hour, parts
    run = ours(Recording(name="hour", path=path, language="", said=""), cache)
    # Chunks differ in length and in what is said, so the peak of a third of them is what the rest is held to.
    early = run.chunk_peaks[max(1, len(run.chunk_peaks) // 3)]
    growth = (run.chunk_peaks[-1] - early) / early
    print(
        f"{minutes:.0f} minutes: {run.seconds:.0f} s, peak {run.peak_bytes / 1e6:.0f} MB (goal <= "
        f"{GOAL_BYTES / 1e6:.0f}), after the first third {growth:+.0%} (goal <= {GOAL_GROWTH:+.0%})"
    )
    return run.peak_bytes <= GOAL_BYTES and (quick or growth <= GOAL_GROWTH)


def main() -> int:
    """Print the figures; the exit code is 1 if a goal is missed (a quick run judges neither speed nor
    growth).
    """
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("--quick", action="store_true", help="one minute, one round: about two minutes in all")
    given.add_argument("--whisper", type=Path, help="the whisper command of another virtual environment")
    given.add_argument("--only", default="speed,quiet,memory")
    options = given.parse_args()
    if SAMPLES is None:
        print("SAKSI_SAMPLES is not set: there are no recordings to measure.")
        return 0
    beside = Path(sys.executable).with_name("whisper")
    command = options.whisper or (beside if beside.exists() else Path(shutil.which("whisper") or ""))
    command = command if command.is_file() else None
    good = True
    with tempfile.TemporaryDirectory() as work:
        folder, cache = Path(work), Path(work) / "models"
        resolve("base", cache=cache)  # joined once, before anything is timed
        if "speed" in options.only:
            good &= speed(folder, cache, command, quick=options.quick)
        if "quiet" in options.only:
            good &= quiet(folder, cache, quick=options.quick)
        if "memory" in options.only:
            good &= memory(folder, cache, quick=options.quick)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
