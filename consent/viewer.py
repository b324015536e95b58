"""Who asks: verified facts with dates, assignments, approvals, and what the asking is for.

A viewer is an account, a narrator's card or a case session, resolved to these values before anything is
decided.
Source: docs/consent.md, "Who asks".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from consent.days import is_aware
from consent.vocabulary import CONDITIONS, PURPOSES, TASKS, Condition, Purpose, Task, is_audience

#: An assignment ends after this time whatever date was written on it.
LONGEST_ASSIGNMENT = timedelta(days=90)
#: A custodian's approval of an emergency opening counts for this long.
APPROVAL_LASTS = timedelta(minutes=60)


def _aware_or_none(instant: object) -> bool:
    return instant is None or is_aware(instant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One verified fact about a viewer, valid on [starts, ends); None means unbounded. Expired means
    absent."""

    audience: str
    starts: datetime | None = None
    ends: datetime | None = None

    def live(self, now: datetime) -> bool:
        """True if the fact holds at `now`."""
        return (self.starts is None or self.starts <= now) and (self.ends is None or now < self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The archive's leave for one person (or the machine) to work on one testimony, for care only.

    It holds on [starts, ends), and never longer than 90 days. Sealing, withdrawing and choosing CLOSED
    write `ends`.
    """

    testimony: str
    task: Task
    starts: datetime
    ends: datetime | None = None

    @property
    def over_at(self) -> datetime:
        """When it ends: the earlier of its own date and 90 days after its start."""
        longest = self.starts + LONGEST_ASSIGNMENT
        return longest if self.ends is None else min(longest, self.ends)

    def live(self, now: datetime) -> bool:
        """True if the assignment holds at `now`."""
        return self.starts <= now < self.over_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One custodian's yes to opening one sealed or disputed testimony in an emergency; counts for 60
    minutes."""

    testimony: str
    custodian: str
    at: datetime

    def live(self, now: datetime) -> bool:
        """True from the moment it was given until 60 minutes later."""
        return self.at <= now < self.at + APPROVAL_LASTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Everything a decision may know about who asks.

    facts: `pub` need not be among them, everyone has it.
    persons: keys of the persons this viewer is known to be (a fact `self:<person>`, even an expired one,
    adds to
        them); matched by limits that bind named persons only.
    purpose: one purpose per request. conditions: those met now.
    """

    id: str | None = None
    facts: tuple[Fact, ...] = ()
    purpose: Purpose = Purpose.PERSONAL
    conditions: frozenset[Condition] = frozenset()
    persons: frozenset[str] = frozenset()
    assignments: tuple[Assignment, ...] = ()
    approvals: tuple[Approval, ...] = ()
    known_as: frozenset[str] = field(init=False, repr=False, compare=False)
    known: bool = field(init=False, repr=False, compare=False)
    boundaries: tuple[datetime, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the words and collect the instants at which something about the viewer changes, once."""
        selves = {fact.audience.removeprefix("self:") for fact in self.facts if fact.audience[:5] == "self:"}
        object.__setattr__(self, "known_as", self.persons | selves)
        known = (
            self.purpose in PURPOSES
            and self.conditions <= CONDITIONS
            and all(is_audience(fact.audience) for fact in self.facts)
            and all(_aware_or_none(fact.starts) and _aware_or_none(fact.ends) for fact in self.facts)
            and all(
                a.task in TASKS and is_aware(a.starts) and _aware_or_none(a.ends) for a in self.assignments
            )
            and all(is_aware(approval.at) for approval in self.approvals)
        )
        object.__setattr__(self, "known", known)
        object.__setattr__(self, "boundaries", self._boundaries() if known else ())

    def facts_at(self, now: datetime) -> frozenset[str]:
        """The audiences whose facts hold at `now`; everyone is `pub`."""
        return frozenset(["pub", *(fact.audience for fact in self.facts if fact.live(now))])

    def _boundaries(self) -> tuple[datetime, ...]:
        instants: set[datetime] = set()
        for fact in self.facts:
            instants.update(each for each in (fact.starts, fact.ends) if each is not None)
        for assignment in self.assignments:
            instants.update((assignment.starts, assignment.over_at))
        for approval in self.approvals:
            instants.update((approval.at, approval.at + APPROVAL_LASTS))
        return tuple(sorted(instants))
