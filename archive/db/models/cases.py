"""Tables of cases: requests that need no account and no e-mail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.models.base import Base, Id, Word


class Case(Base):
    """A request with a code and secret; it follows that request and closes nothing by itself."""

    __tablename__ = "cases"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    code_digest: Mapped[str] = mapped_column(Word, unique=True)
    quick_check: Mapped[str] = mapped_column(Word)
    secret_hash: Mapped[str]
    kind: Mapped[str] = mapped_column(Word)
    state: Mapped[str] = mapped_column(Word)
    opened_at: Mapped[datetime]
    decide_by: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    testimony_id: Mapped[str | None] = mapped_column(ForeignKey("testimonies.id"))


class CaseMessage(Base):
    """Words or a voice note in a case, from the asker or from the archive, under the case's own key."""

    __tablename__ = "case_messages"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    sender: Mapped[str] = mapped_column(Word)
    text_sealed: Mapped[bytes | None]
    object_key: Mapped[str | None]
    at: Mapped[datetime]


class CaseDecision(Base):
    """One of two people's yes or no; the second is given blind to the first."""

    __tablename__ = "case_decisions"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    decided_by: Mapped[str] = mapped_column(Word)
    answer: Mapped[str] = mapped_column(Word)
    reason: Mapped[str] = mapped_column(Word)
    at: Mapped[datetime]
