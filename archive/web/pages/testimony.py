"""S3: builds the page of one original, heard and read in step, out of what this visitor may have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Request
from flask_babel import gettext

from archive.errors import NotFound
from archive.gate import Looking
from archive.identifiers import is_id
from archive.reading import catalogue, contents, words
from archive.reading.catalogue import CatalogueEntry, OriginalEntry
from archive.reading.words import Track
from archive.web.pages.playing import player_of
from archive.web.pages.results import kept_filters, search_address
from archive.web.pages.rows import rows_of, stretch_of
from archive.web.site import site
from archive.web.viewmodels import (
    ChoiceLink,
    ContentNote,
    Fact,
    IndexPoint,
    Link,
    NoMedia,
    TestimonyPage,
    Text,
)
from archive.web.words import (
    in_reader_language,
    label,
    language_name,
    place_name,
    testimony_address,
    told_on,
)

if TYPE_CHECKING:
    from archive.wiring import Archive

BOTH = "both"


def testimony_page(
    archive: Archive, looking: Looking, testimony_id: str, original_id: str | None, request: Request
) -> TestimonyPage:
    """The page. :raises NotFound, NotOpen, Gone: as the gate says, for absent and hidden alike."""
    entry = catalogue.entry(looking, archive.fields, testimony_id if is_id(testimony_id) else "")
    original = _original(entry, original_id)
    asked = request.args
    span = (_milliseconds(asked.get("t", "")), _milliseconds(asked.get("to", "")))
    query = asked.get("q", "")[:500]
    tracks = words.tracks(looking, original.id, drafts=False)
    tracks = tracks or words.tracks(looking, original.id, drafts=looking.assigned)
    chosen, beside = _choose(tracks, asked.get("words", ""))
    lines = words.read(looking, archive.fields, chosen.revision_id) if chosen else ()
    in_step = words.read(looking, archive.fields, beside.revision_id) if beside else ()
    rows = rows_of(entry.id, original.id, lines, in_step, query)
    shown, stretch = stretch_of(rows, entry.id, original.id, span[0], asked)
    recorded = original.kind in catalogue.SOUND_KINDS
    readable = bool(words.shown(lines))
    back = search_address(query, kept_filters(asked)) if query else ""
    return TestimonyPage(
        label=label(entry),
        code=entry.code,
        title=in_reader_language(entry.titles),
        summary=in_reader_language(entry.summaries),
        facts=_facts(entry, chosen),
        invented=archive.settings.demo,
        player=player_of(archive, looking, original.id, tracks, request, span) if recorded else None,
        no_media=NoMedia.NOT_OPEN if recorded else NoMedia.WORDS_ONLY,
        rows=shown if readable else (),
        words_open=readable or not lines,
        back=Link(label=gettext("Back to the moments"), href=back) if back else None,
        notes=_notes(archive, looking, entry.id, original.id),
        contents=_contents(archive, looking, entry.id, original.id),
        parts=_parts(entry, original),
        words=_choices(tracks, chosen, beside, entry.id, original.id, query),
        stretch=stretch,
        citation=_citation(entry, original, chosen, looking),
    )


def _original(entry: CatalogueEntry, original_id: str | None) -> OriginalEntry:
    """The original asked for, else the first. :raises NotFound: if it is not of this testimony."""
    found = [o for o in entry.originals if original_id in {None, o.id}]
    if not found:
        raise NotFound
    return found[0]


def _milliseconds(text: str) -> int | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value * 1000) if 0 <= value < 10**6 else None


def _choose(tracks: Sequence[Track], asked: str) -> tuple[Track | None, Track | None]:
    """The track to read and, when both are asked for, the translation that stands beside it."""
    if not tracks:
        return None, None
    spoken = tracks[0]
    translation = next((t for t in tracks if t.renders_id == spoken.revision_id), None)
    if asked == BOTH or (not asked and spoken.language == "km" and translation):
        return spoken, translation
    return next((t for t in tracks if t.revision_id == asked), spoken), None


def _facts(entry: CatalogueEntry, chosen: Track | None) -> tuple[Fact, ...]:
    facts = []
    if entry.languages:
        spoken = tuple(Text(text=language_name(code)) for code in entry.languages)
        facts.append(Fact(term=gettext("Spoken in"), values=spoken))
    when = told_on(entry)
    if when:
        facts.append(Fact(term=gettext("Told in"), values=(Text(text=when),)))
    if entry.place_id:
        facts.append(Fact(term=gettext("Place"), values=(Text(text=place_name(entry.place_id)),)))
    if chosen is not None:
        kinds = {
            "machine": gettext("written by a machine, read by a person"),
            "own_text": gettext("the narrator’s own words"),
            "translation": gettext("translated"),
        }
        kind = kinds.get(chosen.kind, gettext("written down by people"))
        facts.append(Fact(term=gettext("Words"), values=(Text(text=kind),)))
    return tuple(facts)


def _parts(entry: CatalogueEntry, original: OriginalEntry) -> tuple[ChoiceLink, ...]:
    if len(entry.originals) < 2:
        return ()
    return tuple(
        ChoiceLink(
            label=gettext("Part %(number)s", number=o.ordinal),
            href=testimony_address(entry.id, o.id),
            current=o.id == original.id,
        )
        for o in entry.originals
    )


def _choices(
    tracks: Sequence[Track],
    chosen: Track | None,
    beside: Track | None,
    testimony_id: str,
    original_id: str,
    query: str,
) -> tuple[ChoiceLink, ...]:
    if len(tracks) < 2 or chosen is None:
        return ()
    links = [
        ChoiceLink(
            label=language_name(t.language),
            current=beside is None and t.revision_id == chosen.revision_id,
            href=testimony_address(testimony_id, original_id, words=t.revision_id, q=query),
        )
        for t in tracks
    ]
    if any(t.renders_id == tracks[0].revision_id for t in tracks):
        both = testimony_address(testimony_id, original_id, words=BOTH, q=query)
        links.append(ChoiceLink(label=gettext("Both"), current=beside is not None, href=both))
    return tuple(links)


def _notes(
    archive: Archive, looking: Looking, testimony_id: str, original_id: str
) -> tuple[ContentNote, ...]:
    return tuple(
        ContentNote(
            text=note.text,
            start_ms=note.start_ms,
            end_ms=note.end_ms,
            href=testimony_address(testimony_id, original_id, note.start_ms),
            skip_href=testimony_address(testimony_id, original_id, note.end_ms),
        )
        for note in contents.notes(looking, archive.fields, original_id)
    )


def _contents(
    archive: Archive, looking: Looking, testimony_id: str, original_id: str
) -> tuple[IndexPoint, ...]:
    return tuple(
        IndexPoint(
            href=testimony_address(testimony_id, original_id, point.start_ms),
            start_ms=point.start_ms,
            title=Text(text=point.title.text, lang=point.title.language),
            synopsis=None
            if point.synopsis is None
            else Text(text=point.synopsis.text, lang=point.synopsis.language),
        )
        for point in contents.points(looking, archive.fields, original_id)
    )


def _citation(entry: CatalogueEntry, original: OriginalEntry, chosen: Track | None, looking: Looking) -> str:
    """Narrator as called in public, date, original, revision, day heard (docs/architecture.md, citations)."""
    parts = [label(entry).text, told_on(entry) or "", gettext("part %(number)s", number=original.ordinal)]
    if chosen is not None:
        parts.append(gettext("revision %(number)s", number=chosen.number))
    parts.append(gettext("heard %(day)s", day=looking.now.date().isoformat()))
    address = site().settings.address + testimony_address(entry.id, original.id)
    return ", ".join(part for part in parts if part) + f". {address}"
