"""Questions to one file of the SQLite index: the tree as an FTS5 expression, consent as conditions beside it.

The filter stands in the query itself, never behind it, so that counts and facets are exact. The join is
pinned with CROSS JOIN: words first, then the row by its key (docs/search.md, "How SQLite is asked").
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from search.analysis import checked
from search.index import RANKED_MATCHES
from search.moments import SEPARATOR, Overlay, Visibility
from search.pages import Answer
from search.tree import And, Field, Filter, Near, Node, Not, Or, Query, Sequence, Words

_NOTHING = f't : "{SEPARATOR} {SEPARATOR}"'  # two separators never stand side by side

_COLUMNS = {
    Field.LANGUAGE: "language",
    Field.YEAR: "year",
    Field.PLACE: "place",
    Field.SPEAKER: "speaker",
}


def expression(node: Node) -> str:
    """The tree in FTS5's query language. Every term is checked and quoted: nothing typed becomes syntax."""
    match node:
        case Words():
            star = " *" if node.prefix else ""
            return _any(f"{a.column.value} : {_quoted(a)}{star}" for a in node.alternatives)
        case Near():
            return _any(
                f"{a.column.value} : NEAR({_quoted(a)} {_quoted(b)}, {int(node.distance)})"
                for a in node.left.alternatives
                for b in node.right.alternatives
                if a.column is b.column
            )
        case And():
            return "(" + " AND ".join(expression(part) for part in node.parts) + ")"
        case Or():
            return _any(expression(part) for part in node.parts)
        case Not():
            return f"({expression(node.keep)} NOT {expression(node.drop)})"


def _any(parts: Iterable[str]) -> str:
    return "(" + (" OR ".join(parts) or _NOTHING) + ")"


def _quoted(sequence: Sequence) -> str:
    return '"' + " ".join(map(checked, sequence.terms)) + '"'


class Question:
    """One query put to one file inside the snapshot open on `connection`; its hits stay in `temp.hit`.

    `guarded`: rows must carry a class that the visibility allows. `testimony_id`: rows of that one only.
    """

    def __init__(
        self,
        connection: Any,
        query: Query,
        visibility: Visibility,
        overlay: Overlay,
        *,
        guarded: bool,
        testimony_id: str | None = None,
    ) -> None:
        self._connection = connection
        self._match = None if query.tree is None else expression(query.tree)
        self._guarded = guarded
        conditions = ["(s.closes IS NULL OR s.closes > ?)"]
        values: list[object] = [visibility.at_ms]
        if self._deny(overlay):
            conditions.append("s.t NOT IN (SELECT t FROM temp.denied)")
        if guarded:
            conditions.append(self._allow(visibility))
        for condition in query.filters:
            sql, bound = self._filter(condition)
            conditions.append(sql)
            values += bound
        if testimony_id is not None:
            conditions.append("s.t = (SELECT id FROM testimony WHERE tid = ?)")
            values.append(testimony_id)
            if self._match is not None:  # its rows lie close together: FTS5 then reads that stretch only
                conditions.append("fts.rowid BETWEEN ? AND ?")
                values += self._stretch(testimony_id)
        self._collect(conditions, values)

    def answer(self, facets: Iterable[Field]) -> Answer:
        """Counts, order and facets of what was found. Only the open file ranks by relevance (BM25)."""
        (moments,) = self._rows("SELECT count(*) FROM temp.hit")[0]
        if not moments:
            return Answer()
        ranked = not self._guarded and self._match is not None and moments <= RANKED_MATCHES
        return Answer(
            moments=moments,
            testimonies=self._by_relevance() if ranked else self._by_number(),
            facets={name: self._facet(name) for name in facets},
        )

    def moments(self, testimonies: Iterable[str]) -> Mapping[str, list[str]]:
        """The moments found in these testimonies."""
        found: dict[str, list[str]] = {}
        for testimony_id, moment_id in self._rows(
            "SELECT t.tid, s.mid FROM temp.hit AS h CROSS JOIN seg AS s ON s.id = h.id"
            " CROSS JOIN testimony AS t ON t.id = h.t"
            " WHERE h.t IN (SELECT id FROM testimony WHERE tid IN (SELECT value FROM json_each(?)))",
            json.dumps(list(testimonies)),
        ):
            found.setdefault(testimony_id, []).append(moment_id)
        return found

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return list(self._connection.execute(sql, values).fetchall())

    def _collect(self, conditions: list[str], values: list[object]) -> None:
        if self._match is None:
            source = "seg AS s"
        else:
            source = "fts CROSS JOIN seg AS s ON s.id = fts.rowid"
            conditions, values = ["fts MATCH ?", *conditions], [self._match, *values]
        self._connection.execute("DELETE FROM temp.hit")
        self._connection.execute(
            "INSERT INTO temp.hit SELECT s.id, s.t, s.language, s.year, s.place, s.speaker"  # noqa: S608
            f" FROM {source} WHERE {' AND '.join(conditions)}",  # our own words; values are bound
            values,
        )

    def _deny(self, overlay: Overlay) -> bool:
        """Put the testimonies that the overlay hides into `temp.denied`; whether there are any."""
        self._connection.execute("DELETE FROM temp.denied")
        self._connection.executemany(
            "INSERT OR IGNORE INTO temp.denied SELECT id FROM testimony WHERE tid = ? AND version <= ?",
            sorted(overlay),
        )
        return bool(self._rows("SELECT EXISTS (SELECT 1 FROM temp.denied)")[0][0])

    def _allow(self, visibility: Visibility) -> str:
        """Put what may be found into `temp.allowed` and `temp.within`; the condition that asks them."""
        run = self._connection.execute
        run("DELETE FROM temp.allowed")
        run("DELETE FROM temp.within")
        run(
            "INSERT INTO temp.allowed SELECT id FROM class WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(visibility.classes)),),
        )
        allowed = "s.cls IN (SELECT cls FROM temp.allowed)"
        bound = [(tid, json.dumps(sorted(keys))) for tid, keys in visibility.within.items() if keys]
        if not bound:
            return allowed
        self._connection.executemany(
            "INSERT INTO temp.within SELECT t.id, c.id FROM testimony AS t, class AS c"
            " WHERE t.tid = ? AND c.key IN (SELECT value FROM json_each(?))",
            bound,
        )
        also = "EXISTS (SELECT 1 FROM temp.within AS w WHERE w.t = s.t AND w.cls = s.cls)"
        return f"({allowed} OR {also})"

    def _filter(self, condition: Filter) -> tuple[str, list[object]]:
        column = _COLUMNS.get(condition.field)
        if condition.field is Field.YEAR:
            numbers = [int(value) for value in condition.values if _is_year(value)]
            bound: list[object] = [json.dumps(numbers)]
            chosen = "(SELECT value FROM json_each(?))"
        else:
            bound = [condition.field.value, json.dumps(list(condition.values))]
            chosen = "(SELECT id FROM label WHERE field = ? AND value IN (SELECT value FROM json_each(?)))"
        if column is None:
            no = "NOT " if condition.negated else ""
            return f"{no}EXISTS (SELECT 1 FROM seg_topic WHERE seg = s.id AND topic IN {chosen})", bound  # noqa: S608
        if condition.negated:
            return f"(s.{column} IS NULL OR s.{column} NOT IN {chosen})", bound
        return f"s.{column} IN {chosen}", bound

    def _stretch(self, testimony_id: str) -> list[object]:
        first, last = self._rows(
            "SELECT min(id), max(id) FROM seg WHERE t = (SELECT id FROM testimony WHERE tid = ?)",
            testimony_id,
        )[0]
        return [first or 0, last or 0]

    def _by_number(self) -> list[str]:
        rows = self._rows(
            "SELECT t.tid FROM (SELECT t, count(*) AS n FROM temp.hit GROUP BY t) AS c"
            " CROSS JOIN testimony AS t ON t.id = c.t ORDER BY c.n DESC, t.tid"
        )
        return [row[0] for row in rows]

    def _by_relevance(self) -> list[str]:
        """Testimonies by their best moment. BM25 is computed for visible hits only, and after the filter."""
        rows = self._rows(
            "WITH scored AS MATERIALIZED (SELECT h.t AS t, bm25(fts) AS score"
            " FROM fts CROSS JOIN temp.hit AS h ON h.id = fts.rowid WHERE fts MATCH ?),"
            " best AS (SELECT t, min(score) AS score FROM scored GROUP BY t)"
            " SELECT t.tid FROM best CROSS JOIN testimony AS t ON t.id = best.t ORDER BY best.score, t.tid",
            self._match,
        )
        return [row[0] for row in rows]

    def _facet(self, name: Field) -> Counter[str]:
        if name is Field.TOPIC:
            counted = self._rows(
                "SELECT p.topic, count(*) FROM temp.hit AS h"
                " CROSS JOIN seg_topic AS p ON p.seg = h.id GROUP BY 1"
            )
        else:
            column = _COLUMNS[name]
            counted = self._rows(
                f"SELECT {column}, count(*) FROM temp.hit WHERE {column} IS NOT NULL GROUP BY 1"  # noqa: S608
            )
        if name is Field.YEAR:
            return Counter({str(year): count for year, count in counted})
        wanted = json.dumps([value for value, _ in counted])
        labels = dict(
            self._rows("SELECT id, value FROM label WHERE id IN (SELECT value FROM json_each(?))", wanted)
        )
        return Counter({labels[value]: count for value, count in counted})


def _is_year(value: str) -> bool:
    return value.isascii() and value.lstrip("-").isdigit() and len(value) < 10 and str(int(value)) == value
