"""S3: builds the page of one original, heard and read in step, out of what this visitor may have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from flask import Request, url_for
from flask_babel import gettext
from sqlalchemy import select

from archive.db import models as m
from archive.errors import NotFound
from archive.gate import Looking
from archive.identifiers import is_id
from archive.reading import catalogue, words
from archive.reading.catalogue import CatalogueEntry
from archive.reading.words import Line, Shown, Track
from archive.services.owners import testimony_key
from archive.services.renditions import LISTENING, POSTER, VIDEO_240P
from archive.web.pages.home import wave_of
from archive.web.viewmodels import (
    ChoiceLink,
    ContentNote,
    Fact,
    Gap,
    IndexPoint,
    Link,
    NoMedia,
    OtherWay,
    Pagination,
    Piece,
    Player,
    PlayerKind,
    Preload,
    Said,
    Source,
    Stretch,
    TestimonyPage,
    Text,
)
from archive.web.viewmodels import Track as CaptionTrack
from archive.web.words import (
    in_reader_language,
    label,
    language_name,
    place_name,
    speaker,
    testimony_address,
    told_in,
)
from consent.vocabulary import Action, Medium
from search.errors import QueryTooComplex
from search.highlight import marks
from search.query import parse

if TYPE_CHECKING:
    from archive.wiring import Archive

STRETCH_MS = 30 * 60_000
UNTIMED_ROWS = 200
BOTH = "both"


def testimony_page(
    archive: Archive, looking: Looking, testimony_id: str, original_id: str | None, request: Request
) -> TestimonyPage:
    """The page. :raises NotFound, NotOpen, Gone: as the gate says, for absent and hidden alike."""
    entry = catalogue.entry(looking, archive.fields, testimony_id if is_id(testimony_id) else "")
    original = _original(looking, entry, original_id)
    asked = request.args
    start_ms, end_ms = _milliseconds(asked.get("t", "")), _milliseconds(asked.get("to", ""))
    query = asked.get("q", "")[:500]
    tracks = words.tracks(looking, original, drafts=False) or words.tracks(
        looking, original, drafts=_assigned(looking)
    )
    chosen, beside = _choose(tracks, asked.get("words", ""))
    player = _player(archive, looking, original, tracks, request, start_ms, end_ms)
    rows = _rows(archive, looking, original, chosen, beside, query)
    shown, stretch = _stretch(rows, testimony_id, original.id, start_ms, asked)
    recorded = original.kind in catalogue.SOUND_KINDS
    said = [row for row in rows if row.kind == "said"]
    return TestimonyPage(
        label=label(entry),
        code=entry.code,
        title=in_reader_language(entry.titles),
        summary=in_reader_language(entry.summaries),
        facts=_facts(entry, chosen),
        invented=archive.settings.demo,
        player=player,
        no_media=NoMedia.NOT_OPEN if recorded else NoMedia.WORDS_ONLY,
        rows=shown if said else (),
        words_open=chosen is None or bool(said),
        back=Link(label=gettext("Back to the moments"), href=url_for("public.search", q=query))
        if query
        else None,
        notes=_notes(archive, looking, original),
        contents=_contents(archive, looking, original),
        parts=_parts(entry, original),
        words=_choices(tracks, chosen, beside, testimony_id, original.id, query),
        stretch=stretch,
        citation=_citation(entry, original, chosen, looking),
    )


def _assigned(looking: Looking) -> bool:
    return any(a.live(looking.now) for a in looking.viewer.assignments)


def _original(looking: Looking, entry: CatalogueEntry, original_id: str | None) -> m.Original:
    ids = [original.id for original in entry.originals]
    if not ids or (original_id is not None and original_id not in ids):
        raise NotFound
    return looking.session.get_one(m.Original, original_id or ids[0])


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


def _rows(
    archive: Archive,
    looking: Looking,
    original: m.Original,
    chosen: Track | None,
    beside: Track | None,
    query: str,
) -> tuple[Said | Gap, ...]:
    if chosen is None:
        return ()
    lines = words.read(
        looking, archive.fields, original, looking.session.get_one(m.Revision, chosen.revision_id)
    )
    others: dict[int, list[Shown]] = {}
    if beside is not None:
        for line in words.read(
            looking, archive.fields, original, looking.session.get_one(m.Revision, beside.revision_id)
        ):
            if isinstance(line, Shown) and line.renders_ordinal is not None:
                others.setdefault(line.renders_ordinal, []).append(line)
    voices = _voices(lines)
    rows: list[Said | Gap] = []
    before = ""
    for position, line in enumerate(lines):
        if not isinstance(line, Shown):
            rows.append(_gap(position, line.start_ms, line.end_ms, rows))
            continue
        voice = line.speaker_id or line.speaker
        in_step = others.get(line.ordinal, [])
        rows.append(
            Said(
                anchor=f"s{line.segment_id}"
                if not line.start_char
                else f"s{line.segment_id}-{line.start_char}",
                pieces=_pieces(line, query),
                lang=line.language,
                start_ms=line.start_ms,
                end_ms=line.end_ms,
                href=None
                if line.start_ms is None
                else testimony_address(original.testimony_id, original.id, line.start_ms, q=query),
                speaker=speaker(line.speaker, voices.get(voice)),
                new_speaker=voice != before,
                translation=tuple(Piece(text=t.text) for t in in_step),
                translation_lang=in_step[0].language if in_step else None,
            )
        )
        before = voice
    return tuple(rows)


def _gap(position: int, start_ms: int | None, end_ms: int | None, rows: list[Said | Gap]) -> Gap:
    """A gap; one that follows a gap is joined with it, so that no border inside it is told."""
    if rows and isinstance(rows[-1], Gap):
        last = rows.pop()
        start_ms, anchor = last.start_ms, last.anchor
    else:
        anchor = f"gap{position}"
    return Gap(anchor=anchor, start_ms=start_ms, end_ms=end_ms)


def _voices(lines: Sequence[Line]) -> dict[str, int]:
    """Numbers for voices that share a role; one narrator needs no number."""
    by_role: dict[str, list[str]] = {}
    for line in lines:
        if isinstance(line, Shown) and line.speaker and line.speaker_id:
            voices = by_role.setdefault(line.speaker, [])
            if line.speaker_id not in voices:
                voices.append(line.speaker_id)
    return {
        voice: number
        for voices in by_role.values()
        if len(voices) > 1
        for number, voice in enumerate(voices, start=1)
    }


def _pieces(line: Shown, query: str) -> tuple[Piece, ...]:
    try:
        found = marks(line.text, parse(query), line.language) if query else ()
    except QueryTooComplex:
        found = ()
    return tuple(Piece(text=piece.text, marked=piece.marked) for piece in found) or (Piece(text=line.text),)


def _stretch(
    rows: tuple[Said | Gap, ...],
    testimony_id: str,
    original_id: str,
    start_ms: int | None,
    asked: Mapping[str, str],
) -> tuple[tuple[Said | Gap, ...], Stretch | None]:
    """Thirty minutes of a long transcript."""
    last = max((row.end_ms or 0 for row in rows), default=0)
    count = max(1, -(-last // STRETCH_MS))
    if count == 1:
        return rows, None
    text = asked.get("part", "")
    number = int(text) if text.isdecimal() and len(text) < 5 else (start_ms or 0) // STRETCH_MS + 1
    number = min(max(1, number), count)
    low, high = (number - 1) * STRETCH_MS, number * STRETCH_MS
    inside = tuple(row for row in rows if low <= (row.start_ms or 0) < high)

    def address(part: int) -> str:
        return testimony_address(
            testimony_id, original_id, words=asked.get("words", ""), q=asked.get("q", ""), part=str(part)
        )

    pagination = Pagination(
        number=number,
        count=count,
        previous_href=address(number - 1) if number > 1 else None,
        next_href=address(number + 1) if number < count else None,
    )
    return inside, Stretch(from_ms=low, to_ms=min(high, last), pagination=pagination)


def _player(
    archive: Archive,
    looking: Looking,
    original: m.Original,
    tracks: Sequence[Track],
    request: Request,
    start_ms: int | None,
    end_ms: int | None,
) -> Player | None:
    """What may be played: film where it may be watched and was not declined, else sound, else nothing."""
    film = archive.media.choose(looking, original, VIDEO_240P) if original.kind == "film" else None
    sound = archive.media.choose(looking, original, LISTENING)
    saves_data = request.headers.get("Save-Data", "").lower() == "on"
    sound_first = sound is not None and (
        request.args.get("sound") == "1" or (saves_data and request.args.get("sound") != "0")
    )
    chosen, other = (sound, film) if sound_first or film is None else (film, sound)
    if chosen is None:
        return None
    kind = PlayerKind.FILM if chosen is film else PlayerKind.SOUND
    poster = archive.media.choose(looking, original, POSTER) if original.kind == "film" else None
    other_way = (
        None
        if other is None
        else OtherWay(
            href=testimony_address(
                original.testimony_id, original.id, start_ms, end_ms, sound="0" if other is film else "1"
            ),
            kind=PlayerKind.FILM if other is film else PlayerKind.SOUND,
            size_bytes=other.file.size_bytes,
        )
    )
    return Player(
        kind=kind,
        sources=(
            Source(
                address=url_for("media.play", rendition_id=chosen.file.rendition_id),
                mime=chosen.file.mime,
                size_bytes=chosen.file.size_bytes,
            ),
        ),
        duration_ms=chosen.file.length_ms,
        start_ms=start_ms or 0,
        end_ms=end_ms,
        preload=Preload.NONE if saves_data else Preload.METADATA,
        poster=None if poster is None else url_for("media.picture", rendition_id=poster.file.rendition_id),
        wave_svg=wave_of(archive, looking, original, bars=160, played_ms=start_ms or 0),
        tracks=tuple(
            CaptionTrack(
                address=url_for("captions.webvtt", revision_id=t.revision_id),
                lang=t.language or "und",
                label=language_name(t.language),
                default=i == 0,
            )
            for i, t in enumerate(tracks)
        ),
        other=other_way,
    )


def _facts(entry: CatalogueEntry, chosen: Track | None) -> tuple[Fact, ...]:
    facts = []
    if entry.languages:
        facts.append(
            Fact(
                term=gettext("Spoken in"),
                values=tuple(Text(text=language_name(code)) for code in entry.languages),
            )
        )
    when = told_in(entry)
    if when:
        facts.append(Fact(term=gettext("Told in"), values=(Text(text=when),)))
    if entry.place_id:
        facts.append(Fact(term=gettext("Place"), values=(Text(text=place_name(entry.place_id)),)))
    if chosen is not None:
        kinds = {
            "machine": gettext("written by a machine, read by a person"),
            "own_text": gettext("her own words"),
            "translation": gettext("translated"),
        }
        facts.append(
            Fact(
                term=gettext("Words"),
                values=(Text(text=kinds.get(chosen.kind, gettext("written down by people"))),),
            )
        )
    return tuple(facts)


def _parts(entry: CatalogueEntry, original: m.Original) -> tuple[ChoiceLink, ...]:
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
        links.append(
            ChoiceLink(
                label=gettext("Both"),
                current=beside is not None,
                href=testimony_address(testimony_id, original_id, words=BOTH, q=query),
            )
        )
    return tuple(links)


def _notes(archive: Archive, looking: Looking, original: m.Original) -> tuple[ContentNote, ...]:
    """Content notes, except one that touches a part this visitor may not hear: it would name what is in it."""
    whole = looking.decide(Action.READ, looking.policies.media(original, Medium.TEXT, None))
    if whole.denied:
        return ()
    owner = testimony_key(original.testimony_id)
    rows = looking.session.scalars(
        select(m.ContentNote).where(m.ContentNote.original_id == original.id).order_by(m.ContentNote.start_ms)
    )
    return tuple(
        ContentNote(
            text=archive.fields.open(owner, row.id, "note", row.text_sealed),
            start_ms=row.start_ms,
            end_ms=row.end_ms,
            href=testimony_address(original.testimony_id, original.id, row.start_ms),
            skip_href=testimony_address(original.testimony_id, original.id, row.end_ms),
        )
        for row in rows
        if not any(row.start_ms < span.end_ms and span.start_ms < row.end_ms for span in whole.spans)
    )


def _contents(archive: Archive, looking: Looking, original: m.Original) -> tuple[IndexPoint, ...]:
    """The contents list: index points that may be read whole."""
    owner = testimony_key(original.testimony_id)
    rows = looking.session.scalars(
        select(m.IndexPoint).where(m.IndexPoint.original_id == original.id).order_by(m.IndexPoint.start_ms)
    )
    return tuple(
        IndexPoint(
            href=testimony_address(original.testimony_id, original.id, row.start_ms),
            start_ms=row.start_ms,
            title=Text(text=archive.fields.open(owner, row.id, "title", row.title_sealed), lang=row.language),
            synopsis=Text(
                text=archive.fields.open(owner, row.id, "synopsis", row.synopsis_sealed), lang=row.language
            )
            if row.synopsis_sealed
            else None,
        )
        for row in rows
        if looking.decide(Action.READ, looking.policies.point(original, row)).allowed
    )


def _citation(entry: CatalogueEntry, original: m.Original, chosen: Track | None, looking: Looking) -> str:
    """Narrator as called in public, date, original, revision, day heard (docs/architecture.md, citations)."""
    parts = [label(entry).text, told_in(entry) or "", gettext("part %(number)s", number=original.ordinal)]
    if chosen is not None:
        parts.append(gettext("revision %(number)s", number=chosen.number))
    parts.append(gettext("heard %(day)s", day=looking.now.date().isoformat()))
    return ", ".join(part for part in parts if part) + f". {testimony_address(entry.id, original.id)}"
