"""Tasks: dated assignments that let one member of staff, or the worker, work on one testimony."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from archive.actors import Actor
from archive.db.models import Assignment
from archive.db.uow import UnitOfWork
from archive.errors import NotFound
from archive.identifiers import new_id

LONGEST = timedelta(days=90)
WORKED_ON = frozenset({"draft", "thinking", "active"})
"""The states of a testimony in which people may work on it; every other one ends all tasks."""


def running(assignee: str, at: datetime) -> ColumnElement[bool]:
    """The assignments of one person (or the worker) that run at `at`."""
    return and_(
        Assignment.assignee == assignee,
        Assignment.since <= at,
        Assignment.until > at,
        Assignment.ended_at.is_(None),
    )


def has_task(
    session: Session, actor: Actor, testimony_id: str, at: datetime, *, among: Collection[str] = ()
) -> bool:
    """Whether somebody gave the actor a task on this testimony that still runs; any task, or one of `among`."""
    found = select(Assignment.id).where(Assignment.testimony_id == testimony_id, running(actor.id, at))
    if among:
        found = found.where(Assignment.task.in_(among))
    return session.scalar(found.limit(1)) is not None


def need_task(tx: UnitOfWork, actor: Actor, testimony_id: str) -> None:
    """:raises NotFound: if the actor has no task on this testimony now, so that it is as if absent."""
    if not has_task(tx.session, actor, testimony_id, tx.now):
        raise NotFound


def end_all(tx: UnitOfWork, testimony_id: str) -> None:
    """Nobody works on this testimony from now on."""
    tx.session.execute(
        update(Assignment)
        .where(Assignment.testimony_id == testimony_id, Assignment.ended_at.is_(None))
        .values(ended_at=tx.now)
    )


def assign(
    tx: UnitOfWork, testimony_id: str, assignee: str, task: str, *, given_by: str, lasts: timedelta = LONGEST
) -> None:
    """Give one person (or the worker) one task on one testimony, for at most 90 days."""
    tx.session.add(
        Assignment(
            id=new_id(),
            testimony_id=testimony_id,
            assignee=assignee,
            task=task,
            since=tx.now,
            until=tx.now + min(lasts, LONGEST),
            given_by=given_by,
        )
    )
    tx.audit(given_by, "assigned", testimony_id, task=task, assignee=assignee)
