"""Names inside the object folder, opened step by step without following links."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from archive.vault.errors import ObjectDamaged, ObjectDeleted, StoreFull, StoreUnavailable

OBJECT, PUT = ".object", ".put-"
SEALED, DIGEST, TOMBSTONE = "sealed", "sha512", "deleted"
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Not waiting: a planted pipe must not make a reader hang.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_PLANTED = frozenset({errno.ELOOP, errno.ENOTDIR, errno.ENXIO})


@contextmanager
def translating(key: str) -> Iterator[None]:
    """Turns what the system says about a file into what a store says about an object."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFull(key) from error
        if error.errno in _PLANTED:
            raise ObjectDamaged(key, "something else lies in its place") from error
        raise StoreUnavailable(key, os.strerror(error.errno or errno.EIO)) from error


def exists(name: str, folder: int) -> bool:
    """Whether anything, even a link, has this name in the folder behind the descriptor."""
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def write_all(descriptor: int, chunk: bytes) -> None:
    """Writes the whole chunk; the system may take it in parts."""
    view = memoryview(chunk)
    while view:
        view = view[os.write(descriptor, view) :]


@contextmanager
def opened(key: str, name: str, folder: int) -> Iterator[tuple[int, int]]:
    """A descriptor and size of a plain file in an object's folder."""
    try:
        descriptor = os.open(name, _READ, dir_fd=folder)
    except FileNotFoundError:
        if exists(TOMBSTONE, folder):  # deleted a moment ago
            raise ObjectDeleted(key) from None
        raise ObjectDamaged(key, "its bytes are gone") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise ObjectDamaged(key, "something else lies in its place")
        yield descriptor, found.st_size
    except OSError as error:
        if error.errno == errno.EIO:
            raise ObjectDamaged(key, "the disk cannot read it") from error
        raise
    finally:
        os.close(descriptor)


def empty(folder: int) -> None:
    """Removes an object's bytes and digest."""
    for name in (SEALED, DIGEST):
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)
    os.fsync(folder)


def remove(name: str, folder: int) -> None:
    """Removes an unfinished folder if it is there; what cannot be removed now is swept later."""
    with suppress(OSError):
        inside = os.open(name, FOLDER, dir_fd=folder)
        try:
            for entry in _listed(inside):
                os.unlink(entry, dir_fd=inside)
        finally:
            os.close(inside)
        os.rmdir(name, dir_fd=folder)


def remove_unfinished(name: str, folder: int, older_than: float) -> int:
    """Removes an unfinished folder whose writer is dead; 1 if it did. `older_than` in seconds since 1970."""
    inside = os.open(name, FOLDER, dir_fd=folder)
    try:
        times = [os.fstat(inside).st_mtime]
        times += [os.stat(entry, dir_fd=inside, follow_symlinks=False).st_mtime for entry in _listed(inside)]
        if max(times) >= older_than:
            return 0
        try:
            fcntl.flock(inside, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        remove(name, folder)
        return 1
    finally:
        os.close(inside)


def finish_deletion(name: str, folder: int) -> int:
    """Removes the bytes of an object whose tombstone is there already; 1 if there were any."""
    inside = os.open(name, FOLDER, dir_fd=folder)
    try:
        if not exists(TOMBSTONE, inside) or not exists(SEALED, inside):
            return 0
        empty(inside)
        return 1
    finally:
        os.close(inside)


def _listed(folder: int) -> list[str]:
    return os.listdir(folder)
