"""What the desk shows to a member of staff.

What she has a task on or the duty for, and how far each original has come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.actors import Actor
from archive.db import models as m
from archive.db.uow import Database
from archive.errors import NotFound
from archive.services.owners import Fields, testimony_key
from archive.services.tasks import WORKED_ON, has_task, running
from archive.steps import kinds

OPENING_DUTIES = ("consent", "custodian")
LAST = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskEntry:
    """One testimony on the desk, in ids, states and dates only.

    `to_confirm` is a narrator whose word the actor may confirm, `consent_missing` one who has not been asked, or whose
    evidence or own words are not there.
    """

    id: str
    code: str
    state: str
    since: datetime
    level: str | None
    assigned: bool
    may_consent: bool
    waits_for_second: bool
    to_confirm: str | None
    consent_missing: str | None
    opens_at: datetime | None
    draft_revision: str | None
    published: bool
    running: bool
    failed: bool
    unchecked_mask: str | None


def entries(database: Database, actor: Actor) -> tuple[DeskEntry, ...]:
    """Testimonies the actor works on, newest first; those closed to work are not on a desk."""
    with database.snapshot() as look:
        now = database.clock.now()
        assigned = set(look.scalars(select(m.Assignment.testimony_id).where(running(actor.id, now))))
        rows = look.scalars(
            select(m.Testimony)
            .where(m.Testimony.state.in_(WORKED_ON))
            .order_by(m.Testimony.created_at.desc(), m.Testimony.id)
        ).all()
        mine = [r for r in rows if r.id in assigned or _may_consent(actor, r.collection_id)]
        return tuple(_entry(look, row, actor, assigned=row.id in assigned) for row in mine)


def _may_consent(actor: Actor, collection_id: str) -> bool:
    return any(actor.has_duty(duty, collection_id) for duty in OPENING_DUTIES)


def _entry(look: Session, row: m.Testimony, actor: Actor, *, assigned: bool) -> DeskEntry:
    words = _words(look, row.id)
    given = [word.record for word in words if word.record is not None]
    missing = next((w for w in words if w.record is None or w.record.status == "requested"), None)
    others = next((w for w in words if w.waits and w.record and w.record.recorded_by != actor.id), None)
    opening = [record.effective_at for record in given if record.direction != "narrower" and _opens(record)]
    steps = set(
        look.scalars(select(m.Step.state).where(m.Step.testimony_id == row.id, m.Step.kind != kinds.OPENING))
    )
    draft = look.execute(
        select(m.Revision.id, m.Revision.published_at)
        .join(m.Transcript, m.Transcript.id == m.Revision.transcript_id)
        .where(
            m.Transcript.testimony_id == row.id,
            m.Revision.complete_at.is_not(None),
            m.Revision.withdrawn_at.is_(None),
        )
        .order_by(m.Revision.published_at.is_not(None), m.Revision.made_at)
    ).first()
    return DeskEntry(
        id=row.id,
        code=row.code,
        state=row.state,
        since=row.state_since,
        level=max(given, key=lambda record: record.version).level if given else None,
        assigned=assigned,
        may_consent=_may_consent(actor, row.collection_id),
        waits_for_second=any(word.waits for word in words),
        to_confirm=None if others is None else others.person_id,
        consent_missing=None if missing is None else missing.person_id,
        opens_at=max(opening) if opening and missing is None and row.state == "thinking" else None,
        draft_revision=None if draft is None else draft[0],
        published=draft is not None and draft[1] is not None,
        running=bool(steps & {"waiting", "running", "needs_scratch"}),
        failed="failed" in steps,
        unchecked_mask=_unchecked_mask(look, row.id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """A narrator's newest word, if she has been asked, and whether it waits for a second person."""

    person_id: str
    record: m.ConsentRecord | None
    waits: bool


def _opens(record: m.ConsentRecord) -> bool:
    """Whether it opens a door at all; CLOSED without one leaves nothing to wait for."""
    return record.level != "CLOSED" or record.doors != "[]"


def _words(look: Session, testimony_id: str) -> tuple[_Word, ...]:
    """Every narrator's newest word, in order: one of several must not hide what another still needs."""
    people = look.scalars(
        select(m.Role.person_id)
        .where(m.Role.testimony_id == testimony_id, m.Role.role == "narrator", m.Role.unlinked_at.is_(None))
        .order_by(m.Role.ordinal)
    )
    return tuple(_word(look, testimony_id, person_id) for person_id in people)


def _word(look: Session, testimony_id: str, person_id: str) -> _Word:
    record = look.scalar(
        select(m.ConsentRecord)
        .where(m.ConsentRecord.testimony_id == testimony_id, m.ConsentRecord.person_id == person_id)
        .order_by(m.ConsentRecord.version.desc())
        .limit(1)
    )
    waits = (
        record is not None
        and record.status == "given"
        and record.direction != "narrower"
        and look.get(m.ConsentConfirmation, record.id) is None
    )
    return _Word(person_id=person_id, record=record, waits=waits)


def _unchecked_mask(look: Session, testimony_id: str) -> str | None:
    return look.scalar(
        select(m.Rendition.id)
        .where(
            m.Rendition.testimony_id == testimony_id,
            m.Rendition.mask != "",
            m.Rendition.checked_at.is_(None),
            m.Rendition.replaced_at.is_(None),
            m.Rendition.profile != "peaks",
        )
        .limit(1)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """A testimony that the actor may work on."""

    id: str
    code: str
    state: str
    collection_id: str


def _worked(row: m.Testimony) -> Worked:
    return Worked(id=row.id, code=row.code, state=row.state, collection_id=row.collection_id)


def testimony_of_staff(look: Session, actor: Actor, testimony_id: str, at: datetime) -> Worked:
    """The testimony, for someone with a task on it.

    :raises NotFound: absent, closed, or none of her tasks.
    """
    row = look.get(m.Testimony, testimony_id)
    if row is None or row.state not in WORKED_ON or not has_task(look, actor, testimony_id, at):
        raise NotFound
    return _worked(row)


def testimony_of_duty(look: Session, actor: Actor, testimony_id: str) -> Worked:
    """The testimony, for someone with the consent duty in its collection. :raises NotFound: as for an absent one."""
    row = look.get(m.Testimony, testimony_id)
    if row is None or row.state not in WORKED_ON or not _may_consent(actor, row.collection_id):
        raise NotFound
    return _worked(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepNow:
    """Where one step stands."""

    id: str
    kind: str
    state: str
    progress: int
    total: int
    reason: str
    started_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalNow:
    """An original and its steps, in the order they are done."""

    id: str
    ordinal: int
    kind: str
    size_bytes: int
    length_ms: int | None
    declared_ms: int | None
    findings: tuple[str, ...]
    name: str
    steps: tuple[StepNow, ...]


def originals(look: Session, fields: Fields, testimony_id: str) -> tuple[OriginalNow, ...]:
    """The originals of a testimony with how far each has come, what was found, and the names of the files."""
    rows = look.scalars(
        select(m.Original).where(m.Original.testimony_id == testimony_id).order_by(m.Original.ordinal)
    )
    return tuple(
        OriginalNow(
            id=row.id,
            ordinal=row.ordinal,
            kind=row.kind,
            size_bytes=row.size_bytes,
            length_ms=row.length_ms or row.declared_ms,
            declared_ms=row.declared_ms,
            findings=tuple(row.findings.split()),
            name=fields.open(testimony_key(testimony_id), row.id, "name", row.name_sealed)
            if row.name_sealed
            else "",
            steps=_steps(look, testimony_id, row.id),
        )
        for row in rows
    )


def _steps(look: Session, testimony_id: str, original_id: str) -> tuple[StepNow, ...]:
    rows = look.scalars(
        select(m.Step)
        .where(
            or_(
                m.Step.subject_id == original_id,
                (m.Step.subject_id == testimony_id) & (m.Step.kind == kinds.INDEX),
            )
        )
        .order_by(m.Step.version)
    )
    newest = {row.kind: row for row in rows}
    order = sorted(
        newest.values(), key=lambda r: LAST if r.kind == kinds.INDEX else kinds.PRIORITY.get(r.kind, LAST)
    )
    return tuple(
        StepNow(
            id=row.id,
            kind=row.kind,
            state=row.state,
            progress=row.progress,
            total=row.total,
            reason=row.reason,
            started_at=row.started_at,
        )
        for row in order
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionName:
    """A collection to choose."""

    id: str
    name: str


def collections(database: Database, actor: Actor) -> tuple[CollectionName, ...]:
    """The collections in which the actor may take recordings in."""
    with database.snapshot() as look:
        rows = look.scalars(select(m.Collection).order_by(m.Collection.name)).all()
    return tuple(CollectionName(id=row.id, name=row.name) for row in rows if actor.has_duty("intake", row.id))
