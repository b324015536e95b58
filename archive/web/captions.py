"""Captions as WebVTT, cut for this visitor from what may be read, never from the whole transcript."""

from __future__ import annotations

import re
from itertools import pairwise

from flask import Blueprint, Response

from archive.errors import NotFound
from archive.identifiers import is_id
from archive.reading import words
from archive.web.site import actor, site
from ingest.captions import Passage, lay_out, words_by_space, write_vtt
from ingest.values import Word
from search import khmer

captions = Blueprint("captions", __name__)


@captions.get("/c/<revision_id>.vtt")
def webvtt(revision_id: str) -> Response:
    """The captions of one revision. A part that is not shown has no cue.

    :raises NotFound: absent, not published (but for those assigned), or nothing of it may be read.
    """
    archive = site()
    wanted = revision_id if is_id(revision_id) else ""
    with archive.gate.looking(None) as look:
        place = words.place_of(look, wanted)
    with archive.gate.looking(actor(), place.testimony_id if place else None) as looking:
        if place is None:
            raise NotFound
        open_tracks = words.tracks(looking, place.original_id, drafts=False)
        drafts = words.tracks(looking, place.original_id, drafts=True) if looking.assigned else ()
        if revision_id not in {track.revision_id for track in (*open_tracks, *drafts)}:
            raise NotFound
        lines = words.read(looking, archive.fields, revision_id)
    said = [
        line
        for line in lines
        if isinstance(line, words.Shown) and line.start_ms is not None and line.end_ms is not None
    ]
    if not said:
        raise NotFound
    cues = lay_out([_passage(line) for line in said], split=split)
    return Response(write_vtt(cues), content_type="text/vtt; charset=utf-8")


def split(text: str, language: str) -> tuple[str, ...]:
    """Where a caption may break: at spaces, and in Khmer between its words too."""
    if not khmer.is_khmer(text):
        return words_by_space(text, language)
    borders = [0, *(word.end for piece in words_in(text) for word in piece), len(text)]
    return tuple(text[start:end] for start, end in pairwise(sorted(set(borders))) if end > start)


def words_in(text: str) -> list[list[khmer.Cluster]]:
    return [khmer.words(found.group(), found.start()) for found in re.finditer(r"\S+", text)]


def _passage(line: words.Shown) -> Passage:
    return Passage(
        start_ms=line.start_ms or 0,
        end_ms=line.end_ms or 0,
        text=line.text,
        language=line.language,
        words=tuple(
            Word(
                start_ms=w.start_ms,
                end_ms=w.end_ms,
                text=line.text[w.start_char : w.end_char],
                probability=w.probability,
            )
            for w in line.words
        ),
    )
