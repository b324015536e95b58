"""Units of work: every change is one transaction that carries its audit entry, its steps and its index version.

`with database.uow() as tx:` writes; `with database.snapshot() as look:` reads one consistent state and cannot write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from archive.clock import Clock
from archive.db.audit import Auditor
from archive.db.engine import Engines
from archive.db.models import DenyOverlay, Step, Testimony
from archive.identifiers import new_id

Waker = Callable[[Sequence[str]], None]


def nobody_to_wake(step_ids: Sequence[str]) -> None:
    """For processes without a queue; the worker polls anyway."""


@dataclass(slots=True, kw_only=True)
class UnitOfWork:
    """One open transaction, at one instant."""

    session: Session
    now: datetime
    auditor: Auditor
    step_ids: list[str] = field(default_factory=list)

    def audit(self, actor: str, act: str, object_id: str, **facts: object) -> None:
        """Add the audit entry of this change; only ids, vocabulary words and numbers may go in."""
        self.auditor.write(self.session, at=self.now, act=act, actor=actor, object_id=object_id, facts=facts)

    def step(
        self,
        kind: str,
        subject_id: str,
        testimony_id: str,
        *,
        version: int = 1,
        after_id: str | None = None,
        priority: int = 50,
        not_before: datetime | None = None,
    ) -> str:
        """Put down a piece of work; the same (subject, kind, version) is one step however often it is asked for."""
        known = self.session.scalar(
            select(Step.id).where(Step.subject_id == subject_id, Step.kind == kind, Step.version == version)
        )
        if known:
            return known
        step = Step(
            id=new_id(),
            kind=kind,
            subject_id=subject_id,
            version=version,
            testimony_id=testimony_id,
            state="waiting",
            after_id=after_id,
            priority=priority,
            not_before=not_before,
            made_at=self.now,
        )
        self.session.add(step)
        self.session.flush()  # later steps name this one as the one to wait for
        self.step_ids.append(step.id)
        return step.id

    def shown_changed(self, testimony_id: str) -> int:
        """Something that the moments of this testimony show has changed: raise its version, hide what the index holds.

        Every change counts as a closing until the index has caught up, so nothing that was just hidden is found.
        """
        testimony = self.session.get_one(Testimony, testimony_id)
        before = testimony.index_version
        testimony.index_version = before + 1
        self.session.execute(
            insert(DenyOverlay)
            .values(testimony_id=testimony_id, index_version=before, since=self.now)
            .on_conflict_do_nothing()
        )
        self.step("index", testimony_id, testimony_id, version=before + 1, priority=20)
        return before + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """The engines with everything a unit of work needs."""

    engines: Engines
    clock: Clock
    auditor: Auditor
    wake: Waker = nobody_to_wake

    @contextmanager
    def uow(self) -> Iterator[UnitOfWork]:
        """A transaction that commits when the block ends and is undone when it raises."""
        with Session(self.engines.writer, expire_on_commit=False) as session, session.begin():
            tx = UnitOfWork(session=session, now=self.clock.now(), auditor=self.auditor)
            yield tx
        if tx.step_ids:
            self.wake(tx.step_ids)

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """One consistent state of the database, for reading only."""
        with Session(self.engines.reader, autoflush=False) as session:
            yield session
