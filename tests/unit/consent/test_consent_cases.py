"""Closing is at once and by one person; opening waits 14 days and takes two."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from consent.cases import (
    ChangeRefused,
    Proposal,
    check_move,
    deposit_state,
    earliest_opening_day,
    effective_for,
    ended,
    is_wider,
    needs_second_person,
    thinking_ends,
)
from consent.days import ZONE, closes_early, day_of, ends_late, is_aware, opens_late, starts_early
from consent.levels import expand
from consent.rules import WHOLE, Assignment, Derivative, Grant, Span, WholeOriginal
from consent.vocabulary import Action, Answer, Card, Condition, Feature, Level, Purpose, State, Task

SAID = datetime(2026, 6, 1, 9, 0, tzinfo=ZONE)
CLOSED = expand(Level.CLOSED, narrator="n1")
FAMILY = expand(Level.FAMILY, narrator="n1")
OPENED = expand(Level.OPEN, narrator="n1")


def proposal(old: tuple[Grant, ...], new: tuple[Grant, ...]) -> Proposal:
    """Complete in all respects."""
    return Proposal(
        old=old,
        new=new,
        captured=SAID,
        captured_by="a1",
        confirmed_by="a2",
        evidence=("e1",),
        comprehension=True,
    )


def test_narrowing_acts_at_once_by_one_person_without_evidence() -> None:
    bare = Proposal(old=OPENED, new=FAMILY, captured=SAID, captured_by="a1")
    assert effective_for(bare, SAID) == SAID


def test_a_first_opening_waits_until_the_end_of_the_fourteenth_day() -> None:
    effective = effective_for(proposal((), FAMILY), SAID + timedelta(hours=1))
    assert effective == datetime(2026, 6, 16, 0, 0, tzinfo=ZONE)
    assert effective >= thinking_ends(SAID)
    assert earliest_opening_day(SAID) == date(2026, 6, 15)


def test_a_later_day_may_be_named_but_no_earlier_one_and_never_the_past() -> None:
    later = replace(proposal((), FAMILY), day=date(2026, 7, 1))
    sooner = replace(proposal((), FAMILY), day=date(2026, 6, 2))
    assert effective_for(later, SAID) == opens_late(date(2026, 7, 1))
    assert effective_for(sooner, SAID) == opens_late(date(2026, 6, 15))
    assert effective_for(sooner, SAID + timedelta(days=60)) == opens_late(date(2026, 7, 31))


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"evidence": ()}, "evidence"),
        ({"comprehension": False}, "comprehension"),
        ({"confirmed_by": None}, "second_person"),
        ({"confirmed_by": ""}, "second_person"),
        ({"confirmed_by": "a1"}, "second_person"),
        (
            {"old": OPENED, "new": (*CLOSED, *expand(Level.CLOSED, [Card.MAKE], narrator="n1"))},
            "one_direction",
        ),
    ],
)
def test_an_opening_that_lacks_something_is_refused(change: dict[str, object], missing: str) -> None:
    with pytest.raises(ChangeRefused) as caught:
        effective_for(replace(proposal(FAMILY, OPENED), **change), SAID)  # type: ignore[arg-type]
    assert caught.value.missing == missing
    assert caught.value.message.endswith(".")


def test_closed_opens_no_door_and_so_is_never_wider() -> None:
    assert not is_wider((), CLOSED)
    assert is_wider((), expand(Level.CLOSED, [Card.LISTED], narrator="n1"))


@pytest.mark.parametrize(("old", "new"), [(Level.FAMILY, Level.OPEN), (Level.COMMUNITY, Level.STUDY)])
def test_more_doors_or_other_doors_are_wider(old: Level, new: Level) -> None:
    def at(level: Level) -> tuple[Grant, ...]:
        return expand(level, narrator="n1", community=["c1"], family=Answer.NO)

    assert is_wider(at(old), at(new))
    assert not is_wider(at(new), at(new))


def _plain() -> Grant:
    return Grant(
        audience="res",
        actions=frozenset({Action.READ}),
        purposes=frozenset({Purpose.RESEARCH}),
        features=frozenset({Feature.VOICE}),
        conditions=frozenset({Condition.ONSITE}),
        opens_on=date(2026, 6, 1),
        opening_reviewed=True,
        closes_on=date(2027, 1, 1),
        scope=WholeOriginal(original="o1"),
    )


@pytest.mark.parametrize(
    ("change", "wider"),
    [
        ({}, False),
        ({"audience": "edu"}, True),
        ({"audience": "pub"}, True),
        ({"actions": frozenset({Action.READ, Action.FIND})}, True),
        ({"actions": frozenset({Action.EXIST})}, True),
        ({"purposes": frozenset({Purpose.RESEARCH, Purpose.LEGAL})}, True),
        ({"features": frozenset({Feature.VOICE, Feature.NAME})}, True),
        ({"features": frozenset()}, False),
        ({"conditions": frozenset()}, True),
        ({"conditions": frozenset({Condition.ONSITE, Condition.AGREEMENT})}, False),
        ({"opens_on": None}, True),
        ({"opens_on": date(2026, 5, 31)}, True),
        ({"opens_on": date(2026, 6, 2)}, False),
        ({"closes_on": None}, True),
        ({"closes_on": date(2027, 1, 2)}, True),
        ({"closes_on": date(2026, 12, 31)}, False),
        ({"scope": WHOLE}, True),
        ({"scope": WholeOriginal(original="o2")}, True),
        ({"scope": Span(original="o1", start_ms=0, end_ms=9)}, False),
        ({"scope": Span(original="o2", start_ms=0, end_ms=9)}, True),
        ({"scope": Derivative(id="d")}, True),
    ],
)
def test_each_way_of_being_wider_is_seen(change: dict[str, object], wider: bool) -> None:
    assert is_wider([_plain()], [replace(_plain(), **change)]) is wider  # type: ignore[arg-type]


def test_what_the_public_has_everybody_had() -> None:
    everyone = replace(_plain(), audience="pub")
    assert not is_wider([everyone], [_plain()])


@pytest.mark.parametrize(
    ("effective", "state"),
    [
        (None, State.DRAFT),
        (SAID + timedelta(seconds=1), State.THINKING),
        (SAID, State.ACTIVE),
        (SAID - timedelta(days=1), State.ACTIVE),
    ],
)
def test_where_a_deposit_stands(effective: datetime | None, state: State) -> None:
    assert deposit_state(effective, SAID) is state


@pytest.mark.parametrize("old", list(State))
@pytest.mark.parametrize("new", list(State))
def test_every_opening_and_destroying_takes_two(old: State, new: State) -> None:
    assert needs_second_person(old, new) is (
        new is State.DESTROYED or (new is State.ACTIVE and old is not State.ACTIVE)
    )


def test_moves() -> None:
    check_move(State.ACTIVE, State.SEALED, ["a1"])
    check_move(State.DRAFT, State.WITHDRAWN, ["a1"])
    check_move(State.SEALED, State.ACTIVE, ["a1", "a2"])
    for people in (["a1"], ["a1", "a1"], ["a1", ""]):
        with pytest.raises(ChangeRefused, match="second person"):
            check_move(State.SEALED, State.ACTIVE, people)
    for old, new in (
        (State.DESTROYED, State.ACTIVE),
        (State.DRAFT, State.ACTIVE),
        (State.ACTIVE, State.DESTROYED),
    ):
        with pytest.raises(ChangeRefused, match="cannot become"):
            check_move(old, new, ["a1", "a2"])


def test_closing_ends_an_assignment_and_reopening_does_not_revive_it() -> None:
    work = Assignment(testimony="t1", task=Task.CHECK, starts=SAID)
    assert not ended(work, SAID + timedelta(days=3)).live(SAID + timedelta(days=3))
    short = replace(work, ends=SAID + timedelta(days=1))
    assert ended(short, SAID + timedelta(days=3)).ends == SAID + timedelta(days=1)


def test_days_turn_on_the_closed_side() -> None:
    day = date(2026, 6, 1)
    midnight = datetime(2026, 5, 31, 17, 0, tzinfo=UTC)
    assert closes_early(day) == starts_early(day) == midnight
    assert opens_late(day) == ends_late(day) == midnight + timedelta(days=1)
    assert day_of(midnight) == day
    assert day_of(midnight - timedelta(seconds=1)) == date(2026, 5, 31)
    assert not is_aware(datetime(2026, 6, 1))  # noqa: DTZ001  # a clock without zone is what is tested
    assert not is_aware("2026-06-01")
