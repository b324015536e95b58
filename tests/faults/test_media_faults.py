"""Hostile and broken files, a full disk, a program that hangs: a clear refusal, nothing lost, nothing reached."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ingest.derive import listening_copy, peaks, poster, video_240p
from ingest.errors import (
    IngestError,
    NoScratchSpace,
    NotARecording,
    OutputTooLarge,
    ProgramFailed,
    TookTooLong,
    Unreadable,
)
from ingest.intake import take_in
from ingest.jail import KINDS, Jail, Limits
from ingest.probe import decoded_length_ms, probe, truncated
from ingest.redact import masked_copy
from tests.media_files import facts, film, the_jail, tone

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
KEY = bytes(32)
MIB = 1 << 20


class Listener:
    """A loopback port that counts who comes."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self.port = self._socket.getsockname()[1]
        self.visits = 0
        self._open = True
        self._thread = threading.Thread(target=self._count)
        self._thread.start()

    def _count(self) -> None:
        while self._open:
            try:
                talk, _ = self._socket.accept()
            except TimeoutError:
                continue
            self.visits += 1
            talk.close()

    def close(self) -> None:
        self._open = False
        self._thread.join()
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    yield listening
    listening.close()


def hostile(neighbour: Path, port: int) -> dict[str, bytes]:
    """Text that makes an unguarded ffmpeg read another file or a network address."""
    web = f"http://127.0.0.1:{port}/x.ts"
    head = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n"
    return {
        "hls neighbour": f"{head}{neighbour}\n#EXT-X-ENDLIST\n".encode(),
        "hls file": f"{head}file:{neighbour}\n#EXT-X-ENDLIST\n".encode(),
        "hls concat": f"{head}concat:{neighbour}|{neighbour}\n#EXT-X-ENDLIST\n".encode(),
        "hls web": f"{head}{web}\n#EXT-X-ENDLIST\n".encode(),
        "ffconcat": f"ffconcat version 1.0\nfile '{neighbour}'\n".encode(),
        "ffconcat web": f"ffconcat version 1.0\nfile '{web}'\n".encode(),
        "dash": f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet>'
        f'<Representation id="0"><BaseURL>{web}</BaseURL></Representation></AdaptationSet></Period></MPD>'.encode(),
        "sdp": b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n",
        "svg": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{web}"/></svg>'.encode(),
    }


@pytest.mark.parametrize("suffix", ["mp4", "wav", "m3u8"])
def test_a_playlist_reads_no_neighbour_and_calls_nobody(
    tmp_path: Path, listener: Listener, suffix: str
) -> None:
    neighbour = film(tmp_path / "neighbour.ts", "-c:v", "mpeg2video", "-c:a", "mp2", seconds=1)
    for name, data in hostile(neighbour, listener.port).items():
        path = tmp_path / f"t.{suffix}"
        path.write_bytes(data)
        with pytest.raises(NotARecording):
            take_in(path, key=KEY)
        # Even if the first look were fooled, neither probing nor decoding follows where the text points.
        with pytest.raises(IngestError):
            probe(path, jail=the_jail())
        honest = probe(neighbour, jail=the_jail())
        for attempt in (
            lambda path=path, honest=honest: peaks(path, probe=honest, jail=the_jail()),
            lambda path=path, honest=honest: listening_copy(path, tmp_path, probe=honest, jail=the_jail()),
        ):
            with pytest.raises(IngestError):
                attempt()
        assert listener.visits == 0, name
        assert not (tmp_path / "listening.m4a").exists()


def test_the_listener_would_have_noticed(listener: Listener) -> None:
    """The control: ffmpeg outside the jail, with every protocol allowed, does call."""
    line = [
        "ffmpeg",
        "-nostdin",
        "-v",
        "quiet",
        "-rw_timeout",
        "2000000",
        "-i",
        f"http://127.0.0.1:{listener.port}/x",
    ]
    subprocess.run([*line, "-f", "null", "-"], check=False, stdin=subprocess.DEVNULL, timeout=30)
    assert listener.visits > 0


def test_an_mov_that_points_elsewhere_reads_nothing_else(tmp_path: Path) -> None:
    """QuickTime may keep its sound in another file (dref alias); that file is not opened."""
    path = film(tmp_path / "t.mov", "-c:v", "mjpeg", "-c:a", "pcm_s16le", seconds=1)
    data = path.read_bytes()
    place = data.rindex(b"url \x00\x00\x00\x01")
    path.write_bytes(data[:place] + b"url \x00\x00\x00\x00" + data[place + 8 :])
    line = ["ffprobe", "-v", "trace", f"file:{path}"]
    told = the_jail().run(line, read=[path]).stderr
    assert "Opening" not in told.replace(f"Opening 'file:{path}'", "")


@pytest.mark.parametrize("data", [b"\x00" * 5000, os.urandom(5000), b"\xff" * 5000, b"ftyp" * 2000])
@pytest.mark.parametrize("suffix", ["mp4", "mp3", "wav"])
def test_noise_is_refused_by_probe_too(tmp_path: Path, data: bytes, suffix: str) -> None:
    path = tmp_path / f"t.{suffix}"
    path.write_bytes(data)
    with pytest.raises(IngestError) as caught:
        probe(path, jail=the_jail())
    assert "safe" in caught.value.message or "as it was" in caught.value.message


def test_an_empty_file_is_refused_by_probe_too(tmp_path: Path) -> None:
    (tmp_path / "t.mp4").touch()
    with pytest.raises(Unreadable):
        probe(tmp_path / "t.mp4", jail=the_jail())


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("t.mp4", (*H264, "-movflags", "+faststart")),
        ("t.mkv", H264),
        ("t.mov", ("-c:v", "mjpeg", "-c:a", "pcm_s16le", "-movflags", "+faststart")),
        ("t.avi", ("-c:v", "mjpeg", "-c:a", "pcm_s16le")),
        ("t.wmv", ("-c:v", "wmv2", "-c:a", "wmav2")),
    ],
)
def test_a_film_cut_in_the_middle_is_found_and_used(
    tmp_path: Path, name: str, arguments: tuple[str, ...]
) -> None:
    path = film(tmp_path / name, *arguments, seconds=20, size="160x120", rate="10")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 4 // 10])
    taken = take_in(path, key=KEY)
    assert taken.size_bytes == path.stat().st_size
    found = probe(path, jail=the_jail())
    length = decoded_length_ms(path, probe=found, jail=the_jail())
    finding = truncated(found, length)
    assert finding is not None, found
    assert abs(finding.declared_ms - 20_000) < 300
    assert 3000 < finding.decoded_ms < 14_000
    made = listening_copy(path, tmp_path, probe=found, jail=the_jail())
    assert abs(made.duration_ms - length) < 1500


def test_an_mp4_without_its_index_is_one_clear_sentence(tmp_path: Path) -> None:
    path = film(tmp_path / "t.mp4", *H264, seconds=1)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    for ask in (lambda: take_in(path, key=KEY), lambda: probe(path, jail=the_jail())):
        with pytest.raises(Unreadable) as caught:
            ask()
        assert "not a readable recording" in caught.value.message


def png(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(100)))
        + chunk(b"IEND", b"")
    )


def test_a_picture_bomb_called_mp4_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "t.mp4"
    path.write_bytes(png(65_000, 65_000))
    begun = time.monotonic()
    with pytest.raises(NotARecording):
        take_in(path, key=KEY)
    with pytest.raises(IngestError):
        probe(path, jail=the_jail())
    assert time.monotonic() - begun < 10


def test_a_bomb_as_a_cover_picture_is_not_decoded(tmp_path: Path) -> None:
    """An MP3 whose cover claims 65,000 x 65,000 pixels: the sound is taken, the picture left alone."""
    path = tone(tmp_path / "t.mp3", "-id3v2_version", "0", "-write_xing", "0", seconds=2)
    cover = b"\x00image/png\x00\x03\x00" + png(65_000, 65_000)
    frame = b"APIC" + struct.pack(">I", len(cover)) + b"\x00\x00" + cover
    size = len(frame)
    packed = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    path.write_bytes(b"ID3\x03\x00\x00" + packed + frame + path.read_bytes())
    begun = time.monotonic()
    found = probe(path, jail=the_jail())
    assert (found.kind, found.container) == ("sound", "mp3")
    assert abs(listening_copy(path, tmp_path, probe=found, jail=the_jail()).duration_ms - 2000) < 200
    assert time.monotonic() - begun < 20


NAMES = [
    "-i",
    ";id",
    "concat:x",
    "$(touch x)",
    "file:",
    "a\nb",
    "%d.mp4",
    "'\"",
    "|x",
    "http:",
    "\u202egpj.mp4",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_never_an_argument(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    made = film(tmp_path / "t.mp4", *H264, seconds=1, size="64x64", rate="5")
    path = made.rename(folder / name)
    scratch = tmp_path / name.replace("/", "")
    scratch.mkdir()
    found = probe(path, jail=the_jail())
    assert abs(listening_copy(path, scratch, probe=found, jail=the_jail()).duration_ms - 1000) < 200
    assert video_240p(path, scratch, probe=found, jail=the_jail()).size_bytes > 0
    assert len(poster(path, scratch, probe=found, jail=the_jail())) == 4
    masked = masked_copy(path, scratch / "m.m4a", [(100, 300)], probe=found, jail=the_jail())
    assert masked.size_bytes > 0
    assert [entry.name for entry in folder.iterdir()] == [name]


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of `size` mounted at `folder`. Needs root, which CI has."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if done.returncode != 0:
        pytest.skip("mounting a small disk needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_scratch_folder_is_no_scratch_space(tmp_path: Path) -> None:
    path = film(tmp_path / "t.mkv", "-c:v", "libx264", "-c:a", "flac", seconds=30, size="320x240", rate="10")
    before = path.read_bytes()
    found = probe(path, jail=the_jail())
    with small_disk(tmp_path / "scratch", "4m") as scratch:
        (scratch / "full").write_bytes(bytes(4 * MIB - 8 * 1024))
        for make in (listening_copy, video_240p, poster):
            with pytest.raises(NoScratchSpace) as caught:
                make(path, scratch, probe=found, jail=the_jail())
            assert "SAKSI_SCRATCH" in caught.value.message
            assert [entry.name for entry in scratch.iterdir()] == ["full"], make
        with pytest.raises(NoScratchSpace):
            masked_copy(path, scratch / "m.m4a", [(0, 1000)], probe=found, jail=the_jail())
        (scratch / "full").unlink()
        assert listening_copy(path, scratch, probe=found, jail=the_jail()).size_bytes > 0
    assert path.read_bytes() == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_is_noticed_in_every_kind_of_jail(tmp_path: Path, kind: str) -> None:
    code = "import sys; open(sys.argv[1], 'wb').write(bytes(2 << 20))"
    with small_disk(tmp_path / "scratch", "1m") as scratch, pytest.raises(NoScratchSpace):
        Jail(kind).run(  # type: ignore[arg-type]
            [sys.executable, "-I", "-S", "-c", code, str(scratch / "f")], write=scratch
        )


def test_a_decoder_that_hangs_is_killed_and_leaves_nothing(tmp_path: Path) -> None:
    """A real program on a real file, with less time than it needs."""
    path = film(tmp_path / "t.mp4", *H264, seconds=20, size="320x240")
    mark = str(tmp_path / "out.mkv")
    line = [
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-stream_loop",
        "-1",
        "-re",
        "-i",
        f"file:{path}",
        "-f",
        "null",
        mark,
    ]
    begun = time.monotonic()
    with pytest.raises(TookTooLong):
        the_jail().run(line, read=[path], limits=Limits(wall_s=1))
    assert time.monotonic() - begun < 8
    time.sleep(0.3)
    lines = [entry.read_bytes() for entry in Path("/proc").glob("[0-9]*/cmdline") if entry.exists()]
    assert not any(mark.encode() in one for one in lines)


def test_a_small_file_that_unfolds_into_a_large_one_is_stopped(tmp_path: Path) -> None:
    path = tone(tmp_path / "t.flac", level=0, seconds=600)
    assert path.stat().st_size < MIB
    line = ["ffmpeg", "-nostdin", "-v", "error", "-i", f"file:{path}", f"file:{tmp_path / 'out' / 't.wav'}"]
    (tmp_path / "out").mkdir()
    with pytest.raises(OutputTooLarge):
        the_jail().run(line, read=[path], write=tmp_path / "out", limits=Limits(file_bytes=4 * MIB))


def test_a_jail_that_cannot_be_built_runs_nothing(tmp_path: Path) -> None:
    """Asked for a folder that is not there, bubblewrap refuses; the program does not run without it."""
    with pytest.raises(ProgramFailed):
        Jail("bubblewrap").run([sys.executable, "-c", "print(1)"], read=[tmp_path / "absent"])


SAMPLES = os.environ.get("SAKSI_SAMPLES")
if SAMPLES:

    def test_a_real_interview_goes_through(tmp_path: Path) -> None:
        path = Path(SAMPLES) / "dialogues" / "interview_assembled_60s.mp4"
        taken = take_in(path, key=KEY)
        assert taken.sniffed == "mov"
        found = probe(path, jail=the_jail())
        length = decoded_length_ms(path, probe=found, jail=the_jail())
        assert truncated(found, length) is None
        assert abs(listening_copy(path, tmp_path, probe=found, jail=the_jail()).duration_ms - 60_000) < 600
        moving = video_240p(path, tmp_path, probe=found, jail=the_jail())
        assert (moving.width, moving.height) == (426, 240)
        assert "codec_name=h264" in facts(moving.path, "stream=codec_name")
        assert len(poster(path, tmp_path, probe=found, jail=the_jail())) == 4
        values = peaks(path, probe=found, jail=the_jail()).values
        assert abs(len(values) - 1200) <= 2
        assert max(values) > 60

    @pytest.mark.parametrize(
        "path",
        sorted(
            path for path in Path(SAMPLES).rglob("*.*") if path.suffix in (".flac", ".ogg", ".opus", ".mp3")
        ),
    )
    def test_every_sample_is_known(path: Path) -> None:
        taken = take_in(path, key=KEY)
        found = probe(path, jail=the_jail())
        assert found.kind == "sound"
        assert taken.sniffed in ("flac", "ogg", "mp3")
        assert truncated(found, decoded_length_ms(path, probe=found, jail=the_jail())) is None
