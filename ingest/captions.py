"""Captions: files read and written (WebVTT, SubRip), and transcripts laid out as readable cues.

At most two lines of 42 signs and 7 seconds a cue (the common measure of subtitling; BBC and Netflix guides
agree). Where a line may break is the language's matter, so the caller gives `split`: Khmer has no spaces
between words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ingest.subrip import Voices, read_srt, write_srt
from ingest.values import Cue, Word
from ingest.webvtt import Faults, read_vtt, write_vtt

__all__ = [
    "Faults", "Passage", "Split", "Voices", "lay_out", "read_srt", "read_vtt", "width", "words_by_space",
    "write_srt", "write_vtt",
]  # fmt: skip

LINE_WIDTH = 42
LINES = 2
LONGEST_MS = 7000
# A sentence's end closes a cue once it holds this much; shorter ones wait for company.
_ENOUGH = 24
_ENDS = (".", "?", "!", "…", "។", "៕", "៖", "。")

Split = Callable[[str, str], Sequence[str]]
"""`split(text, language)`: the pieces between which a line may break; joined they are the text again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What one voice says in one stretch: a segment of a transcript. `words` with their times, if there
    are.
    """

    start_ms: int
    end_ms: int
    text: str
    language: str = ""
    voice: str = ""
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of text that is not broken, with the time it is said."""

    text: str
    start_ms: int
    end_ms: int


def words_by_space(text: str, language: str) -> tuple[str, ...]:  # noqa: ARG001  # the form of a Split
    """The split of languages that put spaces between words."""
    return tuple(re.findall(r"\s*\S+\s*$|\s*\S+\s+", text))


def width(text: str) -> int:
    """How many places a text takes in a line: marks that stand on or under a letter take none."""
    return sum(unicodedata.category(sign) not in ("Mn", "Me", "Cf") for sign in text)


def lay_out(passages: Iterable[Passage], *, split: Split = words_by_space) -> tuple[Cue, ...]:
    """Cues for these passages, in order. With word times a cue begins and ends with its words; without, or
    where an edited text no longer has them all, time is shared out by length. No cue mixes two passages.

    A piece longer than a line is cut between signs, never between a letter and its marks.
    """
    cues: list[Cue] = []
    for passage in passages:
        text = " ".join(passage.text.split())
        if text and passage.end_ms > passage.start_ms:
            cues += [_cue(group, passage) for group in _groups(_pieces(text, passage, split))]
    return tuple(cues)


def _pieces(text: str, passage: Passage, split: Split) -> list[_Piece]:
    parts = [part for part in split(text, passage.language) if part]
    if "".join(parts) != text:
        parts = list(words_by_space(text, passage.language))
    short = [cut for part in parts for cut in _cut(part)]
    times = _times(text, passage)
    pieces, place = [], 0
    for part in short:
        begin = place + len(part) - len(part.lstrip())
        end = max(begin + 1, place + len(part.rstrip()))
        pieces.append(_Piece(part, times[min(begin, len(text) - 1)][0], times[min(end, len(text)) - 1][1]))
        place += len(part)
    return pieces


def _cut(part: str) -> Iterator[str]:
    """A piece in cuts of at most one line's width; a mark stays with its letter, a Khmer foot with its
    head.
    """
    cut = ""
    for sign in part:
        marks = unicodedata.category(sign) in ("Mn", "Mc", "Me", "Cf") or cut.endswith("\u17d2")
        if not marks and width(cut.strip() + sign) > LINE_WIDTH and not sign.isspace():
            yield cut
            cut = ""
        cut += sign
    yield cut


def _times(text: str, passage: Passage) -> list[tuple[int, int]]:
    """For each sign of the text, the span of its word; by even shares where the words do not cover the
    text.
    """
    length = passage.end_ms - passage.start_ms
    total = max(1, width(text))
    shares, done = [], 0
    for sign in text:
        before, done = done, done + width(sign)
        shares.append(tuple(passage.start_ms + length * part // total for part in (before, done)))
    even = [(first, max(first, last)) for first, last in shares]
    if not passage.words:
        return even
    told: list[tuple[int, int] | None] = [None] * len(text)
    place, latest = 0, passage.start_ms
    for word in passage.words:
        said = " ".join(word.text.split())
        found = text.find(said, place) if said else -1
        if found < 0 or text[place:found].strip():
            return even
        latest = max(latest, word.start_ms)
        until = max(latest, word.end_ms)
        told[found : found + len(said)] = [(latest, until)] * len(said)
        place, latest = found + len(said), until
    if text[place:].strip():
        return even
    known = [span for span in told if span is not None]
    last = known[0] if known else (passage.start_ms, passage.end_ms)
    filled = []
    for span in told:
        last = span or last
        filled.append(last)
    return filled


def _groups(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """Pieces that stand in one cue together: they fit its lines and its time, and end with a sentence if
    they can.
    """
    group: list[_Piece] = []
    for piece in pieces:
        if group:
            said = "".join(one.text for one in group)
            full = len(_lines([*group, piece])) > LINES
            late = piece.end_ms - group[0].start_ms > LONGEST_MS
            if full or late or (said.rstrip().endswith(_ENDS) and width(said) >= _ENOUGH):
                yield group
                group = []
        group.append(piece)
    if group:
        yield group


def _lines(pieces: Sequence[_Piece]) -> list[str]:
    """As few lines as possible."""
    lines = [""]
    for piece in pieces:
        if lines[-1] and width((lines[-1] + piece.text).strip()) > LINE_WIDTH:
            lines.append("")
        lines[-1] += piece.text
    return [line.strip() for line in lines]


def _cue(group: Sequence[_Piece], passage: Passage) -> Cue:
    lines = _lines(group)
    if len(lines) == LINES:
        lines = _balanced(group)
    start = group[0].start_ms
    end = min(max(group[-1].end_ms, start + 1), start + LONGEST_MS)
    return Cue(start_ms=start, end_ms=end, text="\n".join(lines), voice=passage.voice)


def _balanced(group: Sequence[_Piece]) -> list[str]:
    """Two lines as equal as the pieces allow."""
    best = min(
        range(1, len(group)),
        key=lambda at: max(
            width("".join(one.text for one in half).strip()) for half in (group[:at], group[at:])
        ),
    )
    return ["".join(one.text for one in half).strip() for half in (group[:best], group[best:])]
