"""What a file says of itself, asked of ffprobe in the jail; impossible claims are refused before decoding.

Sources of the bounds: docs/speech.md and docs/security.md (picture bombs, long claims in small files).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ingest.claims import claimed_ms
from ingest.commands import (
    DECODERS,
    FORMATS,
    PROBE_ONLY,
    limits_for,
    local,
    on_clock,
    open_input,
    run_ffmpeg,
)
from ingest.errors import BeyondLimits, NoSound, NotAccepted, NotARecording, ProgramFailed, Unreadable
from ingest.jail import Jail, Limits
from ingest.values import AudioStream, Kind, Probe, Truncated, VideoStream

MAX_SIDE = 8192
MAX_PIXELS = 64_000_000
MAX_FPS = 120.0
MAX_CHANNELS = 8
MAX_HOURS = 24
# Silence in FLAC is about 55 bytes a second, the leanest thing a recorder makes; speech in AMR takes ten
# times that.
LEAST_BYTES_PER_SECOND = 50
_PLAUSIBLE_ANYWAY_MS = 60_000

_PROBE_LIMITS = Limits(wall_s=30, cpu_s=20, memory_bytes=1 << 30, file_bytes=1 << 20, stdout_bytes=4 << 20)
_NOT_ALLOWED_CODEC = re.compile(r"Codec \(([\w.-]+)\) not on whitelist")
_NOT_ALLOWED_FORMAT = re.compile(r"Format not on whitelist")


def probe(source: Path, *, jail: Jail) -> Probe:
    """Ask what lies in `source`; its name plays no part.

    Raises:
        Unreadable: ffprobe finds no recording in it.
        NotAccepted: A container or codec outside the allow-list.
        NotARecording: Neither sound nor picture.
        BeyondLimits: A claim that no recording makes.
        NoSound: Picture only; `NoSound.probe` is what was found, for a caller who keeps silent films.
        ProgramMissing, TookTooLong: See `Jail.run`.
    """
    report = _ask(source, jail)
    size = source.stat().st_size
    streams = report.get("streams", [])
    audio = tuple(_audio(stream) for stream in streams if stream.get("codec_type") == "audio")
    video = tuple(_video(stream) for stream in streams if _is_moving_picture(stream))
    form = report.get("format", {})
    kind: Kind = "film" if video else "sound"
    found = Probe(
        container=str(form.get("format_name", "")).split(",")[0],
        kind=kind,
        declared_ms=claimed_ms(source) or _declared_ms(form),
        size_bytes=size,
        audio=audio,
        video=video,
    )
    _check_limits(found)
    if not audio and not video:
        raise NotARecording("a file with neither sound nor moving picture")
    if not audio:
        raise NoSound(found)
    return found


def _ask(source: Path, jail: Jail) -> dict[str, Any]:
    argv = _ffprobe(source, "-show_format", "-show_streams", "-of", "json")
    try:
        answer = jail.run(argv, read=[source], limits=_PROBE_LIMITS)
    except ProgramFailed as failed:
        if _NOT_ALLOWED_FORMAT.search(failed.stderr):
            raise NotAccepted("a container that archives do not use") from failed
        if codec := _NOT_ALLOWED_CODEC.search(failed.stderr):
            raise NotAccepted(f"codec {codec.group(1)}") from failed
        raise Unreadable("no sound or film is found in it") from failed
    report: dict[str, Any] = json.loads(answer.stdout)
    return report


def _ffprobe(source: Path, *wanted: str) -> list[str]:
    return [
        "ffprobe", "-v", "error", "-protocol_whitelist", "file", "-format_whitelist", ",".join(FORMATS),
        "-codec_whitelist", ",".join((*DECODERS, *PROBE_ONLY)), "-max_alloc", "536870912",
        "-probesize", "50M", "-analyzeduration", "20M", *wanted, local(source),
    ]  # fmt: skip


def _is_moving_picture(stream: dict[str, Any]) -> bool:
    disposition = stream.get("disposition", {})
    still = disposition.get("attached_pic") or disposition.get("still_image")
    return stream.get("codec_type") == "video" and not still


def _audio(stream: dict[str, Any]) -> AudioStream:
    tags = stream.get("tags", {})
    return AudioStream(
        index=int(stream["index"]),
        codec=_codec(stream),
        sample_rate=int(stream.get("sample_rate", 0)),
        channels=int(stream.get("channels", 0)),
        language="" if tags.get("language") == "und" else str(tags.get("language", "")),
        title=str(tags.get("title", "")),
    )


def _video(stream: dict[str, Any]) -> VideoStream:
    codec = _codec(stream)
    order = stream.get("field_order", "unknown")
    return VideoStream(
        index=int(stream["index"]),
        codec=codec,
        width=int(stream.get("width", 0)),
        height=int(stream.get("height", 0)),
        fps=_fps(stream),
        rotation=_rotation(stream),
        sar=_sar(stream),
        interlaced=order not in ("progressive", "unknown") or (codec == "dvvideo" and order == "unknown"),
    )


def _codec(stream: dict[str, Any]) -> str:
    codec = stream.get("codec_name")
    if codec is None or codec in ("none", "unknown"):
        raise NotAccepted(f"an unknown {stream.get('codec_type')} codec")
    return str(codec)


def _ratio(text: object, *, by: str) -> tuple[int, int] | None:
    first, _, second = str(text).partition(by)
    if first.isdigit() and second.isdigit() and int(first) and int(second):
        return int(first), int(second)
    return None


def _fps(stream: dict[str, Any]) -> float:
    """Frames per second; the average where there is one, since phones vary theirs and claim odd base
    rates.
    """
    for name in ("avg_frame_rate", "r_frame_rate"):
        if ratio := _ratio(stream.get(name), by="/"):
            return ratio[0] / ratio[1]
    return 0.0


def _sar(stream: dict[str, Any]) -> tuple[int, int]:
    return _ratio(stream.get("sample_aspect_ratio"), by=":") or (1, 1)


def _rotation(stream: dict[str, Any]) -> int:
    """Clockwise degrees to turn for showing; the display matrix counts the other way round."""
    for side in stream.get("side_data_list", []):
        if "rotation" in side:
            return round(-float(side["rotation"]) / 90) * 90 % 360
    return 0


def _declared_ms(form: dict[str, Any]) -> int | None:
    try:
        value = round(float(form["duration"]) * 1000)
    except (KeyError, ValueError):
        return None
    return value if value > 0 else None


def _check_limits(found: Probe) -> None:
    for picture in found.video:
        side = max(picture.width, picture.height)
        _at_most("a picture side in pixels", side, MAX_SIDE)
        _at_most("a picture area in pixels", picture.width * picture.height, MAX_PIXELS)
        _at_most("a picture rate per second", picture.fps, MAX_FPS)
    for sound in found.audio:
        _at_most("a number of sound channels", sound.channels, MAX_CHANNELS)
    if found.declared_ms is None:
        return
    _at_most("a length in hours", found.declared_ms / 3_600_000, MAX_HOURS)
    if found.declared_ms > _PLAUSIBLE_ANYWAY_MS:
        fits_s = found.size_bytes / LEAST_BYTES_PER_SECOND
        _at_most("a length in seconds, far too long for its size,", found.declared_ms / 1000, fits_s)


def _at_most(what: str, value: float, limit: float) -> None:
    if value > limit:
        raise BeyondLimits(what, value, limit)


def decoded_length_ms(source: Path, *, probe: Probe, jail: Jail, track: int = 0) -> int:
    """How long the recording really is: the sound is decoded to its end, and a picture that goes on longer counts.

    ffmpeg ends well on a file cut in the middle, so only this length, not its exit code, shows the cut.
    Raises what `Jail.run` raises, and `Unreadable` if nothing at all could be decoded.
    """
    length = _sound_ms(source, probe, jail, track) if probe.audio else 0
    if probe.video and (not probe.audio or truncated(probe, length)):
        length = max(length, _picture_ms(source, probe, jail))
    if length == 0:
        raise Unreadable("no moment of it can be decoded")
    return length


def _sound_ms(source: Path, probe: Probe, jail: Jail, track: int) -> int:
    sound = on_clock(open_input(source), probe=probe, track=track, rate=8000)
    output = sound.output("-", format="null")
    return run_ffmpeg(jail, output, read=source, write=None, limits=limits_for(probe.declared_ms, effort=2))


def _picture_ms(source: Path, probe: Probe, jail: Jail) -> int:
    """When the last frame ends, by the packets that are really there; nothing is decoded."""
    ends: list[float] = []
    starts: list[float] = []

    def note(line: str) -> None:
        kind, *pairs = line.strip().split("|")
        told = dict(pair.partition("=")[::2] for pair in pairs)
        if kind == "format" and _number(told.get("start_time")) is not None:
            starts.append(float(told["start_time"]))
        if kind == "packet" and (at := _number(told.get("pts_time"))) is not None:
            end = at + (_number(told.get("duration_time")) or 0.0)
            ends[:] = [max([end, *ends])]

    entries = "packet=pts_time,duration_time:format=start_time"
    argv = _ffprobe(
        source, "-select_streams", str(probe.video[0].index), "-show_entries", entries, "-of", "compact"
    )
    jail.run(argv, read=[source], limits=limits_for(probe.declared_ms, effort=1), on_line=note)
    return max(0, round((ends[0] - sum(starts)) * 1000)) if ends else 0


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def truncated(probe: Probe, decoded_ms: int) -> Truncated | None:
    """The finding that more was declared than is there: over 1 s, or over 1 % (and 250 ms, the slack of
    codecs).
    """
    if probe.declared_ms is None:
        return None
    missing = probe.declared_ms - decoded_ms
    if missing > 1000 or (missing > 250 and missing * 100 > probe.declared_ms):
        return Truncated(declared_ms=probe.declared_ms, decoded_ms=decoded_ms)
    return None
