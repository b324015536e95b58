"""The default search index: encrypted SQLite FTS5, in a folder of its own that is never backed up.

Derived data: it can always be rebuilt. A change is committed to `guarded` first, together with what `open` is
still to get, then to `open`; each file counts its changes, so that a reader knows whether the two agree, and
whoever finds that they do not finishes the change. So a testimony is found at its old or its new version,
wholly (docs/search.md, "Two files, one change").
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from search import latin
from search.errors import IndexBusy, IndexMissing, IndexUnreadable
from search.index import (
    SUGGESTED_FROM,
    Page,
    PageRequest,
    PurgeReport,
    RebuildReport,
    RebuildSource,
    Suggestion,
)
from search.moments import Batch, Overlay, Visibility
from search.pages import Answer, merged
from search.sqlite_asking import Question
from search.sqlite_files import PARTS, Connections, Files, IndexKeys, Pool, compact, translating
from search.sqlite_rebuild import behind, fill, left_over
from search.sqlite_rows import Change, change, stored_version, unpacked, write
from search.tree import Field, Query

SHORTEST_TYPED = 2
_TRIES = 4

Found = TypeVar("Found")


class SqliteIndex:
    """`SearchIndex` over two encrypted files. Safe to use from many threads and several processes at once."""

    def __init__(self, folder: Path, keys: IndexKeys) -> None:
        self._files = Files(folder, keys)
        self._pool = Pool(self._files)
        self._one_writer = threading.Lock()

    def ensure(self, build: str) -> None:
        """Make an empty index named `build` if there is none."""
        try:
            self._files.current()
        except IndexMissing:
            for connection in self._files.create(build).values():
                connection.close()
            self._files.use(build)

    @property
    def build(self) -> str:
        """The build in use; raises IndexMissing."""
        return self._files.current()

    def apply(self, batch: Batch) -> None:
        """See SearchIndex.apply. Raises IndexBusy after ten seconds behind another writer."""
        self._change(
            change(batch.testimony_id, batch.index_version, batch.open, offered=True),
            change(batch.testimony_id, batch.index_version, batch.guarded, offered=False),
            over_same=False,
        )

    def withdraw(self, testimony_id: str, index_version: int) -> None:
        """See SearchIndex.withdraw."""
        gone = Change(testimony_id=testimony_id, version=index_version)
        self._change(gone, gone, over_same=True)

    def search(
        self,
        query: Query,
        visibility: Visibility,
        overlay: Overlay,
        page: PageRequest,
        facets: tuple[Field, ...] = (),
    ) -> Page:
        """See SearchIndex.search."""
        if visibility.empty or query.finds_nothing:
            return Page(facets={str(name): () for name in facets})

        def ask(connections: Connections) -> Page:
            self._snapshot(connections, guarded=visibility.guarded)
            found = _page(connections, query, visibility, overlay, page, facets)
            if found.moments == 0 and query.back_off is not None:
                found = _page(connections, query.loosened, visibility, overlay, page, facets)
                found = replace(found, backed_off=found.moments > 0)
            return replace(found, open_only=query.open_only)

        return self._asking(ask)

    def moments(
        self, testimony_id: str, query: Query, visibility: Visibility, overlay: Overlay
    ) -> tuple[str, ...]:
        """See SearchIndex.moments."""
        if visibility.empty or query.finds_nothing:
            return ()

        def ask(connections: Connections) -> tuple[str, ...]:
            self._snapshot(connections, guarded=visibility.guarded)
            found: list[str] = []
            for part in _parts(query, visibility):
                question = Question(
                    connections.part(part),
                    query,
                    visibility,
                    overlay,
                    guarded=part == "guarded",
                    testimony_id=testimony_id,
                )
                found += question.moments([testimony_id]).get(testimony_id, [])
            return tuple(sorted(found))

        return self._asking(ask)

    def suggest(
        self, prefix: str, visibility: Visibility, overlay: Overlay, limit: int = 8
    ) -> tuple[Suggestion, ...]:
        """See SearchIndex.suggest. A word's count leaves out the testimonies that the overlay hides."""
        typed = latin.fold(latin.exact(prefix))
        if not visibility.open or len(typed) < SHORTEST_TYPED:
            return ()

        def ask(connections: Connections) -> tuple[Suggestion, ...]:
            self._snapshot(connections, guarded=False)
            connection = connections.part("open")
            hidden: list[set[int]] = []
            for testimony_id, version in dict(sorted(overlay)).items():
                row = connection.execute(
                    "SELECT words FROM testimony WHERE tid = ? AND version <= ?", (testimony_id, version)
                ).fetchone()
                if row is not None:
                    hidden.append(set(unpacked(row[0])))
            rows = connection.execute(
                "SELECT id, exact, n FROM word WHERE folded >= ? AND folded < ? AND n >= ?",
                (typed, typed + "\U0010ffff", SUGGESTED_FROM),
            ).fetchall()
            known = [Suggestion(word=w, testimonies=n - sum(i in h for h in hidden)) for i, w, n in rows]
            known = [s for s in known if s.testimonies >= SUGGESTED_FROM]
            return tuple(sorted(known, key=lambda s: (-s.testimonies, s.word))[:limit])

        return self._asking(ask)

    def confirmed(self, testimony_id: str) -> int | None:
        """See SearchIndex.confirmed. Asked of `open`, which is written last."""
        return self._asking(lambda connections: stored_version(connections.part("open"), testimony_id))

    def purge(self, markers: tuple[str, ...] = ()) -> PurgeReport:
        """See SearchIndex.purge. What is certain is a rebuild, which drops the old keys as well."""
        with self._writing() as connections:
            for part in reversed(PARTS):
                connection = connections.part(part)
                connection.execute("DELETE FROM pending")
                connection.commit()
            for part in PARTS:
                compact(connections.part(part))
            left = {m for part in PARTS for m in left_over(connections.part(part), markers)}
        return PurgeReport(looked_for=markers, still_there=tuple(m for m in markers if m in left))

    def rebuild(self, source: RebuildSource, build: str) -> RebuildReport:
        """See SearchIndex.rebuild. One at a time: builds that earlier ones left behind are deleted too."""
        fresh = self._files.create(build)
        try:
            with translating():
                fill(fresh, source)
                try:
                    with self._writing() as old:  # no change can come between catching up and changing over
                        behind(old.part("open"), fresh, source)
                        self._files.use(build)
                except IndexMissing:
                    self._files.use(build)
                report = _report(build, fresh)
        except BaseException:
            if not self._files.in_use(build):
                self._files.delete(build)
            raise
        finally:
            for connection in fresh.values():
                connection.close()
        for name in self._files.others(build):
            self._files.delete(name)
        return report

    def close(self) -> None:
        """See SearchIndex.close."""
        self._pool.close()

    def _asking(self, ask: Callable[[Connections], Found]) -> Found:
        """Ask the build in use; if it was replaced while we asked, ask the new one."""
        for tried in range(_TRIES):
            build = self._files.current()
            try:
                with self._pool.borrowed() as connections, translating():
                    return ask(connections)
            except Exception:  # whatever a vanished file or key raises
                if tried + 1 == _TRIES or self._files.current() == build:
                    raise
        raise IndexBusy

    def _snapshot(self, connections: Connections, *, guarded: bool) -> None:
        """Begin reading so that both files show the same changes."""
        for _ in range(_TRIES):
            counts = set()
            for part in PARTS if guarded else PARTS[:1]:
                connections.part(part).execute("BEGIN")
                counts.add(_written(connections.part(part)))
            if len(counts) == 1:
                return
            connections.rollback()
            with self._writing():  # waits for whoever is writing, or finishes what was cut off
                pass
        raise IndexBusy

    @contextmanager
    def _writing(self) -> Iterator[Connections]:
        """Both files locked for writing and in agreement; what is not committed is rolled back."""
        with self._one_writer:
            while True:
                with self._pool.borrowed() as connections, translating():
                    public = connections.part("open")
                    public.execute("BEGIN IMMEDIATE")
                    if self._files.current() != connections.build:
                        continue
                    guarded = connections.part("guarded")
                    guarded.execute("BEGIN IMMEDIATE")
                    if _written(public) == _written(guarded):
                        yield connections
                        return
                    _finish(public, guarded)

    def _change(self, public: Change, guarded: Change, *, over_same: bool) -> None:
        with self._writing() as connections:
            stored = stored_version(connections.part("open"), public.testimony_id)
            if stored is not None and (
                stored > public.version or (stored == public.version and not over_same)
            ):
                return
            write(connections.part("guarded"), guarded)
            connections.part("guarded").execute("DELETE FROM pending")
            connections.part("guarded").execute("INSERT INTO pending VALUES (?)", (public.to_bytes(),))
            write(connections.part("open"), public)
            for part in reversed(PARTS):
                self._commit(connections.part(part))

    def _commit(self, connection: Any) -> None:
        connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'written'")
        connection.commit()


def _written(connection: Any) -> int:
    return int(connection.execute("SELECT value FROM meta WHERE name = 'written'").fetchone()[0])


def _finish(public: Any, guarded: Any) -> None:
    """Give `open` the one change that `guarded` has and it lacks. Raises IndexUnreadable if it is not one."""
    (kept,) = guarded.execute("SELECT max(payload) FROM pending").fetchone()
    if kept is None or _written(guarded) != _written(public) + 1:
        raise IndexUnreadable
    write(public, Change.from_bytes(kept))
    public.execute("UPDATE meta SET value = value + 1 WHERE name = 'written'")
    public.commit()


def _parts(query: Query, visibility: Visibility) -> tuple[str, ...]:
    asked = {"open": visibility.open, "guarded": visibility.guarded and not query.open_only}
    return tuple(part for part in PARTS if asked[part])


def _page(
    connections: Connections,
    query: Query,
    visibility: Visibility,
    overlay: Overlay,
    page: PageRequest,
    facets: tuple[Field, ...],
) -> Page:
    questions = {
        part: Question(connections.part(part), query, visibility, overlay, guarded=part == "guarded")
        for part in _parts(query, visibility)
    }
    answers = {part: question.answer(facets) for part, question in questions.items()}

    def fetch(shown: Sequence[str]) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for question in questions.values():
            for testimony_id, moment_ids in question.moments(shown).items():
                found.setdefault(testimony_id, []).extend(moment_ids)
        return found

    return merged(answers.get("open", Answer()), answers.get("guarded", Answer()), page, facets, fetch)


def _report(build: str, connections: Mapping[str, Any]) -> RebuildReport:
    counts = {p: c.execute("SELECT count(*) FROM seg").fetchone()[0] for p, c in connections.items()}
    held = {
        row[0]
        for c in connections.values()
        for row in c.execute("SELECT tid FROM testimony WHERE id IN (SELECT t FROM seg)")
    }
    return RebuildReport(build=build, testimonies=len(held), open=counts["open"], guarded=counts["guarded"])
