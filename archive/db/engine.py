"""Engines on the encrypted database file: one that writes (IMMEDIATE), one that only reads (deferred, one snapshot).

SQLCipher's key is given first on every connection; the other settings follow docs/operation.md. Versions with known
data-loss bugs are refused at start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from archive.errors import SqliteTooOld

MINIMUM_SQLITE = (3, 51, 3)  # the WAL-reset race that can lose committed rows is fixed from here on
BUSY_TIMEOUT_MS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """The same file twice: `writer` for units of work, `reader` for everything that only looks."""

    writer: Engine
    reader: Engine

    def dispose(self) -> None:
        self.writer.dispose()
        self.reader.dispose()


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseVersions:
    """What `saksi check` prints."""

    sqlite: str
    cipher: str


def _connector(path: Path, key: bytes, *, writes: bool) -> Callable[[], Any]:
    from sqlcipher3 import dbapi2

    def connect() -> Any:
        connection = dbapi2.connect(
            str(path), isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_MS / 1000
        )
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        if writes:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
        else:
            connection.execute("PRAGMA query_only = ON")
        return connection

    return connect


def _engine(path: Path, key: bytes, *, writes: bool) -> Engine:
    from sqlcipher3 import dbapi2

    engine = create_engine(
        "sqlite://",
        module=dbapi2,
        creator=_connector(path, key, writes=writes),
        poolclass=QueuePool,
        hide_parameters=True,  # an error in a log names no login and no word
        pool_size=16,
        max_overflow=16,
    )
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def open_engines(path: Path, key: bytes) -> Engines:
    """Engines on the file at `path`, opened with the 32-byte `key`; the file is made if it is absent.

    :raises SqliteTooOld: if the linked SQLite has known data-loss bugs or cannot encrypt.
    """
    check_versions()
    return Engines(writer=_engine(path, key, writes=True), reader=_engine(path, key, writes=False))


def check_versions() -> DatabaseVersions:
    """The versions in use.

    :raises SqliteTooOld: see `open_engines`.
    """
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(":memory:")
    try:
        sqlite = connection.execute("SELECT sqlite_version()").fetchone()[0]
        row = connection.execute("PRAGMA cipher_version").fetchone()
    finally:
        connection.close()
    if tuple(int(part) for part in sqlite.split(".")) < MINIMUM_SQLITE:
        raise SqliteTooOld(
            f"SQLite {sqlite} is linked; versions before 3.51.3 can lose committed rows. Nothing was opened."
        )
    if not row:
        raise SqliteTooOld(
            "The linked SQLite cannot encrypt its file. Install the sqlcipher3 wheel. Nothing was opened."
        )
    return DatabaseVersions(sqlite=sqlite, cipher=str(row[0]))
