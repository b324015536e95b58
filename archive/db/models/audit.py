"""Tables of the audit: commitments that stay, and the payloads that can be deleted without breaking them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.models.base import Base, Id, Word


class AuditEntry(Base):
    """Time, class, keyed ids and a commitment; never a name, a title, a place or a search word."""

    __tablename__ = "audit_entries"
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(Id, unique=True)
    at: Mapped[datetime] = mapped_column(index=True)
    act: Mapped[str] = mapped_column(Word, index=True)
    actor_mark: Mapped[str] = mapped_column(Word)
    object_mark: Mapped[str] = mapped_column(Word, index=True)
    commitment: Mapped[str] = mapped_column(Word)


class AuditPayload(Base):
    """Salt and payload behind one commitment."""

    __tablename__ = "audit_payloads"
    entry_id: Mapped[str] = mapped_column(ForeignKey("audit_entries.id"), primary_key=True)
    salt: Mapped[bytes]
    payload: Mapped[str]
