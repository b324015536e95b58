"""A search index in memory: every question reads every moment. For tests, and small enough to be read whole.

Relevance is not computed: the open part is ordered like the guarded one, by number of matching moments.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from search import latin
from search.analysis import checked, columns, suggestible
from search.index import (
    SUGGESTED_FROM,
    Page,
    PageRequest,
    PurgeReport,
    RebuildReport,
    RebuildSource,
    Suggestion,
)
from search.moments import AnalysedMoment, Batch, Overlay, Visibility
from search.pages import Answer, merged
from search.tree import And, Column, Field, Filter, Near, Node, Not, Or, Query, Words
from search.tree import Sequence as Terms

SHORTEST_TYPED = 2

_Columns = Mapping[Column, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    version: int
    open: tuple[tuple[AnalysedMoment, _Columns], ...] = ()
    guarded: tuple[tuple[AnalysedMoment, _Columns], ...] = ()


class MemoryIndex:
    """`SearchIndex` over a dictionary; safe to use from several threads."""

    def __init__(self) -> None:
        self._testimonies: dict[str, _Stored] = {}
        self._lock = threading.Lock()

    def apply(self, batch: Batch) -> None:
        """See SearchIndex.apply."""
        _put(self._testimonies, batch, self._lock)

    def withdraw(self, testimony_id: str, index_version: int) -> None:
        """See SearchIndex.withdraw."""
        with self._lock:
            stored = self._testimonies.get(testimony_id)
            if stored is None or stored.version <= index_version:
                self._testimonies[testimony_id] = _Stored(version=index_version)

    def search(
        self,
        query: Query,
        visibility: Visibility,
        overlay: Overlay,
        page: PageRequest,
        facets: tuple[Field, ...] = (),
    ) -> Page:
        """See SearchIndex.search."""
        if visibility.empty or query.finds_nothing:
            return Page(facets={str(name): () for name in facets})
        found = self._page(query, visibility, overlay, page, facets)
        if found.moments == 0 and query.back_off is not None:
            found = self._page(query.loosened, visibility, overlay, page, facets)
            found = replace(found, backed_off=found.moments > 0)
        return replace(found, open_only=query.open_only)

    def moments(
        self, testimony_id: str, query: Query, visibility: Visibility, overlay: Overlay
    ) -> tuple[str, ...]:
        """See SearchIndex.moments."""
        if visibility.empty or query.finds_nothing:
            return ()
        found = self._matching(query, visibility, overlay)
        return tuple(sorted(m.moment_id for part in found for m in part if m.testimony_id == testimony_id))

    def suggest(
        self, prefix: str, visibility: Visibility, overlay: Overlay, limit: int = 8
    ) -> tuple[Suggestion, ...]:
        """See SearchIndex.suggest."""
        typed = latin.fold(latin.exact(prefix))
        if not visibility.open or len(typed) < SHORTEST_TYPED:
            return ()
        counts: Counter[str] = Counter()
        for stored in self._visible(overlay).values():
            counts.update({word for moment, _ in stored.open for word in suggestible(moment)})
        known = [
            Suggestion(word=word, testimonies=n)
            for word, n in counts.items()
            if n >= SUGGESTED_FROM and latin.fold(word).startswith(typed)
        ]
        return tuple(sorted(known, key=lambda s: (-s.testimonies, s.word))[:limit])

    def confirmed(self, testimony_id: str) -> int | None:
        """See SearchIndex.confirmed."""
        stored = self._testimonies.get(testimony_id)
        return None if stored is None else stored.version

    def purge(self, markers: tuple[str, ...] = ()) -> PurgeReport:
        """See SearchIndex.purge. What was removed is gone already."""
        rows = [row for s in self._testimonies.values() for row in (*s.open, *s.guarded)]
        held = {term for _, held in rows for terms in held.values() for term in terms}
        return PurgeReport(looked_for=markers, still_there=tuple(m for m in markers if m in held))

    def rebuild(self, source: RebuildSource, build: str) -> RebuildReport:
        """See SearchIndex.rebuild."""
        fresh: dict[str, _Stored] = {}
        for batch in source.testimonies():
            _put(fresh, batch, self._lock)
        with self._lock:
            for testimony_id, old in self._testimonies.items():
                if testimony_id not in fresh or fresh[testimony_id].version < old.version:
                    again = source.again(testimony_id)
                    if again is not None and again.index_version >= old.version:
                        fresh[testimony_id] = _stored(again)
                    else:
                        fresh[testimony_id] = _Stored(version=old.version)
            self._testimonies = fresh
        kept = fresh.values()
        return RebuildReport(
            build=build,
            testimonies=sum(1 for s in kept if s.open or s.guarded),
            open=sum(len(s.open) for s in kept),
            guarded=sum(len(s.guarded) for s in kept),
        )

    def close(self) -> None:
        """See SearchIndex.close."""

    def _visible(self, overlay: Overlay) -> dict[str, _Stored]:
        denied: dict[str, int] = {}
        for testimony_id, version in overlay:
            denied[testimony_id] = max(version, denied.get(testimony_id, version))
        with self._lock:
            snapshot = dict(self._testimonies)
        return {t: s for t, s in snapshot.items() if t not in denied or s.version > denied[t]}

    def _matching(
        self, query: Query, visibility: Visibility, overlay: Overlay
    ) -> tuple[list[AnalysedMoment], list[AnalysedMoment]]:
        """Matching moments of the open and of the guarded half that may be found."""
        public: list[AnalysedMoment] = []
        guarded: list[AnalysedMoment] = []
        for testimony_id, stored in self._visible(overlay).items():
            if visibility.open:
                public += [m for m, held in stored.open if _fits(query, m, held, visibility.at_ms)]
            if query.open_only:
                continue
            allowed = visibility.classes | visibility.within.get(testimony_id, frozenset())
            guarded += [
                m
                for m, held in stored.guarded
                if m.class_key in allowed and _fits(query, m, held, visibility.at_ms)
            ]
        return public, guarded

    def _page(
        self,
        query: Query,
        visibility: Visibility,
        overlay: Overlay,
        page: PageRequest,
        facets: tuple[Field, ...],
    ) -> Page:
        public, guarded = self._matching(query, visibility, overlay)
        both = [*public, *guarded]

        def fetch(shown: Sequence[str]) -> Mapping[str, Sequence[str]]:
            return {t: [m.moment_id for m in both if m.testimony_id == t] for t in shown}

        return merged(_answer(public, facets), _answer(guarded, facets), page, facets, fetch)


def _stored(batch: Batch) -> _Stored:
    def rows(moments: Iterable[AnalysedMoment]) -> tuple[tuple[AnalysedMoment, _Columns], ...]:
        kept = [(moment, columns(moment)) for moment in moments]
        for _, held in kept:
            for terms in held.values():
                for term in terms:
                    checked(term)
        return tuple(kept)

    return _Stored(version=batch.index_version, open=rows(batch.open), guarded=rows(batch.guarded))


def _put(testimonies: dict[str, _Stored], batch: Batch, lock: threading.Lock) -> None:
    fresh = _stored(batch)
    with lock:
        stored = testimonies.get(batch.testimony_id)
        if stored is None or stored.version < batch.index_version:
            testimonies[batch.testimony_id] = fresh


def _answer(moments: list[AnalysedMoment], facets: Sequence[Field]) -> Answer:
    counts = Counter(m.testimony_id for m in moments)
    return Answer(
        moments=len(moments),
        testimonies=sorted(counts, key=lambda t: (-counts[t], t)),
        facets={name: Counter(value for m in moments for value in _values(m, name)) for name in facets},
    )


def _values(moment: AnalysedMoment, name: Field) -> tuple[str, ...]:
    """What the moment carries in a field, each value once."""
    match name:
        case Field.TOPIC:
            return tuple(dict.fromkeys(moment.topics))
        case Field.YEAR:
            return () if moment.year is None else (str(moment.year),)
        case Field.LANGUAGE:
            value: str | None = moment.language
        case Field.PLACE:
            value = moment.place
        case Field.SPEAKER:
            value = moment.speaker
    return (value,) if value else ()


def _fits(query: Query, moment: AnalysedMoment, held: _Columns, at_ms: int) -> bool:
    if moment.closes_at_ms is not None and at_ms >= moment.closes_at_ms:
        return False
    if not all(_passes(condition, moment) for condition in query.filters):
        return False
    return query.tree is None or _matches(query.tree, held)


def _passes(condition: Filter, moment: AnalysedMoment) -> bool:
    return bool(set(condition.values) & set(_values(moment, condition.field))) != condition.negated


def _matches(node: Node, held: _Columns) -> bool:
    match node:
        case Words():
            return any(
                True for alternative in node.alternatives for _ in _places(alternative, held, node.prefix)
            )
        case Near():
            return _near(node, held)
        case And():
            return all(_matches(part, held) for part in node.parts)
        case Or():
            return any(_matches(part, held) for part in node.parts)
        case Not():
            return _matches(node.keep, held) and not _matches(node.drop, held)


def _places(wanted: Terms, held: _Columns, prefix: bool = False) -> Iterable[int]:
    terms = held[wanted.column]
    for at in range(len(terms) - len(wanted.terms) + 1):
        here = terms[at : at + len(wanted.terms)]
        if here == wanted.terms or (prefix and here[0].startswith(wanted.terms[0])):
            yield at


def _near(node: Near, held: _Columns) -> bool:
    for a in node.left.alternatives:
        for b in node.right.alternatives:
            if a.column is not b.column:
                continue
            for at in _places(a, held):
                for other in _places(b, held):
                    first = a if at < other else b
                    if abs(at - other) - len(first.terms) <= node.distance:
                        return True
    return False
