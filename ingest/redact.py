"""Copies in which spans are gone from the file itself, and the measuring that shows they are gone.

A masked copy is encoded anew from the original, each stream named, without an edit list: a cut that copies
the stream keeps the seconds before it, and a player asked kindly will show them. It is not to be served
before `check_mask` found it good and a person other than its maker listened (docs/consent.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import ffmpeg
import numpy as np
from numpy.typing import NDArray

from ingest.commands import Progress, argv_of, limits_for, open_input, pcm_stream
from ingest.encode import (
    FILE_SETTINGS,
    PICTURE_SETTINGS,
    SOUND_RATE,
    SOUND_SETTINGS,
    TONE_HZ,
    Mask,
    Spans,
    fitted,
    frame_rate,
    inside,
    loudness_gain_db,
    make,
    merged,
    picture_chain,
    sound_chain,
)
from ingest.errors import SpanOutsideRecording
from ingest.jail import Jail
from ingest.probe import probe as ask
from ingest.values import Derived, Peaks, Probe

SoundMask = Literal["silence", "tone"]
PictureMask = Literal["black"]

# -60 dB of full scale: below the noise of the quietest room a recorder hears.
SILENT_AT_MOST = 10 ** (-60 / 20)
# Video black is 16; what compression leaves of it stays within a few steps.
BLACK_AT_MOST = 28
# Of the energy in a span under a tone, what may be anything else: -24 dB, the noise of 32 kb/s AAC on the tone.
NOT_TONE_AT_MOST = 0.004
_TONE_WINDOW_MS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskReport:
    """What was measured inside the spans. `loudest` is 0..1 of full scale, `brightest` 0..255 (video
    black: 16), `not_tone` the share of energy that is not the tone; None where that was not asked.
    `frames` were looked at.
    """

    spans: tuple[tuple[int, int], ...]
    loudest: float | None = None
    not_tone: float | None = None
    brightest: int | None = None
    frames: int = 0
    sound_hidden: bool | None = None
    picture_hidden: bool | None = None

    @property
    def hidden(self) -> bool:
        """Whether all that was asked about is gone, and something was asked about."""
        asked = [found for found in (self.sound_hidden, self.picture_hidden) if found is not None]
        return bool(asked) and all(asked)


def masked_copy(
    source: Path,
    target: Path,
    spans_ms: Spans,
    *,
    probe: Probe,
    jail: Jail,
    sound: SoundMask | None = "silence",
    picture: PictureMask | None = None,
    form: Literal["listening", "film"] = "listening",
    track: int = 0,
    on_progress: Progress | None = None,
) -> Derived:
    """Encode a listening copy or 240p film in which `spans_ms` (start, end; recording's own clock) are
    hidden.

    Sound is hidden from 90 ms before to 90 ms after each span, the picture from two frames before to one
    after, so that nothing smears into it. `source` is the original. Only `track` and the first picture are
    taken over.

    Raises:
        SpanOutsideRecording: No span, or one that does not lie in the recording.
        RenditionWrong, NoScratchSpace, TookTooLong: As for any rendition; nothing is left behind.
        ValueError: Nothing is to be hidden, or a film is asked of a recording without picture.
    """
    if sound is None and picture is None:
        raise ValueError("a masked copy hides sound or picture")
    if form == "film" and not probe.video:
        raise ValueError("this recording has no picture")
    if not spans_ms:
        raise SpanOutsideRecording(0, 0, probe.declared_ms)
    mask = Mask(spans=merged(spans_ms, duration_ms=probe.declared_ms), sound=sound, picture=picture)
    given = open_input(source)
    streams = []
    settings = dict(FILE_SETTINGS)
    if form == "film":
        film = probe.video[0]
        edges = ",".join(f"{moment / 1000:.3f}" for span in mask.spans for moment in span)
        streams.append(picture_chain(given, film, mask=mask))
        settings |= {**PICTURE_SETTINGS, "force_key_frames": edges}
    if probe.audio:
        gain = loudness_gain_db(source, probe=probe, track=track, jail=jail)
        streams.append(sound_chain(given, probe=probe, track=track, gain_db=gain, mask=mask))
        settings |= SOUND_SETTINGS
    output = ffmpeg.output(*streams, f"file:{target.absolute()}", **settings)
    return make(
        output,
        what="masked copy",
        source=source,
        target=target,
        mime="video/mp4" if form == "film" else "audio/mp4",
        probe=probe,
        jail=jail,
        effort=8 if form == "film" else 2,
        size=fitted(probe.video[0]) if form == "film" else (0, 0),
        on_progress=on_progress,
    )


def check_mask(
    path: Path,
    spans_ms: Spans,
    *,
    jail: Jail,
    sound: SoundMask | None = "silence",
    picture: PictureMask | None = None,
) -> MaskReport:
    """Measure by decoding all frames, ignoring any edit list, what a masked copy still holds inside the
    spans.

    All sound tracks and the picture of `path` are looked at, not only those expected. A film in which no
    frame stands inside a span is not hidden. Raises as `probe` and `Jail.run` do, and
    `SpanOutsideRecording`.
    """
    spans = merged(spans_ms)
    probe = ask(path, jail=jail)
    report = MaskReport(spans=spans)
    if sound is not None:
        report = _check_sound(report, path, probe, jail, sound)
    if picture is not None:
        report = _check_picture(report, path, probe, jail)
    return report


def _check_sound(report: MaskReport, path: Path, probe: Probe, jail: Jail, sound: SoundMask) -> MaskReport:
    loudest, not_tone, seen = 0.0, 0.0, 0
    for track in range(len(probe.audio)):
        for part in _parts(path, track, report.spans, probe, jail):
            seen += len(part)
            loudest = max(loudest, float(np.abs(part).max(initial=0.0)))
            if sound == "tone":
                not_tone = max(not_tone, _not_tone(part))
    if sound == "tone":
        return replace(
            report, loudest=loudest, not_tone=not_tone, sound_hidden=seen > 0 and not_tone <= NOT_TONE_AT_MOST
        )
    return replace(report, loudest=loudest, sound_hidden=seen > 0 and loudest <= SILENT_AT_MOST)


def _parts(path: Path, track: int, spans: Spans, probe: Probe, jail: Jail) -> Iterator[NDArray[np.float64]]:
    """The samples (-1..1) inside the spans, at most 50 ms at a time, read from the whole file in order."""
    limits = limits_for(probe.declared_ms, effort=2)
    step = SOUND_RATE * _TONE_WINDOW_MS // 1000
    with pcm_stream(
        jail, path, probe=probe, track=track, rate=SOUND_RATE, limits=limits, options=_whole(probe)
    ) as stream:
        place = 0
        for start, end in ((a * SOUND_RATE // 1000, -(-b * SOUND_RATE // 1000)) for a, b in spans):
            while place < start and (data := stream.read(2 * min(start - place, SOUND_RATE))):
                place += len(data) // 2
            while place < end and (data := stream.read(2 * min(end - place, step))):
                place += len(data) // 2
                yield np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2") / 32_768
        while stream.read(2 * SOUND_RATE):
            pass


def _not_tone(part: NDArray[np.float64]) -> float:
    """Share of the energy left after the best fitting sine of the tone's pitch is taken away; 1.0 for
    silence.
    """
    if len(part) < SOUND_RATE // TONE_HZ * 2:
        return 0.0
    turns = 2 * np.pi * TONE_HZ / SOUND_RATE * np.arange(len(part))
    basis = np.stack([np.sin(turns), np.cos(turns)], axis=1)
    fit, *_ = np.linalg.lstsq(basis, part, rcond=None)
    energy = float((part**2).sum())
    return float(((part - basis @ fit) ** 2).sum()) / energy if energy > 0 else 1.0


def _check_picture(report: MaskReport, path: Path, probe: Probe, jail: Jail) -> MaskReport:
    """The brightest luma of all frames that show inside the spans, one frame before included: it still
    stands.
    """
    if not probe.video:
        return replace(report, picture_hidden=False)
    film = probe.video[0]
    brightest, frames = 0, 0
    size = film.width * film.height
    video = open_input(path, **_whole(probe))[str(film.index)]
    video = video.filter("select", inside(report.spans, before_ms=1000 / frame_rate(film)))
    video = video.filter("extractplanes", "y")
    output = ffmpeg.output(video, "pipe:1", format="rawvideo", pix_fmt="gray", vsync="passthrough")
    limits = limits_for(probe.declared_ms, effort=4)
    with jail.stream(argv_of(output), read=[path], limits=limits) as stream:
        while frame := stream.read(size):
            brightest = max(brightest, int(np.frombuffer(frame, dtype=np.uint8).max()))
            frames += 1
    hidden = frames >= len(report.spans) and brightest <= BLACK_AT_MOST
    return replace(report, brightest=brightest, frames=frames, picture_hidden=hidden)


def _whole(probe: Probe) -> dict[str, object]:
    """MP4 only: show what an edit list would leave out."""
    return {"ignore_editlist": 1} if probe.container == "mov" else {}


def flattened(peaks: Peaks, spans_ms: Spans) -> Peaks:
    """The same waveform with every value that touches a span at 0: the shape of a word can be read.

    Raises:
        SpanOutsideRecording: A span is empty, backwards or negative.
    """
    values = list(peaks.values)
    for start, end in merged(spans_ms):
        first = start * peaks.per_second // 1000
        last = -(-end * peaks.per_second // 1000)
        values[first:last] = [0] * len(values[first:last])
    return Peaks(values=tuple(values), per_second=peaks.per_second)
