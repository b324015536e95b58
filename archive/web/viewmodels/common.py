"""Small values that several pages share: words with their language, links, times, pages, form problems.

Times are integer milliseconds in one original (suffix `_ms`), sizes are bytes; templates turn both into words
(`archive/web/formats.py`), so that every number is written the same way in every language.
All `…_href` and `…_action` values are addresses inside the site, ready to be written into the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words that did not come from the message catalogue, with the language they are in (BCP 47) if known."""

    text: str
    lang: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of words; `marked` when it is what the visitor searched for."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Somewhere to go, with its words already in the reader's language."""

    label: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceLink:
    """One of several views of the same page. `lang` is set when the label is a language's own name."""

    label: str
    href: str
    current: bool = False
    lang: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One option of a form field: the value that is posted, the words beside it, and whether it is chosen."""

    value: str
    label: str
    chosen: bool = False
    lang: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of plain facts: a term in the reader's language and what is so."""

    term: str
    values: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pagination:
    """Where this page stands among its fellows; counted from 1."""

    number: int
    count: int
    previous_href: str | None = None
    next_href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One thing that is wrong in a form.

    The field's name (as posted), and a sentence that says what to do.
    """

    field: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A form value that travels along unseen."""

    name: str
    value: str


class SpeakerRole(StrEnum):
    """Who is heard; the words for each are in `templates/macros/words.html`."""

    NARRATOR = "narrator"
    INTERVIEWER = "interviewer"
    INTERPRETER = "interpreter"
    PRESENT = "present"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """A voice.

    Its role, a number where several share the role, and a name only where the reader may know it.
    """

    role: SpeakerRole
    number: int | None = None
    name: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A testimony as lists show it: home, search results and browse pages.

    `label` is the public label (docs/architecture.md): the name chosen for publication, else "A narrator"
    and the code. `languages` are names of languages in the reader's language; `told_in` is a year or words
    such as "about 1999".
    """

    href: str
    label: Text
    code: str
    languages: tuple[str, ...]
    told_in: str | None = None
    duration_ms: int | None = None
    title: Text | None = None
    has_film: bool = False
    invented: bool = False
    wave_svg: str | None = None
