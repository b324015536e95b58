"""Tell what a file is by its first bytes and its structure, never by its name.

Sources: the descriptions of each container (RIFF; ISO 14496-12 for MP4 and QuickTime; EBML RFC 8794; Ogg
RFC 3533; ASF; SMPTE ST 377 for MXF; CAF; SMPTE 314M for DV; ISO 11172 and 13818-1 for MPEG).
"""

from __future__ import annotations

import struct
from typing import BinaryIO

from ingest.errors import NotARecording, Unreadable

HEAD_BYTES = 64 * 1024

MIME = {
    "wav": "audio/wav", "w64": "audio/x-w64", "aiff": "audio/aiff", "au": "audio/basic", "mp3": "audio/mpeg",
    "aac": "audio/aac", "ac3": "audio/ac3", "flac": "audio/flac", "ogg": "audio/ogg", "amr": "audio/amr",
    "caf": "audio/x-caf", "asf": "video/x-ms-asf", "mov": "video/mp4", "matroska": "video/x-matroska",
    "webm": "video/webm", "avi": "video/x-msvideo", "dv": "video/x-dv", "mpeg": "video/mpeg",
    "mpegts": "video/mp2t", "mxf": "application/mxf", "flv": "video/x-flv",
    "rm": "application/vnd.rn-realmedia",
}  # fmt: skip

_STARTS: tuple[tuple[bytes, str], ...] = (
    (bytes.fromhex("726966662e91cf11"), "w64"),
    (b"fLaC", "flac"),
    (b"OggS", "ogg"),
    (bytes.fromhex("3026b2758e66cf11"), "asf"),
    (b"#!AMR", "amr"),
    (b"caff", "caf"),
    (b"FLV\x01", "flv"),
    (b".RMF", "rm"),
    (b".ra\xfd", "rm"),
    (b".snd", "au"),
    (b"\x0b\x77", "ac3"),
    (b"\x1f\x07\x00", "dv"),
    (b"\x00\x00\x01\xba", "mpeg"),
    (b"\x00\x00\x01\xb3", "mpeg"),
    (b"ID3", "mp3"),
)
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
    (b"BM", "a picture"),
    (b"8BPS", "a picture"),
    (b"\x00\x00\x00\x0cJXL ", "a picture"),
    (b"%PDF", "a document (PDF)"),
    (b"{\\rtf", "a document"),
    (bytes.fromhex("d0cf11e0a1b11ae1"), "an office document"),
    (b"PK\x03\x04", "a packed folder (zip) or an office document"),
    (b"PK\x05\x06", "an empty packed folder (zip)"),
    (b"Rar!", "a packed folder (rar)"),
    (b"7z\xbc\xaf\x27\x1c", "a packed folder (7z)"),
    (b"\x1f\x8b", "a packed file (gzip)"),
    (b"BZh", "a packed file (bzip2)"),
    (b"\xfd7zXZ\x00", "a packed file (xz)"),
    (b"\x28\xb5\x2f\xfd", "a packed file (zstd)"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"MThd", "a list of notes (MIDI)"),
    (b"SQLite format 3", "a database"),
)
_MXF_START = bytes.fromhex("060e2b34020501010d01020101")
_PICTURE_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis")
_MOV_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")


def sniff(file: BinaryIO, size: int) -> str:
    """The container family of an open file, a key of `MIME`. Leaves the file's position anywhere.

    Raises:
        NotARecording: A picture, document, packed folder, program, playlist or other text.
        Unreadable: No known start, or an MP4 whose index is missing.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if kind := _riff(head) or _mov(head) or _by_start(head) or _by_pattern(head):
        if kind == "mov":
            _need_index(file, size)
        return kind
    _refuse_others(head)
    raise Unreadable("its beginning is of no known kind")


def _riff(head: bytes) -> str:
    form, kind = head[:4], head[8:12]
    if form in (b"RIFF", b"RF64", b"BW64") and kind == b"WAVE":
        return "wav"
    if form == b"RIFF" and kind in (b"AVI ", b"AVIX"):
        return "avi"
    if form == b"FORM" and kind in (b"AIFF", b"AIFC"):
        return "aiff"
    if form == b"RIFF" and kind == b"WEBP":
        raise NotARecording("a picture")
    return ""


def _mov(head: bytes) -> str:
    if head[4:8] not in _MOV_BOXES:
        return ""
    if head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS:
        raise NotARecording("a picture")
    return "mov"


def _by_start(head: bytes) -> str:
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "webm" if b"webm" in head[:64] else "matroska"
    return ""


def _by_pattern(head: bytes) -> str:
    """Streams without a signature: MPEG audio and AAC frames, transport packets, MXF after a run-in."""
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[:3] != b"\xff\xd8\xff":
        if head[1] & 0xF6 == 0xF0:
            return "aac"
        # Layers 2 and 3; the pattern of layer 1 is also how UTF-16 text begins.
        if head[1] & 0x06 in (0x02, 0x04) and head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C:
            return "mp3"
    for first, step in ((0, 188), (4, 192), (0, 204)):
        marks = head[first : first + step * 5 : step]
        if len(head) > first + step * 4 and marks == b"\x47" * 5:
            return "mpegts"
    return "mxf" if _MXF_START in head else ""


def _need_index(file: BinaryIO, size: int) -> None:
    """Walk the boxes of an MP4 or QuickTime file until `moov`; a camera that lost power never wrote it."""
    place, boxes = 0, 0
    while place + 8 <= size and boxes < 10_000:
        file.seek(place)
        length, name = struct.unpack(">I4s", file.read(8))
        if name == b"moov":
            return
        if length == 1:
            wide = file.read(8)
            length = struct.unpack(">Q", wide)[0] if len(wide) == 8 else 0
        if length < 8:
            break
        place += length
        boxes += 1
    raise Unreadable("its index is missing, as after a copy cut short or a camera that lost power")


def _refuse_others(head: bytes) -> None:
    for start, what in _OTHERS:
        if head.startswith(start):
            raise NotARecording(what)
    if head[257:262] == b"ustar":
        raise NotARecording("a packed folder (tar)")
    text = head[: len(head) - len(head) % 2] if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head
    encoding = "utf-16" if text[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    if b"\x00" in text and encoding == "utf-8":
        return
    try:
        words = text.decode(encoding, "strict" if len(head) < HEAD_BYTES else "ignore").lstrip(
            "\ufeff \t\r\n"
        )
    except UnicodeDecodeError:
        return
    if words.startswith(("#EXTM3U", "ffconcat", "[playlist]", "#EXTINF")) or "<smil" in words[:2000]:
        raise NotARecording("a playlist that only names other files")
    if words.startswith("<"):
        raise NotARecording("a page or a drawing (XML, HTML or SVG)")
    raise NotARecording("text")
