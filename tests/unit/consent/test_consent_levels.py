"""A level, doors and cards stand for exactly the grants that docs/consent.md lists, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from consent.levels import (
    PUBLIC_PURPOSES,
    ChoiceIncomplete,
    OnlyLimitOnOpenDoor,
    cards_asked,
    doors_of,
    expand,
    refuse_only_on_open,
    who_stays_outside,
)
from consent.rules import Grant, Limit, Span
from consent.vocabulary import FEATURES, VIEW, Action, Answer, Card, Condition, Door, Feature, Level, Purpose

FIND_QUOTE = VIEW | {Action.FIND, Action.QUOTE}
Row = tuple[frozenset[Action], frozenset[Purpose]]
SELF: dict[str, Row] = {
    "self:n1": (VIEW, frozenset({Purpose.PERSONAL})),
    "cust": (VIEW, frozenset({Purpose.CARE})),
}
ARC: dict[str, Row] = {"arc": (VIEW, frozenset({Purpose.CARE}))}
FAM: dict[str, Row] = {"fam:n1": (VIEW, frozenset({Purpose.PERSONAL, Purpose.FAMILY}))}
COM: dict[str, Row] = {"com:c1": (VIEW, frozenset({Purpose.PERSONAL, Purpose.FAMILY}))}
RES: dict[str, Row] = {"res": (FIND_QUOTE, frozenset({Purpose.RESEARCH}))}
EDU: dict[str, Row] = {"edu": (VIEW | {Action.FIND}, frozenset({Purpose.CLASSROOM}))}
PUB: dict[str, Row] = {"pub": (FIND_QUOTE, PUBLIC_PURPOSES)}
LEVELS = {
    Level.CLOSED: SELF,
    Level.FAMILY: SELF | ARC | FAM,
    Level.COMMUNITY: SELF | ARC | FAM | COM,
    Level.STUDY: SELF | ARC | RES,
    Level.LEARN: SELF | ARC | RES | EDU,
    Level.OPEN: SELF | ARC | FAM | COM | RES | EDU | PUB,
}


def rows(grants: tuple[Grant, ...]) -> dict[str, Row]:
    """Audience to actions and purposes; each audience has one grant."""
    found = {grant.audience: (grant.actions, grant.purposes) for grant in grants}
    assert len(found) == len(grants)
    return found


@pytest.mark.parametrize("level", list(Level))
def test_a_level_stands_for_these_grants_and_no_others(level: Level) -> None:
    assert rows(expand(level, narrator="n1", community=["c1"], family=Answer.NO)) == LEVELS[level]


@pytest.mark.parametrize("level", [Level.STUDY, Level.LEARN])
def test_the_family_question_must_be_answered(level: Level) -> None:
    with pytest.raises(ChoiceIncomplete) as caught:
        expand(level, narrator="n1")
    assert caught.value.question == "family"
    with_family = rows(expand(level, narrator="n1", family=Answer.YES))
    assert with_family == LEVELS[level] | FAM
    assert with_family == rows(expand(level, narrator="n1", doors=[Door.FAMILY]))


def test_doors_are_ticked_one_by_one() -> None:
    ticked = expand(Level.CLOSED, narrator="n1", doors=[Door.FAMILY, Door.STUDY])
    assert rows(ticked) == SELF | ARC | FAM | RES


def test_a_community_door_needs_a_community() -> None:
    with pytest.raises(ChoiceIncomplete) as caught:
        expand(Level.COMMUNITY, narrator="n1")
    assert caught.value.question == "community"


@pytest.mark.parametrize("word", ["OPENISH", "open"])
def test_a_word_that_is_no_level_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match=word):
        expand(word, narrator="n1")  # type: ignore[arg-type]


def test_what_is_shown_follows_the_cards_outside_the_family() -> None:
    cards = {Card.NAME, Card.VOICE}
    shown = {g.audience: g.features for g in expand(Level.OPEN, cards, narrator="n1", community=["c1"])}
    own = dict.fromkeys(("self:n1", "cust", "arc", "fam:n1"), FEATURES)
    outside = dict.fromkeys(("com:c1", "edu", "pub"), frozenset({Feature.NAME, Feature.VOICE}))
    assert shown == own | outside | {"res": frozenset({Feature.VOICE})}
    asked = expand(Level.STUDY, {Card.NAME_STUDY}, narrator="n1", family=Answer.NO)
    assert next(g.features for g in asked if g.audience == "res") == {Feature.NAME}


@pytest.mark.parametrize(
    ("card", "audience", "actions", "purposes", "conditions"),
    [
        (Card.LISTED, "pub", {Action.EXIST}, PUBLIC_PURPOSES, set()),
        (Card.CLASS_COPY, "edu", {Action.DOWNLOAD}, {Purpose.CLASSROOM}, set()),
        (Card.LEAVE, "pub", {Action.DOWNLOAD, Action.EMBED}, PUBLIC_PURPOSES, set()),
        (Card.MAKE, "pub", {Action.DERIVE}, PUBLIC_PURPOSES, set()),
        (Card.MACHINES, "res", {Action.COMPUTE}, {Purpose.RESEARCH}, {Condition.AGREEMENT}),
    ],
)
def test_a_card_adds_one_grant(
    card: Card, audience: str, actions: set[Action], purposes: set[Purpose], conditions: set[Condition]
) -> None:
    plain = expand(Level.OPEN, narrator="n1")
    more = expand(Level.OPEN, [card], narrator="n1", class_copy_until=date(2027, 6, 1))
    (added,) = set(more) - set(plain)
    assert (added.audience, set(added.actions), set(added.purposes)) == (audience, actions, set(purposes))
    assert added.conditions == conditions
    assert added.closes_on == (date(2027, 6, 1) if card is Card.CLASS_COPY else None)


def test_a_class_copy_ends_with_what_it_copies() -> None:
    with pytest.raises(ChoiceIncomplete):
        expand(Level.LEARN, [Card.CLASS_COPY], narrator="n1", family=Answer.NO)
    grants = expand(
        Level.OPEN,
        [Card.CLASS_COPY],
        narrator="n1",
        closes_on=date(2026, 9, 1),
        class_copy_until=date(2027, 6, 1),
    )
    assert {g.closes_on for g in grants if g.audience == "edu"} == {date(2026, 9, 1)}


def test_days_and_scope_are_carried_but_never_shut_out_the_narrator() -> None:
    scope = Span(original="o1", start_ms=0, end_ms=9)
    grants = expand(
        Level.FAMILY, narrator="n1", scope=scope, opens_on=date(2030, 1, 1), opening_reviewed=True
    )
    assert {g.scope for g in grants} == {scope}
    assert {g.audience: g.opens_on for g in grants} == {
        "self:n1": None,
        "cust": None,
        "arc": date(2030, 1, 1),
        "fam:n1": date(2030, 1, 1),
    }


def test_who_stays_outside_is_read_back() -> None:
    assert who_stays_outside(Level.CLOSED) == ("family", "community", "study", "teaching", "public", "staff")
    assert who_stays_outside(Level.LEARN) == ("family", "community", "public")
    assert who_stays_outside(Level.LEARN, [Door.FAMILY]) == ("community", "public")
    assert who_stays_outside(Level.OPEN) == ()
    assert doors_of(Level.FAMILY) == {Door.FAMILY}


@pytest.mark.parametrize(
    ("level", "asked"),
    [
        (Level.CLOSED, [Card.LISTED]),
        (Level.FAMILY, [Card.LISTED]),
        (Level.COMMUNITY, [Card.NAME, Card.FACE, Card.VOICE, Card.LISTED]),
        (Level.STUDY, [Card.FACE, Card.VOICE, Card.LISTED, Card.MACHINES]),
        (Level.LEARN, [Card.NAME, Card.FACE, Card.VOICE, Card.LISTED, Card.CLASS_COPY, Card.MACHINES]),
        (
            Level.OPEN,
            [Card.NAME, Card.FACE, Card.VOICE, Card.CLASS_COPY, Card.LEAVE, Card.MAKE, Card.MACHINES],
        ),
    ],
)
def test_only_cards_that_the_doors_use_are_laid_out(level: Level, asked: list[Card]) -> None:
    assert list(cards_asked(level)) == asked


def test_a_limit_for_one_person_is_refused_where_anybody_may_come() -> None:
    not_my_son = Limit(by="narrator:n1", reason="skip", only=frozenset({"son"}))
    refuse_only_on_open([not_my_son], expand(Level.LEARN, narrator="n1", family=Answer.YES))
    refuse_only_on_open([], expand(Level.OPEN, narrator="n1"))
    with pytest.raises(OnlyLimitOnOpenDoor) as caught:
        refuse_only_on_open([not_my_son], expand(Level.OPEN, narrator="n1"))
    assert caught.value.limit is not_my_son
    with pytest.raises(OnlyLimitOnOpenDoor):
        refuse_only_on_open([not_my_son], expand(Level.FAMILY, [Card.LISTED], narrator="n1"))
