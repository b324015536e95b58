"""Intake: size, duplicates and kind by content, whatever a file is called."""

from __future__ import annotations

import hashlib
import hmac
import os
import zipfile
from pathlib import Path

import pytest

from ingest.errors import EmptyFile, NotARecording, Unreadable
from ingest.intake import agree, mime_of, take_in
from ingest.probe import probe
from tests.media_files import film, the_jail, tone

KEY = bytes(range(32))


def test_size_mac_and_kind_are_told_and_progress_is_honest(tmp_path: Path) -> None:
    path = tone(tmp_path / "t.wav", seconds=30)
    seen: list[int] = []
    got = take_in(path, key=KEY, on_bytes=seen.append)
    data = path.read_bytes()
    assert got.size_bytes == len(data) == seen[-1]
    assert seen == sorted(seen)
    assert len(seen) > 1
    assert got.mac == hmac.new(KEY, data, hashlib.sha256).hexdigest()
    assert (got.sniffed, got.mime) == ("wav", "audio/wav")


def test_the_same_bytes_are_the_same_only_under_the_same_key(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.flac")
    copy = tmp_path / "b.mp4"
    copy.write_bytes(path.read_bytes())
    assert take_in(path, key=KEY) == take_in(copy, key=KEY)
    assert take_in(path, key=KEY).mac != take_in(path, key=bytes(32)).mac


@pytest.mark.parametrize("name", ["-i", ";id", "concat:x", "a b.png", "x.m3u8", "$(id)", "...", "ពាក្យ.txt"])
def test_a_name_is_only_a_name(tmp_path: Path, name: str) -> None:
    path = tone(tmp_path / "t.mp3")
    path = path.rename(tmp_path / name)
    got = take_in(path, key=KEY)
    found = probe(path, jail=the_jail())
    assert got.sniffed == found.container == "mp3"
    agree(got, found)


def test_nothing_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.wav"
    path.touch()
    with pytest.raises(EmptyFile):
        take_in(path, key=KEY)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(NotARecording):
        take_in(tmp_path / "pipe.wav", key=KEY)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises((NotARecording, IsADirectoryError)):
        take_in(tmp_path, key=KEY)


OTHERS = {
    "png": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "jpeg": b"\xff\xd8\xff\xe0" + bytes(64),
    "gif": b"GIF89a" + bytes(64),
    "tiff": b"II*\x00" + bytes(64),
    "webp": b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(64),
    "heic": b"\x00\x00\x00\x18ftypheic" + bytes(64),
    "avif": b"\x00\x00\x00\x18ftypavif" + bytes(64),
    "pdf": b"%PDF-1.7\n",
    "doc": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(64),
    "zip": b"PK\x03\x04" + bytes(64),
    "gzip": b"\x1f\x8b\x08" + bytes(64),
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(64),
    "rar": b"Rar!\x1a\x07" + bytes(64),
    "tar": bytes(257) + b"ustar" + bytes(250),
    "elf": b"\x7fELF" + bytes(64),
    "midi": b"MThd" + bytes(64),
    "hls": b"#EXTM3U\n#EXTINF:1,\nother.mp4\n",
    "hls with a mark": "\ufeff#EXTM3U\nother.mp4".encode(),
    "hls in utf-16": "#EXTM3U\nother.mp4".encode("utf-16"),
    "ffconcat": b"ffconcat version 1.0\nfile other.mp4\n",
    "pls": b"[playlist]\nFile1=http://example.org/\n",
    "smil": b"<smil><body/></smil>",
    "dash": b'<?xml version="1.0"?><MPD></MPD>',
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "html": b"  <!DOCTYPE html>",
    "text": "We walked for three days. បី ថ្ងៃ".encode(),
    "subtitles": b"1\n00:00:01,000 --> 00:00:02,000\na\n",
    "long text": b"word " * 50_000,
}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("called", ["t.mp4", "t.wav"])
def test_what_is_no_recording_is_named_and_refused(tmp_path: Path, name: str, called: str) -> None:
    path = tmp_path / called
    path.write_bytes(OTHERS[name])
    with pytest.raises(NotARecording) as caught:
        take_in(path, key=KEY)
    assert caught.value.found in caught.value.message
    assert called not in caught.value.message


def test_a_real_zip_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.wav", "w") as packed:
        packed.writestr("t.wav", b"RIFF")
    with pytest.raises(NotARecording):
        take_in(tmp_path / "t.wav", key=KEY)


@pytest.mark.parametrize(
    "data", [b"\x00", b"\x13\x37\xfe" * 500, b"\xff\xff\xff\xff" * 100, b"RIFF\x00\x00\x00\x00XXXX"]
)
def test_no_known_beginning_is_unreadable(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "t.wav").write_bytes(data)
    with pytest.raises(Unreadable):
        take_in(tmp_path / "t.wav", key=KEY)


def test_an_mp4_without_its_index_says_so(tmp_path: Path) -> None:
    path = film(tmp_path / "t.mp4", "-c:v", "libx264", "-c:a", "aac", seconds=1)
    data = path.read_bytes()
    place = data.index(b"moov") - 4
    path.write_bytes(data[:place])
    with pytest.raises(Unreadable, match="index is missing"):
        take_in(path, key=KEY)


def test_two_kinds_in_one_file_are_refused(tmp_path: Path) -> None:
    got = take_in(tone(tmp_path / "t.wav"), key=KEY)
    other = probe(tone(tmp_path / "t.flac"), jail=the_jail())
    with pytest.raises(Unreadable):
        agree(got, other)


def test_a_media_type_says_whether_there_is_a_picture(tmp_path: Path) -> None:
    sound = tone(tmp_path / "t.m4a", "-c:a", "aac")
    moving = film(tmp_path / "t.mp4", "-c:v", "libx264", "-c:a", "aac", seconds=1)
    types = [mime_of(take_in(path, key=KEY), probe(path, jail=the_jail())) for path in (sound, moving)]
    assert types == ["audio/mp4", "video/mp4"]
