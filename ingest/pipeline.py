"""From a recording to judged segments, chunk by chunk: memory stays flat and a killed worker loses one
chunk.

The sound comes levelled through a pipe. Five minutes are held; they are cut in the longest pause of their
last third; the head is heard, divided, judged and given out with `next_sample`, so that the caller can
store both in one transaction; the tail stays. What comes out depends only on the sound from `next_sample`
on, so going on after a kill gives the same words as never having been killed (docs/speech.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ingest import pcm
from ingest.errors import TranscriptionFailed
from ingest.gates import Flag, judged, unworded, unworded_ms
from ingest.jail import Jail
from ingest.levels import EVEN, Level
from ingest.segments import divided
from ingest.transcribe import SAMPLE_RATE, Heard, Mode, Options, Transcriber
from ingest.values import ChunkResult, SegmentDraft, Word
from ingest.voice import Float32, Stretch, cut, padded, speech

CHUNK = 300 * SAMPLE_RATE
_REST = 30 * SAMPLE_RATE  # a recording that ends this soon after is heard whole: no chunk of a few seconds
INCOMPLETE = 0.10
_TELL_MS = 3_000  # unworded speech of this length gets a place of its own in an incomplete chunk
_BAD = frozenset({Flag.REPETITIVE, Flag.UNSURE, Flag.OVER_SILENCE, Flag.NO_LETTERS, Flag.REPEATED})

Progress = Callable[[int], None]


def transcribe_recording(
    source: Path,
    *,
    jail: Jail,
    engine: Transcriber,
    options: Options,
    stream_index: int,
    level: Level = EVEN,
    start_sample: int = 0,
    progress: Progress | None = None,
) -> Iterator[ChunkResult]:
    """Chunks in order, each whole and final. Times in ms from the start of the original.

    `stream_index` is the sound track's place among all streams (`AudioStream.index`). `start_sample` is the
    `next_sample` of the last stored chunk (16 kHz). `progress` is called with the time (ms) up to which
    words were heard. A chunk on which the engine breaks twice becomes one empty segment flagged FAILED, and
    the rest goes on. A decoder that breaks off raises ProgramFailed after what it gave was heard. Raises
    also TookTooLong, LanguageNotInModel.
    """
    with pcm.opened(
        source, jail=jail, level=level, stream_index=stream_index, start_sample=start_sample
    ) as sound:
        held = np.zeros(0, dtype=np.int16)
        at, more = start_sample, True
        while more:
            wanted = CHUNK + _REST - len(held)
            fresh = sound.read(wanted)
            more = len(fresh) == wanted
            held = np.concatenate([held, fresh])
            if not len(held):
                break
            samples = pcm.as_float(held)
            found = speech(samples)
            end = cut(_until(found, CHUNK), CHUNK) if more else len(held)
            chunk = _Chunk(engine, options, samples[:end], _until(found, end), at, progress)
            del samples
            held = held[end:].copy()
            at += end
            yield chunk.result(next_sample=at)
        if sound.failed is not None:
            raise sound.failed


class _Chunk:
    """One chunk being heard; times inside count from its start until `result` moves them."""

    def __init__(
        self,
        engine: Transcriber,
        options: Options,
        sound: Float32,
        found: Sequence[Stretch],
        at: int,
        progress: Progress | None,
    ) -> None:
        self._engine, self._options, self._sound = engine, options, sound
        self._found = found
        self._speech = padded(found, len(sound))
        self._start_ms = at * 1000 // SAMPLE_RATE
        self._progress = progress

    def result(self, *, next_sample: int) -> ChunkResult:
        speech_ms = sum(s.length for s in self._found) * 1000 // SAMPLE_RATE
        try:
            heard = self._best(speech_ms)
        except TranscriptionFailed:
            return self._failed(next_sample, speech_ms)
        words = [word for draft in heard for word in draft.words]
        segments = list(judged(divided(heard), self._found))
        missing = unworded(self._found, words)
        missing_ms = sum(end - start for start, end in missing)
        if missing_ms > INCOMPLETE * speech_ms:
            segments += [
                _empty(start, end, Flag.NO_WORDS) for start, end in missing if end - start >= _TELL_MS
            ]
        language, probability = _language(heard)
        return ChunkResult(
            segments=tuple(self._moved(s) for s in sorted(segments, key=lambda s: (s.start_ms, s.end_ms))),
            next_sample=next_sample,
            language=language,
            language_probability=probability,
            speech_ms=speech_ms,
            unworded_ms=missing_ms,
        )

    def _best(self, speech_ms: int) -> list[Heard]:
        """What was heard; heard again carefully where the engine broke or a tenth of the speech got no
        words.
        """
        try:
            heard = self._hear(self._options)
        except TranscriptionFailed:
            return self._hear(self._options.carefully())
        lost = self._lost_ms(heard)
        if self._options.mode is Mode.CAREFUL or lost <= INCOMPLETE * speech_ms or self._wrong_script(heard):
            return heard
        try:
            again = self._hear(self._options.carefully())
        except TranscriptionFailed:
            return heard
        return again if self._lost_ms(again) < lost else heard

    def _hear(self, options: Options) -> list[Heard]:
        heard = []
        for draft in self._engine.transcribe(self._sound, options, self._speech):
            heard.append(draft)
            if self._progress is not None:
                self._progress(self._start_ms + draft.end_ms)
        return heard

    def _lost_ms(self, heard: Sequence[Heard]) -> int:
        """Speech without words that can be believed: a loop of the decoder must not pass for a full
        transcript.
        """
        believed = [s for s in judged(heard, self._found) if not _BAD.intersection(s.flags)]
        return unworded_ms(self._found, [word for s in believed for word in s.words])

    def _wrong_script(self, heard: Sequence[Heard]) -> bool:
        """Most drafts are in letters of another script: a model that cannot write this language, heard how
        often.
        """
        rejected = [Flag.REJECTED_SCRIPT in s.flags for s in judged(heard, self._found)]
        return sum(rejected) * 2 > len(rejected)

    def _failed(self, next_sample: int, speech_ms: int) -> ChunkResult:
        end_ms = len(self._sound) * 1000 // SAMPLE_RATE
        return ChunkResult(
            segments=(self._moved(_empty(0, end_ms, Flag.FAILED)),),
            next_sample=next_sample,
            language="",
            language_probability=0.0,
            speech_ms=speech_ms,
            unworded_ms=speech_ms,
        )

    def _moved(self, segment: SegmentDraft) -> SegmentDraft:
        by = self._start_ms
        return replace(
            segment,
            start_ms=segment.start_ms + by,
            end_ms=segment.end_ms + by,
            words=tuple(_moved_word(word, by) for word in segment.words),
        )


def _moved_word(word: Word, by: int) -> Word:
    return replace(word, start_ms=word.start_ms + by, end_ms=word.end_ms + by)


def _empty(start_ms: int, end_ms: int, flag: Flag) -> SegmentDraft:
    return SegmentDraft(start_ms=start_ms, end_ms=end_ms, text="", flags=(flag.value,))


def _until(found: Sequence[Stretch], end: int) -> tuple[Stretch, ...]:
    return tuple(Stretch(start=s.start, end=min(s.end, end)) for s in found if s.start < end)


def _language(heard: Sequence[Heard]) -> tuple[str, float]:
    """The language most of the time was in, and the mean certainty of it; ("", 0.0) where nothing was
    heard.
    """
    spent: dict[str, list[tuple[int, float]]] = {}
    for draft in heard:
        spent.setdefault(draft.language, []).append(
            (draft.end_ms - draft.start_ms + 1, draft.language_probability)
        )
    if not spent:
        return "", 0.0
    language = max(spent, key=lambda code: (sum(length for length, _ in spent[code]), code))
    total = sum(length for length, _ in spent[language])
    return language, sum(length * p for length, p in spent[language]) / total
