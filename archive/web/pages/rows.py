"""The rows of a transcript on a page: what is said, with its time link, and gaps that say only how long they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archive.reading.words import Line, Shown
from archive.web.viewmodels import Gap, Pagination, Piece, Said, Stretch
from archive.web.words import speaker, testimony_address
from search.errors import QueryTooComplex
from search.highlight import marks
from search.query import parse

STRETCH_MS = 30 * 60_000


def rows_of(
    testimony_id: str, original_id: str, lines: Sequence[Line], beside: Sequence[Line], query: str
) -> tuple[Said | Gap, ...]:
    """Each line as a row; a translation in step stands under the words it renders."""
    others: dict[int, list[Shown]] = {}
    for line in beside:
        if isinstance(line, Shown) and line.renders_ordinal is not None:
            others.setdefault(line.renders_ordinal, []).append(line)
    voices = _voices(lines)
    rows: list[Said | Gap] = []
    before = ""
    for position, line in enumerate(lines):
        if not isinstance(line, Shown):
            _add_gap(rows, position, line.start_ms, line.end_ms)
            continue
        voice = line.speaker_id or line.speaker
        in_step = others.get(line.ordinal, [])
        rows.append(
            Said(
                anchor=f"s{line.segment_id}"
                if not line.start_char
                else f"s{line.segment_id}-{line.start_char}",
                pieces=_pieces(line, query),
                lang=line.language,
                start_ms=line.start_ms,
                end_ms=line.end_ms,
                href=None
                if line.start_ms is None
                else testimony_address(testimony_id, original_id, line.start_ms, q=query),
                speaker=speaker(line.speaker, voices.get(voice)),
                new_speaker=voice != before,
                translation=tuple(Piece(text=t.text) for t in in_step),
                translation_lang=in_step[0].language if in_step else None,
            )
        )
        before = voice
    return tuple(rows)


def _add_gap(rows: list[Said | Gap], position: int, start_ms: int | None, end_ms: int | None) -> None:
    """Add a gap; one that follows a gap is joined with it, so that no border inside it is told."""
    anchor = f"gap{position}"
    if rows and isinstance(rows[-1], Gap):
        last = rows.pop()
        start_ms, anchor = last.start_ms, last.anchor
    rows.append(Gap(anchor=anchor, start_ms=start_ms, end_ms=end_ms))


def _voices(lines: Sequence[Line]) -> dict[str, int]:
    """Numbers for voices that share a role; one narrator needs no number."""
    by_role: dict[str, list[str]] = {}
    for line in lines:
        if isinstance(line, Shown) and line.speaker and line.speaker_id:
            voices = by_role.setdefault(line.speaker, [])
            if line.speaker_id not in voices:
                voices.append(line.speaker_id)
    shared = [voices for voices in by_role.values() if len(voices) > 1]
    return {voice: number for voices in shared for number, voice in enumerate(voices, start=1)}


def _pieces(line: Shown, query: str) -> tuple[Piece, ...]:
    try:
        found = marks(line.text, parse(query), line.language) if query else ()
    except QueryTooComplex:
        found = ()
    return tuple(Piece(text=piece.text, marked=piece.marked) for piece in found) or (Piece(text=line.text),)


def stretch_of(
    rows: tuple[Said | Gap, ...],
    testimony_id: str,
    original_id: str,
    start_ms: int | None,
    asked: Mapping[str, str],
) -> tuple[tuple[Said | Gap, ...], Stretch | None]:
    """Thirty minutes of a long transcript: those asked for, else those around `start_ms`."""
    last = max((row.end_ms or 0 for row in rows), default=0)
    count = max(1, -(-last // STRETCH_MS))
    if count == 1:
        return rows, None
    text = asked.get("part", "")
    number = int(text) if text.isdecimal() and len(text) < 5 else (start_ms or 0) // STRETCH_MS + 1
    number = min(max(1, number), count)
    low, high = (number - 1) * STRETCH_MS, number * STRETCH_MS
    inside = tuple(row for row in rows if low <= (row.start_ms or 0) < high)

    def address(part: int) -> str:
        return testimony_address(
            testimony_id, original_id, words=asked.get("words", ""), q=asked.get("q", ""), part=str(part)
        )

    pagination = Pagination(
        number=number,
        count=count,
        previous_href=address(number - 1) if number > 1 else None,
        next_href=address(number + 1) if number < count else None,
    )
    return inside, Stretch(from_ms=low, to_ms=min(high, last), pagination=pagination)
