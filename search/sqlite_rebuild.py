"""Filling a new build of the SQLite index beside the old one, catching up, and looking for what is left."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from search import latin
from search.index import RebuildSource
from search.moments import Batch
from search.sqlite_files import compact
from search.sqlite_rows import Change, change, stored_version, write

_TESTIMONIES_A_COMMIT = 200


def fill(connections: Mapping[str, Any], source: RebuildSource) -> None:
    """Write every testimony of the source into the two files of a new build, and compact them."""
    batches = iter(source.testimonies())
    while some := tuple(islice(batches, _TESTIMONIES_A_COMMIT)):
        for part, connection in connections.items():
            connection.execute(
                "PRAGMA synchronous = OFF"
            )  # nobody reads it before the last line of this function
            connection.execute("BEGIN IMMEDIATE")
            for batch in some:
                _put(connection, part, batch)
            connection.commit()
    for connection in connections.values():
        connection.execute("PRAGMA synchronous = FULL")
        compact(connection)


def behind(old: Any, fresh: Mapping[str, Any], source: RebuildSource) -> None:
    """Bring the new build to every version the old one holds: changes and withdrawals of the meantime."""
    for connection in fresh.values():
        connection.execute("BEGIN IMMEDIATE")
    for testimony_id, version in old.execute("SELECT tid, version FROM testimony").fetchall():
        have = stored_version(fresh["open"], testimony_id)
        if have is not None and have >= version:
            continue
        again = source.again(testimony_id)
        for part, connection in fresh.items():
            if again is None or again.index_version < version:
                write(connection, Change(testimony_id=testimony_id, version=version))
            else:
                _put(connection, part, again)
    for connection in fresh.values():
        connection.commit()


def left_over(connection: Any, markers: tuple[str, ...]) -> tuple[str, ...]:
    """Those markers whose word one file still holds: in vocabulary, word list or raw index blocks."""
    connection.execute(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab('main', 'fts', 'row')"
    )
    return tuple(marker for marker in markers if any(_holds(connection, w) for w in _spellings(marker)))


def _spellings(marker: str) -> set[str]:
    exact = latin.exact(marker)
    stems = {latin.fold(latin.stem(exact, language)) for language in latin.STEMMED}
    return {exact, latin.fold(exact), *stems}


def _holds(connection: Any, word: str) -> bool:
    questions = (
        "SELECT EXISTS (SELECT 1 FROM temp.vocabulary WHERE term = ?)",
        "SELECT EXISTS (SELECT 1 FROM word WHERE exact = ?)",
        "SELECT EXISTS (SELECT 1 FROM fts_data WHERE instr(block, CAST(? AS BLOB)))",
        "SELECT EXISTS (SELECT 1 FROM pending WHERE instr(payload, CAST(? AS BLOB)))",
    )
    return any(connection.execute(question, (word,)).fetchone()[0] for question in questions)


def _put(connection: Any, part: str, batch: Batch) -> None:
    moments = batch.open if part == "open" else batch.guarded
    write(connection, change(batch.testimony_id, batch.index_version, moments, offered=part == "open"))
