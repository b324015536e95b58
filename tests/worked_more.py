"""More lines of the table of worked examples: days, versions, states, and what the numbers leave open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from consent.days import ZONE
from consent.rules import WHOLE, Limit, Original
from consent.vocabulary import (
    Action,
    Card,
    Effect,
    Face,
    Level,
    Medium,
    Purpose,
    State,
    Status,
    Task,
)
from tests.worked_examples import (
    ARCHIVIST,
    FIRST_OF_JUNE,
    NOON,
    PUBLIC,
    Example,
    approved,
    assigned,
    at_level,
    granted,
    grants,
    line,
    of,
    record,
    secs,
    skip,
    told,
)

ALLOW, REDACT, DENY = Effect.ALLOW, Effect.REDACT, Effect.DENY
EXIST, DESCRIBE, READ, LISTEN, WATCH = Action.EXIST, Action.DESCRIBE, Action.READ, Action.LISTEN, Action.WATCH
FIND, DOWNLOAD = Action.FIND, Action.DOWNLOAD
TEXT, SOUND, VIDEO, ENTRY = Medium.TEXT, Medium.SOUND, Medium.VIDEO, Medium.ENTRY
NOT_FOUND, ASK, NOT_AVAILABLE, OK = Face.NOT_FOUND, Face.ASK, Face.NOT_AVAILABLE, Face.OK


def more_examples() -> Iterator[Example]:
    """Every line of this file."""
    yield from dates_and_versions()
    yield from states()
    yield from further()


def dates_and_versions() -> Iterator[Example]:
    """32-37, 49, 58: days and versions."""
    late, next_day = datetime(2026, 6, 1, 23, 0, tzinfo=ZONE), datetime(2026, 6, 2, tzinfo=ZONE)
    embargo = at_level(Level.OPEN, opens_on=FIRST_OF_JUNE, opening_reviewed=True)
    unseen = at_level(Level.OPEN, opens_on=FIRST_OF_JUNE)
    yield line("32", PUBLIC, LISTEN, of(embargo), DENY, at=late)
    yield line("32 next day", PUBLIC, LISTEN, of(embargo), ALLOW, at=next_day)
    yield line("32 not reviewed", PUBLIC, LISTEN, of(unseen), DENY, at=next_day)
    far = grants(Level.OPEN, opens_on=date(2030, 1, 1), opening_reviewed=True)
    listed = told(record((*far, granted("pub", [EXIST]))))
    yield line("33", PUBLIC, EXIST, of(listed), ALLOW)
    yield line("33 read", PUBLIC, READ, of(listed, TEXT), DENY, face=ASK)
    midnight = datetime(2026, 6, 1, tzinfo=ZONE)
    ending = at_level(Level.OPEN, closes_on=FIRST_OF_JUNE)
    yield line("34", PUBLIC, LISTEN, of(ending), DENY, at=midnight)
    yield line("34 before", PUBLIC, LISTEN, of(ending), ALLOW, at=midnight - timedelta(seconds=1))
    review = Limit(by="archive", reason="quality", scope=WHOLE, review_on=FIRST_OF_JUNE)
    reviewed = at_level(Level.OPEN, limits=(review,))
    yield line("35", PUBLIC, LISTEN, of(reviewed), DENY, at=late)
    yield line("35 next day", PUBLIC, LISTEN, of(reviewed), DENY, at=next_day)
    first = record(grants(Level.OPEN))
    narrowed = told(first, record(grants(Level.CLOSED), version=2, days=0))
    withdrawn = told(first, record((), version=2, status=Status.WITHDRAWN, days=0))
    asked = told(first, record(grants(Level.CLOSED), version=2, status=Status.REQUESTED, days=0))
    yield line("36", PUBLIC, LISTEN, of(narrowed), DENY, face=NOT_FOUND)
    yield line("37", PUBLIC, LISTEN, of(withdrawn), DENY, reason="no_valid_consent", face=NOT_FOUND)
    yield line("58", PUBLIC, LISTEN, of(asked), ALLOW)
    changed = told(first, index_version=2)
    yield line("49", PUBLIC, FIND, of(changed, TEXT), DENY, reason="stale_index", face=ASK)
    yield line("49 new row", PUBLIC, FIND, of(changed, TEXT, index_version=2), ALLOW)


def states() -> Iterator[Example]:
    """38-40, 54, 55, 57, 66: states, emergencies, assignments, voices that nobody is linked to."""
    given = record(grants(Level.OPEN))
    sealed = told(given, state=State.SEALED)
    yield line("38", PUBLIC, EXIST, of(sealed), DENY, face=NOT_FOUND)
    yield line("38 archivist", ARCHIVIST, LISTEN, of(sealed), DENY, face=NOT_FOUND)
    yield line("39", approved("k1", "k2"), LISTEN, of(sealed), ALLOW, reason="break_glass")
    yield line("39 one twice", approved("k1", "k1"), LISTEN, of(sealed), DENY, face=NOT_FOUND)
    yield line("39 an hour ago", approved("k1", "k2", minutes=60), LISTEN, of(sealed), DENY)
    yield line("39 no consent", approved("k1", "k2"), LISTEN, of(told(state=State.SEALED)), DENY)
    gone = told(given, state=State.WITHDRAWN, tombstone_agreed=True)
    yield line("40", PUBLIC, LISTEN, of(gone), DENY, face=Face.GONE)
    yield line("40 not agreed", PUBLIC, LISTEN, of(told(given, state=State.WITHDRAWN)), DENY, face=NOT_FOUND)
    draft, unlinked = told(state=State.DRAFT), told(state=State.DRAFT, narrators=(), voices=(None,))
    yield line("54", assigned(Task.TRANSCRIBE), LISTEN, of(draft), ALLOW, reason="assignment")
    yield line("54 another", ARCHIVIST, LISTEN, of(draft), DENY)
    yesterday = NOON - timedelta(days=1)
    yield line("55", assigned(Task.TRANSCRIBE, ends=yesterday), LISTEN, of(draft), DENY)
    nobody = told(narrators=(), voices=())
    second = told(given, voices=("n1", None))
    yield line("57", PUBLIC, LISTEN, of(nobody), DENY, reason="error", face=NOT_FOUND)
    yield line("57 second voice", PUBLIC, LISTEN, of(second), DENY, reason="error", face=NOT_FOUND)
    yield line("66", assigned(Task.DESCRIBE), LISTEN, of(unlinked), ALLOW)
    yield line("66 another", ARCHIVIST, LISTEN, of(unlinked), DENY, face=NOT_FOUND)


def further() -> Iterator[Example]:
    """Lines beyond the numbered ones that fix a reading of the rules."""
    embed = at_level(Level.OPEN, Card.LEAVE)
    yield line("embed of what is open", PUBLIC, Action.EMBED, of(embed), ALLOW)
    nearly = at_level(Level.OPEN, limits=(skip(102, 188),))
    yield line(
        "nine tenths cut", PUBLIC, LISTEN, of(nearly, SOUND, secs(100, 200)), DENY, reason="nothing_left"
    )
    less = at_level(Level.OPEN, limits=(skip(102, 187.999),))
    yield line("just less", PUBLIC, LISTEN, of(less, SOUND, secs(100, 200)), REDACT)
    twice = at_level(Level.OPEN, limits=(skip(0, 1800), skip(1800, 3600)))
    yield line("all of it, in two", PUBLIC, EXIST, of(twice), DENY, reason="limit", face=NOT_FOUND)
    paper = told(record(grants(Level.OPEN)), originals=(Original(id="o1"),), limits=(skip(0, 1),))
    yield line("a skip in a paper", PUBLIC, READ, of(paper, TEXT), DENY, reason="unaligned")
    yield line("its existence", PUBLIC, EXIST, of(paper, TEXT), ALLOW)
    hushed = Limit(by="archive", reason="safety", scope=WHOLE, actions=frozenset({EXIST}))
    gone = told(record(()), state=State.DESTROYED, tombstone_agreed=True, limits=(hushed,))
    yield line("a tombstone hushed", PUBLIC, LISTEN, of(gone), DENY, face=NOT_FOUND)
    draft = told(state=State.DRAFT)
    yield line("assigned, find", assigned(Task.CHECK), FIND, of(draft, TEXT), DENY, face=ASK)
    at_play = replace(assigned(Task.CHECK), purpose=Purpose.PERSONAL)
    yield line("assigned, not for care", at_play, LISTEN, of(draft), DENY, face=NOT_FOUND)
