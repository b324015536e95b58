"""Receive one file: how long it is, whether it was here before, and what its bytes say it is.

That it can be demuxed is shown afterwards by `ingest.probe`; both must agree before anything is decoded.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from collections.abc import Callable
from pathlib import Path

from ingest.errors import EmptyFile, NotARecording, Unreadable
from ingest.sniff import MIME, sniff
from ingest.values import Intake, Probe

_BLOCK = 1 << 20

# What ffprobe may call that which the bytes say. An MP3 with an ID3 tag may hold AAC or FLAC behind it.
_SAME = {
    "webm": ("matroska",),
    "mp3": ("mp3", "aac", "flac"),
    "mpeg": ("mpeg", "mpegvideo"),
    "amr": ("amr", "amrnb", "amrwb"),
    "aac": ("aac", "mp3"),
}


def take_in(path: Path, *, key: bytes, on_bytes: Callable[[int], None] | None = None) -> Intake:
    """Read a file once, in constant memory. `key` (32 bytes or more) is the archive's own, for finding
    duplicates: no plain digest is kept, because a digest alone would prove that someone's testimony is
    here.

    `on_bytes` gets the number of bytes read so far. The name of the file plays no part, its bytes are not
    changed.

    Raises:
        EmptyFile: No bytes.
        NotARecording: A picture, a document, a playlist, a folder, a device.
        Unreadable: No known start, or an MP4 without its index.
    """
    # Without O_NONBLOCK, opening a named pipe would wait for ever.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(handle, "rb") as file:  # noqa: PTH123  # an open descriptor, not a path
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise NotARecording("not an ordinary file")
        if facts.st_size == 0:
            raise EmptyFile
        kind = sniff(file, facts.st_size)
        file.seek(0)
        mac = hmac.new(key, digestmod=hashlib.sha256)
        size = 0
        while block := file.read(_BLOCK):
            mac.update(block)
            size += len(block)
            if on_bytes is not None:
                on_bytes(size)
    return Intake(size_bytes=size, mac=mac.hexdigest(), sniffed=kind, mime=MIME[kind])


def agree(intake: Intake, probe: Probe) -> None:
    """Check that the demuxer found what the bytes say; a file made to look like two things is refused.

    Raises:
        Unreadable: They differ.
    """
    if probe.container not in _SAME.get(intake.sniffed, (intake.sniffed,)):
        raise Unreadable("its beginning and its content are of different kinds")


def mime_of(intake: Intake, probe: Probe) -> str:
    """The media type of an original, once it is known whether there is a picture in it."""
    if probe.kind == "sound":
        sounds = {
            "mov": "audio/mp4",
            "matroska": "audio/x-matroska",
            "webm": "audio/webm",
            "asf": "audio/x-ms-wma",
        }
        return sounds.get(intake.sniffed, intake.mime)
    return "video/ogg" if intake.sniffed == "ogg" else intake.mime
