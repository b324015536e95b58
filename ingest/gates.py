"""Does this look like what was said? Flags on machine text that does not; nothing is ever deleted here.

A flag is for people and for the index: REJECTED_SCRIPT is text that looks like words and is none (Whisper
writes Khmer in Latin letters), so it is shown as "no usable machine transcript" and not indexed
(docs/speech.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum

import regex

from ingest.transcribe import SAMPLE_RATE
from ingest.values import SegmentDraft, Word
from ingest.voice import Stretch


class Flag(StrEnum):
    """What a segment did not pass. Values are stored with it."""

    REJECTED_SCRIPT = "rejected_script"  # under half of its letters are in the script of its language
    REPETITIVE = "repetitive"  # it packs too well: a loop of the decoder
    UNSURE = "unsure"  # the engine itself thinks its words improbable
    MAYBE_SILENCE = "maybe_silence"  # the engine heard no speech and is not sure of its words either
    REPEATED = "repeated"  # the same text three times running
    OVER_SILENCE = "over_silence"  # words where there is no voice
    NO_LETTERS = "no_letters"  # only dots or signs
    NO_WORDS = "no_words"  # speech for which no words were found
    FAILED = "failed"  # the engine broke here twice


PACKS_TOO_WELL = 2.4
IMPROBABLE = -1.0
NO_SPEECH = 0.6
TIMES_RUNNING = 3
_SLACK_MS = 400  # word times err by a quarter of a second (docs/speech.md)

_SCRIPTS = {
    "Khmer": "km",
    "Lao": "lo",
    "Thai": "th",
    "Myanmar": "my",
    "Tibetan": "bo",
    "Sinhala": "si",
    "Bengali": "bn as",
    "Devanagari": "hi mr ne sa",
    "Gujarati": "gu",
    "Gurmukhi": "pa",
    "Kannada": "kn",
    "Malayalam": "ml",
    "Tamil": "ta",
    "Telugu": "te",
    "Arabic": "ar fa ur ps sd",
    "Hebrew": "he yi",
    "Ethiopic": "am",
    "Georgian": "ka",
    "Armenian": "hy",
    "Greek": "el",
    "Cyrillic": "ru uk be bg mk kk ky tg mn tt ba",
    "Hangul": "ko",
    "Han": "zh yue",
    "Latin": "en fr vi de es it pt nl pl cs sk sl hr bs ro hu fi et lv lt sv no nn da is fo ga cy br eu "
    "ca gl oc la sq mt tr az id ms jw su tl haw mi sw sn so yo ha ln mg lb af ht",
}
_SCRIPT_OF = {code: script for script, codes in _SCRIPTS.items() for code in codes.split()}
_JAPANESE = regex.compile(r"[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}ー]")
_LETTER = regex.compile(r"[\p{L}\p{M}]")


def script_ratio(text: str, language: str) -> float:
    """Share of the letters (vowel signs count) in the script of `language`; 1.0 where there is nothing to
    judge.
    """
    letters = _LETTER.findall(text)
    if not letters or (language != "ja" and language not in _SCRIPT_OF):
        return 1.0
    # Marks such as accents written apart belong to every script, so they are no evidence against one.
    expected = (
        _JAPANESE
        if language == "ja"
        else regex.compile(rf"[\p{{Script={_SCRIPT_OF[language]}}}\p{{Script=Inherited}}]")
    )
    return sum(1 for letter in letters if expected.match(letter)) / len(letters)


def judged(segments: Sequence[SegmentDraft], speech: Iterable[Stretch]) -> tuple[SegmentDraft, ...]:
    """The same segments with the flags they earn added. `speech` is what voice activity found, in samples."""
    stretches = tuple(speech)
    repeated = _repeated(segments)
    return tuple(
        replace(
            segment,
            flags=tuple(dict.fromkeys((*segment.flags, *_flags(segment, stretches), *repeated.get(i, ())))),
        )
        for i, segment in enumerate(segments)
    )


def unworded_ms(speech: Iterable[Stretch], words: Iterable[Word]) -> int:
    """Milliseconds of speech that got no words; within 0.4 s of a word counts as worded."""
    return sum(end - start for start, end in unworded(speech, words))


def unworded(speech: Iterable[Stretch], words: Iterable[Word]) -> list[tuple[int, int]]:
    """The pieces (start_ms, end_ms) of speech without words, in order."""
    worded = sorted((w.start_ms - _SLACK_MS, w.end_ms + _SLACK_MS) for w in words)
    gaps: list[tuple[int, int]] = []
    for stretch in speech:
        at, end = stretch.start * 1000 // SAMPLE_RATE, stretch.end * 1000 // SAMPLE_RATE
        for start, stop in worded:
            if start >= end:
                break
            if stop <= at:
                continue
            if start > at:
                gaps.append((at, start))
            at = max(at, stop)
        if at < end:
            gaps.append((at, end))
    return gaps


def _flags(segment: SegmentDraft, speech: Sequence[Stretch]) -> Iterable[str]:
    if not segment.text:
        return
    if not _LETTER.search(segment.text) and not regex.search(r"\p{N}", segment.text):
        yield Flag.NO_LETTERS.value
    if script_ratio(segment.text, segment.language) < 0.5:
        yield Flag.REJECTED_SCRIPT.value
    if segment.compression_ratio > PACKS_TOO_WELL:
        yield Flag.REPETITIVE.value
    if segment.avg_logprob < IMPROBABLE:
        yield Flag.UNSURE.value
        if segment.no_speech_prob > NO_SPEECH:
            yield Flag.MAYBE_SILENCE.value
    if _mostly_outside(segment, speech):
        yield Flag.OVER_SILENCE.value


def _mostly_outside(segment: SegmentDraft, speech: Sequence[Stretch]) -> bool:
    """More than half of its words (or the middle of a segment without word times) lie where nobody speaks."""
    times = [(w.start_ms, w.end_ms) for w in segment.words] or [(segment.start_ms, segment.end_ms)]
    outside = 0
    for start, end in times:
        middle = (start + end) // 2
        outside += not any(
            s.start * 1000 // SAMPLE_RATE - _SLACK_MS <= middle <= s.end * 1000 // SAMPLE_RATE + _SLACK_MS
            for s in speech
        )
    return outside * 2 > len(times)


def _repeated(segments: Sequence[SegmentDraft]) -> dict[int, tuple[str]]:
    texts = [" ".join(_bare(segment.text)) for segment in segments]
    flagged: dict[int, tuple[str]] = {}
    run = 1
    for i in range(1, len(texts)):
        run = run + 1 if texts[i] and texts[i] == texts[i - 1] else 1
        if run >= TIMES_RUNNING:
            flagged.update(dict.fromkeys(range(i - run + 1, i + 1), (Flag.REPEATED.value,)))
    return flagged


def _bare(text: str) -> list[str]:
    return regex.findall(r"[\p{L}\p{M}\p{N}]+", text.casefold())  # type: ignore[no-any-return, unused-ignore]
