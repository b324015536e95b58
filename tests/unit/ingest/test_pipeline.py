"""The pipeline with an engine that hears nothing real: chunks, going on after a kill, failures, second
hearings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from ingest import pipeline
from ingest.errors import ProgramFailed, TranscriptionFailed
from ingest.gates import Flag
from ingest.jail import Jail
from ingest.levels import EVEN, UNTOUCHED
from ingest.provenance import provenance
from ingest.scripted import Line, Scripted
from ingest.transcribe import SAMPLE_RATE, Heard, Mode, ModelId, Options
from ingest.values import ChunkResult, Word
from ingest.voice import Float32, Stretch
from tests.contracts.speech_sounds import saved

MODEL = ModelId(name="m", sha256="0" * 64, revision="", n_vocab=51_865, licence="", source="")
TEN_SECONDS = 10 * SAMPLE_RATE


def voice_by_loudness(sound: Float32) -> tuple[Stretch, ...]:
    """Stands for voice activity: what is loud is speech. Tones are no voice to Silero."""
    loud = np.abs(sound.reshape(-1, 160)).max(axis=1) > 0.05 if len(sound) else np.zeros(0, bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(int), [0]])))
    return tuple(
        Stretch(start=int(a) * 160, end=int(b) * 160) for a, b in zip(edges[::2], edges[1::2], strict=True)
    )


@dataclass
class Fake:
    """Writes one word for each stretch of speech, named by how loud it is; `broken` raises, `lost` hears
    less.
    """

    broken: Callable[[Float32, Options], bool] = lambda _sound, _options: False
    lost: Callable[[Options], float] = lambda _options: 0.0
    language: str = "en"
    asked: list[Mode] = field(default_factory=list)
    name = "fake"
    version = "1"

    def model_id(self) -> ModelId:
        return MODEL

    def detect_language(self, pcm: Float32) -> list[tuple[str, float]]:
        return [(self.language, 0.9)]

    def transcribe(self, pcm: Float32, options: Options, speech: Sequence[Stretch]) -> Iterator[Heard]:
        self.asked.append(options.mode)
        if self.broken(pcm, options):
            raise TranscriptionFailed(self.name, 0, "made to")
        for s in speech[int(len(speech) * self.lost(options)) :]:
            start, end = s.start // 16 + 400, s.end // 16 - 400
            text = f"w{round(1000 * float(np.abs(pcm[s.start : s.end]).max()))}"
            word = Word(start_ms=start, end_ms=end, text=text, probability=0.9)
            yield Heard(
                start_ms=start,
                end_ms=end,
                text=text,
                words=(word,),
                language=self.language,
                language_probability=0.9,
            )


@pytest.fixture(autouse=True)
def loudness_is_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "speech", voice_by_loudness)


@pytest.fixture(scope="session")
def jail(tmp_path_factory: pytest.TempPathFactory) -> Jail:
    return Jail.detect(tmp_path_factory.mktemp("jail"))


def beeps(count: int) -> Float32:
    """Every ten seconds: eight seconds of a tone, each of a loudness of its own, and two of silence."""
    time = np.arange(8 * SAMPLE_RATE) / SAMPLE_RATE
    tone = np.sign(np.sin(2 * np.pi * 300 * time))
    silence = np.zeros(2 * SAMPLE_RATE)
    parts = [np.concatenate([tone * (0.1 + i / 200), silence]) for i in range(count)]
    return np.concatenate(parts).astype(np.float32)


@pytest.fixture(scope="session")
def twelve_minutes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(beeps(72), tmp_path_factory.mktemp("sound") / "long.wav")


def run(
    source: Path, jail: Jail, engine: Fake, *, start: int = 0, options: Options | None = None
) -> list[ChunkResult]:
    return list(
        pipeline.transcribe_recording(
            source,
            jail=jail,
            engine=engine,
            options=options or Options(),
            stream_index=0,
            level=UNTOUCHED,
            start_sample=start,
        )
    )


def words(chunks: Sequence[ChunkResult]) -> list[Word]:
    return [w for c in chunks for s in c.segments for w in s.words]


class TestChunks:
    def test_every_word_once_at_its_time(self, twelve_minutes: Path, jail: Jail) -> None:
        chunks = run(twelve_minutes, jail, Fake())
        assert len(chunks) == 3
        assert [round(w.start_ms / 1000) for w in words(chunks)] == list(range(0, 720, 10))
        assert len({w.text for w in words(chunks)}) == 72
        assert chunks[-1].next_sample == 72 * TEN_SECONDS

    def test_chunks_are_cut_in_pauses_of_their_last_third(self, twelve_minutes: Path, jail: Jail) -> None:
        chunks = run(twelve_minutes, jail, Fake())
        ends = [c.next_sample for c in chunks[:-1]]
        starts = [0, *ends]
        assert all(
            200 * SAMPLE_RATE <= b - a <= 300 * SAMPLE_RATE for a, b in zip(starts, ends, strict=False)
        )
        assert all(8 * SAMPLE_RATE < end % TEN_SECONDS < TEN_SECONDS for end in ends)

    def test_what_ends_soon_after_five_minutes_is_one_chunk(self, tmp_path: Path, jail: Jail) -> None:
        assert len(run(saved(beeps(32), tmp_path / "a.wav"), jail, Fake())) == 1

    def test_going_on_from_any_chunk_gives_the_rest_unchanged(self, twelve_minutes: Path, jail: Jail) -> None:
        whole = run(twelve_minutes, jail, Fake())
        for i, chunk in enumerate(whole):
            assert run(twelve_minutes, jail, Fake(), start=chunk.next_sample) == whole[i + 1 :]

    def test_levelled_sound_is_the_same_after_going_on(self, twelve_minutes: Path, jail: Jail) -> None:
        """The level of a frame depends on its neighbours; a jump into the file would change it."""
        every = {"jail": jail, "engine": Fake(), "options": Options(), "stream_index": 0, "level": EVEN}
        whole = list(pipeline.transcribe_recording(twelve_minutes, **every))  # type: ignore[arg-type]
        first = whole[0].next_sample
        rest = list(pipeline.transcribe_recording(twelve_minutes, start_sample=first, **every))  # type: ignore[arg-type]
        assert rest == whole[1:]

    def test_silence_gives_a_chunk_without_segments(self, tmp_path: Path, jail: Jail) -> None:
        source = saved(np.zeros(20 * SAMPLE_RATE, np.float32), tmp_path / "silence.wav")
        (chunk,) = run(source, jail, Fake())
        assert (chunk.segments, chunk.speech_ms, chunk.next_sample) == ((), 0, 20 * SAMPLE_RATE)

    def test_language_and_speech_are_told(self, tmp_path: Path, jail: Jail) -> None:
        (chunk,) = run(saved(beeps(3), tmp_path / "a.wav"), jail, Fake(language="fr"))
        assert (chunk.language, chunk.speech_ms, chunk.unworded_ms) == ("fr", 24_000, 0)
        assert chunk.language_probability == pytest.approx(0.9)

    def test_progress_counts_from_the_start_of_the_recording(self, twelve_minutes: Path, jail: Jail) -> None:
        told: list[int] = []
        start = run(twelve_minutes, jail, Fake())[0].next_sample
        list(
            pipeline.transcribe_recording(
                twelve_minutes,
                jail=jail,
                engine=Fake(),
                options=Options(),
                stream_index=0,
                level=UNTOUCHED,
                start_sample=start,
                progress=told.append,
            )
        )
        assert told == sorted(told)
        assert told[0] > start // 16
        assert told[-1] > 717_000


class TestFailures:
    def test_a_chunk_that_fails_once_is_heard_carefully(self, tmp_path: Path, jail: Jail) -> None:
        engine = Fake(broken=lambda _, options: options.mode is Mode.BATCHED)
        (chunk,) = run(saved(beeps(3), tmp_path / "a.wav"), jail, engine)
        assert engine.asked == [Mode.BATCHED, Mode.CAREFUL]
        assert len(words([chunk])) == 3

    def test_a_chunk_that_fails_twice_is_left_empty_and_the_rest_goes_on(
        self, twelve_minutes: Path, jail: Jail
    ) -> None:
        """The second chunk holds the loudest tone of the middle of the recording."""
        engine = Fake(broken=lambda sound, _: 0.3 < float(np.abs(sound).max()) < 0.42)
        chunks = run(twelve_minutes, jail, engine)
        assert [len(words([c])) > 0 for c in chunks] == [True, False, True]
        (empty,) = chunks[1].segments
        assert (empty.text, empty.flags) == ("", ("failed",))
        assert (empty.start_ms, empty.end_ms) == (chunks[0].next_sample // 16, chunks[1].next_sample // 16)
        assert chunks[1].unworded_ms == chunks[1].speech_ms > 0

    def test_a_decoder_that_breaks_off_is_told_after_what_it_gave(
        self, tmp_path: Path, jail: Jail, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from ingest.jail import Stream

        read = Stream.read
        given = {"blocks": 0}

        def breaks_after_25_seconds(self: Stream, size: int) -> bytes:
            given["blocks"] += 1
            if given["blocks"] > 25:
                raise ProgramFailed("ffmpeg", 1)
            return read(self, size)

        monkeypatch.setattr(Stream, "read", breaks_after_25_seconds)
        chunks = pipeline.transcribe_recording(
            saved(beeps(6), tmp_path / "a.wav"),
            jail=jail,
            engine=Fake(),
            options=Options(),
            stream_index=0,
            level=UNTOUCHED,
        )
        assert next(chunks).next_sample == 25 * SAMPLE_RATE
        with pytest.raises(ProgramFailed):
            next(chunks)


class TestSecondHearing:
    def test_a_tenth_without_words_is_heard_again_and_the_better_kept(
        self, tmp_path: Path, jail: Jail
    ) -> None:
        engine = Fake(lost=lambda options: 0.5 if options.mode is Mode.BATCHED else 0.0)
        (chunk,) = run(saved(beeps(10), tmp_path / "a.wav"), jail, engine)
        assert engine.asked == [Mode.BATCHED, Mode.CAREFUL]
        assert (len(words([chunk])), chunk.unworded_ms) == (10, 0)

    def test_the_first_is_kept_where_the_second_is_no_better(self, tmp_path: Path, jail: Jail) -> None:
        engine = Fake(lost=lambda options: 0.5 if options.mode is Mode.BATCHED else 0.8)
        (chunk,) = run(saved(beeps(10), tmp_path / "a.wav"), jail, engine)
        assert len(words([chunk])) == 5

    def test_what_stays_without_words_is_shown_in_its_place(self, tmp_path: Path, jail: Jail) -> None:
        (chunk,) = run(saved(beeps(4), tmp_path / "a.wav"), jail, Fake(lost=lambda _: 0.5))
        lost = [s for s in chunk.segments if Flag.NO_WORDS in s.flags]
        assert [(s.start_ms, s.end_ms, s.text) for s in lost] == [(0, 8_000, ""), (10_000, 18_000, "")]
        assert chunk.unworded_ms == 16_000

    def test_a_complete_chunk_is_heard_once(self, tmp_path: Path, jail: Jail) -> None:
        engine = Fake()
        run(saved(beeps(10), tmp_path / "a.wav"), jail, engine)
        assert engine.asked == [Mode.BATCHED]

    def test_a_model_that_cannot_write_the_language_is_not_asked_again(
        self, tmp_path: Path, jail: Jail
    ) -> None:
        engine = Fake(lost=lambda _: 0.5, language="km")
        (chunk,) = run(saved(beeps(4), tmp_path / "a.wav"), jail, engine)
        assert engine.asked == [Mode.BATCHED]
        assert all(Flag.REJECTED_SCRIPT in s.flags for s in chunk.segments if s.text)


class TestCheckpoint:
    def test_the_key_changes_with_each_thing_that_changes_the_words(self) -> None:
        first = provenance("original-1", Fake(), Options(), EVEN)
        others = [
            replace(first, original="original-2"),
            replace(first, engine="another"),
            replace(first, model=replace(MODEL, sha256="1" * 64)),
            replace(first, options=Options(beam=1)),
            replace(first, options=Options(language="km")),
            replace(first, level=UNTOUCHED),
        ]
        assert len({p.checkpoint_key for p in (first, *others)}) == 7
        assert provenance("original-1", Fake(), Options(), EVEN).checkpoint_key == first.checkpoint_key
        assert replace(first, engine_version="2").checkpoint_key == first.checkpoint_key

    def test_the_record_names_engine_model_and_settings(self) -> None:
        record = provenance(
            "original-1", Scripted([Line(start_ms=0, end_ms=1, text="a")]), Options(), EVEN
        ).as_json()
        assert all(word in record for word in ("original-1", "scripted", "dynaudnorm", "sha256", "beam"))
