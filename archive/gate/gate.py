"""Who asks becomes a viewer, what is asked a part, the answer of `consent.decide()` a permit or an error.

A `Looking` is one snapshot of the database at one instant: everything a page shows is decided in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.actors import WORKER, Actor
from archive.db import models as m
from archive.db.uow import Database
from archive.errors import Gone, NotFound, NotOpen, SaksiError
from archive.gate.policies import Policies
from archive.vault.keys import KeyStore
from consent.decision import decide
from consent.minting import Refused, mint
from consent.permit import Permit
from consent.rules import Assignment, Decision, Fact, Part, Viewer
from consent.vocabulary import Action, Condition, Face, Purpose, Task

PURPOSE_OF_DOOR = (
    ("edu", Purpose.CLASSROOM),
    ("res", Purpose.RESEARCH),
)
"""What a visitor with such a fact comes for, unless the page says otherwise; the first that fits counts.

Everybody else comes for herself: a relative or a narrator must not lose what is open to the whole world.
"""


@dataclass(slots=True)
class Looking:
    """One snapshot at one instant, with its policy values, its viewer and the decisions taken in it."""

    session: Session
    now: datetime
    viewer: Viewer
    actor: Actor | None
    policies: Policies

    @property
    def assigned(self) -> bool:
        """Whether the viewer has a task on the testimony this looking was opened for."""
        return any(assignment.live(self.now) for assignment in self.viewer.assignments)

    def decide(self, action: Action, part: Part) -> Decision:
        """What may happen; for pages that show several parts side by side."""
        return decide(self.viewer, action, part, self.now)

    def permit(self, action: Action, part: Part) -> Permit:
        """Leave to read one part.

        :raises NotFound: if it is absent, or not to be known to exist. :raises Gone: if a tombstone was agreed.
        :raises NotOpen: if it may be known to exist.
        """
        try:
            return mint(self.viewer, action, part, self.now)
        except Refused as refused:
            raise self._error(refused.decision, part) from None

    def _error(self, decision: Decision, part: Part) -> SaksiError:
        if decision.face == Face.GONE:
            row = self.session.get(m.Testimony, part.testimony.id)
            return Gone(row.code if row else "")
        if decision.face in {Face.NOT_FOUND, Face.OK}:
            return NotFound()
        return NotOpen(str(decision.face))


class Gate:
    """Opens lookings for visitors and staff."""

    def __init__(self, database: Database, keys: KeyStore) -> None:
        self._database = database
        self._keys = keys

    @contextmanager
    def looking(
        self, actor: Actor | None, testimony_id: str | None = None, purpose: Purpose | None = None
    ) -> Iterator[Looking]:
        """A snapshot for one visitor.

        On a testimony's own pages (`testimony_id`) a member of staff with a task on it, or of its collection, comes
        for care; everywhere else staff see what everyone sees.
        """
        with self._database.snapshot() as session:
            now = self._database.clock.now()
            viewer = viewer_of(session, actor, testimony_id, now, purpose)
            yield Looking(
                session=session, now=now, viewer=viewer, actor=actor, policies=Policies(session, self._keys)
            )


def viewer_of(
    session: Session,
    actor: Actor | None,
    testimony_id: str | None,
    now: datetime,
    purpose: Purpose | None = None,
) -> Viewer:
    """The dated facts, assignments and purpose of whoever asks; an anonymous visitor has none but `pub`."""
    if actor is None:
        return Viewer(purpose=purpose or Purpose.PERSONAL)
    facts = [Fact(audience=f.door, starts=f.since, ends=f.until) for f in actor.facts]
    assignments = _assignments(session, actor.id, testimony_id)
    in_collection = _staff_facts(session, actor, testimony_id)
    if purpose is None:
        live = any(a.live(now) for a in assignments)
        if live:
            purpose = Purpose.CARE
        elif _is_near(session, actor, testimony_id, now, ("self",)):
            purpose = Purpose.PERSONAL  # her own words are hers, though she works here
        elif in_collection:
            purpose = Purpose.CARE
        elif _is_near(session, actor, testimony_id, now, ("fam",)):
            purpose = Purpose.PERSONAL
        else:
            purpose = _purpose_of(actor, now)
    return Viewer(
        id=actor.id,
        facts=(*facts, *in_collection),
        purpose=purpose,
        conditions=frozenset(Condition(c) for f in actor.facts if f.live(now) for c in f.conditions),
        assignments=assignments,
    )


def _assignments(session: Session, assignee: str, testimony_id: str | None) -> tuple[Assignment, ...]:
    if testimony_id is None:
        return ()
    rows: Sequence[m.Assignment] = session.scalars(
        select(m.Assignment).where(
            m.Assignment.assignee == assignee, m.Assignment.testimony_id == testimony_id
        )
    ).all()
    return tuple(
        Assignment(
            testimony=row.testimony_id,
            task=Task(row.task),
            starts=row.since,
            ends=row.until if row.ended_at is None else min(row.until, row.ended_at),
        )
        for row in rows
    )


def _staff_facts(session: Session, actor: Actor, testimony_id: str | None) -> tuple[Fact, ...]:
    """`arc` for the care staff of the testimony's collection, `cust` for its custodians; nothing elsewhere."""
    if testimony_id is None or not actor.is_staff or actor.id == WORKER:
        return ()
    row = session.get(m.Testimony, testimony_id)
    if row is None:
        return ()
    duties = {duty for collection, duty in actor.duties if collection in {None, row.collection_id}}
    facts = [Fact(audience="arc")] if duties else []
    if "custodian" in duties:
        facts.append(Fact(audience="cust"))
    return tuple(facts)


def _is_near(
    session: Session, actor: Actor, testimony_id: str | None, now: datetime, kinds: tuple[str, ...]
) -> bool:
    """Whether the actor is a narrator of this testimony (`self`) or a relative of one (`fam`), whatever else she is."""
    known = {f.door for f in actor.facts if f.door.partition(":")[0] in kinds and f.live(now)}
    if testimony_id is None or not known:
        return False
    narrators = session.scalars(
        select(m.Role.person_id).where(m.Role.testimony_id == testimony_id, m.Role.role == "narrator")
    )
    return any(f"{kind}:{person}" in known for person in narrators for kind in kinds)


def _purpose_of(actor: Actor, now: datetime) -> Purpose:
    doors = {f.door for f in actor.facts if f.live(now)}
    return next((purpose for door, purpose in PURPOSE_OF_DOOR if door in doors), Purpose.PERSONAL)
