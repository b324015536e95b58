"""What only the SQLite index promises: encryption, two processes, builds, ranking that nothing hidden touches."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from search.errors import IndexMissing, IndexUnreadable
from search.index import PageRequest, RebuildSource
from search.moments import NO_OVERLAY
from search.query import parse
from search.sqlite import SqliteIndex
from search.sqlite_asking import Question
from search.sqlite_rows import change, packed, unpacked
from search.tree import Field
from tests.contracts.search_index import Source, facets, find, ids
from tests.contracts.search_keys import KeysInMemory
from tests.contracts.search_worlds import batch, moment, seen

CANARY = "zanzibarcanary"
ROOT = Path(__file__).parents[3]


@pytest.fixture
def keys() -> KeysInMemory:
    return KeysInMemory()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def index(folder: Path, keys: KeysInMemory) -> Iterator[SqliteIndex]:
    index = SqliteIndex(folder, keys)
    index.ensure("first")
    yield index
    index.close()


def raw(folder: Path) -> bytes:
    """Every byte that lies in the index's folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_the_files_hold_no_readable_word(index: SqliteIndex, folder: Path, tmp_path: Path) -> None:
    rows = [
        moment(str(n), "T1", f"{CANARY} hunger", class_key=f"class{CANARY}", place=CANARY) for n in range(50)
    ]
    index.apply(batch("T1", 1, rows[:25], rows[25:]))
    assert find(index, CANARY) != set()
    held = raw(folder)
    assert len(held) > 20_000
    assert CANARY.encode() not in held
    assert b"SQLite format" not in held
    plain = sqlite3.connect(tmp_path / "plain.db")  # the control: without a key the word would be seen
    plain.execute("CREATE VIRTUAL TABLE f USING fts5(t)")
    plain.execute("INSERT INTO f VALUES (?)", (CANARY,))
    plain.commit()
    plain.close()
    assert CANARY.encode() in (tmp_path / "plain.db").read_bytes()
    assert CANARY.encode() in change("T1", 1, rows, offered=True).to_bytes()


def test_nobody_else_may_read_the_files(index: SqliteIndex, folder: Path) -> None:
    assert {path.stat().st_mode & 0o077 for path in folder.glob("*.db")} == {0}
    assert folder.stat().st_mode & 0o077 == 0


def test_another_key_opens_nothing(index: SqliteIndex, folder: Path) -> None:
    index.apply(batch("T1", 1, [moment("a", "T1", "hunger")]))
    others = KeysInMemory()
    for part in ("open", "guarded"):
        others.make("first", part)
    with pytest.raises(IndexUnreadable) as refused:
        find(SqliteIndex(folder, others), "hunger")
    assert "can rebuild it" in refused.value.message


def test_open_and_guarded_have_keys_of_their_own(index: SqliteIndex, keys: KeysInMemory) -> None:
    assert keys.key("first", "open") != keys.key("first", "guarded")


def test_a_visitor_needs_no_key_to_guarded(index: SqliteIndex, folder: Path, keys: KeysInMemory) -> None:
    index.apply(
        batch("T1", 1, [moment("a", "T1", "hunger")], [moment("b", "T1", "hunger", class_key="press")])
    )
    public = KeysInMemory()
    public.kept["first", "open"] = keys.key("first", "open")
    reader = SqliteIndex(folder, public)
    assert find(reader, "hunger") == {("T1", "a")}
    with pytest.raises(KeyError):
        find(reader, "hunger", seen("press"))
    reader.close()


def test_without_files_there_is_a_clear_error(folder: Path, keys: KeysInMemory) -> None:
    index = SqliteIndex(folder, keys)
    with pytest.raises(IndexMissing):
        find(index, "hunger")
    with pytest.raises(IndexMissing):
        index.apply(batch("T1", 1))
    index.ensure("first")
    index.ensure("second")
    assert index.build == "first"
    shutil.rmtree(folder)
    with pytest.raises(IndexMissing) as refused:
        find(index, "hunger")
    assert "The testimonies are safe" in refused.value.message
    index.close()


def test_an_empty_visibility_does_not_touch_the_files(folder: Path, keys: KeysInMemory) -> None:
    nowhere = SqliteIndex(folder, keys)
    assert nowhere.search(parse("hunger"), seen(public=False), NO_OVERLAY, PageRequest()).moments == 0
    assert nowhere.moments("T1", parse("hunger"), seen(public=False), NO_OVERLAY) == ()


def test_damage_is_told(index: SqliteIndex, folder: Path, keys: KeysInMemory) -> None:
    index.apply(batch("T1", 1, [moment("a", "T1", "hunger")]))
    index.close()
    path = folder / "open-first.db"
    path.write_bytes(bytes(path.stat().st_size))
    with pytest.raises(IndexUnreadable):
        find(SqliteIndex(folder, keys), "hunger")


def test_a_rebuild_changes_keys_and_deletes_the_old_files(
    index: SqliteIndex, folder: Path, keys: KeysInMemory
) -> None:
    index.apply(batch("T1", 1, [moment("a", "T1", "hunger")]))
    other = SqliteIndex(folder, keys)  # as another process has it: it follows without being told
    assert find(other, "hunger") == {("T1", "a")}
    index.rebuild(Source({"T1": batch("T1", 1, [moment("a", "T1", "rice")])}), "second")
    assert find(other, "hunger OR rice") == {("T1", "a")}
    assert other.build == "second"
    assert {part for _, part in keys.kept} == {"open", "guarded"}
    assert {build for build, _ in keys.kept} == {"second"}
    assert {p.name for p in folder.glob("*.db")} == {"open-second.db", "guarded-second.db"}
    other.apply(batch("T1", 2, [moment("a", "T1", "dam")]))
    assert find(index, "dam") == {("T1", "a")}
    other.close()


def test_a_rebuild_cut_off_leaves_nothing_after_the_next(
    index: SqliteIndex, folder: Path, keys: KeysInMemory
) -> None:
    source = Source({"T1": batch("T1", 1, [moment("a", "T1", "rice")])})

    def broken() -> None:
        raise OSError

    source.during = broken
    with pytest.raises(OSError):  # noqa: PT011 - the error of the source passes unchanged
        index.rebuild(source, "second")
    assert {build for build, _ in keys.kept} == {"first"}
    (folder / "open-stray.db").write_bytes(b"left by a process that was killed")
    source.during = lambda: None
    index.rebuild(source, "third")
    assert not list(folder.glob("*stray*"))


def test_a_rebuild_waits_for_a_writer_and_loses_nothing(index: SqliteIndex) -> None:
    stop = threading.Event()
    last = [0]

    def write() -> None:
        while not stop.is_set():
            last[0] += 1
            index.apply(batch("T1", last[0], [moment("a", "T1", "hunger")]))

    class Slow(Source):
        def again(self, testimony_id: str) -> Any:
            return batch(testimony_id, last[0] + 1, [moment("a", testimony_id, "hunger rice")])

    writer = threading.Thread(target=write)
    writer.start()
    source: RebuildSource = Slow({"T1": batch("T1", 1, [moment("a", "T1", "hunger")])})
    for number in range(4):
        index.rebuild(source, f"build-{number}")
    stop.set()
    writer.join()
    assert find(index, "hunger") == {("T1", "a")}
    assert (index.confirmed("T1") or 0) >= last[0]


def test_two_processes_write_and_none_is_lost(index: SqliteIndex, folder: Path, keys: KeysInMemory) -> None:
    program = """
import sys
from pathlib import Path
from search.sqlite import SqliteIndex
from tests.contracts.search_keys import KeysInMemory
from tests.contracts.search_worlds import batch, moment
keys = KeysInMemory()
keys.kept = {("first", part): bytes.fromhex(key) for part, key in zip(("open", "guarded"), sys.argv[2:4])}
index = SqliteIndex(Path(sys.argv[1]), keys)
for n in range(25):
    t = f"{sys.argv[4]}{n}"
    index.apply(batch(t, 1, [moment("a", t, "hunger")], [moment("b", t, "hunger", class_key="press")]))
"""
    arguments = [str(folder), *(keys.key("first", part).hex() for part in ("open", "guarded"))]
    running = [
        subprocess.Popen([sys.executable, "-c", program, *arguments, name], cwd=ROOT) for name in ("P", "Q")
    ]
    while any(process.poll() is None for process in running):
        page = index.search(parse("hunger"), seen("press"), NO_OVERLAY, PageRequest(size=100))
        assert page.moments == 2 * page.testimonies
        for process in running:
            try:
                process.wait(timeout=0.02)
            except subprocess.TimeoutExpired:
                continue
    assert [process.returncode for process in running] == [0, 0]
    page = index.search(parse("hunger"), seen("press"), NO_OVERLAY, PageRequest(size=100))
    assert (page.moments, page.testimonies) == (100, 50)


def test_the_hidden_half_does_not_move_the_public_order(index: SqliteIndex, tmp_path: Path) -> None:
    alone = SqliteIndex(tmp_path / "alone", KeysInMemory())
    alone.ensure("first")
    texts = [
        "hunger rice",
        "hunger rice rice",
        "rice",
        "hunger hunger hunger road",
        "road rice hunger dam dam",
    ]
    for number, text in enumerate(texts * 6):
        rows = [moment("a", f"T{number}", text + " x" * (number % 5))]
        hidden = [moment(f"h{n}", f"T{number}", "rice " * 9, class_key="press") for n in range(9)]
        index.apply(batch(f"T{number}", 1, rows, hidden))
        alone.apply(batch(f"T{number}", 1, rows))
    for typed in ("rice", "hunger rice", "rice OR road"):
        asked = (parse(typed), seen(), NO_OVERLAY, PageRequest(size=100), tuple(Field))
        assert index.search(*asked) == alone.search(*asked)
    alone.close()


def test_common_words_are_counted_but_not_ranked(index: SqliteIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    index.apply(batch("T2", 1, [moment("a", "T2", "rice"), moment("b", "T2", "rice road road")]))
    index.apply(batch("T1", 1, [moment("a", "T1", "rice rice rice")]))
    index.apply(batch("T3", 1, [moment("a", "T3", "road")]))

    def order() -> list[str]:
        return [h.testimony_id for h in index.search(parse("rice"), seen(), NO_OVERLAY, PageRequest()).hits]

    assert order() == ["T1", "T2"]  # by relevance
    monkeypatch.setattr("search.sqlite_asking.RANKED_MATCHES", 2)
    assert order() == ["T2", "T1"]  # by number of moments
    page = index.search(parse("rice"), seen(), NO_OVERLAY, PageRequest(), (Field.LANGUAGE,))
    assert (page.moments, facets(page)["language"]["en"]) == (3, 3)


def test_the_words_are_asked_first_and_rows_by_key(index: SqliteIndex) -> None:
    index.apply(batch("T1", 1, guarded=[moment("a", "T1", "hunger", class_key="press")]))
    asked: list[tuple[str, Any]] = []
    with index._pool.borrowed() as connections:
        connection = connections.part("guarded")

        class Recording:
            """Passes everything on and keeps the statement that collects hits."""

            def execute(self, sql: str, values: Any = ()) -> Any:
                if sql.startswith("INSERT INTO temp.hit"):
                    asked.append((sql, values))
                return connection.execute(sql, values)

            def executemany(self, sql: str, values: Any) -> Any:
                return connection.executemany(sql, values)

        Question(Recording(), parse("hunger"), seen("press"), NO_OVERLAY, guarded=True)
        plan = [str(row[3]) for row in connection.execute("EXPLAIN QUERY PLAN " + asked[0][0], asked[0][1])]
    assert plan[0].startswith("SCAN fts VIRTUAL TABLE")
    assert plan[1] == "SEARCH s USING INTEGER PRIMARY KEY (rowid=?)"


def test_a_purge_leaves_no_word_in_the_pages(index: SqliteIndex) -> None:
    for n in range(40):
        index.apply(batch(f"T{n}", 1, [moment("a", f"T{n}", f"{CANARY}{n} hunger")]))
    markers = tuple(f"{CANARY}{n}" for n in range(40))
    assert index.purge(markers).still_there == markers
    for n in range(40):
        index.withdraw(f"T{n}", 2)
    assert index.purge(markers).still_there == ()


def test_closing_gives_back_every_connection(index: SqliteIndex, folder: Path, keys: KeysInMemory) -> None:
    other = SqliteIndex(folder, keys)
    other.apply(batch("T1", 1, [moment("a", "T1", "hunger")]))
    assert ids(other.search(parse("hunger"), seen(), NO_OVERLAY, PageRequest())) == {("T1", "a")}
    other.close()
    assert find(index, "hunger") == {("T1", "a")}


def test_word_numbers_come_back() -> None:
    for numbers in ([], [0], [1, 127, 128, 129, 100_000], list(range(500))):
        assert unpacked(packed(numbers)) == numbers
