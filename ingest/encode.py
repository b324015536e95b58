"""The shapes of what we make: the sound chain, the picture chain, their settings, the check of what came out.

`derive` makes renditions with them, `redact` the same ones with spans masked, so that a masked copy
differs from the plain one in nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import ffmpeg

from ingest.commands import WITHOUT_METADATA, Progress, limits_for, on_clock, open_input, run_ffmpeg
from ingest.errors import IngestError, ProgramFailed, RenditionWrong, SpanOutsideRecording
from ingest.jail import Jail
from ingest.values import Derived, Probe, VideoStream

SOUND_RATE = 24_000
TARGET_LUFS = -16.0
_PEAK_LIMIT = 0.84
_MOST_GAIN_DB = 30.0
_SHORT_SIDE = 240
_LONGEST_SIDE = 1280
_MOST_FPS = 30.0
# The encoder's window is 2048 samples (85 ms at 24 kHz): what sounds beside a masked span smears no
# further.
SOUND_PAD_MS = 90
_MASK_STEP = SOUND_RATE // 100
_AAC_DELAY = 1024
TONE_HZ = 440
TONE_LEVEL = 0.1

SOUND_SETTINGS: dict[str, object] = {"acodec": "aac", "audio_bitrate": "32k", "ac": 1, "ar": SOUND_RATE}
PICTURE_SETTINGS: dict[str, object] = {
    "vcodec": "libx264",
    "preset": "veryfast",
    "profile:v": "main",
    "crf": 28,
    "maxrate": "150k",
    "bufsize": "300k",
    "g": 100,
    # B-frames need an edit list to begin at 0.
    "bf": 0,
    "pix_fmt": "yuv420p",
    "threads:v": 2,
}
# No edit list: a copy with one still holds what lies before the cut.
FILE_SETTINGS: dict[str, object] = {
    "format": "mp4",
    "movflags": "+faststart",
    "use_editlist": 0,
    "max_muxing_queue_size": 4096,
    **WITHOUT_METADATA,
}

Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """What is hidden, in ms of the recording's own clock. `spans` are merged and in order (`merged`)."""

    spans: tuple[tuple[int, int], ...]
    sound: Literal["silence", "tone"] | None
    picture: Literal["black"] | None


def merged(spans: Spans, *, duration_ms: int | None = None) -> tuple[tuple[int, int], ...]:
    """The same spans in order, touching ones joined.

    Raises:
        SpanOutsideRecording: A span is empty, backwards, negative, or begins after `duration_ms`.
    """
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if start < 0 or end <= start or (duration_ms is not None and start >= duration_ms):
            raise SpanOutsideRecording(start, end, duration_ms)
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def inside(spans: Spans, *, before_ms: float = 0, after_ms: float = 0) -> str:
    """An ffmpeg expression: 1 where the time `t` of a frame lies in a widened span, half open, else 0."""
    terms = [f"gte(t,{(a - before_ms) / 1000:.4f})*lt(t,{(b + after_ms) / 1000:.4f})" for a, b in spans]
    return "+".join(terms) if terms else "0"


def loudness_gain_db(source: Path, *, probe: Probe, track: int, jail: Jail) -> float:
    """The steady gain that brings a track to -16 LUFS (speech on the web), by EBU R 128, at most 30 dB.

    One number for the whole recording, as loudnorm's linear mode does, at a tenth of its time: whispering
    stays softer than speaking. A limiter catches the peaks. Silence gets no gain.
    Raises `RenditionWrong` if the sound does not decode.
    """
    sound = on_clock(open_input(source), probe=probe, track=track, rate=SOUND_RATE)
    sound = sound.filter("ebur128", framelog="verbose")
    output = sound.output("-", format="null").global_args(
        "-nostdin", "-hide_banner", "-nostats", "-v", "info"
    )
    limits = limits_for(probe.declared_ms, effort=2)
    try:
        heard = jail.run(ffmpeg.compile(output), read=[source], limits=limits).stderr
    except ProgramFailed as failed:
        raise RenditionWrong("rendition", "the sound could not be decoded") from failed
    found = re.findall(r"^\s+I:\s+(-?[\d.]+) LUFS", heard, re.MULTILINE)
    loudness = float(found[-1]) if found else -70.0
    if loudness <= -69.0:
        return 0.0
    return max(-_MOST_GAIN_DB, min(_MOST_GAIN_DB, TARGET_LUFS - loudness))


def sound_chain(given: Any, *, probe: Probe, track: int, gain_db: float, mask: Mask | None = None) -> Any:
    """One track as mono on the recording's own clock, at its gain, masked last."""
    sound = on_clock(given, probe=probe, track=track, rate=SOUND_RATE)
    sound = sound.filter("volume", f"{gain_db:.2f}dB").filter("alimiter", limit=_PEAK_LIMIT, level=0)
    return _without_delay(sound if mask is None else _masked_sound(sound, mask))


def _without_delay(sound: Any) -> Any:
    """An AAC encoder puts 1024 samples before the first one, and without an edit list players play them.
    As many are left out at the very beginning (43 ms), so that sound, picture and words keep the
    recording's clock.
    """
    return sound.filter("atrim", start_sample=_AAC_DELAY).filter("asetpts", "PTS-STARTPTS")


def _masked_sound(sound: Any, mask: Mask) -> Any:
    if mask.sound is None:
        return sound
    hidden = inside(mask.spans, before_ms=SOUND_PAD_MS + 10, after_ms=SOUND_PAD_MS)
    # A filter is switched on or off for whole frames: frames of 10 ms make the edges exact to 10 ms,
    # outwards.
    sound = sound.filter("asetnsamples", n=_MASK_STEP, p=0).filter("volume", 0, enable=hidden)
    if mask.sound == "silence":
        return sound
    tone = ffmpeg.input(f"sine=frequency={TONE_HZ}:sample_rate={SOUND_RATE}", format="lavfi")
    # `sine` has a peak of 1/8; brought to the level that `check_mask` expects.
    tone = tone.filter("aformat", channel_layouts="mono", sample_rates=SOUND_RATE)
    tone = tone.filter("volume", TONE_LEVEL * 8).filter("asetnsamples", n=_MASK_STEP, p=0)
    tone = tone.filter("volume", 0, enable=f"not({hidden})")
    return ffmpeg.filter([sound, tone], "amix", inputs=2, duration="first", normalize=0)


def frame_rate(picture: VideoStream) -> float:
    """The rate of a rendition, at most 30 a second."""
    return min(picture.fps or 25.0, _MOST_FPS)


def fitted(
    picture: VideoStream, *, short_side: int = _SHORT_SIDE, longest: int = _LONGEST_SIDE
) -> tuple[int, int]:
    """Width and height for showing: even, square pixels, upright, within both sides, never enlarged."""
    width = picture.width * picture.sar[0] / picture.sar[1]
    height = float(picture.height)
    if picture.rotation in (90, 270):
        width, height = height, width
    scale = min(1.0, short_side / min(width, height), longest / max(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def picture_chain(given: Any, picture: VideoStream, *, mask: Mask | None = None) -> Any:
    """The picture at 240p: deinterlaced, upright, square pixels; black in the spans of a mask.

    Masked copies have a constant rate, so that no frame from before a span stands on into it.
    """
    video = given[str(picture.index)]
    if picture.interlaced:
        video = video.filter("yadif", mode=0)
    width, height = fitted(picture)
    video = video.filter("scale", width, height).filter("setsar", 1).filter("format", "yuv420p")
    if mask is None or mask.picture is None:
        if picture.fps > _MOST_FPS:
            video = video.filter("fps", f"{_MOST_FPS:g}")
        # The first frame stands from 0, or a picture that begins later than the sound would move forward.
        return video.filter("setpts", "if(eq(N,0),0,PTS)")
    rate = frame_rate(picture)
    hidden = inside(mask.spans, before_ms=2000 / rate, after_ms=1000 / rate)
    video = video.filter("fps", f"{rate:.3f}", start_time=0)
    return video.filter("drawbox", x=0, y=0, width="iw", height="ih", color="black", t="fill", enable=hidden)


def make(
    output: Any,
    *,
    what: str,
    source: Path,
    target: Path,
    mime: str,
    probe: Probe,
    jail: Jail,
    effort: float,
    size: tuple[int, int] = (0, 0),
    on_progress: Progress | None = None,
) -> Derived:
    """Run an encoding into `target`'s folder and check it. `what` names it to people, `size` is in pixels.

    Raises:
        RenditionWrong: The output does not decode, or is over 1 s and 1 % shorter or longer than what went
        in.
    """
    seconds = (probe.declared_ms or 7_200_000) // 1000
    limits = limits_for(probe.declared_ms, effort=effort, file_bytes=(64 << 20) + seconds * 100_000)
    try:
        written_ms = run_ffmpeg(
            jail, output, read=source, write=target.parent, limits=limits, on_progress=on_progress
        )
    except IngestError as problem:
        target.unlink(missing_ok=True)
        if isinstance(problem, ProgramFailed):
            raise RenditionWrong(what, "the original could not be decoded") from problem
        raise
    found_ms = check_made(target, what=what, expected_ms=written_ms, jail=jail)
    return Derived(
        path=target,
        mime=mime,
        duration_ms=found_ms,
        size_bytes=target.stat().st_size,
        width=size[0],
        height=size[1],
    )


def check_made(target: Path, *, what: str, expected_ms: int, jail: Jail) -> int:
    """Decode all of a rendition; its length in ms. A wrong one is deleted before `RenditionWrong` is
    raised.
    """
    if expected_ms == 0 or not target.exists():
        target.unlink(missing_ok=True)
        raise RenditionWrong(what, "nothing was written")
    every = open_input(target, xerror=None).output("-", format="null", map=0)
    try:
        limits = limits_for(expected_ms, effort=2)
        found_ms = run_ffmpeg(jail, every, read=target, write=None, limits=limits)
    except IngestError as problem:
        target.unlink(missing_ok=True)
        if isinstance(problem, ProgramFailed):
            raise RenditionWrong(what, "it does not decode") from problem
        raise
    if abs(found_ms - expected_ms) > max(1000, expected_ms // 100):
        target.unlink(missing_ok=True)
        raise RenditionWrong(what, f"{found_ms} ms instead of {expected_ms} ms")
    return found_ms
