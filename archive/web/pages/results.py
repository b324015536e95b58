"""S2: moments found, grouped by testimony, with facets that narrow them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import url_for

from archive.reading.catalogue import CatalogueEntry
from archive.reading.search import Found, FoundMoment, FoundTestimony
from archive.web.viewmodels import (
    Facet,
    FacetKind,
    FacetValue,
    Hidden,
    Hit,
    MomentHit,
    Pagination,
    Piece,
    SearchPage,
    Text,
)
from archive.web.words import as_entry, language_name, place_name, testimony_address, topic_name
from search.errors import PageOutOfReach
from search.tree import Field

if TYPE_CHECKING:
    from archive.wiring import Archive

NAMES = {Field.PLACE: "place", Field.TOPIC: "topic", Field.LANGUAGE: "language", Field.YEAR: "year"}
KINDS = {
    Field.PLACE: FacetKind.PLACE,
    Field.TOPIC: FacetKind.TOPIC,
    Field.LANGUAGE: FacetKind.LANGUAGE,
    Field.YEAR: FacetKind.YEAR,
}
NO_PAGES = Pagination(number=1, count=1)


def kept_filters(args: Mapping[str, str]) -> dict[Field, str]:
    """The filters of a request's address."""
    return {field: args[name][:80] for field, name in NAMES.items() if args.get(name)}


def search_address(text: str, filters: Mapping[Field, str], number: int = 1) -> str:
    """The results for these words and filters, so that a link and the way back are the same address."""
    kept: dict[str, Any] = {NAMES[field]: value for field, value in filters.items() if value}
    if number > 1:
        kept["page"] = number
    return url_for("public.search", q=text, **kept)


def _value_name(field: Field, value: str) -> str:
    return {Field.PLACE: place_name, Field.TOPIC: topic_name, Field.LANGUAGE: language_name}.get(field, str)(
        value
    )


def _facets(text: str, filters: Mapping[Field, str], found: Found) -> tuple[Facet, ...]:
    facets = []
    for field in NAMES:
        chosen = filters.get(field, "")
        values = tuple(
            FacetValue(
                text=Text(text=_value_name(field, str(count.value))),
                count=count.count,
                chosen=str(count.value) == chosen,
                href=search_address(
                    text, {**filters, field: "" if str(count.value) == chosen else str(count.value)}
                ),
            )
            for count in found.page.facets.get(field, ())
        )
        facets.append(Facet(kind=KINDS[field], values=values))
    return tuple(facets)


def _moment(testimony_id: str, text: str, filters: Mapping[Field, str], moment: FoundMoment) -> MomentHit:
    kept: dict[str, Any] = {NAMES[field]: value for field, value in filters.items()}
    return MomentHit(
        href=testimony_address(testimony_id, moment.original_id, moment.start_ms, q=text, **kept)
        + f"#s{moment.segment_id}",
        start_ms=moment.start_ms,
        pieces=tuple(Piece(text=piece.text, marked=piece.marked) for piece in moment.snippet.pieces),
        lang=moment.language,
        translated=moment.translated,
    )


def _hit(
    archive: Archive, text: str, filters: Mapping[Field, str], hit: FoundTestimony, entry: CatalogueEntry
) -> Hit:
    kept: dict[str, Any] = {NAMES[field]: value for field, value in filters.items()}
    return Hit(
        entry=as_entry(entry, invented=archive.settings.demo, href=testimony_address(entry.id, q=text)),
        moments=tuple(_moment(entry.id, text, filters, moment) for moment in hit.moments),
        more=hit.more,
        more_href=url_for("public.moments", testimony_id=entry.id, q=text, **kept) if hit.more else None,
    )


def search_page(
    archive: Archive,
    text: str,
    filters: Mapping[Field, str],
    found: Found | None,
    entries: Mapping[str, CatalogueEntry] | tuple[()],
    *,
    number: int = 1,
    size: int = 20,
) -> SearchPage:
    """The page of results; without a query, the form alone."""
    kept = tuple(Hidden(name=NAMES[field], value=value) for field, value in filters.items())
    if found is None or not isinstance(entries, Mapping):
        return SearchPage(
            query=text,
            action=url_for("public.search"),
            kept=kept,
            moments=0,
            testimonies=0,
            facets=(),
            hits=(),
            pagination=NO_PAGES,
        )
    pages = max(1, -(-found.page.testimonies // size))
    return SearchPage(
        query=text,
        action=url_for("public.search"),
        kept=kept,
        moments=found.page.moments,
        testimonies=found.page.testimonies,
        facets=_facets(text, filters, found),
        hits=tuple(_hit(archive, text, filters, hit, entries[hit.testimony_id]) for hit in found.testimonies),
        pagination=Pagination(
            number=number,
            count=pages,
            previous_href=search_address(text, filters, number - 1) if number > 1 else None,
            next_href=search_address(text, filters, number + 1) if number < pages else None,
        ),
        clear_href=url_for("public.search", q=text) if filters else None,
        backed_off=found.page.backed_off,
    )


def limited_page(text: str, filters: Mapping[Field, str], error: Exception) -> SearchPage:
    """When nothing can be shown: too far, too complex, or index and policy disagreed."""
    too_far = isinstance(error, PageOutOfReach)
    return SearchPage(
        query=text,
        action=url_for("public.search"),
        kept=tuple(Hidden(name=NAMES[f], value=v) for f, v in filters.items()),
        moments=0,
        testimonies=0,
        facets=(),
        hits=(),
        pagination=NO_PAGES,
        limited=not too_far,
        too_far=too_far,
        clear_href=url_for("public.search", q=text) if filters else None,
    )
