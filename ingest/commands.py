"""How every ffmpeg command of ours begins, and how it is run: allow-lists, bounds, progress.

Command lines are built with ffmpeg-python and run in the jail. Names are absolute and begin with `file:`,
so that a file called `-i` or `concat:x` is only a file. Why each list is short: a playlist named .mp4
makes ffmpeg read other files, and each decoder is a door (docs/security.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import ffmpeg

from ingest.jail import Jail, Limits, Stream
from ingest.values import Probe


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FORMATS = _names(
    """
    aac ac3 aiff amr amrnb amrwb asf au avi caf dv flac flv matroska mov mp3 mpeg mpegts mpegvideo mxf
    ogg rm w64 wav
    """
)

# Recorded today; telephones, dictating machines, minidisc, the web of 2000; film and broadcast.
SOUND_DECODERS = _names(
    """
    aac aac_latm alac flac mp3float mp3 opus libopus vorbis wavpack
    amrnb amrwb atrac1 atrac3 atrac3al atrac3plus cook g722 g723_1 g726 g726le g729 gsm gsm_ms libgsm
    libgsm_ms mace3 mace6 nellymoser qcelp qdm2 qdmc ralf real_144 real_288 sipr speex libspeex
    truespeech wmalossless wmapro wmav1 wmav2 wmavoice
    ac3 dca eac3 mp1 mp1float mp2 mp2float s302m adpcm_ima_qt adpcm_ima_wav adpcm_ms adpcm_swf
    adpcm_yamaha pcm_alaw pcm_bluray pcm_dvd pcm_f32be pcm_f32le pcm_f64be pcm_f64le pcm_mulaw pcm_s16be
    pcm_s16be_planar pcm_s16le pcm_s16le_planar pcm_s24be pcm_s24le pcm_s24le_planar pcm_s32be pcm_s32le
    pcm_s32le_planar pcm_s8 pcm_s8_planar pcm_u8
    """
)

PICTURE_DECODERS = _names(
    """
    av1 cinepak dnxhd dvvideo ffv1 ffvhuff flv h261 h263 h263i h263p h264 hevc huffyuv indeo2 indeo3
    indeo4 indeo5 jpeg2000 libdav1d libvpx libvpx-vp9 mjpeg mjpegb mpeg1video mpeg2video mpeg4 mpegvideo
    msmpeg4 msmpeg4v1 msmpeg4v2 msvideo1 prores qtrle rawvideo rpza rv10 rv20 rv30 rv40 svq1 svq3 theora
    utvideo v210 vc1 vp3 vp6 vp6f vp8 vp9 wmv1 wmv2 wmv3
    """
)

# Cover pictures and subtitles lie in many good files. ffprobe ends with an error unless it may open their
# decoders; ffmpeg is never given them, so nothing of theirs is decoded.
PROBE_ONLY = _names(
    """
    png ass cc_dec dvbsub dvdsub mov_text pgssub srt ssa subrip text webvtt xsub
    """
)

DECODERS = SOUND_DECODERS + PICTURE_DECODERS

_INPUT_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": ",".join(FORMATS),
    "codec_whitelist": ",".join(DECODERS),
    "probesize": "50M",
    "analyzeduration": "20M",
    "threads": 2,
    "max_alloc": 536870912,
}
# Metadata can name people and places; nothing made for anyone carries it. A copy has no edit list, because
# what lies before the cut of one is still in the file; bitexact leaves out the encoder's name.
WITHOUT_METADATA = {
    "map_metadata": -1,
    "map_chapters": -1,
    "fflags": "+bitexact",
    "flags": "+bitexact",
}

NO_OPTIONS: Mapping[str, object] = MappingProxyType({})
Progress = Callable[[int], None]
_MIB = 1 << 20


def local(path: Path) -> str:
    """The only way a file's name enters a command line."""
    return f"file:{path.absolute()}"


def open_input(path: Path, **more: object) -> Any:
    """An ffmpeg-python input with the allow-lists; `more` are further input options (`ss` in seconds)."""
    return ffmpeg.input(local(path), **_INPUT_OPTIONS, **more)


def argv_of(output: Any) -> list[str]:
    """The argument list of a finished ffmpeg-python output; quiet but for errors, and never asking."""
    quiet = output.global_args("-nostdin", "-hide_banner", "-v", "error", "-nostats", "-filter_threads", "2")
    return [str(part) for part in ffmpeg.compile(quiet, overwrite_output=True)]


def limits_for(declared_ms: int | None, *, effort: float, file_bytes: int = 64 * _MIB) -> Limits:
    """Bounds for work on a recording: `effort` seconds of wall clock per second of it, and a minute to
    begin.

    Without a declared length (RealMedia, raw streams) two hours of recording are assumed; 48 hours is the
    end.
    """
    seconds = (declared_ms or 7_200_000) / 1000
    wall = min(60 + effort * seconds, 48 * 3600.0)
    return Limits(wall_s=wall, cpu_s=int(wall * 3), file_bytes=file_bytes)


class _Reading:
    """Follows `-progress`: key=value lines, where `out_time_us` is "N/A" until the first packet is
    written.
    """

    def __init__(self, on_progress: Progress | None) -> None:
        self.done_ms = 0
        self._tell = on_progress

    def line(self, line: str) -> None:
        key, _, value = line.partition("=")
        if key != "out_time_us" or not value.strip().lstrip("-").isdigit():
            return
        self.done_ms = max(0, int(value) // 1000)
        if self._tell is not None:
            self._tell(self.done_ms)


def run_ffmpeg(
    jail: Jail,
    output: Any,
    *,
    read: Path,
    write: Path | None,
    limits: Limits,
    on_progress: Progress | None = None,
) -> int:
    """Run an ffmpeg-python output to its end; the length written, in ms, by the time stamps of what was
    written.

    `on_progress` gets the ms done, twice a second or so. Raises what `Jail.run` raises.
    """
    reading = _Reading(on_progress)
    argv = argv_of(output.global_args("-progress", "pipe:1"))
    jail.run(argv, read=[read], write=write, limits=limits, on_line=reading.line)
    return reading.done_ms


def on_clock(given: Any, *, probe: Probe, track: int, rate: int) -> Any:
    """A sound track (0 = first) as mono at `rate` Hz on the recording's own clock, as an ffmpeg-python stream.

    With a picture the clock is the time stamps: gaps become silence, and sound that begins later than the
    picture stays in step. Sound alone is counted by its samples; the stamps of old files (RealAudio gives a
    whole block the same one) would throw speech away.
    """
    sound = given[str(probe.audio[track].index)]
    if probe.video and probe.container != "rm":
        sound = sound.filter("aresample", rate, **{"async": 1, "first_pts": 0})
        return sound.filter("aformat", channel_layouts="mono")
    return (
        sound.filter("aresample", rate).filter("aformat", channel_layouts="mono").filter("asetpts", "N/SR/TB")
    )


def pcm_stream(
    jail: Jail,
    source: Path,
    *,
    probe: Probe,
    track: int,
    rate: int,
    limits: Limits,
    options: Mapping[str, object] = NO_OPTIONS,
) -> Stream:
    """One sound track as mono s16le at `rate` Hz by the clock of `on_clock`, to be read piece by piece.

    `options` are further input options.
    """
    sound = on_clock(open_input(source, **options), probe=probe, track=track, rate=rate)
    output = sound.output("pipe:1", format="s16le", acodec="pcm_s16le", ac=1, ar=rate)
    return jail.stream(argv_of(output), read=[source], limits=limits)
