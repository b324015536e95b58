"""What a page plays: film where it may be watched and was not declined, else sound, else nothing; and its wave form."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Request, url_for
from markupsafe import Markup

from archive.gate import Looking
from archive.reading.media import PermittedFile
from archive.reading.words import Track
from archive.services.renditions import LISTENING, PEAKS, POSTER, VIDEO_240P
from archive.web import wave
from archive.web.viewmodels import OtherWay, Player, PlayerKind, Preload, Source
from archive.web.viewmodels import Track as CaptionTrack
from archive.web.words import language_name, testimony_address

if TYPE_CHECKING:
    from archive.wiring import Archive

BARS = 160


def wave_of(
    archive: Archive, looking: Looking, original_id: str, *, played_ms: int | None = None
) -> Markup | None:
    """The wave form of what this visitor may hear; None if there is none."""
    chosen = archive.media.choose(looking, original_id, PEAKS)
    if chosen is None:
        return None
    values = json.loads(archive.media.read_whole(chosen))["data"]
    length_ms = max(1, chosen.file.length_ms)
    return wave.strip(values, duration_ms=length_ms, bars=BARS, gaps=chosen.file.mask, played_ms=played_ms)


def source_of(chosen: PermittedFile) -> Source:
    """The address of a file through the gate."""
    address = url_for("media.play", rendition_id=chosen.file.rendition_id)
    return Source(address=address, mime=chosen.file.mime, size_bytes=chosen.file.size_bytes)


def sound_player(archive: Archive, looking: Looking, original_id: str, start_ms: int) -> Player | None:
    """The plain player of the desk."""
    chosen = archive.media.choose(looking, original_id, LISTENING)
    if chosen is None:
        return None
    return Player(
        kind=PlayerKind.SOUND,
        sources=(source_of(chosen),),
        duration_ms=chosen.file.length_ms,
        start_ms=start_ms,
        wave_svg=wave_of(archive, looking, original_id, played_ms=start_ms),
    )


def player_of(
    archive: Archive,
    looking: Looking,
    original_id: str,
    tracks: Sequence[Track],
    request: Request,
    span: tuple[int | None, int | None],
) -> Player | None:
    """The player of a testimony's page; with `Save-Data` sound comes first. No byte of media is fetched before a tap:
    fifteen seconds of film weigh as much as five pages, and many come only to read.
    """
    film = archive.media.choose(looking, original_id, VIDEO_240P)
    sound = archive.media.choose(looking, original_id, LISTENING)
    saves_data = request.headers.get("Save-Data", "").lower() == "on"
    wish = request.args.get("sound", "")
    sound_first = sound is not None and (wish == "1" or (saves_data and wish != "0"))
    chosen, other = (sound, film) if sound_first or film is None else (film, sound)
    if chosen is None:
        return None
    start_ms, end_ms = span
    poster = archive.media.choose(looking, original_id, POSTER)
    return Player(
        kind=PlayerKind.FILM if chosen is film else PlayerKind.SOUND,
        sources=(source_of(chosen),),
        duration_ms=chosen.file.length_ms,
        start_ms=start_ms or 0,
        end_ms=end_ms,
        preload=Preload.NONE,
        poster=None if poster is None else url_for("media.picture", rendition_id=poster.file.rendition_id),
        wave_svg=wave_of(archive, looking, original_id, played_ms=start_ms or 0),
        tracks=tuple(
            CaptionTrack(
                address=url_for("captions.webvtt", revision_id=track.revision_id),
                lang=track.language or "und",
                label=language_name(track.language),
                default=number == 0,
            )
            for number, track in enumerate(tracks)
        ),
        other=None if other is None else _other_way(chosen, other, original_id, span, film=other is film),
    )


def _other_way(
    chosen: PermittedFile,
    other: PermittedFile,
    original_id: str,
    span: tuple[int | None, int | None],
    *,
    film: bool,
) -> OtherWay:
    href = testimony_address(chosen.testimony_id, original_id, *span, sound="0" if film else "1")
    kind = PlayerKind.FILM if film else PlayerKind.SOUND
    return OtherWay(href=href, kind=kind, size_bytes=other.file.size_bytes)
