"""Search: what may be found is computed first; every hit is decided again afterwards.

The deny overlay is read, the index is asked with it, then each hit is decided in a snapshot opened after the query. A
refused hit joins the overlay and the query is asked again, three times at most: a count must not disagree with what may
be seen (docs/search.md).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.actors import Actor
from archive.db import models as m
from archive.errors import SearchLimited
from archive.gate import Gate, Looking
from archive.reading import contents
from archive.reading.moments import PIECE
from archive.reading.visibility import compose
from archive.reading.words import Shown, reach, shown_of, times_rendered
from archive.services.owners import Fields
from consent.classes import IndexClass, persons_bound
from consent.rules import Part, Span
from consent.vocabulary import Action
from search.analysis import analyse
from search.highlight import Snippet, snippet
from search.index import Hit, Page, PageRequest, SearchIndex
from search.moments import Overlay, Visibility
from search.query import browse, parse
from search.tree import Field, Filter, Query

TRIES = 3
GRID_S = 0.05
"""Answers that asked the guarded index leave on a grid: their time tells nothing about hidden words."""
SHOWN_MOMENTS = 3
FACETS = (Field.PLACE, Field.TOPIC, Field.LANGUAGE, Field.YEAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMoment:
    """A moment with the words around what was searched for, cut from what this visitor may read."""

    original_id: str
    segment_id: str
    start_ms: int | None
    language: str
    snippet: Snippet
    translated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTestimony:
    """A testimony with its first moments in order of time, and how many more there are."""

    testimony_id: str
    moments: tuple[FoundMoment, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of results. `page` has exact counts and facets over all of them."""

    query: Query
    testimonies: tuple[FoundTestimony, ...]
    page: Page


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a hit lies and what policy says it is; no text yet."""

    original: m.Original
    revision: m.Revision | None
    segment: m.Segment | None
    point: m.IndexPoint | None
    part: Part
    start_ms: int | None


class Search:
    """Searches as one visitor."""

    def __init__(self, gate: Gate, index: SearchIndex, fields: Fields) -> None:
        self._gate = gate
        self._index = index
        self._fields = fields

    def search(
        self,
        actor: Actor | None,
        text: str,
        filters: Mapping[Field, str],
        page: PageRequest,
        *,
        within: str | None = None,
    ) -> Found:
        """One page of moments for `text`; `filters` narrow by language, year, place or topic.

        `within` asks for one testimony only: all of its moments, none cut off.

        :raises QueryTooComplex, PageOutOfReach: (search) with sentences for people.
        :raises SearchLimited: if index and policy disagreed three times in a row.
        """
        started = time.monotonic()
        try:
            return self._search(actor, query_of(text, filters), page, within)
        finally:
            if actor is not None:
                time.sleep(GRID_S - (time.monotonic() - started) % GRID_S)

    def _search(self, actor: Actor | None, query: Query, page: PageRequest, within: str | None) -> Found:
        refused: set[tuple[str, int]] = set()
        for _ in range(TRIES):
            with self._gate.looking(actor) as before:
                overlay = overlay_of(before.session) | refused
                visibility = visibility_of(before)
            answer = self._ask(query, visibility, overlay, page, within)
            with self._gate.looking(actor) as after:
                places, newly_refused = self._decide(after, answer)
                if not newly_refused:
                    asked = query.loosened if answer.backed_off else query
                    return Found(
                        query=asked,
                        page=answer,
                        testimonies=self._show(after, asked, answer, places, all_of=within is not None),
                    )
            refused |= newly_refused
        raise SearchLimited

    def _ask(
        self, query: Query, visibility: Visibility, overlay: Overlay, page: PageRequest, within: str | None
    ) -> Page:
        if within is None:
            return self._index.search(query, visibility, overlay, page, FACETS)
        found = self._index.moments(within, query, visibility, overlay)
        hits = (Hit(testimony_id=within, moment_ids=found),) if found else ()
        return Page(hits=hits, moments=len(found), testimonies=len(hits))

    def _decide(self, looking: Looking, answer: Page) -> tuple[dict[str, _Place], set[tuple[str, int]]]:
        """Every hit decided by the database as it is now; the versions of testimonies with a refused hit."""
        places: dict[str, _Place] = {}
        refused: set[tuple[str, int]] = set()
        for hit in answer.hits:
            version = self._index.confirmed(hit.testimony_id) or 0
            for moment_id in hit.moment_ids:
                place = _place_of(looking, moment_id)
                if (
                    place is None
                    or not looking.decide(Action.FIND, replace(place.part, index_version=version)).allowed
                ):
                    refused.add((hit.testimony_id, version))
                    break
                places[moment_id] = place
        return places, refused

    def _show(
        self, looking: Looking, query: Query, answer: Page, places: Mapping[str, _Place], *, all_of: bool
    ) -> tuple[FoundTestimony, ...]:
        shown = []
        for hit in answer.hits:
            order = sorted(
                hit.moment_ids,
                key=lambda i: (places[i].original.ordinal, places[i].start_ms or 0, _ordinal(places[i])),
            )
            first = order if all_of else order[:SHOWN_MOMENTS]
            moments = tuple(self._moment(looking, query, places[i]) for i in first)
            shown.append(
                FoundTestimony(testimony_id=hit.testimony_id, moments=moments, more=len(order) - len(first))
            )
        return tuple(shown)

    def _moment(self, looking: Looking, query: Query, place: _Place) -> FoundMoment:
        if place.point is not None:
            text = contents.text_of(self._fields, place.point)
            return FoundMoment(
                original_id=place.original.id,
                segment_id=place.point.id,
                start_ms=place.start_ms,
                language=place.point.language,
                snippet=snippet(text, analyse(text, place.point.language), query),
            )
        segment = place.segment
        if segment is None or place.revision is None:
            raise SearchLimited
        lines = [
            *self._readable(looking, place.original, place.revision, segment),
            *self._translations(looking, place),
        ]
        if not lines:  # found, yet nothing of it may be read: rather nothing than a page that fails
            raise SearchLimited
        cuts = [(line, snippet(line.text, analyse(line.text, line.language), query)) for line in lines]
        line, cut = next(((line, s) for line, s in cuts if any(piece.marked for piece in s.pieces)), cuts[0])
        return FoundMoment(
            original_id=place.original.id,
            segment_id=segment.id,
            start_ms=place.start_ms,
            language=line.language,
            snippet=cut,
            translated=line.segment_id != segment.id,
        )

    def _readable(
        self, looking: Looking, original: m.Original, revision: m.Revision, segment: m.Segment
    ) -> list[Shown]:
        part = looking.policies.words(original, revision, *reach(segment, times_rendered(looking, revision)))
        return [
            line
            for line in shown_of(self._fields, segment, looking.decide(Action.READ, part))
            if isinstance(line, Shown)
        ]

    def _translations(self, looking: Looking, place: _Place) -> Iterable[Shown]:
        if place.revision is None or place.segment is None:
            return
        rows = looking.session.execute(
            select(m.Segment, m.Revision)
            .join(m.Revision, m.Revision.id == m.Segment.revision_id)
            .where(
                m.Revision.renders_id == place.revision.id,
                m.Revision.published_at.is_not(None),
                m.Revision.withdrawn_at.is_(None),
                m.Segment.renders_ordinal == place.segment.ordinal,
            )
            .order_by(m.Segment.ordinal)
        )
        for segment, revision in rows:
            yield from self._readable(looking, place.original, revision, segment)


def query_of(text: str, filters: Mapping[Field, str]) -> Query:
    """What was typed, narrowed by the chosen facets; without words, everything that passes them."""
    chosen = tuple(Filter(field=field, values=(value,)) for field, value in filters.items() if value)
    if not text.strip():
        return browse(*chosen)
    query = parse(text)
    return replace(query, filters=(*query.filters, *chosen))


def _ordinal(place: _Place) -> int:
    return place.segment.ordinal if place.segment else 0


def _place_of(looking: Looking, moment_id: str) -> _Place | None:
    session, policies = looking.session, looking.policies
    segment_id, _, piece_number = moment_id.partition(PIECE)
    segment = session.get(m.Segment, segment_id)
    if segment is None:
        point = session.get(m.IndexPoint, moment_id)
        original = session.get(m.Original, point.original_id) if point else None
        if point is None or original is None:
            return None
        part = policies.point(original, point)
        return _Place(
            original=original, revision=None, segment=None, point=point, part=part, start_ms=point.start_ms
        )
    revision = session.get(m.Revision, segment.revision_id)
    transcript = session.get(m.Transcript, revision.transcript_id) if revision else None
    original = session.get(m.Original, transcript.original_id) if transcript else None
    if (
        revision is None
        or original is None
        or revision.published_at is None
        or revision.withdrawn_at is not None
    ):
        return None
    part, start_ms = policies.words(original, revision, segment.start_ms, segment.end_ms), segment.start_ms
    if piece_number:
        piece = session.get(m.IndexedPiece, moment_id)
        if piece is None:
            return None
        part, start_ms = (
            replace(part, span=Span(original=original.id, start_ms=piece.start_ms, end_ms=piece.end_ms)),
            piece.start_ms,
        )
    return _Place(
        original=original, revision=revision, segment=segment, point=None, part=part, start_ms=start_ms
    )


def overlay_of(session: Session) -> Overlay:
    """The closings that the index may not have caught up with."""
    return frozenset((row.testimony_id, row.index_version) for row in session.scalars(select(m.DenyOverlay)))


def visibility_of(looking: Looking) -> Visibility:
    """What the viewer may find, worked out anew for every search from the classes the index carries."""
    session, viewer, now = looking.session, looking.viewer, looking.now
    classes = {row.key: IndexClass.from_json(row.rules) for row in session.scalars(select(m.AccessClass))}
    near = []
    for person_id in persons_bound(viewer, now):
        for testimony_id in session.scalars(select(m.Role.testimony_id).where(m.Role.person_id == person_id)):
            keys = session.scalars(
                select(m.TestimonyClass.key).where(m.TestimonyClass.testimony_id == testimony_id)
            )
            mine = tuple(classes[key] for key in keys)
            near.append((looking.policies.testimony(testimony_id), mine))
    return compose(viewer, classes.values(), near, now)
