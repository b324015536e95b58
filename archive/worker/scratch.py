"""The only place where plain media lie: one folder per step in SAKSI_SCRATCH, wiped at its end and at every start."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import NoScratchSpace

RESERVE_BYTES = 64 * 1024 * 1024


class Scratch:
    """Folders for steps and uploads inside the scratch folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self, name: str) -> None:
        """Make this process's own part, wipe what an earlier one left there, and send Python's temporary files to it."""
        part = self._folder / name
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True, mode=0o700)
        self._folder = part
        tempfile.tempdir = str(part)

    @property
    def folder(self) -> Path:
        return self._folder

    def need(self, size_bytes: int) -> None:
        """:raises NoScratchSpace: if there is no room for so many bytes beside a reserve of 64 MiB."""
        free = os.statvfs(self._folder).f_bavail * os.statvfs(self._folder).f_frsize
        if free < size_bytes + RESERVE_BYTES:
            raise NoScratchSpace(needed_bytes=size_bytes, free_bytes=free)

    @contextmanager
    def step(self, step_id: str, size_bytes: int) -> Iterator[Path]:
        """A folder of its own for one step that needs about `size_bytes`; gone when the block ends, however it ends."""
        self.need(size_bytes)
        folder = self._folder / step_id
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
