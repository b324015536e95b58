"""`/api/v1`: search, one testimony, one transcript. Each asks the same readings as the pages."""

from __future__ import annotations

from typing import Any

from flask import current_app, jsonify, url_for
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint

from archive.errors import NotFound
from archive.gate import Looking
from archive.identifiers import is_id
from archive.reading import catalogue, words
from archive.services.renditions import LISTENING, VIDEO_240P
from archive.web.api.schemas import SearchAnswer, SearchArguments, TestimonySchema, TranscriptAnswer
from archive.web.site import actor, site
from archive.web.words import label
from search.index import PageRequest
from search.tree import Field

api = Blueprint(
    "api",
    __name__,
    url_prefix="/api/v1",
    description="Moments, testimonies and transcripts as the caller may have them",
)


@api.get("/search")
@api.arguments(SearchArguments, location="query")
@api.response(200, SearchAnswer)
def search(arguments: dict[str, Any]) -> dict[str, Any]:
    """Search moments."""
    filters = {
        field: arguments[field.value]
        for field in (Field.LANGUAGE, Field.YEAR, Field.PLACE, Field.TOPIC)
        if arguments.get(field.value)
    }
    found = site().search.search(actor(), arguments["q"], filters, PageRequest(number=arguments["page"]))
    return {
        "moments": found.page.moments,
        "testimonies": found.page.testimonies,
        "backed_off": found.page.backed_off,
        "facets": {
            str(name): [{"value": str(c.value), "count": c.count} for c in counts]
            for name, counts in found.page.facets.items()
        },
        "hits": [
            {
                "testimony": hit.testimony_id,
                "more": hit.more,
                "moments": [
                    {
                        "original": moment.original_id,
                        "segment": moment.segment_id,
                        "start_ms": moment.start_ms,
                        "language": moment.language,
                        "translated": moment.translated,
                        "pieces": [
                            {"text": piece.text, "marked": piece.marked} for piece in moment.snippet.pieces
                        ],
                    }
                    for moment in hit.moments
                ],
            }
            for hit in found.testimonies
        ],
    }


@api.get("/testimonies/<testimony_id>")
@api.response(200, TestimonySchema)
def testimony(testimony_id: str) -> dict[str, Any]:
    """One catalogue entry, with the addresses of what may be heard, seen and read."""
    with site().gate.looking(actor(), testimony_id) as looking:
        entry = catalogue.entry(looking, site().fields, testimony_id if is_id(testimony_id) else "")
        return {
            "id": entry.id,
            "code": entry.code,
            "label": label(entry).text,
            "languages": entry.languages,
            "date": entry.date_edtf,
            "place": entry.place_id,
            "invented": site().settings.demo,
            "titles": [{"text": t.text, "language": t.language} for t in entry.titles],
            "summaries": [{"text": t.text, "language": t.language} for t in entry.summaries],
            "originals": [_original(looking, original) for original in entry.originals],
        }


def _original(looking: Looking, entry: catalogue.OriginalEntry) -> dict[str, Any]:
    sound, film = (
        site().media.choose(looking, entry.id, profile) if entry.kind in catalogue.SOUND_KINDS else None
        for profile in (LISTENING, VIDEO_240P)
    )
    transcripts = [
        {
            "revision": t.revision_id,
            "language": t.language,
            "kind": t.kind,
            "address": url_for("api.transcript", revision_id=t.revision_id),
        }
        for t in words.tracks(looking, entry.id, drafts=False)
        if words.shown(words.read(looking, site().fields, t.revision_id))
    ]
    return {
        "id": entry.id,
        "kind": entry.kind,
        "length_ms": entry.length_ms,
        "language": entry.language,
        "sound": sound and url_for("media.play", rendition_id=sound.file.rendition_id),
        "film": film and url_for("media.play", rendition_id=film.file.rendition_id),
        "transcripts": transcripts,
    }


@api.get("/transcripts/<revision_id>")
@api.response(200, TranscriptAnswer)
def transcript(revision_id: str) -> dict[str, Any]:
    """One transcript as the caller may read it; parts that are not shown are marked and empty."""
    with site().gate.looking(None) as look:
        place = words.place_of(look, revision_id if is_id(revision_id) else "")
    with site().gate.looking(actor(), place.testimony_id if place else None) as looking:
        if place is None:
            raise NotFound
        open_tracks = words.tracks(looking, place.original_id, drafts=False)
        if revision_id not in {track.revision_id for track in open_tracks}:
            raise NotFound
        lines = words.read(looking, site().fields, revision_id)
    if not words.shown(lines):
        raise NotFound
    return {
        "revision": revision_id,
        "language": place.language,
        "kind": place.kind,
        "segments": [_segment(line) for line in lines],
    }


def _segment(line: words.Line) -> dict[str, Any]:
    if isinstance(line, words.Shown):
        return {
            "withheld": False,
            "start_ms": line.start_ms,
            "end_ms": line.end_ms,
            "text": line.text,
            "language": line.language,
            "speaker": line.speaker,
        }
    return {
        "withheld": True,
        "start_ms": line.start_ms,
        "end_ms": line.end_ms,
        "text": "",
        "language": "",
        "speaker": "",
    }


@api.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    """The OpenAPI document of this API."""
    return jsonify(current_app.extensions["saksi-openapi"].to_dict())
