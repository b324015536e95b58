"""A narrator's consent in one testimony, as someone with the consent duty sees it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from archive.db import models as m
from archive.gate import Looking
from archive.services.owners import Fields, person_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One version of a narrator's word."""

    id: str
    version: int
    status: str
    level: str
    doors: tuple[str, ...]
    cards: tuple[str, ...]
    direction: str
    captured_at: datetime
    effective_at: datetime
    method: str
    evidence_id: str | None
    recorded_by_id: str
    recorded_by: str
    confirmed_by: str | None
    in_force: bool


def records(looking: Looking, testimony_id: str, person_id: str) -> tuple[Recorded, ...]:
    """All versions, oldest first; the one that counts now is marked."""
    current = looking.policies.testimony(testimony_id).record_of(person_id, looking.now)
    rows = looking.session.scalars(
        select(m.ConsentRecord)
        .where(m.ConsentRecord.testimony_id == testimony_id, m.ConsentRecord.person_id == person_id)
        .order_by(m.ConsentRecord.version)
    )
    return tuple(
        _recorded(looking, row, in_force=current is not None and current.version == row.version)
        for row in rows
    )


def _recorded(looking: Looking, row: m.ConsentRecord, *, in_force: bool) -> Recorded:
    confirmation = looking.session.get(m.ConsentConfirmation, row.id)
    return Recorded(
        id=row.id,
        version=row.version,
        status=row.status,
        level=row.level,
        doors=tuple(json.loads(row.doors)),
        cards=tuple(json.loads(row.cards)),
        direction=row.direction,
        captured_at=row.captured_at,
        effective_at=row.effective_at,
        method=row.method,
        evidence_id=row.evidence_id,
        recorded_by_id=row.recorded_by,
        recorded_by=_display(looking, row.recorded_by),
        confirmed_by=None if confirmation is None else _display(looking, confirmation.confirmed_by),
        in_force=in_force,
    )


def _display(looking: Looking, account_id: str) -> str:
    account = looking.session.get(m.Account, account_id)
    return account.display if account is not None else "?"


def narrator_of(looking: Looking, testimony_id: str, record_id: str) -> str | None:
    """Whose word a record is, or None if it is not of this testimony."""
    row = looking.session.get(m.ConsentRecord, record_id)
    return None if row is None or row.testimony_id != testimony_id else row.person_id


def staff_name(looking: Looking, fields: Fields, person_id: str) -> str | None:
    """How the staff who talk with her call her; None if no name was given."""
    row = looking.session.scalar(
        select(m.PersonName).where(m.PersonName.person_id == person_id).order_by(m.PersonName.kind).limit(1)
    )
    return None if row is None else fields.open(person_key(person_id), row.id, "name", row.name_sealed)
