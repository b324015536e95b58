"""Sealed objects in a folder, each in a folder of its own that appears at once and whole.

    <root>/<part>/…/<last part>.object/sealed     the bytes
    <root>/<part>/…/<last part>.object/sha512     their digest, in the form `sha512sum -c` reads
    <root>/<part>/…/<last part>.object/deleted    the tombstone, when both are gone
    <root>/<part>/…/.put-<random>/                being written; swept when its writer is dead

Renaming a folder onto one that is not empty fails on every POSIX system, so a rename is write-once for
objects and tombstones alike. Names are opened step by step without following links: a planted link leads
nowhere.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from archive.vault.errors import (
    KeyRefused,
    ObjectDamaged,
    ObjectDeleted,
    ObjectExists,
    ObjectMissing,
    StoreUnavailable,
)
from archive.vault.local_names import (
    DIGEST,
    FOLDER,
    OBJECT,
    PUT,
    SEALED,
    TOMBSTONE,
    WRITE,
    empty,
    exists,
    finish_deletion,
    opened,
    remove,
    remove_unfinished,
    translating,
    write_all,
)
from archive.vault.store import ObjectStat, checked_key


class LocalStore:
    """`ObjectStore` in one folder of one machine."""

    def __init__(self, root: Path) -> None:
        """Makes `root` if it is missing. :raises StoreUnavailable: if it cannot be used."""
        self._root = root
        with translating(""):
            root.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextmanager
    def _folder(self, parts: tuple[str, ...], *, make: bool = False) -> Iterator[int]:
        """A descriptor of the folder of `parts`; with `make`, missing folders are made, durably."""
        descriptor = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in parts:
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(part, 0o700, dir_fd=descriptor)
                    # Also if it was there: whoever made it may not have come to this line.
                    os.fsync(descriptor)
                below = os.open(part, FOLDER, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = below
            yield descriptor
        finally:
            os.close(descriptor)

    @contextmanager
    def _object(self, key: str) -> Iterator[int]:
        """A descriptor of the folder of a living object."""
        *above, last = checked_key(key)
        with translating(key), ExitStack() as stack:
            try:
                folder = stack.enter_context(self._folder((*above, last + OBJECT)))
            except FileNotFoundError:
                raise ObjectMissing(key) from None
            if exists(TOMBSTONE, folder):
                raise ObjectDeleted(key)
            yield folder

    def put(self, key: str, chunks: Iterable[bytes]) -> ObjectStat:
        """See `ObjectStore.put`."""
        *above, last = checked_key(key)
        name, beside = last + OBJECT, PUT + secrets.token_hex(16)
        with ExitStack() as stack:
            with translating(key):
                folder = stack.enter_context(self._folder(tuple(above), make=True))
                self._refuse_taken(key, name, folder)
                os.mkdir(beside, 0o700, dir_fd=folder)
                stack.callback(remove, beside, folder)  # after a rename there is nothing left to remove
                inside = os.open(beside, FOLDER, dir_fd=folder)
                stack.callback(os.close, inside)
                fcntl.flock(inside, fcntl.LOCK_EX)  # says "my writer lives" to sweep(); ends with the process
            size, sha512 = self._write(key, chunks, inside)
            with translating(key):
                try:
                    os.rename(beside, name, src_dir_fd=folder, dst_dir_fd=folder)
                except OSError as error:
                    if error.errno in {errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR}:
                        self._refuse_taken(key, name, folder)
                    raise
                try:
                    os.fsync(folder)
                except OSError:
                    # It may be gone after a power cut, and nobody was told that it is saved: take it back.
                    os.rename(name, beside, src_dir_fd=folder, dst_dir_fd=folder)
                    raise
        return ObjectStat(key=key, size=size, sha512=sha512)

    def _refuse_taken(self, key: str, name: str, folder: int) -> None:
        if exists(name, folder):
            with suppress(OSError):
                below = os.open(name, FOLDER, dir_fd=folder)
                try:
                    if exists(TOMBSTONE, below):
                        raise ObjectDeleted(key)
                finally:
                    os.close(below)
            raise ObjectExists(key)

    @staticmethod
    def _write(key: str, chunks: Iterable[bytes], inside: int) -> tuple[int, str]:
        size, digest = 0, hashlib.sha512()
        with translating(key):
            descriptor = os.open(SEALED, WRITE, 0o600, dir_fd=inside)
        try:
            for chunk in chunks:  # outside of translating: an error of the source is not one of the store
                digest.update(chunk)
                size += len(chunk)
                with translating(key):
                    write_all(descriptor, chunk)
            with translating(key):
                os.fsync(descriptor)
                # Clean pages are let go, so that reading back asks the disk and not the memory.
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)
        with translating(key):
            descriptor = os.open(DIGEST, WRITE, 0o600, dir_fd=inside)
            try:
                write_all(descriptor, f"{digest.hexdigest()}  {SEALED}\n".encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.fsync(inside)
        return size, digest.hexdigest()

    def read(self, key: str, start: int, length: int) -> bytes:
        """See `ObjectStore.read`."""
        if start < 0 or length < 0:
            raise ValueError("a range has no negative numbers")
        with self._object(key) as folder, opened(key, SEALED, folder) as (descriptor, size):
            wanted = max(0, min(length, size - start))
            pieces: list[bytes] = []
            while wanted:
                piece = os.pread(descriptor, wanted, start)
                if not piece:
                    raise ObjectDamaged(key, "it shrank while it was read")
                pieces.append(piece)
                start += len(piece)
                wanted -= len(piece)
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def stat(self, key: str) -> ObjectStat:
        """See `ObjectStore.stat`."""
        with self._object(key) as folder:
            with opened(key, SEALED, folder) as (_, size):
                pass
            with opened(key, DIGEST, folder) as (descriptor, _):
                sha512 = os.read(descriptor, 128).decode("ascii", "replace")
        if len(sha512) != 128:
            raise ObjectDamaged(key, "its digest is cut short")
        return ObjectStat(key=key, size=size, sha512=sha512)

    def delete(self, key: str) -> None:
        """See `ObjectStore.delete`."""
        try:
            with self._object(key) as folder:
                os.close(os.open(TOMBSTONE, WRITE, 0o600, dir_fd=folder))
                os.fsync(folder)  # the tombstone first: a deletion that was begun is never undone
                empty(folder)
        except ObjectDeleted:
            return

    def discard(self, key: str) -> None:
        """See `ObjectStore.discard`."""
        *above, last = checked_key(key)
        with self._object(key):
            pass
        with translating(key), self._folder(tuple(above)) as folder:
            beside = PUT + secrets.token_hex(16)
            os.rename(last + OBJECT, beside, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)
            remove(beside, folder)

    def keys(self) -> Iterator[str]:
        """See `ObjectStore.keys`."""
        for folder, name in self._folders():
            if name.endswith(OBJECT):
                key = (folder / name.removesuffix(OBJECT)).relative_to(self._root).as_posix()
                if self._readable(key):
                    yield key

    def _readable(self, key: str) -> bool:
        try:
            with self._object(key) as folder, opened(key, SEALED, folder):
                return True
        except (ObjectMissing, ObjectDamaged, KeyRefused):  # deleted, half deleted, or not put there by us
            return False

    def _folders(self) -> Iterator[tuple[Path, str]]:
        """Every folder below the root as (parent, name); links are not followed, objects not entered."""
        waiting = [self._root]
        while waiting:
            folder = waiting.pop()
            with translating(""), os.scandir(folder) as entries:
                names = [e.name for e in entries if e.is_dir(follow_symlinks=False)]
            for name in names:
                yield folder, name
                if "." not in name:
                    waiting.append(folder / name)

    def sweep(self, older_than: datetime) -> int:
        """Removes what dead writers left behind before `older_than`, and ends deletions that were cut off.

        What a living process is writing stays, however old. Returns how many places were cleaned.
        """
        swept = 0
        for parent, name in self._folders():
            parts = parent.relative_to(self._root).parts
            with translating("/".join(parts)), suppress(FileNotFoundError), self._folder(parts) as folder:
                if name.startswith(PUT):
                    swept += remove_unfinished(name, folder, older_than.timestamp())
                elif name.endswith(OBJECT):
                    swept += finish_deletion(name, folder)
        return swept

    def probe(self) -> None:
        """See `ObjectStore.probe`."""
        key = f"probe/{secrets.token_hex(16)}"
        content = secrets.token_bytes(1000)
        self.put(key, (content[:300], content[300:]))
        try:
            if self.read(key, 250, 100) != content[250:350]:
                raise StoreUnavailable(key, "it does not honour ranges")
            try:
                self.put(key, (b"second",))
            except ObjectExists:
                pass
            else:
                raise StoreUnavailable(key, "it lets an object be written twice")
        finally:
            self.discard(key)
