"""From what a narrator chose (a level, doors, cards) to the grants it means, and nothing else.

Source: docs/consent.md, "Levels and doors" and "Cards".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from consent.scope import WHOLE, Scope
from consent.terms import Grant, Limit
from consent.vocabulary import (
    FEATURES,
    VIEW,
    Action,
    Answer,
    Card,
    Condition,
    Door,
    Feature,
    Level,
    Purpose,
)

#: The purposes for which the public may use what is open.
PUBLIC_PURPOSES = frozenset({Purpose.PERSONAL, Purpose.CLASSROOM, Purpose.RESEARCH, Purpose.JOURNALISM})

_DOORS: dict[Level, frozenset[Door]] = {
    Level.CLOSED: frozenset(),
    Level.FAMILY: frozenset({Door.FAMILY}),
    Level.COMMUNITY: frozenset({Door.FAMILY, Door.COMMUNITY}),
    Level.STUDY: frozenset({Door.STUDY}),
    Level.LEARN: frozenset({Door.STUDY, Door.TEACHING}),
    Level.OPEN: frozenset(Door),
}
_ASK_ABOUT_FAMILY = frozenset({Level.STUDY, Level.LEARN})
_PLAIN_FEATURES = {Card.NAME: Feature.NAME, Card.FACE: Feature.FACE, Card.VOICE: Feature.VOICE}
_STUDY_FEATURES = {Card.NAME_STUDY: Feature.NAME, Card.FACE: Feature.FACE, Card.VOICE: Feature.VOICE}
_OUTSIDE = (
    (Door.FAMILY, "family"),
    (Door.COMMUNITY, "community"),
    (Door.STUDY, "study"),
    (Door.TEACHING, "teaching"),
    (Door.PUBLIC, "public"),
)


class ChoiceIncomplete(ValueError):
    """Something must be asked before the choice can be saved; seen when a form sends STUDY and no family
    answer."""

    def __init__(self, question: str, message: str) -> None:
        self.question = question
        self.message = message
        super().__init__(message)


class OnlyLimitOnOpenDoor(ValueError):
    """A limit names one person, but a door is open to people whom nobody knows: he can come without a
    name."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.message = (
            "This cannot be promised: the door is open to everyone, so the person can come without saying "
            "who it is. Nothing was changed. Close the public door, or keep the part closed to all."
        )
        super().__init__(self.message)


def doors_of(level: Level, doors: Iterable[Door] = ()) -> frozenset[Door]:
    """The doors that stand open: those of the level and those ticked besides."""
    return _DOORS[Level(level)] | {Door(door) for door in doors}


def who_stays_outside(level: Level, doors: Iterable[Door] = ()) -> tuple[str, ...]:
    """Keys of those who stay outside, to be read back: "family", "community", "study", "teaching",
    "public", "staff".

    "staff" (the care staff of the collection) stay outside only where no door is open at all.
    """
    opened = doors_of(level, doors)
    outside = [key for door, key in _OUTSIDE if door not in opened]
    return tuple(outside if opened else [*outside, "staff"])


def cards_asked(level: Level, doors: Iterable[Door] = ()) -> tuple[Card, ...]:
    """The cards to lay out in the talk, in order: only those that the open doors use. The rest stays at no.

    NAME_STUDY is never laid out: for study the name stays hidden unless the narrator asks for it herself.
    """
    opened = doors_of(level, doors)
    asked: list[Card] = []
    if opened & {Door.COMMUNITY, Door.TEACHING, Door.PUBLIC}:
        asked.append(Card.NAME)
    if opened - {Door.FAMILY}:
        asked += [Card.FACE, Card.VOICE]
    if Door.PUBLIC not in opened:
        asked.append(Card.LISTED)
    if Door.TEACHING in opened:
        asked.append(Card.CLASS_COPY)
    if Door.PUBLIC in opened:
        asked += [Card.LEAVE, Card.MAKE]
    if Door.STUDY in opened:
        asked.append(Card.MACHINES)
    return tuple(asked)


def expand(
    level: Level,
    cards: Iterable[Card] = (),
    *,
    doors: Iterable[Door] = (),
    narrator: str,
    community: Iterable[str] = (),
    family: Answer | None = None,
    scope: Scope = WHOLE,
    opens_on: date | None = None,
    opening_reviewed: bool = False,
    closes_on: date | None = None,
    class_copy_until: date | None = None,
) -> tuple[Grant, ...]:
    """The grants that a level, extra doors and the cards answered with yes stand for.

    community: keys of her communities; needed where the community door is named by her (COMMUNITY or its
    tick).
    family: the answer to the family question, needed at STUDY and LEARN; YES ticks the family door.
    opens_on, closes_on: days for every grant but her own and the keepers'. class_copy_until: the day on
    which a class
    copy must be back (one year, set by the service); without it CLASS_COPY cannot be granted.
    Raises ChoiceIncomplete where a question is not answered, ValueError for a word that is no level, door
    or card.
    """
    level, chosen = Level(level), frozenset(Card(card) for card in cards)
    ticked = {Door(door) for door in doors} | ({Door.FAMILY} if family == Answer.YES else set())
    communities = tuple(community)
    _complete(level, ticked, chosen, communities, family, class_copy_until)
    opened = doors_of(level, ticked)
    public = frozenset(feature for card, feature in _PLAIN_FEATURES.items() if card in chosen)
    study = frozenset(feature for card, feature in _STUDY_FEATURES.items() if card in chosen)

    def grant(
        audience: str,
        actions: Iterable[Action],
        purposes: Iterable[Purpose],
        features: frozenset[Feature] = frozenset(),
        until: date | None = closes_on,
        conditions: Iterable[Condition] = (),
    ) -> Grant:
        return Grant(
            audience=audience,
            actions=frozenset(actions),
            purposes=frozenset(purposes),
            scope=scope,
            features=features,
            opens_on=opens_on,
            opening_reviewed=opening_reviewed,
            closes_on=until,
            conditions=frozenset(conditions),
        )

    grants = [_own(f"self:{narrator}", Purpose.PERSONAL, scope), _own("cust", Purpose.CARE, scope)]
    if opened:
        grants.append(grant("arc", VIEW, [Purpose.CARE], FEATURES))
    if Door.FAMILY in opened:
        grants.append(grant(f"fam:{narrator}", VIEW, [Purpose.PERSONAL, Purpose.FAMILY], FEATURES))
    if Door.COMMUNITY in opened:
        grants += [
            grant(f"com:{each}", VIEW, [Purpose.PERSONAL, Purpose.FAMILY], public) for each in communities
        ]
    if Door.STUDY in opened:
        grants.append(grant("res", VIEW | {Action.FIND, Action.QUOTE}, [Purpose.RESEARCH], study))
    if Door.TEACHING in opened:
        grants.append(grant("edu", VIEW | {Action.FIND}, [Purpose.CLASSROOM], public))
    if Door.PUBLIC in opened:
        grants.append(grant("pub", VIEW | {Action.FIND, Action.QUOTE}, PUBLIC_PURPOSES, public))
    if Card.LISTED in chosen:
        grants.append(grant("pub", [Action.EXIST], PUBLIC_PURPOSES))
    if Card.CLASS_COPY in chosen:
        until = min(day for day in (class_copy_until, closes_on) if day is not None)
        grants.append(grant("edu", [Action.DOWNLOAD], [Purpose.CLASSROOM], public, until))
    if Card.LEAVE in chosen:
        grants.append(grant("pub", [Action.DOWNLOAD, Action.EMBED], PUBLIC_PURPOSES, public))
    if Card.MAKE in chosen:
        grants.append(grant("pub", [Action.DERIVE], PUBLIC_PURPOSES, public))
    if Card.MACHINES in chosen:
        machines = (Condition.AGREEMENT,)
        grants.append(grant("res", [Action.COMPUTE], [Purpose.RESEARCH], study, conditions=machines))
    return tuple(grants)


def refuse_only_on_open(limits: Iterable[Limit], grants: Iterable[Grant]) -> None:
    """Raise OnlyLimitOnOpenDoor if a limit on named persons meets a grant to people whom nobody knows by
    name."""
    reached = [grant.actions for grant in grants if grant.audience in {"pub", "reg"}]
    for limit in limits:
        if limit.only and any(actions & limit.reach for actions in reached):
            raise OnlyLimitOnOpenDoor(limit)


def _own(audience: str, purpose: Purpose, scope: Scope) -> Grant:
    """What every level gives, whatever the dates: the narrator herself, and the two keepers."""
    return Grant(
        audience=audience, actions=VIEW, purposes=frozenset({purpose}), scope=scope, features=FEATURES
    )


def _complete(
    level: Level,
    ticked: set[Door],
    chosen: frozenset[Card],
    communities: tuple[str, ...],
    family: Answer | None,
    class_copy_until: date | None,
) -> None:
    """Raise ChoiceIncomplete for the first question that is still open."""
    if level in _ASK_ABOUT_FAMILY and family is None and Door.FAMILY not in ticked:
        raise ChoiceIncomplete(
            "family", "Ask whether her family may hear it, then save. Nothing was saved yet."
        )
    if (level is Level.COMMUNITY or Door.COMMUNITY in ticked) and not communities:
        raise ChoiceIncomplete(
            "community", "Say which community may hear it, then save. Nothing was saved yet."
        )
    if Card.CLASS_COPY in chosen and class_copy_until is None:
        raise ChoiceIncomplete("class_copy_until", "A class copy needs an end date. Nothing was saved yet.")
