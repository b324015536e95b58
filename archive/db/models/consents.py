"""Tables of consent records, confirmations, limits, evidence and narrators' cards. Records are only ever added."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.models.base import Base, Id, Word


class ConsentRecord(Base):
    """One version of one narrator's word on one testimony (docs/consent.md, the record itself)."""

    __tablename__ = "consent_records"
    __table_args__ = (UniqueConstraint("testimony_id", "person_id", "version"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    testimony_id: Mapped[str] = mapped_column(ForeignKey("testimonies.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    version: Mapped[int]
    supersedes: Mapped[str] = mapped_column(default="")  # digest of the version before
    status: Mapped[str] = mapped_column(Word)
    level: Mapped[str] = mapped_column(Word, default="")
    doors: Mapped[str] = mapped_column(default="")  # JSON list
    cards: Mapped[str] = mapped_column(default="")  # JSON list of those answered yes
    grants: Mapped[str] = mapped_column(default="[]")  # JSON list, as expanded when recorded
    direction: Mapped[str] = mapped_column(Word)  # first, narrower or wider
    captured_at: Mapped[datetime]
    effective_at: Mapped[datetime]
    review_on: Mapped[datetime]
    method: Mapped[str] = mapped_column(Word)
    evidence_id: Mapped[str | None] = mapped_column(ForeignKey("evidence.id"))
    talk_sealed: Mapped[bytes | None]  # JSON: day, place, language, interpreter, witness, note on the evidence
    comprehension_sealed: Mapped[bytes | None]
    after_death: Mapped[str] = mapped_column(Word, default="")
    contact_rule_sealed: Mapped[bytes | None]
    recorded_by: Mapped[str] = mapped_column(Word)
    tombstone_agreed: Mapped[bool] = mapped_column(default=False)


class ConsentConfirmation(Base):
    """The second person's yes to a first opening or a widening."""

    __tablename__ = "consent_confirmations"
    record_id: Mapped[str] = mapped_column(ForeignKey("consent_records.id"), primary_key=True)
    confirmed_by: Mapped[str] = mapped_column(Word)
    confirmed_at: Mapped[datetime]


class Limit(Base):
    """A no of any party, a row of its own beside the records, so that no later version can lose it."""

    __tablename__ = "limits"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    testimony_id: Mapped[str] = mapped_column(ForeignKey("testimonies.id"), index=True)
    party: Mapped[str] = mapped_column(Word)
    reason: Mapped[str] = mapped_column(Word)
    rule: Mapped[str]  # JSON: scope, actions, purposes, except, only, from, until
    review_on: Mapped[datetime | None]
    made_by: Mapped[str] = mapped_column(Word)
    made_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(Word)


class FoundFree(Base):
    """Somebody read a title, summary or tag and found it free of what a span or name limit hides."""

    __tablename__ = "found_free"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    testimony_id: Mapped[str] = mapped_column(ForeignKey("testimonies.id"), index=True)
    limit_id: Mapped[str | None] = mapped_column(ForeignKey("limits.id"))
    field: Mapped[str] = mapped_column(Word)
    found_by: Mapped[str] = mapped_column(Word)
    found_at: Mapped[datetime]


class Evidence(Base):
    """The spoken yes or the scan of a paper, under a key of its own, apart from the testimony."""

    __tablename__ = "evidence"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    testimony_id: Mapped[str] = mapped_column(ForeignKey("testimonies.id"), index=True)
    kind: Mapped[str] = mapped_column(Word)
    mime: Mapped[str] = mapped_column(Word)
    object_key: Mapped[str]
    size_bytes: Mapped[int]
    received_at: Mapped[datetime]
    received_by: Mapped[str] = mapped_column(Word)


class NarratorCard(Base):
    """The narrator's own code and secret: closes her testimonies at once, shows nothing."""

    __tablename__ = "narrator_cards"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    code_digest: Mapped[str] = mapped_column(Word, unique=True)
    quick_check: Mapped[str] = mapped_column(Word)  # a cheap peppered digest that turns most wrong tries away
    secret_hash: Mapped[str]
    pressure_check: Mapped[str] = mapped_column(Word, default="")
    pressure_hash: Mapped[str] = mapped_column(default="")
    made_by: Mapped[str] = mapped_column(Word)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
