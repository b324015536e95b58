"""Writing one testimony's rows into one file of the SQLite index, and taking them out again.

A change of a testimony is a `Change` for each file. The one for `open` can be kept as bytes, so that a change
that was cut off between the two files can be finished by whoever comes next.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from search import latin
from search.analysis import checked, columns, suggestible
from search.moments import AnalysedMoment
from search.tree import Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A moment as its file holds it, labels still as text."""

    moment_id: str
    class_key: str
    closes_at_ms: int | None
    language: str | None
    year: int | None
    place: str | None
    speaker: str | None
    topics: tuple[str, ...]
    t: str
    x: str
    k: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A testimony's rows in one file from `version` on, and its words that may be suggested."""

    testimony_id: str
    version: int
    rows: tuple[Row, ...] = ()
    words: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        """As JSON, for `pending`."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, kept: bytes) -> Change:
        """What `to_bytes` gave."""
        read = json.loads(kept)
        rows = tuple(Row(**{**row, "topics": tuple(row["topics"])}) for row in read["rows"])
        return cls(
            testimony_id=read["testimony_id"], version=read["version"], rows=rows, words=tuple(read["words"])
        )


def change(testimony_id: str, version: int, moments: Iterable[AnalysedMoment], *, offered: bool) -> Change:
    """The change that makes `moments` the whole of a testimony in one file. Raises TokenInvalid.

    `offered`: its words may be suggested (the open file).
    """
    rows: list[Row] = []
    words: set[str] = set()
    for moment in moments:
        held = {column: " ".join(map(checked, terms)) for column, terms in columns(moment).items()}
        if offered:
            words |= suggestible(moment)
        rows.append(
            Row(
                moment_id=moment.moment_id,
                class_key=moment.class_key,
                closes_at_ms=moment.closes_at_ms,
                language=moment.language or None,
                year=moment.year,
                place=moment.place or None,
                speaker=moment.speaker or None,
                topics=tuple(dict.fromkeys(topic for topic in moment.topics if topic)),
                t=held[Column.TERM],
                x=held[Column.EXACT],
                k=held[Column.CLUSTER],
            )
        )
    return Change(testimony_id=testimony_id, version=version, rows=tuple(rows), words=tuple(sorted(words)))


def stored_version(connection: Any, testimony_id: str) -> int | None:
    """The version this file holds of a testimony, a withdrawal's too."""
    row = connection.execute("SELECT version FROM testimony WHERE tid = ?", (testimony_id,)).fetchone()
    return None if row is None else int(row[0])


def write(connection: Any, new: Change) -> None:
    """Replace the testimony's rows inside the transaction that is open. The caller has compared versions."""
    t = _testimony(connection, new)
    connection.execute("DELETE FROM fts WHERE rowid IN (SELECT id FROM seg WHERE t = ?)", (t,))
    connection.execute("DELETE FROM seg_topic WHERE seg IN (SELECT id FROM seg WHERE t = ?)", (t,))
    connection.execute("DELETE FROM seg WHERE t = ?", (t,))
    for row in new.rows:
        seg = connection.execute(
            "INSERT INTO seg(t, cls, closes, language, year, place, speaker, mid)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                t,
                _interned(connection, "class", ("key",), (row.class_key,)),
                row.closes_at_ms,
                _label(connection, "language", row.language),
                row.year,
                _label(connection, "place", row.place),
                _label(connection, "speaker", row.speaker),
                row.moment_id,
            ),
        ).lastrowid
        connection.execute("INSERT INTO fts(rowid, t, x, k) VALUES (?, ?, ?, ?)", (seg, row.t, row.x, row.k))
        for topic in row.topics:
            connection.execute(
                "INSERT INTO seg_topic VALUES (?, ?)", (seg, _label(connection, "topic", topic))
            )
    _count_words(connection, t, new.words)


def packed(numbers: Iterable[int]) -> bytes:
    """Ascending numbers as gaps, seven bits a byte: the words of a testimony in some 1.5 bytes each."""
    out = bytearray()
    last = 0
    for number in sorted(numbers):
        gap, last = number - last, number
        while gap > 0x7F:
            out.append(gap & 0x7F | 0x80)
            gap >>= 7
        out.append(gap)
    return bytes(out)


def unpacked(kept: bytes) -> list[int]:
    """The numbers again."""
    numbers: list[int] = []
    number = gap = shift = 0
    for byte in kept:
        gap |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            number += gap
            numbers.append(number)
            gap = shift = 0
    return numbers


def _testimony(connection: Any, new: Change) -> int:
    connection.execute(
        "INSERT INTO testimony(tid, version) VALUES (?, ?)"
        " ON CONFLICT(tid) DO UPDATE SET version = excluded.version",
        (new.testimony_id, new.version),
    )
    return int(
        connection.execute("SELECT id FROM testimony WHERE tid = ?", (new.testimony_id,)).fetchone()[0]
    )


def _interned(connection: Any, table: str, names: tuple[str, ...], values: tuple[str, ...]) -> int:
    """The id of a class or label in this file, made when it is new. Table and names are ours, never input."""
    where = " AND ".join(f"{name} = ?" for name in names)
    row = connection.execute(f"SELECT id FROM {table} WHERE {where}", values).fetchone()  # noqa: S608
    if row is not None:
        return int(row[0])
    marks = ", ".join("?" for _ in names)
    made = connection.execute(f"INSERT INTO {table}({', '.join(names)}) VALUES ({marks})", values)  # noqa: S608
    return int(made.lastrowid)


def _label(connection: Any, field: str, value: str | None) -> int | None:
    return None if value is None else _interned(connection, "label", ("field", "value"), (field, value))


def _count_words(connection: Any, t: int, words: tuple[str, ...]) -> None:
    """Count each word once for each testimony that holds it; words that nobody holds any more go at once."""
    (kept,) = connection.execute("SELECT words FROM testimony WHERE id = ?", (t,)).fetchone()
    old = set(unpacked(kept))
    new: set[int] = set()
    for word in words:
        row = connection.execute("SELECT id FROM word WHERE exact = ?", (word,)).fetchone()
        if row is None:
            made = connection.execute(
                "INSERT INTO word(exact, folded, n) VALUES (?, ?, 0)", (word, latin.fold(word))
            )
            new.add(int(made.lastrowid))
        else:
            new.add(int(row[0]))
    connection.executemany("UPDATE word SET n = n + 1 WHERE id = ?", [(i,) for i in new - old])
    connection.executemany("UPDATE word SET n = n - 1 WHERE id = ?", [(i,) for i in old - new])
    connection.executemany("DELETE FROM word WHERE id = ? AND n <= 0", [(i,) for i in old - new])
    connection.execute("UPDATE testimony SET words = ? WHERE id = ?", (packed(new), t))
