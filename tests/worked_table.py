"""The lines of the table of worked examples; tests/worked_examples.py holds the pieces they are made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from consent.rules import WHOLE, Field, Limit, Mention, Source
from consent.vocabulary import (
    CONDITIONS,
    VIEW,
    Action,
    Answer,
    Card,
    Condition,
    Door,
    Effect,
    Face,
    Feature,
    Level,
    Medium,
    Purpose,
    Status,
    Task,
)
from tests.worked_examples import (
    ARCHIVIST,
    CUSTODIAN,
    DAUGHTER,
    NARRATOR,
    NEIGHBOURS,
    NOON,
    PUBLIC,
    RESEARCHER,
    SON,
    TEACHER,
    Example,
    assigned,
    at_level,
    clip,
    granted,
    grants,
    line,
    of,
    record,
    said_at,
    secs,
    skip,
    told,
    who,
)
from tests.worked_more import more_examples

ALLOW, REDACT, DENY = Effect.ALLOW, Effect.REDACT, Effect.DENY
EXIST, DESCRIBE, READ, LISTEN, WATCH = Action.EXIST, Action.DESCRIBE, Action.READ, Action.LISTEN, Action.WATCH
FIND, DOWNLOAD = Action.FIND, Action.DOWNLOAD
TEXT, SOUND, VIDEO, ENTRY = Medium.TEXT, Medium.SOUND, Medium.VIDEO, Medium.ENTRY
NOT_FOUND, ASK, NOT_AVAILABLE, OK = Face.NOT_FOUND, Face.ASK, Face.NOT_AVAILABLE, Face.OK


def examples() -> Iterator[Example]:
    """Every line, in groups that belong together."""
    yield from consent_and_levels()
    yield from names_and_masks()
    yield from spans()
    yield from parties()
    yield from more_examples()


def consent_and_levels() -> Iterator[Example]:
    """1-16 and their kin: records, levels, doors."""
    opened, closed = at_level(Level.OPEN), at_level(Level.CLOSED)
    asked = told(record(grants(Level.OPEN), status=Status.REQUESTED))
    yield line("1", PUBLIC, DESCRIBE, of(told(), ENTRY), DENY, reason="no_valid_consent", face=NOT_FOUND)
    yield line("2", PUBLIC, LISTEN, of(asked), DENY, reason="no_valid_consent", face=NOT_FOUND)
    yield line("3", PUBLIC, LISTEN, of(opened), ALLOW, face=OK)
    yield line("4", PUBLIC, DOWNLOAD, of(opened), DENY, reason="no_grant:DOWNLOAD", face=ASK)
    machines = at_level(Level.OPEN, Card.MACHINES)
    unsigned = who("res", purpose=Purpose.RESEARCH, conditions=CONDITIONS - {Condition.AGREEMENT})
    leave = at_level(Level.OPEN, Card.LEAVE)
    yield line("5", RESEARCHER, Action.COMPUTE, of(leave), DENY, reason="no_grant:COMPUTE")
    needs = {"reason": "condition:agreement", "face": Face.NEEDS}
    yield line("6", unsigned, Action.COMPUTE, of(machines), DENY, **needs)
    yield line("6 signed", RESEARCHER, Action.COMPUTE, of(machines), ALLOW)
    yield line("7", PUBLIC, EXIST, of(closed), DENY, face=NOT_FOUND)
    yield line("8", ARCHIVIST, LISTEN, of(closed), DENY, face=NOT_FOUND)
    yield line("8 keeper", CUSTODIAN, LISTEN, of(closed), ALLOW)
    listed = at_level(Level.CLOSED, Card.LISTED)
    yield line("9", PUBLIC, EXIST, of(listed), ALLOW)
    yield line("9 read", PUBLIC, READ, of(listed, TEXT), DENY, face=ASK)
    yield line("10", NARRATOR, READ, of(closed, TEXT), ALLOW)
    family = at_level(Level.FAMILY)
    expired = replace(DAUGHTER, facts=(replace(DAUGHTER.facts[0], ends=NOON - timedelta(days=1)),))
    yield line("11", DAUGHTER, LISTEN, of(family), ALLOW)
    yield line("12", who("fam:n9", purpose=Purpose.FAMILY), LISTEN, of(family), DENY, face=NOT_FOUND)
    yield line("13", expired, LISTEN, of(family), DENY, face=NOT_FOUND)
    yield line("14", RESEARCHER, READ, of(family, TEXT), DENY, face=NOT_FOUND)
    study = at_level(Level.STUDY)
    yield line("15", DAUGHTER, READ, of(study, TEXT), DENY, face=NOT_FOUND)
    ticked = at_level(Level.STUDY, doors=(Door.FAMILY, Door.STUDY), family=Answer.YES)
    yield line("16", NEIGHBOURS, READ, of(ticked, TEXT), DENY, face=NOT_FOUND)
    yield line("16 daughter", DAUGHTER, READ, of(ticked, TEXT), ALLOW)
    yield line("44", who(purpose=Purpose.COMMERCIAL), Action.QUOTE, of(opened, TEXT), DENY)
    wandering = who("arc", purpose=Purpose.PERSONAL)
    yield line("47", wandering, LISTEN, of(study), DENY, reason="no_grant:LISTEN")
    yield line("48", PUBLIC, "PRINT", of(opened), DENY, reason="unknown_vocabulary", face=NOT_FOUND)
    no_zone = NOON.replace(tzinfo=None)
    yield line("48 clock", PUBLIC, LISTEN, of(opened), DENY, reason="error", face=NOT_FOUND, at=no_zone)
    joint = told(
        record(grants(Level.OPEN)),
        record(grants(Level.FAMILY, narrator="n2"), narrator="n2"),
        narrators=("n1", "n2"),
    )
    yield line("30", PUBLIC, LISTEN, of(joint), DENY, face=NOT_FOUND)
    only_find = told(record((granted("pub", [EXIST, DESCRIBE, FIND]),)))
    yield line("53", PUBLIC, FIND, of(only_find, TEXT), DENY, reason="no_grant:READ")
    no_listen = told(record((granted("pub", [EXIST, DESCRIBE, READ, DOWNLOAD]),)))
    yield line("63", PUBLIC, DOWNLOAD, of(no_listen), DENY, reason="no_grant:LISTEN")


def names_and_masks() -> Iterator[Example]:
    """17-21, 59, 64, 69: what is hidden by card."""
    nameless = at_level(Level.STUDY, without=[Card.NAME_STUDY])
    lines = of(nameless, TEXT, name_spans=(said_at(10, 12),))
    yield line("17", RESEARCHER, READ, lines, REDACT, spans=((8_000, 14_000),))
    voiceless = at_level(Level.STUDY, without=[Card.VOICE])
    yield line(
        "18", RESEARCHER, LISTEN, of(voiceless), DENY, reason="no_masked_rendition", face=NOT_AVAILABLE
    )
    yield line("18 read", RESEARCHER, READ, of(voiceless, TEXT), ALLOW)
    faceless = at_level(Level.LEARN, without=[Card.FACE])
    masked = frozenset({("n1", Feature.FACE)})
    yield line("19", TEACHER, WATCH, of(faceless, VIDEO), DENY, reason="no_masked_rendition")
    yield line("19 listen", TEACHER, LISTEN, of(faceless), ALLOW)
    yield line("20", TEACHER, WATCH, of(faceless, VIDEO, masks=masked), ALLOW)
    warned = tuple(
        replace(each, conditions=frozenset({Condition.WARNING})) if each.audience == "edu" else each
        for each in grants(Level.LEARN)
    )
    unseen = who("edu", purpose=Purpose.CLASSROOM, conditions=frozenset())
    reason = "condition:warning_ack"
    yield line("21", unseen, READ, of(told(record(warned)), TEXT), DENY, reason=reason, face=Face.NEEDS)
    yield line("21 entry", unseen, DESCRIBE, of(told(record(warned)), ENTRY), ALLOW)
    for action, medium in ((READ, TEXT), (LISTEN, SOUND)):
        unmarked = of(nameless, medium, names_checked=False)
        yield line(f"59 {action}", RESEARCHER, action, unmarked, DENY, reason="names_unchecked")
    both = told(
        record(grants(Level.LEARN)),
        record(grants(Level.LEARN, without=[Card.FACE], narrator="n2"), narrator="n2"),
        narrators=("n1", "n2"),
    )
    yield line("64", TEACHER, WATCH, of(both, VIDEO, masks=masked), DENY, reason="no_masked_rendition")
    sound = Source(part=of(voiceless), at_ms=0)
    translation = of(voiceless, TEXT, derivative="vi", sources=(sound,))
    yield line("69", RESEARCHER, READ, translation, ALLOW)


def spans() -> Iterator[Example]:
    """22-29, 56, 61, 65, 67: what limits on spans do to words, sound, copies, clips and entries."""
    skipped = at_level(Level.OPEN, limits=(skip(600, 700),))
    leave = at_level(Level.OPEN, Card.LEAVE, limits=(skip(600, 700),))
    yield line("22", PUBLIC, LISTEN, of(skipped), REDACT, spans=((598_000, 702_000),))
    yield line("23", PUBLIC, READ, of(skipped, TEXT, secs(590, 650)), REDACT, spans=((598_000, 650_000),))
    yield line(
        "24", PUBLIC, READ, of(skipped, TEXT, secs(610, 650)), DENY, reason="limit", face=NOT_AVAILABLE
    )
    loose = of(skipped, TEXT, secs(0, 10), aligned=False)
    yield line("25", PUBLIC, READ, loose, DENY, reason="unaligned", face=NOT_AVAILABLE)
    yield line("26", PUBLIC, DOWNLOAD, of(leave), DENY, reason="redacted_copy_needed", face=NOT_AVAILABLE)
    yield line("26 copy", PUBLIC, DOWNLOAD, of(leave, checked_redactions=(secs(598, 702),)), ALLOW)
    learn = at_level(Level.LEARN, limits=(skip(600, 700),))
    yield line("27", TEACHER, LISTEN, clip(learn, 640, 700), DENY, reason="source_limit")
    everyone = granted("pub", VIEW, Purpose.PERSONAL, scope=secs(100, 160))
    opened_part = told(record((*grants(Level.FAMILY), everyone)))
    yield line("28", PUBLIC, LISTEN, clip(opened_part, 100, 160), ALLOW)
    yield line("28 whole", PUBLIC, LISTEN, of(opened_part), DENY)
    yield line("61", PUBLIC, DESCRIBE, of(opened_part, ENTRY), DENY, face=NOT_FOUND)
    yield line("61 clip", PUBLIC, DESCRIBE, clip(opened_part, 100, 160, ENTRY), ALLOW)
    mention = Mention(person="x1", spans=(secs(900, 904),))
    named = at_level(Level.OPEN, limits=(Limit(by="person:x1", reason="mention", scope=mention),))
    yield line("29", PUBLIC, FIND, of(named, TEXT), REDACT, spans=((898_000, 906_000),))
    yield line("29 on it", PUBLIC, FIND, of(named, TEXT, secs(900, 903)), DENY, reason="limit")
    at_640 = of(skipped, SOUND, secs(640, 641))
    yield line("56 hide", assigned(Task.HIDE), LISTEN, at_640, ALLOW)
    yield line("56 transcribe", assigned(Task.TRANSCRIBE), LISTEN, at_640, DENY, reason="limit")
    masked_elsewhere = clip(skipped, 590, 1590, checked_redactions=(secs(598, 702, "clip"),))
    yield line("65", PUBLIC, LISTEN, masked_elsewhere, DENY, reason="source_redaction")
    masked_there = clip(skipped, 590, 1590, checked_redactions=(secs(8, 112, "clip"),))
    yield line("65 masked where it must be", PUBLIC, LISTEN, masked_there, ALLOW)
    telling = frozenset({"title", "summary", "tags"})
    yield line("67", PUBLIC, DESCRIBE, of(skipped, ENTRY), REDACT, fields=telling)
    free = at_level(Level.OPEN, limits=(skip(600, 700, free_of=telling),))
    yield line("67 found free", PUBLIC, DESCRIBE, of(free, ENTRY), ALLOW)


def parties() -> Iterator[Example]:
    """31, 41, 42, 46, 50-52, 60, 62, 68, 70: other parties' limits, purposes, fields, several narrators."""
    rite = Limit(
        by="council:elders", reason="rite", scope=secs(1200, 1500), exempt=frozenset({"com:village"})
    )
    sacred = at_level(Level.OPEN, limits=(rite,))
    yield line("31", PUBLIC, LISTEN, of(sacred), REDACT, spans=((1_198_000, 1_502_000),))
    yield line("31 member", NEIGHBOURS, LISTEN, of(sacred), ALLOW)
    for_all = Limit(by="council:elders", reason="rite", scope=secs(1200, 1500))
    yield line("60", NARRATOR, LISTEN, of(at_level(Level.OPEN, limits=(for_all,))), ALLOW)
    spared = frozenset({"self:n1", "cust"})
    scope = secs(2000, 2300)
    violence = Limit(by="archive", reason="second_talk", scope=scope, exempt=spared, protects="n1")
    pending = at_level(Level.OPEN, limits=(violence,))
    yield line("41", RESEARCHER, READ, of(pending, TEXT), REDACT, spans=((1_998_000, 2_302_000),))
    yield line("41 find", PUBLIC, FIND, of(pending, TEXT, secs(2000, 2010)), DENY)
    yield line("41 herself", NARRATOR, READ, of(pending, TEXT), ALLOW)
    no_class = at_level(Level.LEARN, limits=(skip(300, 400, purposes=frozenset({Purpose.CLASSROOM})),))
    yield line("42", TEACHER, LISTEN, of(no_class), REDACT, spans=((298_000, 402_000),))
    yield line("42 researcher", RESEARCHER, LISTEN, of(no_class), ALLOW)
    learn_leave = at_level(Level.LEARN, Card.LEAVE)
    yield line("43", TEACHER, Action.EMBED, of(learn_leave), DENY, reason="embed_not_public")
    village = Limit(by="narrator:n1", reason="village", scope=Field(name="village"))
    hidden = frozenset({"village"})
    yield line(
        "46", PUBLIC, DESCRIBE, of(at_level(Level.OPEN, limits=(village,)), ENTRY), REDACT, fields=hidden
    )
    copied = of(at_level(Level.OPEN, Card.LEAVE, limits=(village,)), ENTRY)
    yield line("68", PUBLIC, DOWNLOAD, copied, DENY, reason="redacted_copy_needed")
    safety = Limit(by="archive", reason="safety", scope=WHOLE)
    yield line("50", PUBLIC, EXIST, of(at_level(Level.OPEN, limits=(safety,))), DENY, face=NOT_FOUND)
    not_my_son = at_level(Level.FAMILY, limits=(skip(0, 1, scope=WHOLE, only=frozenset({"son"})),))
    yield line("51", SON, LISTEN, of(not_my_son), DENY, face=NOT_FOUND)
    yield line("51 daughter", DAUGHTER, LISTEN, of(not_my_son), ALLOW)
    unsearchable = at_level(Level.OPEN, limits=(skip(0, 1, scope=WHOLE, actions=frozenset({FIND})),))
    yield line("52", PUBLIC, READ, of(unsearchable, TEXT), ALLOW)
    yield line("52 find", PUBLIC, FIND, of(unsearchable, TEXT), DENY, reason="limit", face=NOT_AVAILABLE)
    two = told(
        record(grants(Level.LEARN)),
        record(grants(Level.STUDY, narrator="n2"), narrator="n2"),
        narrators=("n1", "n2"),
    )
    yield line("62", RESEARCHER, LISTEN, of(two), ALLOW)
    yield line("62 teacher", TEACHER, LISTEN, of(two), DENY)
    closed = told(
        record(grants(Level.CLOSED)),
        record(grants(Level.CLOSED, narrator="n2"), narrator="n2"),
        narrators=("n1", "n2"),
    )
    yield line("70", NARRATOR, LISTEN, of(closed), ALLOW)
    yield line("70 other", who("self:n2"), LISTEN, of(closed), ALLOW)
    room = told(record((granted("res", VIEW, Purpose.RESEARCH, conditions=frozenset({Condition.ONSITE})),)))
    at_home = who("res", purpose=Purpose.RESEARCH, conditions=CONDITIONS - {Condition.ONSITE})
    yield line("45", at_home, LISTEN, of(room), DENY, reason="condition:onsite")
    yield line("45 in the room", RESEARCHER, LISTEN, of(room), ALLOW)
