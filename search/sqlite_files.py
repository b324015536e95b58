"""The files of the SQLite index: two encrypted databases a build, a pointer to the build in use, connections.

`open-<build>.db` holds what everyone may find, `guarded-<build>.db` the rest, each under a key of its own
(SQLCipher). A build is made beside the old one and taken into use by renaming a pointer file; every question
reads the pointer, so that other processes follow.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import regex

from search.errors import IndexBusy, IndexMissing, IndexUnreadable

POINTER = "current"
PARTS = ("open", "guarded")
BUSY_MS = 10_000
_BUILD = regex.compile(r"[0-9a-z][0-9a-z-]{0,63}")
_BUSY = ("database is locked", "database table is locked", "database is busy")
_IDLE_KEPT = 8


class IndexKeys(Protocol):
    """Where the raw keys of index builds are kept: 32 bytes each, random, outside the folder of the index."""

    def make(self, build: str, part: str) -> bytes:
        """A new key for that part (`open`, `guarded`) of a new build, kept before this returns."""
        ...

    def key(self, build: str, part: str) -> bytes:
        """The key made before. Raises whatever the key store raises when it is gone."""
        ...

    def drop(self, build: str) -> None:
        """Forget both keys of that build for ever: what its deleted files held is gone with them."""
        ...


SCHEMA = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('written', 0);
CREATE TABLE pending(payload BLOB NOT NULL);
CREATE TABLE testimony(
    id INTEGER PRIMARY KEY, tid TEXT NOT NULL UNIQUE, version INTEGER NOT NULL,
    words BLOB NOT NULL DEFAULT x''
);
CREATE TABLE class(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE label(
    id INTEGER PRIMARY KEY, field TEXT NOT NULL, value TEXT NOT NULL, UNIQUE(field, value)
);
CREATE TABLE seg(
    id INTEGER PRIMARY KEY, t INTEGER NOT NULL, cls INTEGER NOT NULL, closes INTEGER, language INTEGER,
    year INTEGER, place INTEGER, speaker INTEGER, mid TEXT NOT NULL
);
CREATE INDEX seg_t ON seg(t);
CREATE TABLE seg_topic(seg INTEGER NOT NULL, topic INTEGER NOT NULL, PRIMARY KEY(seg, topic)) WITHOUT ROWID;
CREATE TABLE word(
    id INTEGER PRIMARY KEY, exact TEXT NOT NULL UNIQUE, folded TEXT NOT NULL, n INTEGER NOT NULL
);
CREATE INDEX word_folded ON word(folded, n, exact);
CREATE VIRTUAL TABLE fts USING fts5(t, x, k, content='', contentless_delete=1, tokenize='ascii');
INSERT INTO fts(fts, rank) VALUES ('secure-delete', 1);
"""

_TEMPORARY = """
CREATE TEMP TABLE allowed(cls INTEGER PRIMARY KEY);
CREATE TEMP TABLE within(t INTEGER, cls INTEGER, PRIMARY KEY(t, cls)) WITHOUT ROWID;
CREATE TEMP TABLE denied(t INTEGER PRIMARY KEY);
CREATE TEMP TABLE hit(id INTEGER PRIMARY KEY, t INTEGER, language INTEGER, year INTEGER, place INTEGER,
    speaker INTEGER);
"""


@contextmanager
def translating() -> Iterator[None]:
    """SQLite's errors become ours; nothing of a query or a row is in them."""
    from sqlcipher3 import dbapi2

    try:
        yield
    except dbapi2.OperationalError as error:
        if any(words in str(error) for words in _BUSY):
            raise IndexBusy from None
        if "unable to open database file" in str(error):
            raise IndexMissing from None
        raise IndexUnreadable from None
    except dbapi2.DatabaseError:
        raise IndexUnreadable from None


def compact(connection: Any) -> None:
    """Merge the index, so that deleted words leave it, and give freed pages back. Outside a transaction."""
    connection.execute("INSERT INTO fts(fts) VALUES ('optimize')")
    connection.execute("PRAGMA incremental_vacuum").fetchall()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


class Files:
    """The folder of one index: which build is in use, how to open it, make one and delete one."""

    def __init__(self, folder: Path, keys: IndexKeys) -> None:
        self.folder = folder
        self.keys = keys

    def current(self) -> str:
        """The build in use; raises IndexMissing when there is none."""
        try:
            build = (self.folder / POINTER).read_text(encoding="ascii")
        except FileNotFoundError:
            raise IndexMissing from None
        if not _BUILD.fullmatch(build):
            raise IndexUnreadable
        return build

    def path(self, build: str, part: str) -> Path:
        """The file of that part of that build."""
        return self.folder / f"{part}-{build}.db"

    def connect(self, build: str, part: str, *, key: bytes | None = None) -> Any:
        """A connection to an existing file. Raises IndexMissing, IndexUnreadable (wrong key, damage)."""
        from sqlcipher3 import dbapi2

        if not self.path(build, part).exists():
            raise IndexMissing
        raw = self.keys.key(build, part) if key is None else key
        if len(raw) != 32:
            raise ValueError("an index key has 32 bytes")
        uri = f"{self.path(build, part).absolute().as_uri()}?mode=rw"
        with translating():
            connection = dbapi2.connect(uri, uri=True, check_same_thread=False, isolation_level=None)
            try:
                connection.execute(f"PRAGMA key = \"x'{raw.hex()}'\"")
                connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
                connection.execute("PRAGMA temp_store = MEMORY")  # hits and classes never reach a plain file
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # counts only while a file is empty
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute(
                    "PRAGMA synchronous = FULL"
                )  # a confirmed closing must outlive a power cut
                connection.executescript(_TEMPORARY)
            except BaseException:
                connection.close()
                raise
        return connection

    def create(self, build: str) -> dict[str, Any]:
        """Both files of a new, empty build under new keys, with a connection to each."""
        if not _BUILD.fullmatch(build):
            raise ValueError("a build's name is lower-case letters, digits and hyphens")
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        made: dict[str, Any] = {}
        for part in PARTS:
            path = self.path(build, part)
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            made[part] = self.connect(build, part, key=self.keys.make(build, part))
            with translating():
                made[part].executescript(SCHEMA)
        return made

    def use(self, build: str) -> None:
        """Point to that build, durably."""
        fresh = self.folder / f"{POINTER}.new"
        with fresh.open("w", encoding="ascii") as file:
            file.write(build)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.folder / POINTER)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def delete(self, build: str) -> None:
        """Delete both files of a build and drop its keys. Connections that are still open keep reading."""
        for part in PARTS:
            for suffix in ("", "-wal", "-shm"):
                self.path(build, part).with_name(f"{part}-{build}.db{suffix}").unlink(missing_ok=True)
        self.keys.drop(build)

    def in_use(self, build: str) -> bool:
        """Whether the pointer names that build."""
        try:
            return self.current() == build
        except IndexMissing:
            return False

    def others(self, build: str) -> tuple[str, ...]:
        """Builds that lie here beside that one: left by a rebuild that was cut off."""
        names = {path.name[len("open-") : -len(".db")] for path in self.folder.glob("open-*.db")}
        return tuple(sorted(names - {build}))


class Connections:
    """The two connections one question or change uses, both of one build; `guarded` opens when asked for."""

    def __init__(self, files: Files, build: str) -> None:
        self._files = files
        self._made: dict[str, Any] = {}
        self.build = build

    def part(self, part: str) -> Any:
        """The connection to `open` or `guarded`."""
        if part not in self._made:
            self._made[part] = self._files.connect(self.build, part)
        return self._made[part]

    def rollback(self) -> None:
        """End whatever transaction is open, keeping nothing of it."""
        for connection in self._made.values():
            if connection.in_transaction:
                connection.rollback()

    def close(self) -> None:
        """Close both."""
        for connection in self._made.values():
            connection.close()
        self._made.clear()


class Pool:
    """Idle connections to the build in use; each is used by one thread at a time."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._idle: list[Connections] = []
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def borrowed(self) -> Iterator[Connections]:
        """Connections to the build that is in use now; anything not committed is rolled back afterwards."""
        connections = self._take()
        sound = False
        try:
            yield connections
            sound = True
        except (IndexUnreadable, IndexMissing):
            raise
        except Exception:
            sound = True
            raise
        finally:
            self._give(connections, keep=sound)

    def close(self) -> None:
        """Close all idle connections; those in use close when they come back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connections in idle:
            connections.close()

    def _take(self) -> Connections:
        build = self._files.current()
        stale: list[Connections] = []
        found: Connections | None = None
        with self._lock:
            while self._idle and found is None:
                candidate = self._idle.pop()
                if candidate.build == build:
                    found = candidate
                else:
                    stale.append(candidate)
        for connections in stale:
            connections.close()
        return found if found is not None else Connections(self._files, build)

    def _give(self, connections: Connections, *, keep: bool) -> None:
        if keep:
            connections.rollback()
            with self._lock:
                if not self._closed and len(self._idle) < _IDLE_KEPT:
                    self._idle.append(connections)
                    return
        connections.close()
