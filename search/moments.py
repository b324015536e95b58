"""Border values of search: tokens, analysed moments, batches, and what one viewer may find.

Nothing here holds text, times or scores: an index knows words, classes and a few facets (docs/search.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NamedTuple

from search.errors import VisibilityExpired

#: Stands between the tokens of aligned tracks in one moment, so that no phrase runs from one into the other.
#: Analysis never emits it and no query can contain it.
SEPARATOR = "\u241e"


class Token(NamedTuple):
    """One word as the index knows it; `start` and `end` are offsets into the original text, in characters.

    `term` is folded and stemmed, `exact` is lower case with its diacritics kept. A NamedTuple and not a
    dataclass: millions are made in a rebuild, and it costs a third.
    """

    term: str
    exact: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysedMoment:
    """A segment or an index point, analysed: one row of the index.

    `closes_at_ms` (Unix time in milliseconds) is the instant from which it is hidden; None: no such date.
    `place`, `topics`, `year` and `speaker` may hold only what every door that finds the moment may see.
    `clusters` are the Khmer orthographic clusters of its text in order (`search.analysis.clusters_of`).
    """

    moment_id: str
    testimony_id: str
    class_key: str
    tokens: tuple[Token, ...]
    closes_at_ms: int | None = None
    language: str = ""
    year: int | None = None
    place: str | None = None
    topics: tuple[str, ...] = ()
    speaker: str | None = None
    clusters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A whole testimony at one version: all its moments that anyone may find, and no others.

    `open` holds those that everyone may find, `guarded` the rest; the two are disjoint. Both empty: nothing
    of it is findable, which is not the same as withdrawn.
    """

    testimony_id: str
    index_version: int
    open: tuple[AnalysedMoment, ...] = ()
    guarded: tuple[AnalysedMoment, ...] = ()

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for moment in (*self.open, *self.guarded):
            if moment.testimony_id != self.testimony_id:
                raise ValueError("a batch holds the moments of one testimony")
            if moment.moment_id in seen:
                raise ValueError("a moment stands twice in one batch")
            seen.add(moment.moment_id)


Overlay = frozenset[tuple[str, int]]
"""Pairs (testimony, index_version): its rows up to and including that version are hidden from every query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visibility:
    """What one viewer may find at one instant. Only the gate makes it, and it is never kept.

    `open`: the moments that everyone may find. `classes`: keys of classes allowed in every testimony.
    `within`: testimony id to class keys allowed in that testimony alone (facts bound to persons).
    `at_ms`, `expires_ms`: Unix time in milliseconds; a visibility is good for `at_ms <= now < expires_ms`.
    """

    open: bool
    classes: frozenset[str] = frozenset()
    within: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    at_ms: int
    expires_ms: int

    def __post_init__(self) -> None:
        if self.at_ms >= self.expires_ms:
            raise VisibilityExpired(at_ms=self.at_ms, expires_ms=self.expires_ms)

    def at(self, now_ms: int) -> Visibility:
        """The same at a later instant; raises VisibilityExpired when that is too late."""
        return replace(self, at_ms=now_ms)

    @property
    def guarded(self) -> bool:
        """Whether any guarded moment may be found at all."""
        return bool(self.classes) or any(self.within.values())

    @property
    def empty(self) -> bool:
        """Whether nothing may be found, so that no index needs to be asked."""
        return not self.open and not self.guarded


NO_OVERLAY: Overlay = frozenset()
