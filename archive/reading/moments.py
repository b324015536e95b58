"""What the index holds of a testimony: its moments, cut at every border of a rule, each with the class of its rules.

A segment that a rule touches is cut where words have times; the parts become moments of their own, so that a class is
allowed or not as a whole. What only the narrator, family, keepers or assignees may find is in no index
(docs/search.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.db import models as m
from archive.gate.policies import Policies
from archive.reading.contents import text_of
from archive.reading.provinces import place_is_public
from archive.reading.words import Shown, open_segment, split
from archive.services.owners import Fields
from consent.classes import IndexClass, index_class
from consent.rules import Field, Part, Span, Testimony
from consent.scope import padded
from search.analysis import analyse, clusters_of, joined
from search.moments import AnalysedMoment, Batch

PIECE = "~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Where a moment lies that is only a piece of its segment."""

    moment_id: str
    segment_id: str
    start_ms: int
    end_ms: int
    start_char: int
    end_char: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedTestimony:
    """A batch for the index, the classes its moments carry, and where its pieces of segments lie."""

    batch: Batch
    classes: tuple[IndexClass, ...]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findable:
    """One moment before analysis: its part of policy and the words in step with it."""

    moment_id: str
    part: Part
    lines: tuple[Shown, ...]
    piece: Piece | None = None


def batch_of(
    session: Session, policies: Policies, fields: Fields, testimony_id: str, now: datetime
) -> IndexedTestimony:
    """Everything of one testimony that anyone but those nearest to it may find."""
    row = session.get_one(m.Testimony, testimony_id)
    testimony = policies.testimony(testimony_id)
    shared = _shared_facets(session, policies, row, now)
    found: dict[bool, list[AnalysedMoment]] = {True: [], False: []}
    classes: dict[str, IndexClass] = {}
    pieces: list[Piece] = []
    for original in session.scalars(
        select(m.Original).where(m.Original.testimony_id == testimony_id).order_by(m.Original.ordinal)
    ):
        for findable in findables(session, policies, fields, original):
            rules = index_class(findable.part, now)
            if rules is None or not rules.indexable:
                continue
            classes[rules.key] = rules
            closes_at_ms = None if rules.closes_at is None else int(rules.closes_at.timestamp() * 1000)
            moment = replace(
                _analysed(findable, testimony_id, rules.key),
                closes_at_ms=closes_at_ms,
                topics=_topics(session, testimony, findable.moment_id),
                **shared,
            )
            found[rules.open].append(moment)
            if findable.piece is not None:
                pieces.append(findable.piece)
    batch = Batch(
        testimony_id=testimony_id,
        index_version=row.index_version,
        open=tuple(found[True]),
        guarded=tuple(found[False]),
    )
    return IndexedTestimony(batch=batch, classes=tuple(classes.values()), pieces=tuple(pieces))


def findables(
    session: Session, policies: Policies, fields: Fields, original: m.Original
) -> Iterator[Findable]:
    """The published segments of an original, cut at rules, with published translations in step.

    And its index points.
    """
    published = session.execute(
        select(m.Revision, m.Transcript)
        .join(m.Transcript, m.Transcript.id == m.Revision.transcript_id)
        .where(
            m.Transcript.original_id == original.id,
            m.Revision.published_at.is_not(None),
            m.Revision.withdrawn_at.is_(None),
        )
    ).all()
    spoken = [revision for revision, transcript in published if transcript.kind != "translation"]
    for revision in spoken:
        in_step = [
            r for r, t in published if t.kind == "translation" and r.renders_id == revision.id and r.aligned
        ]
        translations = {r.id: _by_rendered(session, r) for r in in_step}
        for segment in session.scalars(
            select(m.Segment).where(m.Segment.revision_id == revision.id).order_by(m.Segment.ordinal)
        ):
            part = policies.words(original, revision, segment.start_ms, segment.end_ms)
            names = [part.name_spans, *(policies.words(original, r, None, None).name_spans for r in in_step)]
            checked = part.names_checked and all(r.names_checked_at is not None for r in in_step)
            part = replace(
                part,
                names_checked=checked,
                name_spans=tuple(n for spans in names for n in spans),
                index_version=part.testimony.index_version,
            )
            others = tuple(
                open_segment(fields, t) for by in translations.values() for t in by.get(segment.ordinal, ())
            )
            yield from _cut(
                open_segment(fields, segment), part, others, own_times=segment.origin == "machine"
            )
    for point in session.scalars(select(m.IndexPoint).where(m.IndexPoint.original_id == original.id)):
        yield _point(policies, fields, original, point)


def _by_rendered(session: Session, revision: m.Revision) -> dict[int, list[m.Segment]]:
    found: dict[int, list[m.Segment]] = {}
    for segment in session.scalars(
        select(m.Segment).where(m.Segment.revision_id == revision.id).order_by(m.Segment.ordinal)
    ):
        if segment.renders_ordinal is not None:
            found.setdefault(segment.renders_ordinal, []).append(segment)
    return found


def borders_of(part: Part) -> tuple[Span, ...]:
    """Every span that some rule hides from somebody, padded."""
    limits = [span for limit in part.testimony.limits for span in limit.spans]
    names = [padded(span) for name in part.name_spans for span in name.spans]
    return tuple(span for span in (*limits, *names) if span.original == part.original)


def _cut(whole: Shown, part: Part, others: tuple[Shown, ...], *, own_times: bool) -> Iterator[Findable]:
    """The segment, or the runs of its words between the borders of rules; a translation cannot be cut with it."""
    region = part.region if part.timed else None
    touching = [
        b for b in borders_of(part) if region and b.start_ms < region.end_ms and region.start_ms < b.end_ms
    ]
    pieces = split(whole, touching, own_times=own_times) if region is not None and touching else None
    if region is None or pieces is None:
        yield Findable(moment_id=whole.segment_id, part=part, lines=(whole, *others))
        return
    for number, (piece, _) in enumerate(pieces):
        start = piece.start_ms or 0
        span = Span(original=region.original, start_ms=start, end_ms=max(piece.end_ms or 0, start + 1))
        place = Piece(
            moment_id=f"{whole.segment_id}{PIECE}{number}",
            segment_id=whole.segment_id,
            start_ms=span.start_ms,
            end_ms=span.end_ms,
            start_char=piece.start_char,
            end_char=piece.start_char + len(piece.text),
        )
        yield Findable(moment_id=place.moment_id, part=replace(part, span=span), lines=(piece,), piece=place)


def _point(policies: Policies, fields: Fields, original: m.Original, point: m.IndexPoint) -> Findable:
    part = policies.point(original, point)
    text = text_of(fields, point)
    line = Shown(
        segment_id=point.id,
        ordinal=0,
        text=text,
        language=point.language,
        start_ms=point.start_ms,
        end_ms=point.end_ms,
    )
    return Findable(
        moment_id=point.id, part=replace(part, index_version=part.testimony.index_version), lines=(line,)
    )


def _analysed(findable: Findable, testimony_id: str, class_key: str) -> AnalysedMoment:
    tokens = joined(analyse(line.text, line.language) for line in findable.lines)
    return AnalysedMoment(
        moment_id=findable.moment_id,
        testimony_id=testimony_id,
        class_key=class_key,
        tokens=tokens,
        clusters=clusters_of(tokens),
        language=findable.lines[0].language,
    )


def _shared_facets(session: Session, policies: Policies, row: m.Testimony, now: datetime) -> dict[str, Any]:
    """Year and place, where no rule hides them and they do not narrow a narrator down."""
    testimony = policies.testimony(row.id)
    hidden = {limit.scope.name for limit in testimony.limits if isinstance(limit.scope, Field)}
    meeting = session.scalar(
        select(m.Session).where(m.Session.testimony_id == row.id).order_by(m.Session.ordinal).limit(1)
    )
    if meeting is None:
        return {}
    year = meeting.date_edtf[:4]
    place = meeting.place_id if place_is_public(session, policies, meeting, now) else None
    return {
        "year": int(year) if year.isdecimal() and "date" not in hidden else None,
        "place": place if "place" not in hidden else None,
    }


def _topics(session: Session, testimony: Testimony, moment_id: str) -> tuple[str, ...]:
    """Accepted concepts of a moment; none where a span is hidden, since a concept could name what is in it."""
    if any(limit.spans and "tags" not in limit.free_of for limit in testimony.limits):
        return ()
    found = session.scalars(
        select(m.Tag.concept).where(
            m.Tag.status == "accepted",
            (m.Tag.segment_id == moment_id.partition(PIECE)[0]) | (m.Tag.index_point_id == moment_id),
        )
    )
    return tuple(sorted(concept for concept in found if not concept.startswith("risk:")))
