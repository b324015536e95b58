"""The only place where plain media lie: one folder per step in SAKSI_SCRATCH, wiped at its end and at every start.

Each process has a part of its own, with a lock that ends with the process: a part whose lock is free belongs to a
process that died, so whoever starts next wipes it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import NoScratchSpace

RESERVE_BYTES = 64 * 1024 * 1024
IN_MEMORY = frozenset({"tmpfs", "ramfs"})
_LOCK = ".lock"


class Scratch:
    """Folders for steps and uploads inside the scratch folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: int | None = None

    def prepare(self, name: str) -> None:
        """Make this process's own part, wipe the parts of dead processes, and send Python's temporary files to it."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _one_at_a_time(self._folder):
            for part in self._folder.iterdir():
                if part.is_dir() and not part.is_symlink():
                    _wipe_if_dead(part)
            part = self._folder / f"{name}-{os.getpid()}"
            part.mkdir(mode=0o700, exist_ok=True)
            self._lock = os.open(part / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._folder = part
        tempfile.tempdir = str(part)

    def leave(self) -> None:
        """Wipe this process's part at its end."""
        if self._lock is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            os.close(self._lock)
            self._lock = None
            tempfile.tempdir = None

    @property
    def folder(self) -> Path:
        return self._folder

    def need(self, size_bytes: int) -> None:
        """:raises NoScratchSpace: if there is no room for so many bytes beside a reserve of 64 MiB."""
        room = os.statvfs(self._folder)
        if room.f_bavail * room.f_frsize < size_bytes + RESERVE_BYTES:
            raise NoScratchSpace

    @contextmanager
    def step(self, step_id: str, size_bytes: int) -> Iterator[Path]:
        """A folder of its own for one step that needs about `size_bytes`; gone when the block ends, however it ends.

        :raises NoScratchSpace: if there is no room, or others took it while the block ran.
        """
        self.need(size_bytes)
        folder = self._folder / step_id
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        except OSError as failed:
            if failed.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise NoScratchSpace from failed
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Processes that start together take turns, so that none wipes a part that is just being made."""
    turn = os.open(folder / ".starting", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield
    finally:
        os.close(turn)


def _wipe_if_dead(part: Path) -> None:
    """Remove a part that no living process holds; one without a lock file was made by a process that died at once."""
    try:
        lock = os.open(part / _LOCK, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        shutil.rmtree(part, ignore_errors=True)
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        shutil.rmtree(part, ignore_errors=True)
    finally:
        os.close(lock)


def file_system_of(folder: Path) -> str:
    """The kind of file system that holds `folder`, as the kernel calls it; empty where that cannot be learnt."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    for line in mounts:
        before, _, after = line.partition(" - ")
        mount_point = before.split()[4].encode().decode("unicode_escape")
        inside = folder.resolve().is_relative_to(mount_point)
        if inside and len(mount_point) >= len(best):
            best, kind = mount_point, after.split()[0]
    return kind
