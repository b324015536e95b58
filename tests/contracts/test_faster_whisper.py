"""faster-whisper keeps the promise with real weights: tiny.en for speed, base for languages and for kills."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ingest.errors import LanguageNotInModel, ModelIncomplete
from ingest.faster_whisper import FasterWhisper
from ingest.hearing import Cores
from ingest.models import Weights, resolve
from ingest.transcribe import Heard, Options
from ingest.voice import Float32, Stretch
from tests.contracts.speech_sounds import SAMPLES, decoded, sample, saved, silence
from tests.contracts.transcriber import (
    LanguagesContract,
    OnSamplesContract,
    QuietNarratorContract,
    TranscriberContract,
    listen,
    text_of,
)

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def tiny(cache: Path) -> FasterWhisper:
    return FasterWhisper(resolve("tiny.en", cache=cache))


@pytest.fixture(scope="module")
def base(cache: Path) -> FasterWhisper:
    return FasterWhisper(resolve("base", cache=cache))


class TestFasterWhisper(TranscriberContract):
    @pytest.fixture
    def engine(self, tiny: FasterWhisper) -> FasterWhisper:
        return tiny


class TestFasterWhisperManyLanguages(TranscriberContract):
    @pytest.fixture
    def engine(self, base: FasterWhisper) -> FasterWhisper:
        return base


def test_an_english_model_refuses_another_language(tiny: FasterWhisper) -> None:
    with pytest.raises(LanguageNotInModel) as refused:
        list(tiny.transcribe(silence(1), Options(language="km"), _everywhere(silence(1))))
    assert "km" in refused.value.message


def test_weights_cut_short_are_named_not_crashed_on(cache: Path, tmp_path: Path) -> None:
    whole = resolve("tiny.en", cache=cache)
    for file in whole.path.iterdir():
        data = file.read_bytes()
        (tmp_path / file.name).write_bytes(data[: len(data) // 2] if file.name == "model.bin" else data)
    with pytest.raises(ModelIncomplete):
        FasterWhisper(Weights(path=tmp_path, id=whole.id))


def _everywhere(sound: Float32) -> tuple[Stretch, ...]:
    return (Stretch(start=0, end=len(sound)),)


if SAMPLES is not None:

    class TestTinyOnSamples(OnSamplesContract):
        @pytest.fixture
        def engine(self, tiny: FasterWhisper) -> FasterWhisper:
            return tiny

    class TestBaseOnSamples(OnSamplesContract):
        @pytest.fixture
        def engine(self, base: FasterWhisper) -> FasterWhisper:
            return base

    class TestBaseLanguages(LanguagesContract):
        @pytest.fixture
        def engine(self, base: FasterWhisper) -> FasterWhisper:
            return base

    class TestBaseQuietNarrator(QuietNarratorContract):
        MORE_ERRORS_AT_MOST = 2.0

        @pytest.fixture
        def engine(self, base: FasterWhisper) -> FasterWhisper:
            return base

    def test_a_language_spelled_in_bytes_is_heard_ten_seconds_at_a_time(base: FasterWhisper) -> None:
        sound = decoded(sample("synthetic/testimony-carmen.es.mp3"))
        drafts = {code: listen(base, sound, Options(language=code)) for code in ("es", "km")}
        assert max(_spoken_ms(d) for d in drafts["es"]) > 15_000
        assert max(_spoken_ms(d) for d in drafts["km"]) < 14_000  # ten of speech and the pauses between

    @pytest.mark.slow
    def test_one_worker_and_two_write_the_same(cache: Path) -> None:
        sound = decoded(sample("sonnets/sonnet1.mp3"))
        weights = resolve("tiny.en", cache=cache)
        one = FasterWhisper(weights, cores=Cores(workers=1, threads=1))
        two = FasterWhisper(weights, cores=Cores(workers=2, threads=1))
        assert text_of(listen(one, sound)) == text_of(listen(two, sound))

    @pytest.fixture(scope="module")
    def long_recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
        """610 s: two chunks of five minutes and what is left."""
        sound = decoded(sample("synthetic/en-sample-brian.ogg"), "anull")
        return saved(np.concatenate([sound, sound]), tmp_path_factory.mktemp("long") / "long.wav")

    @pytest.mark.slow
    def test_killed_in_the_second_chunk_it_goes_on_without_gap_or_repeat(
        cache: Path, long_recording: Path, tmp_path: Path
    ) -> None:
        whole = _run(long_recording, cache, tmp_path / "whole.jsonl")
        assert len(whole) > 1
        killed = _run(long_recording, cache, tmp_path / "killed.jsonl", kill_after=1)
        assert len(killed) == 1
        resumed = _run(long_recording, cache, tmp_path / "killed.jsonl", start=killed[0]["next_sample"])
        assert resumed == whole

    @pytest.mark.slow
    def test_memory_stays_flat(cache: Path, long_recording: Path, tmp_path: Path) -> None:
        """What the third and later chunks add to the peak of the first two is small: nothing grows with
        length.
        """
        chunks = _run(long_recording, cache, tmp_path / "memory.jsonl", times=3)
        peaks = [chunk["peak_kb"] for chunk in chunks]
        assert len(peaks) >= 6
        assert peaks[-1] - peaks[1] < 80_000
        assert peaks[-1] < 1_200_000


def _spoken_ms(draft: Heard) -> int:
    return draft.end_ms - draft.start_ms


_WORKER = """
import json, os, resource, sys
from pathlib import Path
from dataclasses import asdict
from ingest.faster_whisper import FasterWhisper
from ingest.jail import Jail
from ingest.models import resolve
from ingest.pipeline import transcribe_recording
from ingest.transcribe import Heard, Options
source, cache, out = (Path(path) for path in sys.argv[1:4])
start, times = int(sys.argv[4]), int(sys.argv[5])
engine = FasterWhisper(resolve("tiny.en", cache=cache))
with out.open("a") as stored:
    for _ in range(times):
        for chunk in transcribe_recording(
            source, jail=Jail.detect(out.parent), engine=engine, options=Options(language="en"),
            stream_index=0, start_sample=start,
        ):
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            stored.write(json.dumps({**asdict(chunk), "peak_kb": peak}) + "\\n")
            stored.flush()
            os.fsync(stored.fileno())
"""


def _run(
    source: Path, cache: Path, out: Path, *, start: int = 0, kill_after: int = 0, times: int = 1
) -> list[dict[str, object]]:
    """Transcribe in a process of its own; kill it without warning once `kill_after` chunks are stored."""
    process = subprocess.Popen(
        [sys.executable, "-c", _WORKER, str(source), str(cache), str(out), str(start), str(times)]
    )
    while kill_after and process.poll() is None:
        if out.exists() and out.read_text().count("\n") >= kill_after:
            time.sleep(0.5)  # well into the next chunk
            os.kill(process.pid, signal.SIGKILL)
            break
        time.sleep(0.05)
    code = process.wait()
    assert code == (-signal.SIGKILL if kill_after else 0)
    chunks = [json.loads(line) for line in out.read_text().splitlines()]
    if times == 1:
        for chunk in chunks:
            del chunk["peak_kb"]
    return chunks
