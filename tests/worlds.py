"""Random worlds for tests: testimonies with rules, parts of them, and viewers, as policy values.

Seeded by random.Random, without Hypothesis, so that a hundred thousand cases cost seconds. Days lie close to
NOW, and instants lie on the boundaries of rules as often as not, so that "just before" and "just after"
happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TypeVar

from consent.levels import expand
from consent.rules import (
    WHOLE,
    Approval,
    Assignment,
    ConsentRecord,
    Derivative,
    Fact,
    Field,
    Grant,
    Limit,
    Mention,
    Original,
    Scope,
    Span,
    Testimony,
    Viewer,
    WholeOriginal,
)
from consent.vocabulary import (
    Action,
    Answer,
    Card,
    Condition,
    Door,
    Feature,
    Level,
    Medium,
    PersonClass,
    Purpose,
    State,
    Status,
    Task,
)

Word = TypeVar("Word", bound=str)

NOW = datetime(2026, 6, 1, 5, 0, tzinfo=UTC)
TODAY = date(2026, 6, 1)
PERSONS = ("n1", "n2", "n3", "x1", "x2")
COMMUNITIES = ("c1", "c2")
LENGTHS = (1_000_000, 700_000, 20_000, None)
_ACTIONS, _PURPOSES, _CONDITIONS = list(Action), list(Purpose), list(Condition)
_CARDS, _LEVELS, _DOORS, _MEDIA = (
    list(Card),
    list(Level),
    [Door.FAMILY, Door.COMMUNITY, Door.STUDY],
    list(Medium),
)
_CONTENT_MEDIA = [Medium.TEXT, Medium.TEXT, Medium.SOUND, Medium.SOUND, Medium.PICTURE, Medium.VIDEO]
_FEATURES, _KINDS, _TASKS = list(Feature), list(PersonClass), list(Task)
_EXTRA_AUDIENCES = ("pub", "pub", "edu", "res", "reg", "arc", "cust", "com:c1", "fam:n1", "fam:x1", "self:n2")
_EXEMPT = ("self:n1", "self:x1", "com:c1", "res", "cust", "fam:n1")
_PERSONAS = (
    ("pub", Purpose.PERSONAL),
    ("pub", Purpose.PERSONAL),
    ("res", Purpose.RESEARCH),
    ("edu", Purpose.CLASSROOM),
    ("fam:n1", Purpose.FAMILY),
    ("self:n1", Purpose.PERSONAL),
    ("com:c1", Purpose.PERSONAL),
    ("cust", Purpose.CARE),
    ("arc", Purpose.CARE),
)
_REASONS = ("skip", "safety", "names", "not_for_class")


def some(rng: Random, items: Sequence[Word], chance: float) -> frozenset[Word]:
    """Each item with the given chance."""
    return frozenset(item for item in items if rng.random() < chance)


def day(rng: Random) -> date | None:
    """Usually no day; else one near TODAY."""
    return TODAY + timedelta(days=rng.randint(-3, 3)) if rng.random() < 0.3 else None


def instant(rng: Random, around: datetime = NOW) -> datetime:
    """An instant within three days of NOW, often on the edge of a day in Phnom Penh."""
    if rng.random() < 0.5:
        return around + timedelta(hours=rng.randint(-72, 72), minutes=rng.randint(0, 59))
    edge = datetime(2026, 5, 31, 17, 0, tzinfo=UTC) + timedelta(days=rng.randint(-3, 3))
    return edge + timedelta(seconds=rng.choice((-1, 0, 0, 1)))


def span(rng: Random, original: Original) -> Span:
    """A range in the original, often on a round second, so that edges meet."""
    length = original.length_ms or 1_000_000
    start = rng.randrange(0, length, 1000)
    end = start + rng.choice((1000, 4000, 10_000, 100_000, length))
    return Span(original=original.id, start_ms=start, end_ms=max(start + 1, min(end, length)))


def scope(rng: Random, originals: tuple[Original, ...], *, for_limit: bool) -> Scope:
    """Any scope; grants are mostly about the whole."""
    roll = rng.random()
    if not originals or roll < (0.25 if for_limit else 0.75):
        return WHOLE
    original = rng.choice(originals)
    if roll < 0.82:
        return span(rng, original)
    if roll < 0.86:
        return WholeOriginal(original=original.id)
    if roll < 0.90:
        return Field(name=rng.choice(("village", "title")))
    if roll < 0.96:
        spans = tuple(span(rng, original) for _ in range(rng.randint(1, 2)))
        return Mention(person=rng.choice(PERSONS), spans=spans)
    return Derivative(id=rng.choice(("clip", "other")))


def grants(rng: Random, narrator: str, originals: tuple[Original, ...]) -> tuple[Grant, ...]:
    """What a level stands for, sometimes with a grant of its own besides, sometimes with one missing."""
    level = rng.choice((*_LEVELS, Level.OPEN, Level.OPEN, Level.LEARN))
    opens = day(rng) if rng.random() < 0.3 else None
    found = list(
        expand(
            level,
            some(rng, _CARDS, 0.5),
            doors=some(rng, _DOORS, 0.15),
            narrator=narrator,
            community=("c1",),
            family=rng.choice((Answer.YES, Answer.NO)),
            scope=scope(rng, originals, for_limit=False) if rng.random() < 0.2 else WHOLE,
            opens_on=opens,
            opening_reviewed=rng.random() < 0.7,
            closes_on=day(rng) if rng.random() < 0.3 else None,
            class_copy_until=TODAY + timedelta(days=365),
        )
    )
    if rng.random() < 0.15:
        found.pop(rng.randrange(len(found)))
    while rng.random() < 0.35:
        found.append(
            Grant(
                audience=rng.choice(_EXTRA_AUDIENCES),
                actions=some(rng, _ACTIONS, 0.6),
                purposes=some(rng, _PURPOSES, 0.5),
                scope=scope(rng, originals, for_limit=False),
                features=some(rng, _FEATURES, 0.6),
                opens_on=day(rng),
                opening_reviewed=rng.random() < 0.7,
                closes_on=day(rng),
                conditions=some(rng, _CONDITIONS, 0.15),
            )
        )
    return tuple(found)


def records(rng: Random, narrator: str, originals: tuple[Original, ...]) -> list[ConsentRecord]:
    """One to three versions; the last is usually a yes."""
    count = 0 if rng.random() < 0.02 else rng.choice((1, 1, 1, 2, 3))
    return [
        ConsentRecord(
            narrator=narrator,
            version=version,
            status=Status.GIVEN if rng.random() < 0.8 else rng.choice(list(Status)),
            effective=NOW - timedelta(days=30) if rng.random() < 0.7 else instant(rng),
            grants=grants(rng, narrator, originals),
        )
        for version in range(1, count + 1)
    ]


def limit(rng: Random, originals: tuple[Original, ...]) -> Limit:
    """A limit of any party."""
    about = scope(rng, originals, for_limit=True)
    narrow = about == WHOLE and rng.random() < 0.8
    return Limit(
        by=rng.choice(("narrator:n1", "archive", "council:c1", "person:x1", "interviewer:x2")),
        reason=rng.choice(_REASONS),
        scope=about,
        actions=some(rng, _ACTIONS, 0.2) if rng.random() < 0.4 or narrow else None,
        purposes=some(rng, _PURPOSES, 0.4) if rng.random() < 0.25 else None,
        exempt=some(rng, _EXEMPT, 0.3) if rng.random() < 0.4 else frozenset(),
        only=some(rng, ("x1", "x2", "n2"), 0.5) if rng.random() < 0.2 else frozenset(),
        protects=rng.choice(("n1", "n2", "x1")) if rng.random() < 0.15 else None,
        free_of=some(rng, ("title", "summary", "tags"), 0.4),
        starts_on=day(rng),
        ends_on=day(rng),
        review_on=day(rng),
    )


def random_testimony(rng: Random, key: str) -> Testimony:
    """A testimony of one to three narrators; mostly active, mostly sound."""
    originals = tuple(
        Original(id=f"o{index}", length_ms=rng.choice(LENGTHS)) for index in range(rng.choice((1, 1, 1, 2)))
    )
    narrators = PERSONS[: rng.choice((1, 1, 1, 1, 2, 2, 3))]
    consents = [record for who in narrators for record in records(rng, who, originals)]
    voices: list[str | None] = list(narrators)
    roll = rng.random()
    if roll < 0.02:
        voices.append(None)
    elif roll < 0.03:
        voices.append("stranger")
    elif roll < 0.04:
        narrators = ()
    elif roll < 0.05:
        narrators = narrators[1:]
    return Testimony(
        id=key,
        state=rng.choice((State.ACTIVE,) * 40 + tuple(State)),
        narrators=narrators,
        voices=tuple(voices),
        consents=tuple(consents),
        limits=tuple(limit(rng, originals) for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 4)))),
        originals=originals,
        index_version=rng.choice((1, 2)),
        tombstone_agreed=rng.random() < 0.5,
    )


def viewer(rng: Random, testimony_id: str = "t1") -> Viewer:
    """A viewer with up to four facts."""
    audiences = ("pub", "reg", "edu", "edu", "res", "res", "arc", "cust", "com:c1", "com:c2")
    bound = tuple(f"{kind}:{who}" for kind in ("fam", "self") for who in PERSONS)
    facts = tuple(
        Fact(
            audience=rng.choice(audiences if rng.random() < 0.6 else bound),
            starts=instant(rng) if rng.random() < 0.15 else None,
            ends=instant(rng) if rng.random() < 0.25 else None,
        )
        for _ in range(rng.choice((0, 0, 1, 2, 3)))
    )
    purpose = rng.choice(_PURPOSES)
    if rng.random() < 0.8:
        audience, purpose = rng.choice(_PERSONAS)
        facts = (*facts, Fact(audience=audience))
    working = rng.random() < 0.12
    return Viewer(
        facts=facts,
        purpose=Purpose.CARE if working and rng.random() < 0.8 else purpose,
        conditions=some(rng, _CONDITIONS, 0.8),
        persons=some(rng, ("x1", "x2"), 0.15),
        assignments=(assignment(rng, testimony_id),) if working else (),
        approvals=tuple(approval(rng, testimony_id) for _ in range(2)) if rng.random() < 0.15 else (),
    )


def assignment(rng: Random, testimony_id: str) -> Assignment:
    """An assignment, mostly to this testimony and mostly current."""
    return Assignment(
        testimony=testimony_id if rng.random() < 0.9 else "elsewhere",
        task=rng.choice(_TASKS),
        starts=NOW - timedelta(days=rng.choice((0, 1, 88, 89, 90, 91))),
        ends=instant(rng) if rng.random() < 0.3 else None,
    )


def approval(rng: Random, testimony_id: str) -> Approval:
    """A custodian's approval around the present hour."""
    return Approval(
        testimony=testimony_id if rng.random() < 0.9 else "elsewhere",
        custodian=rng.choice(("k1", "k2")),
        at=NOW - timedelta(minutes=rng.choice((0, 10, 59, 60, 61))),
    )
