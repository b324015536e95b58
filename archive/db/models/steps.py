"""The table of steps: what is to be done and what is done, written in the change's own transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.models.base import Base, Id, Word


class Step(Base):
    """One piece of work, keyed by (id of its input, kind, version); it may run twice."""

    __tablename__ = "steps"
    __table_args__ = (UniqueConstraint("subject_id", "kind", "version"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(Word)
    subject_id: Mapped[str] = mapped_column(Id, index=True)
    version: Mapped[int] = mapped_column(default=1)
    testimony_id: Mapped[str] = mapped_column(Id, index=True)
    state: Mapped[str] = mapped_column(
        Word, index=True
    )  # waiting, running, done, failed, needs_scratch, ended
    after_id: Mapped[str | None] = mapped_column(Id)  # the step that must be done first
    priority: Mapped[int] = mapped_column(default=50)
    attempts: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    progress: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    checkpoint: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
