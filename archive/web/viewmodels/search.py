"""S2: moments found, grouped by testimony."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from archive.web.viewmodels.common import Entry, Hidden, Pagination, Piece, Text


class FacetKind(StrEnum):
    """By what results can be narrowed; the words are in `templates/macros/words.html`."""

    PLACE = "place"
    TOPIC = "topic"
    LANGUAGE = "language"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """One value.

    How many moments (or testimonies, on the listing) it has, and the address that adds or drops it.
    """

    text: Text
    count: int
    href: str
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One way to narrow. A facet without values is left out by the template."""

    kind: FacetKind
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentHit:
    """A moment: `pieces` are cut from what this visitor may read, nothing else.

    `href` opens it at its second. `translated` says that the words shown are a translation of what was
    said.
    """

    href: str
    start_ms: int | None
    pieces: tuple[Piece, ...]
    lang: str
    translated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One testimony with the moments shown; `more` counts those behind `more_href`."""

    entry: Entry
    moments: tuple[MomentHit, ...]
    more: int = 0
    more_href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """`action` takes GET with `q` and `kept` (the chosen filters).

    An empty `query` shows the form and the ways to look. `backed_off`: no exact word was found and parts of
    words are shown. `limited`: the index and the policy disagreed, nothing is shown. `too_far`: past the
    last page that can be had.
    """

    query: str
    action: str
    kept: tuple[Hidden, ...]
    moments: int
    testimonies: int
    facets: tuple[Facet, ...]
    hits: tuple[Hit, ...]
    pagination: Pagination
    clear_href: str | None = None
    backed_off: bool = False
    limited: bool = False
    too_far: bool = False
