"""Lengths that headers claim and ffprobe passes over, so that a copy cut short is seen for what it is.

For WAV, AVI and ASF (WMA, WMV) ffprobe tells what the file at hand has room for, or nothing. Here the
claim is read, and only believed where it goes beyond the end of the file. Sources: RIFF and AVI ("avih")
of Microsoft, and the Advanced Systems Format specification, section 3.2 (File Properties Object).
"""

from __future__ import annotations

import struct
from pathlib import Path

_HEAD = 64 * 1024
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
# 0 and (nearly) all ones are written by recorders that do not know the length yet.
_KNOWN = range(1, 0xFFFF_F000)


def claimed_ms(source: Path) -> int | None:
    """The length in ms that the header of a WAV, AVI or ASF file claims, if the file is shorter than it
    claims.
    """
    size = source.stat().st_size
    with source.open("rb") as file:
        head = file.read(_HEAD)
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return _wav(head, size)
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return _avi(head, size)
    return _asf(head, size) if head.startswith(_ASF) else None


def _wav(head: bytes, size: int) -> int | None:
    place, bytes_per_second = 12, 0
    while place + 8 <= len(head):
        name, length = struct.unpack_from("<4sI", head, place)
        if name == b"fmt " and place + 20 <= len(head):
            (bytes_per_second,) = struct.unpack_from("<I", head, place + 16)
        if name == b"data":
            cut = length in _KNOWN and place + 8 + length > size
            return length * 1000 // bytes_per_second if cut and bytes_per_second else None
        place += 8 + length + length % 2
    return None


def _avi(head: bytes, size: int) -> int | None:
    (length,) = struct.unpack_from("<I", head, 4)
    place = head.find(b"avih")
    if length not in _KNOWN or 8 + length <= size or place < 0 or place + 28 > len(head):
        return None
    per_frame_us, frames = struct.unpack_from("<I12xI", head, place + 8)
    return per_frame_us * frames // 1000 or None


def _asf(head: bytes, size: int) -> int | None:
    place = head.find(_ASF_PROPERTIES)
    if place < 0 or place + 88 > len(head):
        return None
    claimed, play_100ns, preroll_ms = struct.unpack_from("<Q16xQ8xQ", head, place + 40)
    length = play_100ns // 10_000 - preroll_ms
    return length if claimed > size and length > 0 else None
