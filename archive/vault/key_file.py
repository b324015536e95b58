"""The SQLite file behind the key store: a connection for each process, and nothing left behind."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from archive.vault.errors import KeyStoreExists, KeyStoreMissing, KeyStoreUnavailable

FILE = "keys.sqlite"

# Rollback journal, not WAL: a WAL keeps old pages, and with them wrapped keys, for as long as one reader is
# open. EXTRA also syncs the folder after the journal is gone, so that a freeze that was answered survives a
# power cut.
_PRAGMAS = (
    "PRAGMA busy_timeout = 10000",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA secure_delete = ON",
    "PRAGMA synchronous = EXTRA",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
)

_SCHEMA = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID",
    # A dropped key leaves its row, without the key: a tombstone, so that no second key is made for this
    # owner.
    """CREATE TABLE keys (kind TEXT NOT NULL, id TEXT NOT NULL, epoch INTEGER NOT NULL, wrapped BLOB,
        frozen INTEGER NOT NULL DEFAULT 0, min_consent INTEGER NOT NULL DEFAULT 0, generation INTEGER NOT
        NULL, PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE drops (kind TEXT NOT NULL, id TEXT NOT NULL, not_before TEXT NOT NULL,
        first TEXT NOT NULL, second TEXT NOT NULL, PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID""",
)

Connection = Any  # sqlcipher3 has no type information


@contextmanager
def _translating() -> Iterator[None]:
    try:
        yield
    except dbapi2.Error as error:
        raise KeyStoreUnavailable(str(error)) from error


class KeyFile:
    """An open key file. Threads take turns; a forked child gets a connection of its own."""

    def __init__(self, path: Path) -> None:
        """Opens the file at `path`, which must exist.

        :raises KeyStoreMissing: if it does not.
        :raises KeyStoreUnavailable: if SQLite cannot read it.
        """
        if not path.is_file():
            raise KeyStoreMissing(str(path.parent))
        self._path = path
        self._open()

    def _open(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.RLock()
        with _translating():
            self._connection: Connection = _connect(self._path)

    @contextmanager
    def reading(self) -> Iterator[tuple[Connection, tuple[int, int]]]:
        """The connection, and a mark that changes whenever another process changes the file."""
        if self._pid != os.getpid():
            self._open()  # SQLite's locks do not survive a fork; the parent's connection is left alone
        with self._lock, _translating():
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
            yield self._connection, (self._pid, version)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, durable when the block ends, undone when it raises."""
        with self.reading() as (connection, _):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def rewrite(self) -> None:
        """Writes the file anew from its living rows.

        secure_delete zeroes a deleted row, but not the copies that SQLite left in the free part of a page
        when it split or merged pages earlier: a test found parts of dropped keys there.
        """
        with self.reading() as (connection, _):
            connection.execute("VACUUM")

    def close(self) -> None:
        """Closes this process's connection."""
        if self._pid == os.getpid():
            with self._lock:
                self._connection.close()


def _connect(path: Path) -> Connection:
    connection = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False)
    for pragma in _PRAGMAS:
        connection.execute(pragma).fetchall()
    return connection


def build(folder: Path, fill: Callable[[Connection], None]) -> None:
    """Makes a new key file, whole or not at all: it is built beside its place and linked there at the end.

    :raises KeyStoreExists: if there is one.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = folder / FILE
    if place.exists():
        raise KeyStoreExists(str(folder))
    beside = folder / f".{FILE}.{secrets.token_hex(8)}"
    os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        with _translating():
            connection = _connect(beside)
            try:
                connection.execute("BEGIN IMMEDIATE")
                for statement in _SCHEMA:
                    connection.execute(statement)
                fill(connection)
                connection.execute("COMMIT")
            finally:
                connection.close()
        try:
            os.link(beside, place)
        except FileExistsError:
            raise KeyStoreExists(str(folder)) from None
    finally:
        beside.unlink()
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Makes the names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
