"""Names that are marked after other tracks of a recording were published: they are hidden in those tracks as well.

Nobody has read the translation since the mark was made, so what it says at that time is withheld, whole
(docs/consent.md, names).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from archive.db.models import NameMark, Revision, Segment, Transcript
from archive.db.uow import UnitOfWork
from archive.identifiers import new_id


def newly_marked(tx: UnitOfWork, revision_id: str, replaced: Sequence[str]) -> tuple[NameMark, ...]:
    """The marks of a revision that none of those it replaces had; empty if it replaces none."""
    if not replaced:
        return ()
    older = tx.session.scalars(select(NameMark).where(NameMark.revision_id.in_(replaced)))
    known = {_where(mark) for mark in older}
    marks = tx.session.scalars(select(NameMark).where(NameMark.revision_id == revision_id))
    return tuple(mark for mark in marks if _where(mark) not in known)


def hide_in_other_tracks(tx: UnitOfWork, transcript: Transcript, marks: Iterable[NameMark]) -> None:
    """Put the marks at the same times into every other published track of the same original."""
    late = tuple(marks)
    if not late:
        return
    others = (
        select(Revision.id)
        .join(Transcript, Transcript.id == Revision.transcript_id)
        .where(
            Transcript.original_id == transcript.original_id,
            Transcript.id != transcript.id,
            Revision.published_at.is_not(None),
            Revision.withdrawn_at.is_(None),
        )
    )
    for revision_id in tx.session.scalars(others).all():
        first = (
            select(Segment.id).where(Segment.revision_id == revision_id).order_by(Segment.ordinal).limit(1)
        )
        segment_id = tx.session.scalar(first)
        if segment_id is None:
            continue
        tx.session.add_all(
            NameMark(
                id=new_id(), revision_id=revision_id, segment_id=segment_id, person_id=mark.person_id,
                person_class=mark.person_class, start_char=0, end_char=0, marked_by=mark.marked_by,
                start_ms=mark.start_ms, end_ms=mark.end_ms,
            )
            for mark in late
        )  # fmt: skip


def _where(mark: NameMark) -> tuple[str | None, str, int | None, int | None]:
    return mark.person_id, mark.person_class, mark.start_ms, mark.end_ms
