"""What the first page and the list of open testimonies show; counts cover only what this visitor may see."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from flask import url_for

from archive.gate import Looking
from archive.reading import catalogue, words
from archive.reading.catalogue import CatalogueEntry
from archive.services.renditions import LISTENING
from archive.web.pages.playing import wave_of
from archive.web.viewmodels import (
    Facet,
    FacetKind,
    FacetValue,
    Featured,
    HomePage,
    ListingPage,
    Pagination,
    Text,
)
from archive.web.words import as_entry, language_name, place_name, testimony_address

if TYPE_CHECKING:
    from archive.wiring import Archive

SHOWN = 6
PAGE = 20


def home_page(archive: Archive, looking: Looking) -> HomePage:
    """The first page, with the real wave form of one open recording."""
    found = catalogue.listing(looking, archive.fields)
    languages = {code for entry in found for code in entry.languages}
    return HomePage(
        open_testimonies=len(found),
        open_languages=len(languages),
        search_action=url_for("public.search"),
        entries=tuple(as_entry(entry, invented=archive.settings.demo) for entry in found[:SHOWN]),
        featured=_featured(archive, looking, found),
    )


def _featured(archive: Archive, looking: Looking, entries: tuple[CatalogueEntry, ...]) -> Featured | None:
    for entry in entries:
        for place in entry.originals:
            if place.kind not in catalogue.SOUND_KINDS:
                continue
            svg = wave_of(archive, looking, place.id)
            line = _first_line(archive, looking, place.id)
            heard = archive.media.choose(looking, place.id, LISTENING)
            if svg is not None and line is not None and heard is not None:
                return Featured(
                    entry=as_entry(entry, invented=archive.settings.demo),
                    said=Text(text=line.text, lang=line.language),
                    start_ms=line.start_ms or 0,
                    href=testimony_address(entry.id, place.id, line.start_ms),
                    wave_svg=svg,
                )
    return None


def _first_line(archive: Archive, looking: Looking, original_id: str) -> words.Shown | None:
    """The first readable sentence after the opening of a recording."""
    for track in words.tracks(looking, original_id, drafts=False)[:1]:
        lines = words.shown(words.read(looking, archive.fields, track.revision_id))
        return lines[min(1, len(lines) - 1)] if lines else None
    return None


def listing_page(
    archive: Archive, looking: Looking, *, language: str, place: str, number: int
) -> ListingPage:
    """All testimonies this visitor may see described, narrowed by language and place."""
    found = [
        e
        for e in catalogue.listing(looking, archive.fields)
        if (not language or language in e.languages) and (not place or place == e.place_id)
    ]
    pages = max(1, -(-len(found) // PAGE))
    number = min(number, pages)
    shown = found[(number - 1) * PAGE : number * PAGE]

    def address(**changed: str | int) -> str:
        kept: dict[str, Any] = {"language": language, "place": place, **changed}
        return url_for("public.listing", **{k: v for k, v in kept.items() if v})

    def facet(kind: FacetKind, name: str, chosen: str, counts: Counter[str], names: dict[str, str]) -> Facet:
        values = tuple(
            FacetValue(
                text=Text(text=names[value]),
                count=count,
                chosen=value == chosen,
                href=address(**{name: "" if value == chosen else value}),
            )
            for value, count in counts.most_common()
        )
        return Facet(kind=kind, values=values)

    spoken = Counter(code for entry in found for code in entry.languages)
    places = Counter(entry.place_id for entry in found if entry.place_id)
    return ListingPage(
        total=len(found),
        entries=tuple(as_entry(entry, invented=archive.settings.demo) for entry in shown),
        facets=(
            facet(
                FacetKind.LANGUAGE,
                "language",
                language,
                spoken,
                {code: language_name(code) for code in spoken},
            ),
            facet(FacetKind.PLACE, "place", place, places, {p: place_name(p) for p in places}),
        ),
        pagination=Pagination(
            number=number,
            count=pages,
            previous_href=address(page=number - 1) if number > 1 else None,
            next_href=address(page=number + 1) if number < pages else None,
        ),
        search_action=url_for("public.search"),
        clear_href=url_for("public.listing") if language or place else None,
    )
