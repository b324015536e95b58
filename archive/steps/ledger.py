"""Claims, leases, fencing, progress and ends of steps (docs/architecture.md, steps).

A worker that dies leaves a lease that lapses; the step is then taken up again with a higher fence. Whoever comes back
late with the old fence can write nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import aliased

from archive.db.models import Step
from archive.db.uow import Database, UnitOfWork
from archive.errors import SaksiError
from archive.steps.kinds import MAX_ATTEMPTS

LEASE = timedelta(minutes=2)
WAITING = ("waiting", "needs_scratch")
RETRY_AFTER = (timedelta(seconds=2), timedelta(seconds=20), timedelta(minutes=2), timedelta(minutes=10))


class LeaseLost(SaksiError):
    """Another worker has taken the step up since; this one must write nothing more."""

    def __init__(self) -> None:
        super().__init__("The step was taken up by another worker. This worker wrote nothing.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A step in this worker's hands, until its lease lapses."""

    id: str
    kind: str
    subject_id: str
    version: int
    testimony_id: str
    fence: int
    attempts: int
    checkpoint: str


def claim(database: Database, kinds: Collection[str]) -> Claimed | None:
    """Take the next step of one of `kinds`, or None. Lapsed leases count as free.

    A step that took a worker down with it five times is failed on the way.
    """
    with database.uow() as tx:
        step = _next(tx, kinds)
        while step is not None and step.attempts >= MAX_ATTEMPTS:
            step.state, step.ended_at = "failed", tx.now
            step.reason = step.reason or "The worker stopped in this step five times."
            tx.session.flush()  # the next search must not find it again
            step = _next(tx, kinds)
        if step is None:
            return None
        step.state, step.fence, step.attempts = "running", step.fence + 1, step.attempts + 1
        step.lease_until, step.started_at = tx.now + LEASE, tx.now
        return Claimed(
            id=step.id,
            kind=step.kind,
            subject_id=step.subject_id,
            version=step.version,
            testimony_id=step.testimony_id,
            fence=step.fence,
            attempts=step.attempts,
            checkpoint=step.checkpoint,
        )


def _next(tx: UnitOfWork, kinds: Collection[str]) -> Step | None:
    first = aliased(Step)
    free = or_(Step.state.in_(WAITING), and_(Step.state == "running", Step.lease_until < tx.now))
    return tx.session.scalar(
        select(Step)
        .outerjoin(first, first.id == Step.after_id)
        .where(
            Step.kind.in_(kinds),
            free,
            or_(Step.not_before.is_(None), Step.not_before <= tx.now),
            or_(Step.after_id.is_(None), first.state == "done"),
        )
        .order_by(Step.priority, Step.made_at, Step.id)
        .limit(1)
    )


def hold(tx: UnitOfWork, claimed: Claimed, **values: object) -> None:
    """Write to the step inside the handler's own transaction, which is undone if the lease is lost.

    :raises LeaseLost: if another worker holds the step now.
    """
    done = tx.session.execute(
        update(Step)
        .where(Step.id == claimed.id, Step.fence == claimed.fence, Step.state == "running")
        .values(**values)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise LeaseLost


def report(database: Database, claimed: Claimed, progress: int, total: int) -> None:
    """Say how far the step is (any unit, the same for both), and keep the lease."""
    with database.uow() as tx:
        hold(tx, claimed, progress=progress, total=total, lease_until=tx.now + LEASE)


def keep_checkpoint(tx: UnitOfWork, claimed: Claimed, checkpoint: str, *, progress: int, total: int) -> None:
    """Remember where to go on, in the same transaction as the piece that was finished."""
    hold(tx, claimed, checkpoint=checkpoint, progress=progress, total=total, lease_until=tx.now + LEASE)


def finish(tx: UnitOfWork, claimed: Claimed) -> None:
    """The step is done, in the same transaction as its result."""
    hold(tx, claimed, state="done", reason="", lease_until=None, ended_at=tx.now)


def give_up(database: Database, claimed: Claimed, reason: str) -> None:
    """The step cannot succeed with this input; `reason` is a sentence for people."""
    with database.uow() as tx:
        hold(tx, claimed, state="failed", reason=reason, lease_until=None, ended_at=tx.now)


def wait_for_scratch(database: Database, claimed: Claimed, reason: str) -> None:
    """There is no room for plain media just now; tried again every minute, in a visible state of its own."""
    with database.uow() as tx:
        hold(
            tx,
            claimed,
            state="needs_scratch",
            reason=reason,
            lease_until=None,
            not_before=tx.now + timedelta(minutes=1),
            attempts=claimed.attempts - 1,
        )


def try_again(database: Database, claimed: Claimed, reason: str) -> None:
    """Something around the step failed; it waits longer with every try and fails visibly after the fifth."""
    with database.uow() as tx:
        if claimed.attempts >= MAX_ATTEMPTS:
            hold(tx, claimed, state="failed", reason=reason, lease_until=None, ended_at=tx.now)
            return
        pause = RETRY_AFTER[min(claimed.attempts, len(RETRY_AFTER)) - 1]
        hold(tx, claimed, state="waiting", reason=reason, lease_until=None, not_before=tx.now + pause)


def start_again(tx: UnitOfWork, step_id: str) -> None:
    """A person asks for a failed step to be tried anew."""
    step = tx.session.get_one(Step, step_id)
    if step.state == "failed":
        step.state, step.attempts, step.reason, step.not_before = "waiting", 0, "", None
        tx.step_ids.append(step.id)


def end_open(tx: UnitOfWork, testimony_id: str, reason: str, kinds: Collection[str] = ()) -> None:
    """End what waits or runs for a testimony, of any kind or of `kinds`; who has one in hand writes no more."""
    ended = update(Step).where(Step.testimony_id == testimony_id, Step.state.in_((*WAITING, "running")))
    if kinds:
        ended = ended.where(Step.kind.in_(kinds))
    tx.session.execute(ended.values(state="ended", reason=reason, lease_until=None, ended_at=tx.now))
