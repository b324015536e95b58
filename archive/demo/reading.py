"""What the demo archivists do after the machine: read, say who speaks, mark names, publish, hide, describe, check."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select

from archive.actors import Actor
from archive.db import models as m
from archive.demo.arriving import Arrived
from archive.demo.people import DEMONSTRATION
from archive.services.contents import NewNote, NewPoint
from archive.services.owners import testimony_key
from archive.services.tasks import assign
from archive.services.transcripts import MarkedName
from archive.wiring import Archive
from consent.rules import Limit, Span
from consent.vocabulary import PersonClass
from search.concepts import shipped

CHECKED_FREE = ("title", "summary", "tags")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSegment:
    """A segment with its words opened, as the archivist reads it."""

    id: str
    text: str
    start_ms: int | None
    end_ms: int | None

    @property
    def middle_ms(self) -> int:
        return ((self.start_ms or 0) + (self.end_ms or 0)) // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One mark, and where the marked words stand in the recording (0 to 0 in a text)."""

    mark: MarkedName
    start_ms: int
    end_ms: int


def draft_of(archive: Archive, arrived: Arrived) -> str:
    """The id of the machine's revision."""
    with archive.database.snapshot() as look:
        return look.scalars(
            select(m.Revision.id)
            .join(m.Transcript, m.Transcript.id == m.Revision.transcript_id)
            .where(m.Transcript.original_id == arrived.original_id, m.Transcript.kind == "machine")
        ).one()


def segments_of(archive: Archive, testimony_id: str, revision_id: str) -> list[ReadSegment]:
    """All segments of a revision, opened."""
    owner = testimony_key(testimony_id)
    with archive.database.snapshot() as look:
        rows = look.scalars(
            select(m.Segment).where(m.Segment.revision_id == revision_id).order_by(m.Segment.ordinal)
        )
        return [
            ReadSegment(
                id=row.id, text=archive.fields.open(owner, row.id, "text", row.text_sealed), start_ms=row.start_ms,
                end_ms=row.end_ms,
            )
            for row in rows
        ]  # fmt: skip


def publish(archive: Archive, archivist: Actor, arrived: Arrived) -> None:
    """Mark every name that is said, say who speaks, publish; put into force what a narrator asked to hide."""
    revisions = arrived.revisions.values() or (draft_of(archive, arrived),)
    for revision_id in revisions:
        segments = segments_of(archive, arrived.id, revision_id)
        found = [
            named
            for said in range(len(arrived.example.names_said))
            for named in _names(arrived, segments, said)
        ]
        speakers = {segment.id: _speaker(arrived, segment) for segment in segments}
        marks = [named.mark for named in found]
        archive.transcripts.publish(archivist, revision_id, marks, speakers=speakers)
        for named in found:
            if named.mark.person_class != PersonClass.NARRATOR:
                _hide(archive, archivist, arrived, named)
    archive.limits.found_free(archivist, arrived.id, ["entry"], limit_id=None)


def _names(arrived: Arrived, segments: list[ReadSegment], number: int) -> list[Named]:
    """Where one name is said; if it was heard otherwise, the whole of the segments in which it was spoken."""
    said = arrived.example.names_said[number]
    own = said.whose == "the narrator"
    person_id = arrived.narrator_ids[0] if own else None
    kind = PersonClass.NARRATOR if own else PersonClass.PRIVATE
    places = [
        (segment, at.start(), at.end())
        for segment in segments
        for at in re.finditer(re.escape(said.words), segment.text, re.IGNORECASE)
    ]
    spoken = [p for p in arrived.example.script if said.words.casefold() in p.text.casefold()]
    places = places or [
        (segment, 0, len(segment.text))
        for segment in segments
        if segment.text
        and any((segment.start_ms or 0) < p.end_ms and p.start_ms < (segment.end_ms or 0) for p in spoken)
    ]
    return [
        Named(
            mark=MarkedName(
                segment_id=s.id, start_char=a, end_char=b, person_id=person_id, person_class=kind
            ),
            start_ms=s.start_ms or 0,
            end_ms=s.end_ms or 0,
        )
        for s, a, b in places
    ]


def _speaker(arrived: Arrived, segment: ReadSegment) -> str:
    """Who speaks in the middle of the segment, by the times of the invented script."""
    script = arrived.example.script
    said = min(script, key=lambda p: max(p.start_ms - segment.middle_ms, segment.middle_ms - p.end_ms, 0))
    return arrived.people[said.speaker]


def _hide(archive: Archive, archivist: Actor, arrived: Arrived, named: Named) -> None:
    """The narrator's no to the seconds in which the name is said; title and summary were read and do not say it."""
    with archive.database.snapshot() as look:
        mark = look.scalars(
            select(m.NameMark).where(
                m.NameMark.segment_id == named.mark.segment_id, m.NameMark.start_char == named.mark.start_char
            )
        ).one()
        start_ms, end_ms = mark.start_ms or named.start_ms, mark.end_ms or named.end_ms
    limit_id = archive.limits.add(
        archivist,
        arrived.id,
        Limit(
            by=f"narrator:{arrived.narrator_ids[0]}", reason="asked_by_narrator",
            scope=Span(original=arrived.original_id, start_ms=start_ms, end_ms=max(end_ms, start_ms + 1)),
        ),
    )  # fmt: skip
    archive.limits.found_free(archivist, arrived.id, CHECKED_FREE, limit_id=limit_id)


def describe(archive: Archive, archivist: Actor, arrived: Arrived) -> None:
    """Index points with their themes, and content notes."""
    example, thesaurus = arrived.example, shipped()
    points = [
        NewPoint(
            start_ms=point.start_ms, end_ms=point.end_ms, language=example.languages[0], title=point.title,
            synopsis=point.synopsis, keywords=point.keywords,
            concepts=[concept.id for theme in point.themes for concept in thesaurus.named(theme)],
        )
        for point in example.index_points
    ]  # fmt: skip
    if points:
        archive.contents.add_points(archivist, arrived.original_id, points)
        archive.contents.check_names(archivist, arrived.original_id)
    notes = [
        NewNote(start_ms=note.start_ms, end_ms=note.end_ms, language="en", text=note.text)
        for note in example.content_notes
    ]
    if notes:
        archive.contents.add_notes(archivist, arrived.original_id, notes)


def give_check(archive: Archive, checker: Actor, arrived: Arrived) -> None:
    """The second archivist may hear hidden parts of this testimony, to check what was hidden."""
    with archive.database.uow() as tx:
        assign(tx, arrived.id, checker.id, "check", given_by=DEMONSTRATION)


def check_masks(archive: Archive, checker: Actor) -> int:
    """The second archivist confirms every masked copy that was measured; returns how many."""
    with archive.database.snapshot() as look:
        waiting = look.scalars(
            select(m.Rendition.id).where(
                m.Rendition.mask != "",
                m.Rendition.profile != "peaks",
                m.Rendition.checked_at.is_(None),
                m.Rendition.replaced_at.is_(None),
            )
        ).all()
    for rendition_id in waiting:
        archive.renditions.check_mask(checker, rendition_id)
    return len(waiting)


def hidden_words(archive: Archive, arrived: Arrived) -> tuple[str, ...]:
    """Those words of the example's list that were really heard, in any letters."""
    revisions = arrived.revisions.values() or (draft_of(archive, arrived),)
    heard = " ".join(s.text for r in revisions for s in segments_of(archive, arrived.id, r)).casefold()
    return tuple(word for word in arrived.example.hidden_words if word.casefold() in heard)
