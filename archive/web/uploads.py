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

from archive.web.site import site

MOST_BYTES = 4 * 1024**3
RESERVE_BYTES = 64 * 1024**2
UPLOADS = frozenset({"deposit.new", "deposit.add_file", "consent.page"})
"""The routes that take a file; everywhere else a body over 1 MiB is refused before it is read."""


def most_bytes() -> int:
    """What the form takes just now: half of what scratch has free (the file lies there twice), at most 4 GiB."""
    stat = os.statvfs(site().settings.scratch)
    return max(0, min(MOST_BYTES, (stat.f_bavail * stat.f_frsize - RESERVE_BYTES) // 2))


def install(app: Flask) -> None:
    """Let the upload routes take more than other forms; call before anything reads a form."""

    @app.before_request
    def _room() -> None:
        if request.endpoint in UPLOADS and request.method == "POST":
            request.max_content_length = most_bytes()


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
