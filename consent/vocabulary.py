"""The closed list of words that rules may use; a word outside it is refused, never guessed at.

Source: docs/consent.md, "Words".
"""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """What a viewer may do with a part of a testimony."""

    EXIST = "EXIST"
    DESCRIBE = "DESCRIBE"
    READ = "READ"
    LISTEN = "LISTEN"
    WATCH = "WATCH"
    FIND = "FIND"
    QUOTE = "QUOTE"
    DOWNLOAD = "DOWNLOAD"
    EMBED = "EMBED"
    DERIVE = "DERIVE"
    COMPUTE = "COMPUTE"


class Feature(StrEnum):
    """What identifies a narrator, each shown or hidden on its own."""

    NAME = "NAME"
    FACE = "FACE"
    VOICE = "VOICE"


class Purpose(StrEnum):
    """What a viewer says the material is wanted for."""

    CARE = "care"
    PERSONAL = "personal"
    FAMILY = "family"
    CLASSROOM = "classroom"
    RESEARCH = "research"
    JOURNALISM = "journalism"
    LEGAL = "legal"
    COMMERCIAL = "commercial"


class Medium(StrEnum):
    """What a part consists of; an index point is text, the catalogue record is an entry."""

    ENTRY = "entry"
    TEXT = "text"
    SOUND = "sound"
    PICTURE = "picture"
    VIDEO = "video"


class State(StrEnum):
    """Where a testimony stands; only ACTIVE opens a door."""

    DRAFT = "draft"
    THINKING = "thinking"
    ACTIVE = "active"
    SEALED = "sealed"
    DISPUTED = "disputed"
    WITHDRAWN = "withdrawn"
    DESTROYED = "destroyed"


class Level(StrEnum):
    """The six answers to "who may hear it?"; doors, not rungs, so they are never compared by rank."""

    CLOSED = "CLOSED"
    FAMILY = "FAMILY"
    COMMUNITY = "COMMUNITY"
    STUDY = "STUDY"
    LEARN = "LEARN"
    OPEN = "OPEN"


class Door(StrEnum):
    """A group that can be let in on its own."""

    FAMILY = "fam"
    COMMUNITY = "com"
    STUDY = "res"
    TEACHING = "edu"
    PUBLIC = "pub"


class Card(StrEnum):
    """The yes/no cards; each starts at no. NAME is two boxes: in public and teaching, and for study."""

    NAME = "NAME"
    NAME_STUDY = "NAME_STUDY"
    FACE = "FACE"
    VOICE = "VOICE"
    LISTED = "LISTED"
    CLASS_COPY = "CLASS_COPY"
    LEAVE = "LEAVE"
    MAKE = "MAKE"
    MACHINES = "MACHINES"


class Answer(StrEnum):
    """A question that must be answered either way, so that silence cannot pass for an answer."""

    YES = "yes"
    NO = "no"


class Condition(StrEnum):
    """What a grant may ask of a viewer besides a door."""

    AGREEMENT = "agreement"
    ATTRIBUTION = "attribution"
    ONSITE = "onsite"
    WARNING = "warning_ack"


class Effect(StrEnum):
    """What a decision does."""

    ALLOW = "ALLOW"
    REDACT = "REDACT"
    DENY = "DENY"


class Face(StrEnum):
    """What the viewer is told; the reason stays inside."""

    OK = "ok"
    ASK = "ask"
    NEEDS = "needs"
    NOT_AVAILABLE = "not_available"
    NOT_FOUND = "not_found"
    GONE = "gone"


class Task(StrEnum):
    """What an assignment is for."""

    DESCRIBE = "describe"
    TRANSCRIBE = "transcribe"
    TRANSLATE = "translate"
    HIDE = "hide"
    CHECK = "check"


class Status(StrEnum):
    """Where one version of a consent record stands; only GIVEN and RENEWED count as a yes."""

    REQUESTED = "requested"
    GIVEN = "given"
    RENEWED = "renewed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    INVALIDATED = "invalidated"


class PersonClass(StrEnum):
    """What is known about somebody who is named in a testimony; it decides who may see the name."""

    NARRATOR = "narrator"  # governed by the NAME cards, not by the rules on other people
    REMEMBERED = "remembered"  # died 1975-79 and the narrator wishes the name said
    JUDGED = "judged"  # named in a final judgment
    PERMITTED = "permitted"  # said yes to the use of the own name
    PRIVATE = "private"  # living, or not known to be dead: not for the public, not for classes
    CHILD = "child"  # was a child then and may live, or is under 18 now
    ALLEGED = "alleged"  # accused in the words, judged by no court
    UNKNOWN = "unknown"  # nobody has decided yet: hidden


ACTIONS = frozenset(Action)
FEATURES = frozenset(Feature)
PURPOSES = frozenset(Purpose)
MEDIA = frozenset(Medium)
STATES = frozenset(State)
TASKS = frozenset(Task)
STATUSES = frozenset(Status)
CONDITIONS = frozenset(Condition)
PERSON_CLASSES = frozenset(PersonClass)

#: EXIST and DESCRIBE: a catalogue is not asked what it is read for.
CATALOGUE_ACTIONS = frozenset({Action.EXIST, Action.DESCRIBE})
#: Everything by which content is seen, heard or carried away.
CONTENT_ACTIONS = ACTIONS - CATALOGUE_ACTIONS
#: The five actions that together are called "view".
VIEW = frozenset({Action.EXIST, Action.DESCRIBE, Action.READ, Action.LISTEN, Action.WATCH})

_PLAIN_AUDIENCES = frozenset({"pub", "reg", "edu", "res", "arc", "cust"})
_BOUND_AUDIENCES = frozenset({"com", "fam", "self"})
_PARTIES = frozenset({"narrator", "keeper", "interviewer", "interpreter", "person", "council", "archive"})


def is_audience(word: object) -> bool:
    """True for "pub", "reg", "edu", "res", "arc", "cust", "com:<id>", "fam:<person>", "self:<person>"."""
    if not isinstance(word, str):
        return False
    if word in _PLAIN_AUDIENCES:
        return True
    kind, _, whom = word.partition(":")
    return kind in _BOUND_AUDIENCES and bool(whom)


def is_party(word: object) -> bool:
    """True for "archive" and for "narrator:<person>", "council:<id>", "person:<person>" and their like."""
    if not isinstance(word, str):
        return False
    kind, _, whom = word.partition(":")
    return kind in _PARTIES and (bool(whom) or kind == "archive")
