"""More lines of the table of worked examples: days, versions, states, and what the numbers leave open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from consent.days import ZONE
from consent.rules import WHOLE, Derivative, Limit, NameSpan, Original, Part, Source, Testimony
from consent.vocabulary import (
    VIEW,
    Action,
    Card,
    Condition,
    Effect,
    Face,
    Level,
    Medium,
    PersonClass,
    Purpose,
    State,
    Status,
    Task,
)
from tests.worked_examples import (
    ARCHIVIST,
    CUSTODIAN,
    DAUGHTER,
    FIRST_OF_JUNE,
    NARRATOR,
    NOON,
    PUBLIC,
    RESEARCHER,
    TEACHER,
    Example,
    approved,
    assigned,
    at_level,
    clip,
    granted,
    grants,
    line,
    of,
    record,
    secs,
    skip,
    told,
    who,
)

TELLING = frozenset({"title", "summary", "tags"})
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
    yield from made_from()
    yield from other_people()


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
    not_for_care = replace(approved("k1", "k2"), purpose=Purpose.PERSONAL)
    yield line("39 not for care", not_for_care, LISTEN, of(sealed), DENY, face=NOT_FOUND)
    no_keeper = replace(approved("k1", "k2"), facts=ARCHIVIST.facts)
    yield line("39 not a keeper", no_keeper, LISTEN, of(sealed), DENY, face=NOT_FOUND)
    disputed = told(given, state=State.DISPUTED)
    yield line("39 disputed", approved("k1", "k2"), LISTEN, of(disputed), ALLOW, reason="break_glass")
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
    taught = at_level(Level.LEARN, Card.LEAVE)
    yield line("embed of an entry", TEACHER, Action.EMBED, of(taught, ENTRY), DENY, reason="embed_not_public")
    read_only = granted("pub", [EXIST, DESCRIBE, READ, FIND, Action.QUOTE, Action.DERIVE])
    unheard = told(record((read_only,)))
    for action in (FIND, Action.QUOTE):
        yield line(f"{action} of sound", PUBLIC, action, of(unheard), DENY, reason="no_grant:LISTEN")
    yield line("derived words", PUBLIC, Action.DERIVE, of(unheard, TEXT), DENY, reason="no_grant:LISTEN")
    learnt = at_level(Level.OPEN, Card.MACHINES, limits=(skip(0, 1),))
    yield line("computed", RESEARCHER, Action.COMPUTE, of(learnt), DENY, reason="redacted_copy_needed")
    draft = told(state=State.DRAFT)
    yield line("assigned, find", assigned(Task.CHECK), FIND, of(draft, TEXT), DENY, face=ASK)
    at_play = replace(assigned(Task.CHECK), purpose=Purpose.PERSONAL)
    yield line("assigned, not for care", at_play, LISTEN, of(draft), DENY, face=NOT_FOUND)


def made_from() -> Iterator[Example]:
    """Derivatives: time lines that differ, sources without one, sources of other testimonies."""
    skipped = at_level(Level.OPEN, limits=(skip(120, 130),))
    late = Source(part=of(skipped, SOUND, secs(100, 200)), at_ms=50_000)
    spliced: dict[str, Any] = {"original": "clip", "derivative": "clip", "sources": (late,)}
    right = of(skipped, **spliced, checked_redactions=(secs(68, 82, "clip"),))
    wrong = of(skipped, **spliced, checked_redactions=(secs(18, 32, "clip"),))
    yield line("a cut where it must be", PUBLIC, LISTEN, right, ALLOW)
    yield line("a cut elsewhere", PUBLIC, LISTEN, wrong, DENY, reason="source_redaction", face=NOT_FOUND)
    loose = of(skipped, TEXT, derivative="sum", original="sum", sources=(replace(late, at_ms=None),))
    cut = replace(loose, checked_redactions=(secs(0, 900, "sum"),))
    yield line("times that do not carry over", PUBLIC, READ, cut, DENY, reason="source_redaction")
    paper = told(record(grants(Level.OPEN)), originals=(Original(id="o1"),), limits=(skip(0, 1),))
    sheet = Source(part=of(paper, TEXT), at_ms=0)
    words = of(paper, TEXT, derivative="en", sources=(sheet,), checked_redactions=(secs(0, 900),))
    yield line("made from a paper", PUBLIC, READ, words, DENY, reason="source_unaligned")
    opened = at_level(Level.OPEN)
    entry = Source(part=of(opened, ENTRY), at_ms=0)
    notice = of(
        opened, TEXT, derivative="n", original="n", sources=(entry,), checked_redactions=(secs(1, 2, "n"),)
    )
    yield line("made from an entry", PUBLIC, READ, notice, ALLOW)
    telling = Part(
        testimony=opened,
        medium=ENTRY,
        derivative="e",
        sources=(Source(part=of(opened, SOUND, secs(0, 9)), at_ms=0),),
        checked_redactions=(secs(1, 2),),
        names_checked=True,
    )
    yield line("an entry made from sound", PUBLIC, DESCRIBE, telling, ALLOW)
    row = Source(part=of(opened, TEXT, secs(0, 9), index_version=None), at_ms=0)
    found = of(opened, TEXT, secs(0, 9), derivative="en", sources=(row,))
    yield line("found in a translation", PUBLIC, FIND, found, ALLOW)
    stale = replace(row, part=replace(row.part, index_version=0))
    old = replace(found, sources=(stale,))
    yield line("its source's row is old", PUBLIC, FIND, old, DENY, reason="source_stale_index", face=ASK)
    soon = record(grants(Level.CLOSED), version=2)
    soon = replace(soon, effective=NOON + timedelta(minutes=2))
    other = told(record(grants(Level.OPEN)), soon, id="t2")
    foreign = Source(part=of(other, TEXT, secs(0, 9), index_version=None), at_ms=0)
    mixed = replace(found, sources=(foreign,))
    yield line("another's words, found", PUBLIC, FIND, mixed, DENY, reason="source_stale_index")
    yield line("another's words, read", PUBLIC, READ, mixed, DENY, reason="no_grant:READ", face=NOT_FOUND)
    limits = (Limit(by="archive", reason="quality", scope=Derivative(id="clip")), skip(3000, 3001))
    limited = at_level(Level.OPEN, limits=limits)
    yield line("a limit on a clip", PUBLIC, LISTEN, clip(limited, 0, 9), DENY, reason="limit")
    yield line("not on another", PUBLIC, LISTEN, clip(limited, 0, 9, derivative="clip2"), ALLOW)
    yield line("not on its source", PUBLIC, LISTEN, of(limited, SOUND, secs(0, 9)), ALLOW)
    on_clip = at_level(Level.OPEN, limits=limits[:1])
    titled = clip(on_clip, 0, 9, ENTRY)
    yield line("the clip's entry", PUBLIC, DESCRIBE, titled, REDACT, fields=TELLING)
    yield line("the whole's entry", PUBLIC, DESCRIBE, of(on_clip, ENTRY), ALLOW)
    thanked = granted("pub", VIEW, conditions=frozenset({Condition.ATTRIBUTION}))
    bare = who(conditions=frozenset())
    yield line("no thanks, entry", bare, DESCRIBE, of(told(record((thanked,))), ENTRY), ALLOW)
    reason = "condition:attribution"
    yield line("no thanks, words", bare, READ, of(told(record((thanked,))), TEXT), DENY, reason=reason)
    renewed = told(record(grants(Level.OPEN), status=Status.RENEWED))
    yield line("renewed", PUBLIC, READ, of(renewed, TEXT), ALLOW)
    empty = told(record(grants(Level.OPEN)), originals=())
    yield line("nothing received yet", PUBLIC, EXIST, of(empty, ENTRY), ALLOW)


def other_people() -> Iterator[Example]:
    """Names of people who did not tell: who may learn them."""
    everyone = replace(granted("reg", VIEW, Purpose.PERSONAL), features=frozenset())
    opened = at_level(Level.OPEN)
    spot = secs(10, 12)

    def naming(kind: PersonClass, testimony: Testimony = opened) -> Part:
        return of(
            testimony, TEXT, secs(0, 100), name_spans=(NameSpan(person="x1", kind=kind, spans=(spot,)),)
        )

    cut = ((8_000, 14_000),)
    for_res = who("res", purpose=Purpose.RESEARCH)
    registered = told(record((everyone, granted("reg", [FIND]))))
    yield line("private, public", PUBLIC, READ, naming(PersonClass.PRIVATE), REDACT, spans=cut)
    yield line("private, teacher", TEACHER, READ, naming(PersonClass.PRIVATE), REDACT, spans=cut)
    yield line("private, account", who("reg"), READ, naming(PersonClass.PRIVATE, registered), REDACT)
    yield line("private, study", for_res, FIND, naming(PersonClass.PRIVATE), ALLOW)
    yield line("private, family", DAUGHTER, READ, naming(PersonClass.PRIVATE), ALLOW)
    yield line("alleged, study", for_res, READ, naming(PersonClass.ALLEGED), ALLOW)
    yield line("alleged, study finds", for_res, FIND, naming(PersonClass.ALLEGED), REDACT, spans=cut)
    yield line("alleged, public", PUBLIC, READ, naming(PersonClass.ALLEGED), REDACT, spans=cut)
    for kind in (PersonClass.CHILD, PersonClass.UNKNOWN, PersonClass.NARRATOR):
        yield line(f"{kind}, family", DAUGHTER, READ, naming(kind), REDACT, spans=cut)
        yield line(f"{kind}, keeper", CUSTODIAN, READ, naming(kind), ALLOW)
        yield line(f"{kind}, narrator", NARRATOR, READ, naming(kind), ALLOW)
    for kind in (PersonClass.REMEMBERED, PersonClass.JUDGED, PersonClass.PERMITTED):
        yield line(f"{kind}, public", PUBLIC, READ, naming(kind), ALLOW)
    unmarked = of(opened, TEXT, names_checked=False)
    yield line("unmarked, public", PUBLIC, READ, unmarked, DENY, reason="names_unchecked", face=NOT_AVAILABLE)
    yield line("unmarked, study", for_res, READ, unmarked, ALLOW)
    yield line("unmarked, study finds", for_res, FIND, unmarked, DENY, reason="names_unchecked")
    yield line("unmarked, family", DAUGHTER, READ, unmarked, ALLOW)
    listed = of(opened, ENTRY, name_spans=naming(PersonClass.PRIVATE).name_spans)
    yield line("an entry that names", PUBLIC, DESCRIBE, listed, REDACT, fields=frozenset({"names"}))
    raw = of(opened, ENTRY, names_checked=False)
    yield line("an entry nobody checked", PUBLIC, DESCRIBE, raw, REDACT, fields=TELLING | {"names"})
    wide = tuple(granted(door, VIEW) for door in ("pub", "reg", "edu"))
    at_three = naming(PersonClass.PRIVATE, told(record(wide)))
    yield line("private, three wide doors", who("reg", "edu"), READ, at_three, REDACT, spans=cut)
    kept = told(
        record(grants(Level.CLOSED)),
        record((granted("pub", VIEW, Purpose.CARE),), narrator="n2"),
        narrators=("n1", "n2"),
    )
    for_keeper = naming(PersonClass.CHILD, kept)
    yield line("keeper of one of two", CUSTODIAN, READ, for_keeper, REDACT, spans=cut)
    hers = Limit(by="archive", reason="health", scope=spot, protects="n1")
    protected = of(at_level(Level.OPEN, limits=(hers,)), TEXT)
    yield line("protected from all but her", PUBLIC, READ, protected, REDACT, spans=cut)
    yield line("not from herself", NARRATOR, READ, protected, ALLOW)
    bare_exist = granted("pub", [EXIST], features=frozenset())
    by_two = told(record((bare_exist, granted("pub", [DESCRIBE, READ]))))
    yield line("existence shows nothing", PUBLIC, READ, of(by_two, TEXT), ALLOW)
    two = frozenset({Condition.ONSITE, Condition.AGREEMENT})
    strict = told(record((granted("pub", VIEW, Purpose.PERSONAL, conditions=two),)))
    bare = who(conditions=frozenset())
    yield line("two conditions", bare, READ, of(strict, TEXT), DENY, reason="condition:agreement")
