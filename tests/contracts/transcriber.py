"""The promise of every speech engine (docs/speech.md). An engine's test class supplies the fixture
`engine`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from ingest.gates import Flag
from ingest.jail import Jail
from ingest.levels import EVEN
from ingest.pipeline import transcribe_recording
from ingest.transcribe import SAMPLE_RATE, Heard, Mode, Options, Transcriber
from ingest.values import ChunkResult
from ingest.voice import Float32, padded, speech
from tests.contracts.speech_sounds import (
    decoded,
    readers,
    reference,
    sample,
    saved,
    silence,
    word_errors,
    words_left_out,
)

ENGLISH = Options(language="en")


def listen(engine: Transcriber, sound: Float32, options: Options = ENGLISH) -> list[Heard]:
    return list(engine.transcribe(sound, options, padded(speech(sound), len(sound))))


def text_of(drafts: list[Heard]) -> str:
    return " ".join(draft.text for draft in drafts)


def through_pipeline(
    source: Path, engine: Transcriber, folder: Path, options: Options = ENGLISH
) -> Iterator[ChunkResult]:
    jail = Jail.detect(folder)
    return transcribe_recording(source, jail=jail, engine=engine, options=options, stream_index=0, level=EVEN)


class TranscriberContract:
    """What holds without any speech to recognise."""

    @pytest.fixture
    def engine(self) -> Transcriber:
        raise NotImplementedError("an engine's test class supplies this")

    def test_it_names_itself_and_its_weights(self, engine: Transcriber) -> None:
        model = engine.model_id()
        assert engine.name
        assert engine.version
        assert len(model.sha256) == 64
        assert model.name
        assert model.source

    def test_silence_gives_no_text(self, engine: Transcriber) -> None:
        assert listen(engine, silence(20)) == []

    def test_noise_of_a_room_gives_no_text(self, engine: Transcriber) -> None:
        noise = np.random.default_rng(7).normal(0, 0.003, 20 * SAMPLE_RATE).astype(np.float32)
        assert listen(engine, noise) == []

    def test_an_empty_chunk_gives_nothing(self, engine: Transcriber) -> None:
        assert listen(engine, silence(0)) == []

    def test_nothing_is_heard_outside_speech(self, engine: Transcriber) -> None:
        assert list(engine.transcribe(silence(2), ENGLISH, ())) == []


class OnSamplesContract(TranscriberContract):
    """What holds for one English speaker (jfk.flac, 11 s)."""

    WORD_ERRORS_AT_MOST: ClassVar[float] = 5.0

    @pytest.fixture
    def speaker(self) -> Float32:
        return decoded(sample("jfk.flac"))

    def test_the_words_are_right(self, engine: Transcriber, speaker: Float32) -> None:
        heard = text_of(listen(engine, speaker))
        assert word_errors(reference("jfk.txt"), heard) <= self.WORD_ERRORS_AT_MOST

    def test_times_run_forward_and_lie_inside(self, engine: Transcriber, speaker: Float32) -> None:
        drafts = listen(engine, speaker)
        words = [word for draft in drafts for word in draft.words]
        assert len(words) > 15
        assert all(0 <= w.start_ms <= w.end_ms <= len(speaker) * 1000 // SAMPLE_RATE for w in words)
        assert [w.start_ms for w in words] == sorted(w.start_ms for w in words)
        assert all(d.start_ms <= w.start_ms and w.end_ms <= d.end_ms for d in drafts for w in d.words)
        assert all(w.text == w.text.strip() != "" and 0.0 <= w.probability <= 1.0 for w in words)

    def test_times_count_from_the_start_of_the_chunk(self, engine: Transcriber, speaker: Float32) -> None:
        later = np.concatenate([silence(6), speaker])
        first, moved = listen(engine, speaker)[0].words[2], listen(engine, later)[0].words[2]
        assert moved.text == first.text
        assert abs(moved.start_ms - first.start_ms - 6_000) < 700

    def test_the_same_sound_gives_the_same_words(self, engine: Transcriber, speaker: Float32) -> None:
        assert listen(engine, speaker) == listen(engine, speaker)

    def test_drafts_carry_language_and_measures(self, engine: Transcriber, speaker: Float32) -> None:
        for draft in listen(engine, speaker):
            assert draft.language == "en"
            assert draft.avg_logprob <= 0.0
            assert 0.0 <= draft.no_speech_prob <= 1.0
            assert draft.compression_ratio > 0.0

    def test_the_careful_way_hears_it_too(self, engine: Transcriber, speaker: Float32) -> None:
        heard = text_of(listen(engine, speaker, Options(language="en", mode=Mode.CAREFUL)))
        assert word_errors(reference("jfk.txt"), heard) <= self.WORD_ERRORS_AT_MOST

    def test_the_language_is_english(self, engine: Transcriber, speaker: Float32) -> None:
        ranked = engine.detect_language(speaker)
        assert ranked[0][0] == "en"
        assert [p for _, p in ranked] == sorted((p for _, p in ranked), reverse=True)
        assert 0.99 <= sum(p for _, p in ranked) <= 1.01

    def test_through_the_pipeline_it_is_one_whole_chunk(
        self, engine: Transcriber, speaker: Float32, tmp_path: Path
    ) -> None:
        (chunk,) = through_pipeline(saved(speaker, tmp_path / "speaker.wav"), engine, tmp_path)
        assert chunk.next_sample == len(speaker)
        assert chunk.unworded_ms <= 0.1 * chunk.speech_ms
        assert [s.flags for s in chunk.segments] == [()] * len(chunk.segments)


class LanguagesContract:
    """What holds for an engine with many-language weights."""

    @pytest.fixture
    def engine(self) -> Transcriber:
        raise NotImplementedError("an engine's test class supplies this")

    def test_khmer_in_latin_letters_is_rejected(self, engine: Transcriber, tmp_path: Path) -> None:
        source = sample("km/khm_1161_1980987674.flac")
        (chunk,) = through_pipeline(source, engine, tmp_path, Options())
        assert chunk.language == "km"
        assert chunk.segments
        assert all(Flag.REJECTED_SCRIPT in s.flags for s in chunk.segments)

    def test_each_window_keeps_its_own_language(self, engine: Transcriber, tmp_path: Path) -> None:
        """English, then French for longer than a window: an interview that changes its language."""
        english = decoded(sample("synthetic/en-sample-brian.ogg"))[: 28 * SAMPLE_RATE]
        french = decoded(sample("synthetic/fr-sample-manon.ogg"))[: 45 * SAMPLE_RATE]
        source = saved(np.concatenate([english, silence(3), french]), tmp_path / "both.wav")
        (chunk,) = through_pipeline(source, engine, tmp_path, Options())
        early = {s.language for s in chunk.segments if s.end_ms < 24_000}
        late = {s.language for s in chunk.segments if s.start_ms > 36_000}
        assert (early, late) == ({"en"}, {"fr"})

    def test_spanish_is_heard_as_spanish(self, engine: Transcriber, tmp_path: Path) -> None:
        (chunk,) = through_pipeline(sample("synthetic/testimony-carmen.es.mp3"), engine, tmp_path, Options())
        assert chunk.language == "es"
        assert chunk.language_probability > 0.7


class QuietNarratorContract:
    """Ten readers from -20 to -67 dB: levelled, their words are there as if they were equally loud."""

    LEFT_OUT_AT_MOST: ClassVar[float] = 2.0
    MORE_ERRORS_AT_MOST: ClassVar[float] = 3.0  # one word of these 211 is half a point

    @pytest.fixture
    def engine(self) -> Transcriber:
        raise NotImplementedError("an engine's test class supplies this")

    @pytest.mark.slow
    def test_quiet_voices_are_not_lost(self, engine: Transcriber, tmp_path: Path) -> None:
        errors, left_out = {}, {}
        for equal in (False, True):
            sound, said = readers("en", equal_levels=equal)
            chunks = through_pipeline(saved(sound, tmp_path / f"{equal}.wav"), engine, tmp_path)
            written = " ".join(s.text for c in chunks for s in c.segments)
            errors[equal], left_out[equal] = word_errors(said, written), words_left_out(said, written)
        assert left_out[False] <= self.LEFT_OUT_AT_MOST
        assert errors[True] < 15.0
        assert errors[False] <= errors[True] + self.MORE_ERRORS_AT_MOST
