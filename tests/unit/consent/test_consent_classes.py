"""Classes for the index let each viewer find exactly what decide() lets that viewer find."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from consent.classes import (
    IndexClass,
    classes_for,
    index_class,
    may_find,
    persons_bound,
    persons_in_rules,
    sees_open,
    within_for,
)
from consent.decision import decide
from consent.rules import Limit, Part, Viewer
from consent.vocabulary import Action, Card, Level, Medium, Purpose, State
from tests.worked_examples import (
    DAUGHTER,
    FIRST_OF_JUNE,
    NOON,
    PUBLIC,
    RESEARCHER,
    at_level,
    grants,
    of,
    record,
    said_at,
    secs,
    skip,
    told,
    who,
)
from tests.worlds import NOW, instant, random_testimony, viewer
from tests.worlds_parts import moment


def class_of(part: Part) -> IndexClass:
    """Its class, which it must have."""
    found = index_class(part, NOON)
    assert found is not None
    return found


def words(level: Level, *cards: Card, **more: object) -> Part:
    """A segment of a testimony at a level."""
    return of(at_level(level, *cards, **more), Medium.TEXT, secs(100, 110))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("level", "is_open", "indexable"),
    [
        (Level.CLOSED, False, False),
        (Level.FAMILY, False, False),
        (Level.COMMUNITY, False, False),
        (Level.STUDY, False, True),
        (Level.LEARN, False, True),
        (Level.OPEN, True, True),
    ],
)
def test_what_a_level_puts_into_the_index(level: Level, is_open: bool, indexable: bool) -> None:
    found = class_of(words(level))
    assert (found.open, found.indexable, found.closes_at) == (is_open, indexable, None)


def test_a_class_knows_roles_and_no_persons() -> None:
    mine = class_of(words(Level.OPEN))
    hers = told(record(grants(Level.OPEN, narrator="somebody"), narrator="somebody"), narrators=("somebody",))
    other = class_of(of(replace(hers, id="t9", voices=("somebody",)), Medium.TEXT, secs(7, 9)))
    assert mine.key == other.key
    assert mine == other
    assert "n1" not in mine.form


def test_a_class_survives_being_written_down() -> None:
    closing = class_of(words(Level.OPEN, closes_on=FIRST_OF_JUNE + timedelta(days=9)))
    again = IndexClass.from_json(closing.to_json())
    assert (again, again.key, again.open, again.closes_at) == (closing, closing.key, True, closing.closes_at)
    assert closing.closes_at == datetime.fromisoformat("2026-06-09T17:00:00+00:00")


def test_a_limit_that_will_start_closes_an_open_moment_at_that_instant() -> None:
    later = skip(100, 105, starts_on=FIRST_OF_JUNE + timedelta(days=1))
    found = class_of(of(at_level(Level.OPEN, limits=(later,)), Medium.TEXT, secs(100, 110)))
    assert found.open
    assert found.closes_at == datetime.fromisoformat("2026-06-01T17:00:00+00:00")


def test_an_opening_that_lies_ahead_is_in_the_index_but_not_open() -> None:
    ahead = class_of(words(Level.OPEN, opens_on=FIRST_OF_JUNE, opening_reviewed=True))
    assert (ahead.open, ahead.indexable) == (False, True)
    assert not may_find(PUBLIC, ahead, NOON)
    assert may_find(PUBLIC, ahead, NOON + timedelta(days=1))
    never = class_of(words(Level.OPEN, opens_on=FIRST_OF_JUNE))
    assert not never.indexable


def test_a_limit_for_one_person_keeps_a_moment_out_of_what_is_open() -> None:
    but_him = skip(100, 101, only=frozenset({"son"}))
    found = class_of(of(at_level(Level.OPEN, limits=(but_him,)), Medium.TEXT, secs(100, 110)))
    assert not found.open
    assert classes_for(PUBLIC, [found], NOON) == {found.key}
    assert classes_for(who(persons=frozenset({"son"})), [found], NOON) == frozenset()


def test_a_name_that_is_said_there_closes_only_the_moment_in_which_it_is_said() -> None:
    nameless = at_level(Level.STUDY, without=[Card.NAME_STUDY])
    said = of(nameless, Medium.TEXT, secs(100, 110), name_spans=(said_at(105, 106),))
    beside = of(nameless, Medium.TEXT, secs(200, 210), name_spans=(said_at(105, 106),))
    assert not may_find(RESEARCHER, class_of(said), NOON)
    assert may_find(RESEARCHER, class_of(beside), NOON)


@pytest.mark.parametrize("state", sorted(set(State) - {State.ACTIVE}))
def test_only_what_is_active_has_a_class(state: State) -> None:
    assert index_class(of(told(record(grants(Level.OPEN)), state=state), Medium.TEXT), NOON) is None


def test_copies_and_things_made_from_others_have_no_class() -> None:
    opened = words(Level.OPEN)
    assert index_class(replace(opened, checked_redactions=(secs(1, 2),)), NOON) is None
    assert index_class(replace(opened, medium=Medium.SOUND), NOON) is None
    assert index_class(replace(opened, span=secs(5, 5)), NOON) is None


def test_facts_about_persons_count_within_one_testimony() -> None:
    family_finds = tuple(
        replace(each, actions=each.actions | {Action.FIND}) if each.audience == "fam:n1" else each
        for each in grants(Level.FAMILY)
    )
    hers = told(record(family_finds))
    found = class_of(of(hers, Medium.TEXT, secs(1, 9)))
    assert not found.indexable
    assert classes_for(DAUGHTER, [found], NOON) == frozenset()
    assert within_for(DAUGHTER, hers, [found], NOON) == {found.key}
    assert persons_bound(DAUGHTER, NOON) == persons_in_rules(hers) == {"n1"}


def test_who_sees_what_is_open() -> None:
    assert sees_open(PUBLIC)
    assert not sees_open(who(purpose=Purpose.COMMERCIAL))


def test_a_limit_without_effect_does_not_make_a_class_of_its_own() -> None:
    elsewhere = Limit(by="archive", reason="quality", scope=secs(900, 901))
    assert class_of(words(Level.OPEN)) == class_of(words(Level.OPEN, limits=(elsewhere,)))


def compare(seed: int, wanted: int) -> Counter[str]:
    """Ask index and decide() the same random questions until `wanted` were asked; every difference is counted."""
    rng, counted = Random(seed), Counter[str]()
    while counted["asked"] < wanted:
        written = instant(rng) if rng.random() < 0.3 else NOW
        told_ones = [random_testimony(rng, f"t{index}") for index in range(8)]
        rows = [(part, index_class(part, written)) for each in told_ones for part in moments(rng, each)]
        for _ in range(25):
            reader = viewer(rng, "t1")
            asked = written + timedelta(minutes=rng.choice((0, 0, rng.randint(0, 6_000))))
            compare_viewer(reader, rows, asked, counted)
    return counted


def moments(rng: Random, about: object) -> list[Part]:
    """Five moments of a testimony, as its rows are written."""
    return [moment(rng, about) for _ in range(5)]  # type: ignore[arg-type]


def compare_viewer(
    reader: Viewer, rows: list[tuple[Part, IndexClass | None]], asked: datetime, counted: Counter[str]
) -> None:
    """Compare the whole set of moments for one viewer, both ways."""
    classes = {found for _, found in rows if found is not None}
    allowed = classes_for(reader, classes, asked)
    within: dict[str, frozenset[str]] = {}
    stranger = not persons_bound(reader, asked) and reader.facts_at(asked).isdisjoint({"arc", "cust"})
    for part, found in rows:
        told_there = part.testimony
        if told_there.id not in within:
            mine = {each for row, each in rows if row.testimony is told_there and each is not None}
            bound = persons_bound(reader, asked) & persons_in_rules(told_there)
            within[told_there.id] = within_for(reader, told_there, mine, asked) if bound else frozenset()
        truth = decide(reader, Action.FIND, part, asked).allowed
        counted["asked"] += 1
        counted["found"] += truth
        if found is None or not found.indexable:
            counted["leaks out of what is not indexed"] += truth and stranger
        if found is None:
            continue
        indexed = found.key in allowed or found.key in within[told_there.id]
        counted["too much"] += indexed and not truth
        counted["too little"] += truth and not indexed
        if found.open and (found.closes_at is None or asked < found.closes_at):
            counted["open"] += 1
            counted["open, but not to all"] += truth != sees_open(reader)


ZERO = ("too much", "too little", "open, but not to all", "leaks out of what is not indexed")


def test_the_index_finds_what_decide_allows() -> None:
    counted = compare(seed=11, wanted=6_000)
    assert {key: counted[key] for key in ZERO} == dict.fromkeys(ZERO, 0)
    assert counted["found"] > 100
    assert counted["open"] > 100


@pytest.mark.slow
def test_the_index_finds_what_decide_allows_in_a_hundred_thousand_cases() -> None:
    counted = compare(seed=17, wanted=100_000)
    assert {key: counted[key] for key in ZERO} == dict.fromkeys(ZERO, 0)
    assert counted["found"] > 3_000
    assert counted["open"] > 3_000
