"""Make what people hear and see from an original: listening copy, 240p film, poster and thumbnails, waveform.

Originals are read, never altered; every output lies in the folder the caller gives and has been decoded
once before it is handed over. Sizes and times: docs/speech.md.
"""

from __future__ import annotations

import json
from pathlib import Path

import ffmpeg
import numpy as np

from ingest.commands import Progress, limits_for, open_input, pcm_stream, run_ffmpeg
from ingest.encode import (
    FILE_SETTINGS,
    PICTURE_SETTINGS,
    SOUND_SETTINGS,
    fitted,
    loudness_gain_db,
    make,
    picture_chain,
    sound_chain,
)
from ingest.errors import ProgramFailed, RenditionWrong
from ingest.images import PictureSize, pictures
from ingest.jail import Jail, Limits
from ingest.values import Derived, Peaks, Probe

PEAKS_PER_SECOND = 20
_PEAKS_RATE = 8000
_PEAKS_BLOCK = _PEAKS_RATE // PEAKS_PER_SECOND
POSTER_SIZES = (
    PictureSize(name="poster.jpg", side=640),
    PictureSize(name="poster.webp", side=640),
    PictureSize(name="thumbnail-320.webp", side=320),
    PictureSize(name="thumbnail-160.webp", side=160),
)


def listening_copy(
    source: Path,
    folder: Path,
    *,
    probe: Probe,
    jail: Jail,
    track: int = 0,
    on_progress: Progress | None = None,
) -> Derived:
    """`listening.m4a`: one track (0 = first) as mono AAC, 32 kb/s, at -16 LUFS, ready to stream, without
    metadata.

    Raises:
        RenditionWrong: What came out does not decode or has another length; nothing is left behind.
        NoScratchSpace, TookTooLong, OutputTooLarge, ProgramMissing: See `Jail.run`.
    """
    target = folder / "listening.m4a"
    gain = loudness_gain_db(source, probe=probe, track=track, jail=jail)
    sound = sound_chain(open_input(source), probe=probe, track=track, gain_db=gain)
    output = ffmpeg.output(sound, f"file:{target.absolute()}", **SOUND_SETTINGS, **FILE_SETTINGS)
    return make(
        output,
        what="listening copy",
        source=source,
        target=target,
        mime="audio/mp4",
        probe=probe,
        jail=jail,
        effort=2,
        on_progress=on_progress,
    )


def video_240p(
    source: Path,
    folder: Path,
    *,
    probe: Probe,
    jail: Jail,
    track: int = 0,
    on_progress: Progress | None = None,
) -> Derived:
    """`film-240p.mp4`: H.264 (about 150 kb/s) and mono AAC, upright, deinterlaced, square pixels, ready to
    stream.

    Frame times are kept as they are (phones vary their rate) up to 30 a second. A silent film stays silent.
    Raises as `listening_copy` does.
    """
    target = folder / "film-240p.mp4"
    given = open_input(source)
    streams = [picture_chain(given, probe.video[0])]
    settings = {**PICTURE_SETTINGS, "vsync": "vfr", **FILE_SETTINGS}
    if probe.audio:
        gain = loudness_gain_db(source, probe=probe, track=track, jail=jail)
        streams.append(sound_chain(given, probe=probe, track=track, gain_db=gain))
        settings |= SOUND_SETTINGS
    output = ffmpeg.output(*streams, f"file:{target.absolute()}", **settings)
    return make(
        output,
        what="240p film",
        source=source,
        target=target,
        mime="video/mp4",
        probe=probe,
        jail=jail,
        effort=8,
        size=fitted(probe.video[0]),
        on_progress=on_progress,
    )


def poster(
    source: Path, folder: Path, *, probe: Probe, jail: Jail, at_ms: int | None = None
) -> tuple[Derived, ...]:
    """One frame as `poster.jpg`, `poster.webp` and two thumbnails, without metadata.

    `at_ms` is the moment shown; without it a tenth of the way in, at most 10 s: the first frame is often
    black. If there is no frame at that moment, the first one is taken.

    Raises:
        RenditionWrong: No frame can be decoded.
    """
    if at_ms is None:
        at_ms = min((probe.declared_ms or 0) // 10, 10_000)
    frame = folder / "frame.png"
    try:
        for moment in dict.fromkeys((at_ms, 0)):
            _frame(source, frame, moment, probe=probe, jail=jail)
            if frame.exists():
                return pictures(frame, folder, POSTER_SIZES, jail=jail)
    finally:
        frame.unlink(missing_ok=True)
    raise RenditionWrong("poster", "no picture could be decoded")


def _frame(source: Path, frame: Path, at_ms: int, *, probe: Probe, jail: Jail) -> None:
    picture = probe.video[0]
    width, height = fitted(picture, short_side=720)
    video = open_input(source, ss=f"{at_ms / 1000:.3f}")[str(picture.index)]
    if picture.interlaced:
        video = video.filter("yadif", mode=0)
    video = video.filter("scale", width, height).filter("setsar", 1)
    output = ffmpeg.output(
        video, f"file:{frame.absolute()}", vframes=1, format="image2", vcodec="png", update=1
    )
    limits = Limits(wall_s=120, cpu_s=240, file_bytes=64 << 20)
    try:
        run_ffmpeg(jail, output, read=source, write=frame.parent, limits=limits)
    except ProgramFailed as failed:
        frame.unlink(missing_ok=True)
        if at_ms == 0:
            raise RenditionWrong("poster", "no picture could be decoded") from failed


def peaks(source: Path, *, probe: Probe, jail: Jail, track: int = 0) -> Peaks:
    """The waveform: per 1/20 s the greatest |sample| of the track as 8 kHz mono, 0..255. Constant memory.

    Raises what `Jail.run` raises.
    """
    values: list[int] = []
    limits = limits_for(probe.declared_ms, effort=2)
    with pcm_stream(jail, source, probe=probe, track=track, rate=_PEAKS_RATE, limits=limits) as stream:
        while data := stream.read(2 * _PEAKS_BLOCK * PEAKS_PER_SECOND * 10):
            samples = np.abs(np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2").astype(np.int32))
            samples = np.pad(samples, (0, -len(samples) % _PEAKS_BLOCK))
            highest = samples.reshape(-1, _PEAKS_BLOCK).max(axis=1)
            values += np.minimum(255, (highest * 255 + 16_384) // 32_768).tolist()
    return Peaks(values=tuple(values), per_second=PEAKS_PER_SECOND)


def peaks_json(peaks: Peaks) -> str:
    """The waveform as JSON in the layout of audiowaveform, version 2: pairs of lowest and highest, 8
    bit.
    """
    data = [sign * (value // 2) for value in peaks.values for sign in (-1, 1)]
    rate = peaks.per_second * _PEAKS_BLOCK
    head = {
        "version": 2,
        "channels": 1,
        "sample_rate": rate,
        "samples_per_pixel": _PEAKS_BLOCK,
        "bits": 8,
        "length": len(peaks.values),
        "data": data,
    }
    return json.dumps(head, separators=(",", ":"))
