"""Pure rules of time and of hands: what waits, what acts at once, what needs a second person.

Closing is quick and easy, opening is slow and takes two. Source: docs/consent.md, "Opening and closing".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from consent.days import day_of, end_of
from consent.scope import Derivative, Scope, Span, WholeOriginal, WholeTestimony, inside
from consent.terms import Grant
from consent.viewer import Assignment
from consent.vocabulary import CATALOGUE_ACTIONS, VIEW, Action, Purpose, State

#: Time to think between saying yes and any door opening.
THINKING = timedelta(days=14)
#: What a narrator and the two keepers always have; granting it opens no door.
_BASE = {"self": Purpose.PERSONAL, "cust": Purpose.CARE}

_STAYS = "The testimony stays as it is."
_SECOND_PERSON = "A second person must confirm. The testimony stays as it is until then."
_BOTH_WAYS = (
    "This would close some doors and open others. Nothing was saved. Save the closing first; it acts at "
    "once. Then record the opening."
)

_MOVES: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.THINKING, State.SEALED, State.DISPUTED, State.WITHDRAWN}),
    State.THINKING: frozenset({State.DRAFT, State.ACTIVE, State.SEALED, State.DISPUTED, State.WITHDRAWN}),
    State.ACTIVE: frozenset({State.SEALED, State.DISPUTED, State.WITHDRAWN}),
    State.SEALED: frozenset({State.ACTIVE, State.DISPUTED, State.WITHDRAWN}),
    State.DISPUTED: frozenset({State.ACTIVE, State.SEALED, State.WITHDRAWN}),
    State.WITHDRAWN: frozenset({State.ACTIVE, State.DESTROYED}),
    State.DESTROYED: frozenset(),
}


class ChangeRefused(ValueError):
    """A change of state or consent does not follow the rules; seen when a form is sent twice or out of order.

    `missing` is a code for what is missing: "second_person", "evidence", "comprehension", "one_direction",
    "move".
    """

    def __init__(self, missing: str, message: str) -> None:
        self.missing = missing
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A new version of one narrator's consent, before it is recorded.

    old: grants of the version that counts now (none for a first record). captured: when she said it (aware).
    captured_by, confirmed_by: keys of the staff members. day: the day named, in Phnom Penh; None: the
    earliest.
    evidence: keys of the form scan, sound or film. comprehension: she said in her own words what she
    agreed to.
    """

    old: tuple[Grant, ...]
    new: tuple[Grant, ...]
    captured: datetime
    captured_by: str
    confirmed_by: str | None = None
    day: date | None = None
    evidence: tuple[str, ...] = ()
    comprehension: bool = False


def thinking_ends(captured: datetime) -> datetime:
    """When the time to think is over: 14 days after `captured` (aware)."""
    return captured + THINKING


def earliest_opening_day(captured: datetime) -> date:
    """The first day that can be named for an opening; the opening happens when that day is over."""
    return day_of(thinking_ends(captured))


def effective_for(proposal: Proposal, now: datetime) -> datetime:
    """When the proposed version takes effect: at once if it only narrows, else when the day named is over.

    Widening (and a first opening) needs evidence, her own words and a second person, and never takes
    effect before
    14 days have passed since it was said, nor before the end of the day on which it is confirmed.
    Raises ChangeRefused where something of that is missing, or where one record would both narrow and widen.
    """
    wider = is_wider(proposal.old, proposal.new)
    if not wider:
        return now
    if proposal.old and is_wider(proposal.new, proposal.old):
        raise ChangeRefused("one_direction", _BOTH_WAYS)
    if not proposal.evidence:
        raise ChangeRefused("evidence", f"The form or the recorded yes is missing. {_STAYS} Add it.")
    if not proposal.comprehension:
        raise ChangeRefused("comprehension", f"Her own words about what she agreed to are missing. {_STAYS}")
    if proposal.confirmed_by in (None, "", proposal.captured_by):
        raise ChangeRefused("second_person", _SECOND_PERSON)
    days = [earliest_opening_day(proposal.captured), day_of(now)]
    return end_of(max(days if proposal.day is None else [*days, proposal.day]))


def deposit_state(effective: datetime | None, now: datetime) -> State:
    """Where a deposit stands: draft without a confirmed consent, thinking until it takes effect, then
    active."""
    if effective is None:
        return State.DRAFT
    return State.ACTIVE if effective <= now else State.THINKING


def check_move(old: State, new: State, people: Iterable[str]) -> None:
    """Raise ChangeRefused unless a testimony may go from `old` to `new` by the hands of `people` (staff
    keys).

    Closing moves need one person. Opening a closed testimony again, and destroying, need two different
    people.
    """
    if new not in _MOVES[old]:
        raise ChangeRefused("move", f"A testimony that is {old} cannot become {new}. Nothing was changed.")
    if needs_second_person(old, new) and len({who for who in people if who}) < 2:  # two people
        raise ChangeRefused("second_person", _SECOND_PERSON)


def needs_second_person(old: State, new: State) -> bool:
    """True where one pair of hands is not enough: for every opening, and for destroying."""
    return new is State.DESTROYED or (new is State.ACTIVE and old is not State.ACTIVE)


def ended(assignment: Assignment, at: datetime) -> Assignment:
    """The assignment, over at `at` at the latest: for a seal, a withdrawal, or CLOSED. Reopening does not
    revive it."""
    return replace(assignment, ends=min(at, assignment.over_at))


def is_wider(old: Iterable[Grant], new: Iterable[Grant]) -> bool:
    """True if `new` gives anybody anything that `old` does not; in doubt true, so that in doubt it waits.

    Every (audience, action, purpose) of each new grant must lie within one old grant: its scope, features,
    days and
    conditions. What the narrator herself and the two keepers always have does not count as opening.
    """
    before = tuple(old)
    return any(not _had(action, purpose, grant, before) for grant in new for action, purpose in _atoms(grant))


def _atoms(grant: Grant) -> Iterable[tuple[Action, Purpose | None]]:
    """Each thing granted; the catalogue is not asked for a purpose."""
    kind = grant.audience.partition(":")[0]
    for action in grant.actions:
        if action in CATALOGUE_ACTIONS:
            if kind not in _BASE:
                yield action, None
            continue
        for purpose in grant.purposes:
            if not (_BASE.get(kind) == purpose and action in VIEW):
                yield action, purpose


def _had(action: Action, purpose: Purpose | None, grant: Grant, before: Iterable[Grant]) -> bool:
    return any(
        action in old.actions
        and (purpose is None or purpose in old.purposes)
        and old.audience in (grant.audience, "pub")
        and _lies_in(grant.scope, old.scope)
        and grant.features <= old.features
        and old.conditions <= grant.conditions
        and _days_lie_in(grant, old)
        for old in before
    )


def _days_lie_in(inner: Grant, outer: Grant) -> bool:
    opens = outer.opens_on is None or (
        outer.opening_reviewed and inner.opens_on is not None and inner.opens_on >= outer.opens_on
    )
    closes = outer.closes_on is None or (inner.closes_on is not None and inner.closes_on <= outer.closes_on)
    return opens and closes


def _lies_in(inner: Scope, outer: Scope) -> bool:
    match outer:
        case WholeTestimony():
            return True
        case WholeOriginal():
            return isinstance(inner, Span | WholeOriginal) and inner.original == outer.original
        case Span():
            return isinstance(inner, Span) and inside(inner, outer)
        case Derivative():
            return inner == outer
        case _:
            return False
