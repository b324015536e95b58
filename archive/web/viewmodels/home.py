"""S1: the first page, and the list of open testimonies."""

from __future__ import annotations

from dataclasses import dataclass

from archive.web.viewmodels.common import Entry, Pagination, Text
from archive.web.viewmodels.search import Facet


@dataclass(frozen=True, slots=True, kw_only=True)
class Featured:
    """One open moment whose wave form is the only picture on the first page.

    `href` opens the testimony at that second. `wave_svg` comes from `archive/web/wave.py`; peaks are of
    what is served.
    """

    entry: Entry
    said: Text
    start_ms: int
    href: str
    wave_svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """Counts cover only what this visitor may find.

    No testimony open: `open_testimonies` is 0 and `entries` is empty. `search_action` takes GET with `q`.
    """

    open_testimonies: int
    open_languages: int
    search_action: str
    entries: tuple[Entry, ...]
    featured: Featured | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPage:
    """All open testimonies, a page at a time, narrowed by facets."""

    total: int
    entries: tuple[Entry, ...]
    facets: tuple[Facet, ...]
    pagination: Pagination
    search_action: str
    clear_href: str | None = None
