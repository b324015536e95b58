"""Uploaded files.

They are parsed into the scratch folder only, as large as it can hold, and gone when the request ends.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, request
from werkzeug.datastructures import FileStorage

from archive.web.site import site, staff

MOST_BYTES = 4 * 1024**3
RESERVE_BYTES = 64 * 1024**2
UPLOADS = frozenset({"deposit.new", "deposit.add_file", "consent.page"})
"""The routes that take a file; everywhere else a body over 1 MiB is refused before it is read."""


def most_bytes(copies: int = 3) -> int:
    """What a form takes just now, at most 4 GiB: the file lies in scratch as the server's buffer, as the parsed form
    and under its plain path. `copies` says how many of these are still to come.
    """
    stat = os.statvfs(site().settings.scratch)
    return max(0, min(MOST_BYTES, (stat.f_bavail * stat.f_frsize - RESERVE_BYTES) // copies))


def install(app: Flask) -> None:
    """Let the upload routes take more than other forms, from staff only; call before anything reads a form."""

    @app.before_request
    def _room() -> None:
        if request.endpoint in UPLOADS and request.method == "POST":
            staff()  # nobody else fills scratch: the form guard below would parse a stranger's file first
            request.max_content_length = most_bytes(copies=2)  # the server's buffer lies there already


@contextmanager
def in_scratch(uploaded: FileStorage | None) -> Iterator[Path | None]:
    """The uploaded file under a plain path of ours in scratch.

    None if none was chosen. Its own name is never a path.
    """
    if uploaded is None or not uploaded.filename:
        yield None
        return
    folder = (
        tempfile.tempdir or site().settings.scratch
    )  # the serving process points it into its part of scratch
    with tempfile.NamedTemporaryFile(dir=folder, prefix="upload-") as kept:
        uploaded.save(kept)
        kept.flush()
        yield Path(kept.name)
