"""What the review of a transcript shows to someone with a task on it: the draft, its marks, its masked copies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from archive.db import models as m
from archive.errors import NotFound
from archive.gate import Looking


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The revision under review."""

    revision_id: str
    original_id: str
    language: str
    kind: str
    published: bool
    names_checked_by: str | None
    names_checked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A name marked in a segment, by characters."""

    id: str
    segment_id: str
    start_char: int
    end_char: int
    person_class: str


def draft(looking: Looking, testimony_id: str, wanted: str) -> Draft:
    """The revision asked for, else the first that is not published yet, else the newest.

    :raises NotFound: if there is none, or the one asked for is not of this testimony.
    """
    rows = looking.session.execute(
        select(m.Revision, m.Transcript)
        .join(m.Transcript, m.Transcript.id == m.Revision.transcript_id)
        .where(
            m.Transcript.testimony_id == testimony_id,
            m.Revision.complete_at.is_not(None),
            m.Revision.withdrawn_at.is_(None),
        )
        .order_by(m.Revision.published_at.is_not(None), m.Revision.made_at)
    ).all()
    asked = [row for row in rows if row[0].id == wanted] if wanted else rows
    if not asked:
        raise NotFound
    revision, transcript = asked[0] if asked[0][0].published_at is None else asked[-1]
    checker = looking.session.get(m.Account, revision.names_checked_by) if revision.names_checked_by else None
    return Draft(
        revision_id=revision.id,
        original_id=transcript.original_id,
        language=transcript.language,
        kind=transcript.kind,
        published=revision.published_at is not None,
        names_checked_by=checker.display if checker else None,
        names_checked_at=revision.names_checked_at,
    )


def marks(looking: Looking, revision_id: str) -> tuple[Mark, ...]:
    """The names marked in a revision."""
    rows = looking.session.scalars(select(m.NameMark).where(m.NameMark.revision_id == revision_id))
    return tuple(
        Mark(
            id=row.id,
            segment_id=row.segment_id,
            start_char=row.start_char,
            end_char=row.end_char,
            person_class=row.person_class,
        )
        for row in rows
    )


def narrators(looking: Looking, testimony_id: str) -> tuple[str, ...]:
    """The narrators' person ids, in order."""
    rows = looking.session.scalars(
        select(m.Role.person_id)
        .where(m.Role.testimony_id == testimony_id, m.Role.role == "narrator", m.Role.unlinked_at.is_(None))
        .order_by(m.Role.ordinal)
    )
    return tuple(rows)


def unchecked_masks(looking: Looking, testimony_id: str) -> tuple[str, ...]:
    """Masked copies that wait for a second person's ear."""
    rows = looking.session.scalars(
        select(m.Rendition.id).where(
            m.Rendition.testimony_id == testimony_id,
            m.Rendition.mask != "",
            m.Rendition.checked_at.is_(None),
            m.Rendition.replaced_at.is_(None),
            m.Rendition.profile.in_(("listening", "video240")),
        )
    )
    return tuple(rows)
