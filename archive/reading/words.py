"""The words of a transcript as one viewer may read them, cut by the smallest timed unit.

Each segment is decided by itself. Where a decision cuts a span out of a segment, the words outside it are kept if they
carry an engine's own times; otherwise the whole segment is left out (docs/consent.md, redaction of words).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from archive.db import models as m
from archive.gate import Looking
from archive.services.owners import Fields, testimony_key
from archive.services.transcripts import TimedWord, words_from_json
from consent.rules import Decision, Span
from consent.vocabulary import Action, Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A segment, or the part of it that may be read. `start_char` is where it begins in the segment's whole text."""

    segment_id: str
    ordinal: int
    text: str
    language: str
    start_char: int = 0
    start_ms: int | None = None
    end_ms: int | None = None
    speaker: str = ""
    speaker_id: str | None = None
    words: tuple[TimedWord, ...] = ()
    flags: tuple[str, ...] = ()
    renders_ordinal: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A part that is not shown; its length is all that is said."""

    segment_id: str
    ordinal: int
    start_ms: int | None
    end_ms: int | None


Line = Shown | Withheld


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One transcript that may be chosen: its revision, language and kind."""

    revision_id: str
    language: str
    kind: str
    number: int
    renders_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackPlace:
    """Where a transcript belongs; ids only, so that it can be asked before anything is decided."""

    testimony_id: str
    original_id: str
    language: str
    kind: str


def place_of(looking: Looking, revision_id: str) -> TrackPlace | None:
    """Where a revision belongs, or None if there is none of that id."""
    revision = looking.session.get(m.Revision, revision_id)
    if revision is None:
        return None
    transcript = looking.session.get_one(m.Transcript, revision.transcript_id)
    return TrackPlace(
        testimony_id=transcript.testimony_id,
        original_id=transcript.original_id,
        language=transcript.language,
        kind=transcript.kind,
    )


def tracks(looking: Looking, original_id: str, *, drafts: bool) -> tuple[Track, ...]:
    """The transcripts of an original, the spoken one first. Drafts only for those assigned."""
    wanted = (
        select(m.Revision, m.Transcript)
        .join(m.Transcript, m.Transcript.id == m.Revision.transcript_id)
        .where(m.Transcript.original_id == original_id, m.Revision.withdrawn_at.is_(None))
    )
    wanted = (
        wanted.where(m.Revision.complete_at.is_not(None))
        if drafts
        else wanted.where(m.Revision.published_at.is_not(None))
    )
    newest: dict[str, Track] = {}
    for revision, transcript in looking.session.execute(wanted.order_by(m.Revision.number)):
        newest[transcript.id] = Track(
            revision_id=revision.id,
            language=transcript.language,
            kind=transcript.kind,
            number=revision.number,
            renders_id=revision.renders_id,
        )
    return tuple(sorted(newest.values(), key=lambda track: (track.kind == "translation", track.language)))


def read(looking: Looking, fields: Fields, revision_id: str) -> tuple[Line, ...]:
    """All lines of one revision, in order, as `looking.viewer` may read them."""
    revision = looking.session.get_one(m.Revision, revision_id)
    transcript = looking.session.get_one(m.Transcript, revision.transcript_id)
    original = looking.session.get_one(m.Original, transcript.original_id)
    segments = looking.session.scalars(
        select(m.Segment).where(m.Segment.revision_id == revision.id).order_by(m.Segment.ordinal)
    ).all()
    lines: list[Line] = []
    rendered = times_rendered(looking, revision)
    for segment in segments:
        part = looking.policies.words(original, revision, *reach(segment, rendered))
        lines.extend(shown_of(fields, segment, looking.decide(Action.READ, part)))
    return tuple(lines)


Times = tuple[int | None, int | None]


def times_rendered(looking: Looking, revision: m.Revision) -> dict[int, Times]:
    """The times of the segments that a translation renders, by their number; empty for what renders nothing."""
    if revision.renders_id is None:
        return {}
    rows = looking.session.execute(
        select(m.Segment.ordinal, m.Segment.start_ms, m.Segment.end_ms).where(
            m.Segment.revision_id == revision.renders_id
        )
    )
    return {ordinal: (start_ms, end_ms) for ordinal, start_ms, end_ms in rows}


def reach(segment: m.Segment, rendered: dict[int, Times]) -> Times:
    """What a segment tells of: its own times and, in a translation, those of the words it renders.

    What is hidden there is hidden here, though the translation be out of step (docs/consent.md, redaction of words).
    """
    if segment.renders_ordinal not in rendered:
        return segment.start_ms, segment.end_ms
    start_ms, end_ms = rendered[segment.renders_ordinal]
    if start_ms is None or end_ms is None or segment.start_ms is None or segment.end_ms is None:
        return None, None
    return min(start_ms, segment.start_ms), max(end_ms, segment.end_ms)


def shown(lines: Sequence[Line]) -> tuple[Shown, ...]:
    """The lines that are not withheld."""
    return tuple(line for line in lines if isinstance(line, Shown))


def shown_of(fields: Fields, segment: m.Segment, decision: Decision) -> Iterator[Line]:
    """What one decision leaves of one segment."""
    if decision.effect is Effect.DENY:
        yield _withheld(segment, segment.start_ms, segment.end_ms)
        return
    whole = open_segment(fields, segment)
    if not decision.spans:
        yield whole
        return
    yield from cut(whole, decision.spans, own_times=segment.origin == "machine")


def open_segment(fields: Fields, segment: m.Segment) -> Shown:
    """The whole segment; only for callers that hold a decision about it."""
    owner = testimony_key(segment.testimony_id)
    return Shown(
        segment_id=segment.id,
        ordinal=segment.ordinal,
        text=fields.open(owner, segment.id, "text", segment.text_sealed),
        language=segment.language,
        start_ms=segment.start_ms,
        end_ms=segment.end_ms,
        speaker=segment.speaker,
        speaker_id=segment.speaker_id,
        words=words_from_json(fields.open_json(owner, segment.id, "words", segment.words_sealed)),
        flags=tuple(segment.flags.split()),
        renders_ordinal=segment.renders_ordinal,
    )


def cut(whole: Shown, spans: Sequence[Span], *, own_times: bool) -> Iterator[Line]:
    """Leave out every word that a span touches; without an engine's own word times, everything."""
    pieces = split(whole, spans, own_times=own_times)
    if pieces is None:
        yield Withheld(
            segment_id=whole.segment_id, ordinal=whole.ordinal, start_ms=whole.start_ms, end_ms=whole.end_ms
        )
        return
    hidden: list[Shown] = []
    for piece, touched in pieces:
        if touched:
            hidden.append(piece)
            continue
        if hidden:
            yield _gap(hidden)
            hidden = []
        yield piece
    if hidden:
        yield _gap(hidden)


def split(
    whole: Shown, spans: Sequence[Span], *, own_times: bool
) -> tuple[tuple[Shown, frozenset[int]], ...] | None:
    """The segment as runs of words that the same spans touch, each with the indexes of those spans.

    None if it cannot be cut: its words carry no engine's own times, or some letter has none.
    """
    if not own_times or not whole.words or not _covered(whole):
        return None
    runs: list[tuple[list[TimedWord], frozenset[int]]] = []
    for word in whole.words:
        touched = frozenset(
            i
            for i, span in enumerate(spans)
            if word.start_ms < span.end_ms and span.start_ms < max(word.end_ms, word.start_ms + 1)
        )
        if runs and runs[-1][1] == touched:
            runs[-1][0].append(word)
        else:
            runs.append(([word], touched))
    return tuple((_piece(whole, run), touched) for run, touched in runs)


def _covered(whole: Shown) -> bool:
    """Whether the timed words carry every letter of the text: a letter without a time could not be cut."""
    timed: set[int] = set()
    for word in whole.words:
        timed.update(range(word.start_char, word.end_char))
    return all(not c.isalnum() or position in timed for position, c in enumerate(whole.text))


def _piece(whole: Shown, run: Sequence[TimedWord]) -> Shown:
    start, end = run[0].start_char, run[-1].end_char
    moved = tuple(
        TimedWord(
            start_ms=w.start_ms,
            end_ms=w.end_ms,
            start_char=w.start_char - start,
            end_char=w.end_char - start,
            probability=w.probability,
        )
        for w in run
    )
    return Shown(
        segment_id=whole.segment_id,
        ordinal=whole.ordinal,
        text=whole.text[start:end],
        language=whole.language,
        start_char=whole.start_char + start,
        start_ms=run[0].start_ms,
        end_ms=run[-1].end_ms,
        speaker=whole.speaker,
        speaker_id=whole.speaker_id,
        words=moved,
        flags=whole.flags,
        renders_ordinal=whole.renders_ordinal,
    )


def _gap(hidden: Sequence[Shown]) -> Withheld:
    first, last = hidden[0], hidden[-1]
    return Withheld(
        segment_id=first.segment_id, ordinal=first.ordinal, start_ms=first.start_ms, end_ms=last.end_ms
    )


def _withheld(segment: m.Segment, start_ms: int | None, end_ms: int | None) -> Withheld:
    return Withheld(segment_id=segment.id, ordinal=segment.ordinal, start_ms=start_ms, end_ms=end_ms)
