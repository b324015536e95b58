"""One version of a narrator's word as a row that is only ever added (docs/consent.md, the record itself)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.db.models import ConsentRecord
from archive.db.uow import UnitOfWork
from archive.gate.rules import grants_text
from archive.identifiers import new_id
from archive.services.owners import Fields, evidence_key
from consent.rules import Grant
from consent.vocabulary import Status

if TYPE_CHECKING:
    from archive.services.consents import NewConsent

REVIEW_AFTER = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What follows from what she said: its grants, what it does, since when, and whether it counts yet."""

    grants: tuple[Grant, ...]
    doors: Collection[str]
    direction: str
    effective_at: datetime
    evidence_id: str | None
    status: Status


def row_of(tx: UnitOfWork, fields: Fields, actor_id: str, new: NewConsent, decided: Decided) -> ConsentRecord:
    """The next version of her word, chained to the one before by its digest; words are sealed as evidence is."""
    record_id, owner = new_id(), evidence_key(new.testimony_id)
    previous = tx.session.scalar(
        select(ConsentRecord)
        .where(ConsentRecord.testimony_id == new.testimony_id, ConsentRecord.person_id == new.person_id)
        .order_by(ConsentRecord.version.desc())
        .limit(1)
    )
    talk = {name: said.strip() for name, said in new.talk.items() if said.strip()}
    return ConsentRecord(
        id=record_id,
        testimony_id=new.testimony_id,
        person_id=new.person_id,
        version=_next_version(tx.session, new.testimony_id),
        supersedes="" if previous is None else _digest(previous),
        status=decided.status,
        level=str(new.level),
        doors=json.dumps(sorted(decided.doors)),
        cards=json.dumps(sorted(str(c) for c in new.cards)),
        grants=grants_text(decided.grants),
        direction=decided.direction,
        captured_at=tx.now,
        effective_at=decided.effective_at,
        review_on=tx.now + REVIEW_AFTER,
        method=new.method,
        evidence_id=decided.evidence_id,
        talk_sealed=fields.seal_json(owner, record_id, "talk", talk) if talk else None,
        after_death=new.after_death,
        comprehension_sealed=fields.seal_or_none(
            owner, record_id, "comprehension", new.comprehension.strip()
        ),
        contact_rule_sealed=fields.seal_or_none(owner, record_id, "contact_rule", new.contact_rule.strip()),
        recorded_by=actor_id,
        tombstone_agreed=new.tombstone_agreed,
    )


def _next_version(session: Session, testimony_id: str) -> int:
    newest = select(func.coalesce(func.max(ConsentRecord.version), 0)).where(
        ConsentRecord.testimony_id == testimony_id
    )
    return 1 + session.scalars(newest).one()


def _digest(record: ConsentRecord) -> str:
    content = json.dumps(
        [record.id, record.version, record.status, record.level, record.grants, str(record.effective_at)]
    )
    return "sha256:" + hashlib.sha256(content.encode()).hexdigest()
