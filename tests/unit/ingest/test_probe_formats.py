"""The formats that archives meet: each is told by content, probed, and gives a listening copy that decodes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.derive import listening_copy
from ingest.intake import agree, take_in
from ingest.probe import probe
from tests.media_files import film, the_jail, tone

DV = (
    "-c:v",
    "dvvideo",
    "-s",
    "720x576",
    "-pix_fmt",
    "yuv420p",
    "-c:a",
    "pcm_s16le",
    "-ar",
    "48000",
    "-ac",
    "2",
)
TELEPHONE = ("-ar", "8000", "-ac", "1")

# name of the file -> (kind by content, sound or film, ffmpeg's arguments)
FORMATS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "pcm.wav": ("wav", "sound", ()),
    "large.wav": ("wav", "sound", ("-rf64", "always")),
    "ima.wav": ("wav", "sound", ("-c:a", "adpcm_ima_wav")),
    "alaw.wav": ("wav", "sound", ("-c:a", "pcm_alaw", *TELEPHONE)),
    "gsm.wav": ("wav", "sound", ("-c:a", "libgsm_ms", *TELEPHONE)),
    "long.w64": ("w64", "sound", ()),
    "pcm.aiff": ("aiff", "sound", ()),
    "mulaw.au": ("au", "sound", ("-c:a", "pcm_mulaw")),
    "layer3.mp3": ("mp3", "sound", ()),
    "layer2.mp2": ("mp3", "sound", ()),
    "untagged.mp3": ("mp3", "sound", ("-id3v2_version", "0", "-write_xing", "0")),
    "aac.m4a": ("mov", "sound", ()),
    "adts.aac": ("aac", "sound", ()),
    "alac.caf": ("caf", "sound", ("-c:a", "alac")),
    "lossless.flac": ("flac", "sound", ()),
    "vorbis.ogg": ("ogg", "sound", ("-c:a", "libvorbis")),
    "opus.ogg": ("ogg", "sound", ("-c:a", "libopus")),
    "speex.ogg": ("ogg", "sound", ("-c:a", "libspeex", *TELEPHONE)),
    "wma2.wma": ("asf", "sound", ("-c:a", "wmav2")),
    "dolby.ac3": ("ac3", "sound", ()),
    "real144.rm": ("rm", "sound", ("-c:a", "real_144", *TELEPHONE)),
    "raw.dv": ("dv", "film", DV),
    "dv.avi": ("avi", "film", DV),
    "dvd.vob": ("mpeg", "film", ("-target", "pal-dvd")),
    "vcd.mpg": ("mpeg", "film", ("-target", "pal-vcd")),
    "mjpeg.avi": ("avi", "film", ("-c:v", "mjpeg", "-c:a", "pcm_s16le")),
    "huffyuv.avi": ("avi", "film", ("-c:v", "huffyuv", "-pix_fmt", "yuv422p", "-c:a", "pcm_s16le")),
    "xvid.avi": ("avi", "film", ("-c:v", "mpeg4", "-vtag", "XVID", "-c:a", "libmp3lame")),
    "msmpeg4.avi": ("avi", "film", ("-c:v", "msmpeg4", "-c:a", "adpcm_ms")),
    "ffv1.mkv": ("matroska", "film", ("-c:v", "ffv1", "-c:a", "flac")),
    "hevc.mkv": ("matroska", "film", ("-c:v", "libx265", "-x265-params", "log-level=none", "-c:a", "aac")),
    "h264.mp4": ("mov", "film", ("-c:v", "libx264", "-c:a", "aac")),
    "prores.mov": ("mov", "film", ("-c:v", "prores", "-c:a", "pcm_s24le")),
    "h263.3gp": ("mov", "film", ("-c:v", "h263", "-s", "176x144", "-c:a", "aac", *TELEPHONE)),
    "vp9.webm": ("webm", "film", ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-c:a", "libopus")),
    "vp8.webm": ("webm", "film", ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libvorbis")),
    "theora.ogv": ("ogg", "film", ("-c:v", "libtheora", "-c:a", "libvorbis")),
    "wmv2.wmv": ("asf", "film", ("-c:v", "wmv2", "-c:a", "wmav2")),
    "flv1.flv": ("flv", "film", ("-c:v", "flv", "-c:a", "libmp3lame")),
    "rv20.rm": ("rm", "film", ("-c:v", "rv20", "-s", "352x288", "-c:a", "ac3")),
    "broadcast.mxf": ("mxf", "film", ("-c:v", "mpeg2video", "-c:a", "pcm_s16le", "-ar", "48000")),
    "camera.m2ts": (
        "mpegts",
        "film",
        ("-c:v", "libx264", "-x264opts", "interlaced=1", "-flags", "+ildct+ilme", "-c:a", "ac3"),
    ),
    "broadcast.ts": ("mpegts", "film", ("-c:v", "mpeg2video", "-c:a", "mp2")),
}


@pytest.mark.parametrize("name", FORMATS)
def test_an_old_format_is_taken_in_and_heard(tmp_path: Path, name: str) -> None:
    sniffed, kind, arguments = FORMATS[name]
    make = film if kind == "film" else tone
    check_heard(make(tmp_path / name, *arguments, seconds=2), tmp_path, sniffed=sniffed, kind=kind)


@pytest.mark.parametrize(
    ("name", "head", "frame"),
    [
        ("telephone.amr", b"#!AMR\n", b"\x3c" + bytes(31)),
        ("wide.amr", b"#!AMR-WB\n", b"\x04" + bytes(17)),
    ],
)
def test_amr_which_nobody_here_can_write_is_heard(
    tmp_path: Path, name: str, head: bytes, frame: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(head + frame * 100)
    check_heard(path, tmp_path, sniffed="amr", kind="sound")


def check_heard(path: Path, folder: Path, *, sniffed: str, kind: str) -> None:
    before = path.read_bytes()
    taken = take_in(path, key=bytes(32))
    assert taken.sniffed == sniffed
    found = probe(path, jail=the_jail())
    agree(taken, found)
    assert found.kind == kind
    (folder / "out").mkdir()
    made = listening_copy(path, folder / "out", probe=found, jail=the_jail())
    assert abs(made.duration_ms - 2000) <= 200
    assert path.read_bytes() == before
