"""S3: one original of one testimony, heard and read in step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from archive.web.viewmodels.common import ChoiceLink, Fact, Link, Pagination, Piece, Speaker, Text


class PlayerKind(StrEnum):
    """Sound alone, or picture and sound."""

    SOUND = "sound"
    FILM = "film"


class Preload(StrEnum):
    """NONE when the visitor saves data (the `Save-Data` header): then no byte is asked for before a tap."""

    NONE = "none"
    METADATA = "metadata"


class NoMedia(StrEnum):
    """Why there is no player, as far as anyone may be told.

    NOT_OPEN covers every refusal alike; WORDS_ONLY only where the testimony never had a recording that
    could be named.
    """

    NOT_OPEN = "not_open"
    WORDS_ONLY = "words_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file of the player, through the gate: address, type and size in bytes."""

    address: str
    mime: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Captions of one language, as WebVTT, cut for this visitor."""

    address: str
    lang: str
    label: str
    default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherWay:
    """The same recording as sound only, or with its picture: where, and how much it weighs."""

    href: str
    kind: PlayerKind
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """What is played. `start_ms` and `end_ms` come from `?t=` and `?to=` (seconds).

    `play_href` is this page at `start_ms` (the large button's address without script).
    """

    kind: PlayerKind
    sources: tuple[Source, ...]
    duration_ms: int
    start_ms: int = 0
    end_ms: int | None = None
    preload: Preload = Preload.NONE
    poster: str | None = None
    wave_svg: str | None = None
    tracks: tuple[Track, ...] = ()
    other: OtherWay | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentNote:
    """A fact said beforehand ("hunger"), where it begins, and where to go on for those who skip it."""

    text: str
    start_ms: int
    end_ms: int
    href: str
    skip_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One segment. Untimed text has no `start_ms` and no `href`.

    `anchor` is unique on the page and stable ("s" and the segment's identifier). `translation` stands under
    the words when the reader asked for both. `interpreted`: these are the interpreter's words.
    `new_speaker` is False when the same voice goes on; the name is then not repeated.
    """

    anchor: str
    pieces: tuple[Piece, ...]
    lang: str
    start_ms: int | None = None
    end_ms: int | None = None
    href: str | None = None
    speaker: Speaker | None = None
    new_speaker: bool = True
    translation: tuple[Piece, ...] = ()
    translation_lang: str | None = None
    interpreted: bool = False
    kind: str = "said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A part that is not shown. Its length is all that is said."""

    anchor: str
    start_ms: int | None = None
    end_ms: int | None = None
    kind: str = "gap"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPoint:
    """A titled stretch: one line of the contents list."""

    href: str | None
    start_ms: int | None
    title: Text
    synopsis: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Which part of a long transcript is on this page (30 minutes each)."""

    from_ms: int
    to_ms: int
    pagination: Pagination


@dataclass(frozen=True, slots=True, kw_only=True)
class TestimonyPage:
    """`parts` are the originals in order (shown when there are several); `words` the languages to choose.

    No words: `rows` is empty and `words_open` says whether that is because none exist yet (True) or none
    are open here. `wanted_language`/`shown_language` are set when the asked language has no text ("No
    English text yet. Khmer is shown."). `see_as` names the door whose page this is, for staff.
    """

    __test__ = False

    label: Text
    code: str
    facts: tuple[Fact, ...]
    invented: bool
    player: Player | None
    rows: tuple[Said | Gap, ...]
    no_media: NoMedia = NoMedia.NOT_OPEN
    words_open: bool = True
    title: Text | None = None
    summary: Text | None = None
    back: Link | None = None
    notes: tuple[ContentNote, ...] = ()
    contents: tuple[IndexPoint, ...] = ()
    parts: tuple[ChoiceLink, ...] = ()
    words: tuple[ChoiceLink, ...] = ()
    wanted_language: str | None = None
    shown_language: str | None = None
    stretch: Stretch | None = None
    citation: str | None = None
    ask_href: str | None = None
    see_as: str | None = None


class NotOpenWords(StrEnum):
    """The three things that may be said to somebody who may know that it exists."""

    ASK = "ask"
    NEEDS = "needs"
    NOT_AVAILABLE = "not_available"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOpenPage:
    """The page for somebody who may know that it exists. It never says which door is shut.

    `needs` is a sentence, only with NEEDS.
    """

    code: str
    words: NotOpenWords
    needs: str | None = None
    ask_href: str | None = None
