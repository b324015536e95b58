"""The protocol of a search index, and the values that come out of it: ids, counts and facets, nothing else.

Rules for every engine (docs/search.md, "What an index promises"):

- `open` and `guarded` are disjoint; moments, counts and facets are summed, testimonies are counted by union.
- Nothing is found without a Visibility; an empty one gets an empty page without asking anything.
- Every query hides the rows of the overlay and the rows whose `closes_at_ms` has come.
- Order of a page: first testimonies with a matching open moment, then those with guarded ones only. The
  first part is ordered by relevance where the engine can (above 20,000 matches and in `memory`: as the
  second). The second is ordered by number of matching moments, most first, then by id: statistics of a
  collection would count what the viewer may not see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from search.errors import PageOutOfReach
from search.moments import Batch, Overlay, Visibility
from search.tree import Field, Query

MOST_TESTIMONIES = 10_000
RANKED_MATCHES = 20_000
SUGGESTED_FROM = 3
"""A word is suggested only if at least so many testimonies hold it in the open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """Which page of testimonies, from 1. Raises PageOutOfReach beyond 10,000 testimonies."""

    number: int = 1
    size: int = 20

    def __post_init__(self) -> None:
        if self.number < 1 or not 1 <= self.size <= 100:
            raise ValueError("pages count from 1 and hold 1 to 100 testimonies")
        if self.number * self.size > MOST_TESTIMONIES:
            raise PageOutOfReach(most=MOST_TESTIMONIES)

    @property
    def start(self) -> int:
        """How many testimonies come before this page."""
        return (self.number - 1) * self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A testimony with all its matching moments, sorted by id; the caller puts them in order of time."""

    testimony_id: str
    moment_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetCount:
    """How many matching moments carry this value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of testimonies, with exact counts over all pages.

    `backed_off`: nothing held the words, so parts of Khmer words were looked for (`Query.loosened`).
    `open_only`: the query holds a prefix, so guarded moments were not asked.
    `limited`: set by the caller when hits were refused again and again ("search is limited just now").
    Facets are sorted by count, most first, then by value.
    """

    hits: tuple[Hit, ...] = ()
    moments: int = 0
    testimonies: int = 0
    facets: Mapping[str, tuple[FacetCount, ...]] = field(default_factory=lambda: MappingProxyType({}))
    limited: bool = False
    backed_off: bool = False
    open_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A word that at least three testimonies hold in the open, and how many do."""

    word: str
    testimonies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeReport:
    """What a search for traces found: the marker words that the index still holds. Empty is what we want."""

    looked_for: tuple[str, ...]
    still_there: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildReport:
    """What a rebuild made: the new build's id and what it holds."""

    build: str
    testimonies: int
    open: int
    guarded: int


class RebuildSource(Protocol):
    """Where a rebuild gets its batches from: the authoritative rows, tokens as stored, no new analysis."""

    def testimonies(self) -> Iterable[Batch]:
        """Every testimony of which something may be found, at its version now."""
        ...

    def again(self, testimony_id: str) -> Batch | None:
        """That testimony as it is now, because it changed during the rebuild; None: it is withdrawn."""
        ...


class SearchIndex(Protocol):
    """An index of consent-labelled moments. Raises subclasses of SearchError, never an engine's own error."""

    def apply(self, batch: Batch) -> None:
        """Make this the whole of the testimony, wholly or not at all.

        Ignored when the stored version (a withdrawal's too) is the same or higher: applying twice is safe.
        """
        ...

    def withdraw(self, testimony_id: str, index_version: int) -> None:
        """Remove every row, count and suggestion of it, and refuse it up to and including that version.

        Ignored when a higher version is stored.
        """
        ...

    def search(
        self,
        query: Query,
        visibility: Visibility,
        overlay: Overlay,
        page: PageRequest,
        facets: tuple[Field, ...] = (),
    ) -> Page:
        """One page of what matches and may be found, in one snapshot, with exact counts."""
        ...

    def moments(
        self, testimony_id: str, query: Query, visibility: Visibility, overlay: Overlay
    ) -> tuple[str, ...]:
        """All matching moments of one testimony, sorted by id. Never backs off: pass `Query.loosened`."""
        ...

    def suggest(
        self, prefix: str, visibility: Visibility, overlay: Overlay, limit: int = 8
    ) -> tuple[Suggestion, ...]:
        """Words of the open moments that begin so, most frequent first; nothing for under two characters."""
        ...

    def confirmed(self, testimony_id: str) -> int | None:
        """The version (applied or withdrawn) that the index holds of it; None: never heard of it."""
        ...

    def purge(self, markers: tuple[str, ...] = ()) -> PurgeReport:
        """Compact, so that deleted words leave the pages too, and report which of `markers` remain."""
        ...

    def rebuild(self, source: RebuildSource, build: str) -> RebuildReport:
        """Fill a new index named `build` beside the old one, then change over and delete the old."""
        ...

    def close(self) -> None:
        """Release files and connections; the index is not used afterwards."""
        ...
