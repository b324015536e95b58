"""Questions that make no sense, each in one way; the only right answer to them is no."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from consent.rules import Fact, Grant, Limit, NameSpan, Original, Part, Source, Span, Viewer
from consent.vocabulary import Action, Level, Medium, PersonClass, Purpose, State, Status, Task
from tests.worked_examples import (
    NOON,
    PUBLIC,
    assigned,
    at_level,
    granted,
    grants,
    of,
    record,
    secs,
    skip,
    told,
    who,
)

Question = tuple[Any, Any, Any, Any]


def broken_questions() -> Iterator[Question]:
    """Every one is to be refused with the face of what never existed."""
    opened = at_level(Level.OPEN)
    sound = of(opened)
    yield from broken_words(sound)
    given = record(grants(Level.OPEN))
    yield None, Action.LISTEN, sound, NOON
    yield PUBLIC, Action.LISTEN, None, NOON
    yield PUBLIC, None, sound, NOON
    yield PUBLIC, [], sound, NOON
    yield PUBLIC, Action.LISTEN, sound, None
    for part in (
        replace(sound, medium=None),
        replace(sound, original=None),
        replace(sound, original="nowhere"),
        replace(sound, span=secs(5, 5)),
        replace(sound, span=secs(5, 6, "o2")),
        replace(sound, span=Span(original="", start_ms=0, end_ms=5), original=""),
        replace(sound, derivative="clip"),
        replace(sound, sources=(Source(part=of(opened)),)),
        replace(sound, checked_redactions=(secs(9, 3),)),
        replace(sound, derivative="clip", sources=(Source(part=replace(sound, medium=None)),)),
        replace(sound, derivative="clip", sources=(Source(part=replace(sound, span=secs(6, 5))),)),
        of(told(given, voices=("n1", "stranger"))),
        of(told(given, record((), narrator="stranger"))),
        of(told(given, replace(given, status=Status.RENEWED))),
        of(told(given, originals=(Original(id="o1", length_ms=0),))),
        of(told(given, id="")),
        of(told(given, narrators=(), voices=())),
        of(told(given, voices=("n1", None))),
    ):
        for viewer in (PUBLIC, who("self:n1"), who("cust", purpose=Purpose.CARE)):
            yield viewer, Action.LISTEN, part, NOON
    stranger = told(given, voices=("stranger",), state=State.DRAFT)
    yield assigned(Task.CHECK), Action.LISTEN, of(stranger), NOON


def broken_words(sound: Part) -> Iterator[Question]:
    """A word outside the vocabulary, wherever a word can stand."""
    word: Any = "MAYBE"
    odd = frozenset({word})
    yes: Grant = granted("pub", Action)
    for viewer in (
        replace(PUBLIC, purpose=word),
        replace(PUBLIC, conditions=odd),
        Viewer(facts=(Fact(audience="king"),)),
        Viewer(facts=(Fact(audience="fam:"),)),
        Viewer(facts=(Fact(audience="reg", ends=NOON.replace(tzinfo=None)),)),
    ):
        yield viewer, Action.LISTEN, sound, NOON
    for part in (replace(sound, medium=word), replace(sound, name_spans=(_named(word),))):
        yield PUBLIC, Action.LISTEN, part, NOON
    for grant in (
        replace(yes, audience="king"),
        replace(yes, actions=odd),
        replace(yes, purposes=odd),
        replace(yes, features=odd),
        replace(yes, conditions=odd),
        replace(yes, scope=word),
    ):
        yield PUBLIC, Action.LISTEN, of(told(record((yes, grant)))), NOON
    plain = skip(0, 1)
    limits: list[Limit] = [
        replace(plain, by="nobody"),
        replace(plain, actions=odd),
        replace(plain, purposes=odd),
        replace(plain, exempt=frozenset({"king"})),
        replace(plain, scope=word),
    ]
    for limit in limits:
        yield (
            PUBLIC,
            Action.LISTEN,
            of(told(record((yes,)), limits=(limit,)), Medium.SOUND, secs(50, 60)),
            NOON,
        )
    unread = told(record((yes,), status=word))
    yield PUBLIC, Action.LISTEN, of(unread), NOON
    made = of(told(record((yes,))), derivative="clip", sources=(Source(part=of(unread)),))
    yield PUBLIC, Action.LISTEN, made, NOON
    yield PUBLIC, Action.LISTEN, of(told(record((yes,)), state=word)), NOON


def _named(kind: PersonClass) -> NameSpan:
    return NameSpan(person="x1", kind=kind, spans=(secs(1, 2),))
