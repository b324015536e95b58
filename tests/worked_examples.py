"""The worked examples of docs/consent.md as a table: each names what is given, who asks, and what comes out.

Unless an example says otherwise: noon on 1 June 2026 in Phnom Penh, one narrator, NAME, FACE and VOICE yes,
the other cards no, conditions met, names checked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from consent.days import ZONE
from consent.levels import expand
from consent.rules import (
    WHOLE,
    Approval,
    Assignment,
    ConsentRecord,
    Fact,
    Grant,
    Limit,
    NameSpan,
    Original,
    Part,
    Scope,
    Source,
    Span,
    Testimony,
    Viewer,
)
from consent.vocabulary import (
    CONDITIONS,
    Action,
    Answer,
    Card,
    Effect,
    Face,
    Feature,
    Level,
    Medium,
    PersonClass,
    Purpose,
    State,
    Status,
    Task,
)

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=ZONE)
FIRST_OF_JUNE = date(2026, 6, 1)
SHOWN = (Card.NAME, Card.NAME_STUDY, Card.FACE, Card.VOICE)
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One line of the table; None where the example leaves something open."""

    name: str
    viewer: Viewer
    action: Any
    part: Part
    effect: Effect
    reason: str | None = None
    face: Face | None = None
    spans: tuple[tuple[int, int], ...] | None = None
    fields: frozenset[str] | None = None
    at: datetime = NOON


def secs(start: float, end: float, original: str = "o1") -> Span:
    """A span in seconds of an original."""
    return Span(original=original, start_ms=round(start * 1000), end_ms=round(end * 1000))


def who(*audiences: str, purpose: Purpose = Purpose.PERSONAL, **more: Any) -> Viewer:
    """A viewer with facts that do not end; conditions met unless said."""
    facts = tuple(Fact(audience=audience) for audience in audiences)
    return Viewer(facts=facts, purpose=purpose, **{"conditions": CONDITIONS, **more})


PUBLIC = who()
RESEARCHER = who("res", purpose=Purpose.RESEARCH)
TEACHER = who("edu", purpose=Purpose.CLASSROOM)
DAUGHTER = who("fam:n1", purpose=Purpose.FAMILY, persons=frozenset({"daughter"}))
SON = who("fam:n1", purpose=Purpose.FAMILY, persons=frozenset({"son"}))
NEIGHBOURS = who("com:village")
NARRATOR = who("self:n1")
ARCHIVIST = who("arc", purpose=Purpose.CARE)
CUSTODIAN = who("cust", purpose=Purpose.CARE)


def grants(
    level: Level, *cards: Card, without: Iterable[Card] = (), narrator: str = "n1", **more: Any
) -> tuple[Grant, ...]:
    """What a level stands for with the default cards, some more, some less; the family question said no."""
    yes = (set(SHOWN) | set(cards)) - set(without)
    defaults: dict[str, Any] = {"community": ("village",), "family": Answer.NO}
    if Card.CLASS_COPY in cards:
        defaults["class_copy_until"] = date(2027, 6, 1)
    return expand(level, yes, narrator=narrator, **{**defaults, **more})


def record(
    given: tuple[Grant, ...],
    version: int = 1,
    status: Status = Status.GIVEN,
    narrator: str = "n1",
    days: int = 30,
) -> ConsentRecord:
    """A version in effect since some days before NOON."""
    return ConsentRecord(
        narrator=narrator,
        version=version,
        status=status,
        effective=NOON - timedelta(days=days),
        grants=given,
    )


def told(*records: ConsentRecord, **more: Any) -> Testimony:
    """An active testimony of one hour by one narrator."""
    defaults: dict[str, Any] = {
        "id": "t1",
        "state": State.ACTIVE,
        "narrators": ("n1",),
        "voices": ("n1",),
        "consents": records,
        "originals": (Original(id="o1", length_ms=HOUR_MS),),
        "index_version": 1,
    }
    return Testimony(**{**defaults, **more})


def at_level(level: Level, *cards: Card, limits: tuple[Limit, ...] = (), **more: Any) -> Testimony:
    """An active testimony at a level."""
    return told(record(grants(level, *cards, **more)), limits=limits)


def of(testimony: Testimony, medium: Medium = Medium.SOUND, span: Span | None = None, **more: Any) -> Part:
    """A part of it; names checked unless said."""
    original = None if medium is Medium.ENTRY and "derivative" not in more else "o1"
    defaults: dict[str, Any] = {"names_checked": True, "index_version": 1, "original": original}
    return Part(testimony=testimony, medium=medium, span=span, **{**defaults, **more})


def clip(testimony: Testimony, start: float, end: float, medium: Medium = Medium.SOUND, **more: Any) -> Part:
    """A clip with a time line of its own, made from sound."""
    source = Source(part=of(testimony, Medium.SOUND, secs(start, end)), at_ms=0)
    defaults: dict[str, Any] = {"original": "clip", "derivative": "clip", "sources": (source,)}
    return of(testimony, medium, **{**defaults, **more})


def skip(start: float, end: float, **more: Any) -> Limit:
    """The narrator's wish to leave a part out."""
    return Limit(**{"by": "narrator:n1", "reason": "skip", "scope": secs(start, end), **more})


def said_at(
    start: float, end: float, person: str = "n1", kind: PersonClass = PersonClass.NARRATOR
) -> NameSpan:
    """Where a name is said."""
    return NameSpan(person=person, kind=kind, spans=(secs(start, end),))


def assigned(task: Task, ends: datetime | None = None) -> Viewer:
    """An archivist with an assignment that began ten days ago."""
    work = Assignment(testimony="t1", task=task, starts=NOON - timedelta(days=10), ends=ends)
    return who("arc", purpose=Purpose.CARE, assignments=(work,))


def approved(*custodians: str, minutes: int = 5) -> Viewer:
    """A custodian with approvals of an emergency opening."""
    moment = NOON - timedelta(minutes=minutes)
    given = tuple(Approval(testimony="t1", custodian=each, at=moment) for each in custodians)
    return who("cust", purpose=Purpose.CARE, approvals=given)


def granted(
    audience: str, actions: Iterable[Action], *purposes: Purpose, scope: Scope = WHOLE, **more: Any
) -> Grant:
    """A grant of its own, showing everything."""
    return Grant(
        **{
            "audience": audience,
            "actions": frozenset(actions),
            "purposes": frozenset(purposes or (Purpose.PERSONAL,)),
            "scope": scope,
            "features": frozenset(Feature),
            **more,
        }
    )


def line(name: str, viewer: Viewer, action: Any, part: Part, effect: Effect, **more: Any) -> Example:
    """One line; `name` begins with the number of the example."""
    return Example(name=name, viewer=viewer, action=action, part=part, effect=effect, **more)
