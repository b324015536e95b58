"""Names checked, and publishing: the machine's words beside the sound, plain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from archive.web.viewmodels.common import Choice, FieldError, Link, Speaker, Text
from archive.web.viewmodels.testimony import Player, Stretch


class Whose(StrEnum):
    """Whose name is said."""

    NARRATOR = "narrator"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameMark:
    """A name marked earlier: word positions counted from 1, or None for the whole segment."""

    mark_id: str
    whose: Whose
    first_word: int | None = None
    last_word: int | None = None
    words: str = ""
    unmarked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """What was typed at a segment in a form that could not be taken as it was."""

    whose: str
    first: str
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSegment:
    """One segment with its words in order.

    `flags` are sentences about what the machine was unsure of (may be empty).
    """

    segment_id: str
    words: tuple[str, ...]
    lang: str
    start_ms: int | None = None
    end_ms: int | None = None
    href: str | None = None
    speaker: Speaker | None = None
    marks: tuple[NameMark, ...] = ()
    flags: tuple[str, ...] = ()
    ticked: Ticked | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskToHear:
    """A copy without the hidden parts that a second person must hear: its address, and a POST that says yes."""

    address: str
    confirm_action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """One form.

    Fields: `named` (repeated: segment ids ticked), `whose-<id>` (a value of `whose`), `first-<id>`, `last-<id>`
    (word numbers, empty = whole segment), `unmark` (repeated: mark ids), `names_checked` = "yes", `do` =
    "save" | "publish". `published` is set once this revision is the published one. `checked_by` and
    `checked_on` after a names check.
    """

    code: str
    title: Text | None
    action: str
    revision: str
    made_by: str
    language: str
    segments: tuple[ReviewSegment, ...]
    whose: tuple[Choice, ...]
    player: Player | None
    stretch: Stretch | None = None
    errors: tuple[FieldError, ...] = ()
    saved: str | None = None
    published: bool = False
    checked_by: str | None = None
    checked_on: str | None = None
    marks_total: int = 0
    may_publish: bool = True
    masks: tuple[MaskToHear, ...] = ()
    names_ticked: bool = False
    entry_ticked: bool = False
    back: Link | None = None
