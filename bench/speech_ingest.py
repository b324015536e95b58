"""One recording taken in by a process of its own, for bench/speech.py: words in one lane, media in another."""

from __future__ import annotations

import json
import resource
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ingest.derive import listening_copy, peaks
from ingest.faster_whisper import FasterWhisper
from ingest.jail import Jail
from ingest.models import resolve
from ingest.pipeline import transcribe_recording
from ingest.probe import probe
from ingest.transcribe import Options
from ingest.values import Probe


def main(source: Path, language: str, cache: Path, folder: Path) -> None:
    """Write `told.json`: the whole text, and the peak memory (bytes) after each chunk."""
    jail = Jail.detect(folder)
    found = probe(source, jail=jail)
    with ThreadPoolExecutor(1) as lane:
        media = lane.submit(_media, source, folder, found, jail)
        engine = FasterWhisper(resolve("base", cache=cache))
        chunks = transcribe_recording(
            source,
            jail=jail,
            engine=engine,
            options=Options(language=language or None),
            stream_index=found.audio[0].index,
        )
        texts, held = [], []
        for chunk in chunks:
            texts += [segment.text for segment in chunk.segments]
            held.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
        media.result()
    (folder / "told.json").write_text(json.dumps({"text": " ".join(texts), "peaks": held}))


def _media(source: Path, folder: Path, found: Probe, jail: Jail) -> None:
    peaks(source, probe=found, jail=jail)
    listening_copy(source, folder, probe=found, jail=jail)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
