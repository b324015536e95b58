"""A process that is killed in the middle of a change leaves the testimony at its old or its new version, wholly."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from search.index import PageRequest
from search.moments import NO_OVERLAY
from search.query import parse
from search.sqlite import SqliteIndex
from tests.contracts.search_index import find, ids
from tests.contracts.search_keys import KeysInMemory
from tests.contracts.search_worlds import batch, moment, seen

ROOT = Path(__file__).parents[3]

PROGRAM = """
import os, signal, sys
from pathlib import Path
from search import sqlite
from tests.contracts.search_keys import KeysInMemory
from tests.contracts.search_worlds import batch, moment

folder, public, guarded, moment_of_death, change = sys.argv[1:]
keys = KeysInMemory()
keys.kept = {("first", "open"): bytes.fromhex(public), ("first", "guarded"): bytes.fromhex(guarded)}
calls = []

def die(name):
    calls.append(name)
    if f"{name}{calls.count(name)}" == moment_of_death:
        os.kill(os.getpid(), signal.SIGKILL)

class Dying(sqlite.SqliteIndex):
    def _commit(self, connection):
        die("before-commit")
        super()._commit(connection)
        die("after-commit")

write = sqlite.write
def dying_write(connection, new):
    write(connection, new)
    die("after-write")
sqlite.write = dying_write

index = Dying(Path(folder), keys)
if change == "apply":
    rows = [moment(f"n{i}", "T1", "new rice") for i in range(4)]
    index.apply(batch("T1", 2, rows[:1], rows[1:]))
else:
    index.withdraw("T1", 2)
"""

DEATHS = [
    "after-write1",
    "after-write2",
    "before-commit1",
    "after-commit1",
    "before-commit2",
    "after-commit2",
]


@pytest.mark.parametrize("change", ["apply", "withdraw"])
@pytest.mark.parametrize("death", DEATHS)
def test_killed_at_any_step_it_is_old_or_new(tmp_path: Path, death: str, change: str) -> None:
    keys = KeysInMemory()
    index = SqliteIndex(tmp_path, keys)
    index.ensure("first")
    rows = [moment(f"o{i}", "T1", "old rice") for i in range(4)]
    index.apply(batch("T1", 1, rows[:3], rows[3:]))
    index.apply(batch("T2", 1, [moment("a", "T2", "rice")]))
    arguments = [
        str(tmp_path),
        keys.key("first", "open").hex(),
        keys.key("first", "guarded").hex(),
        death,
        change,
    ]
    killed = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL

    committed = death in {"after-commit1", "before-commit2", "after-commit2"}
    old = {("T1", f"o{i}") for i in range(4)}
    new = {("T1", f"n{i}") for i in range(4)} if change == "apply" else set()
    page = index.search(parse("rice"), seen("pub"), NO_OVERLAY, PageRequest())
    assert ids(page) == (new if committed else old) | {("T2", "a")}
    assert page.moments == len(ids(page))
    assert index.confirmed("T1") == (2 if committed else 1)
    fresh = SqliteIndex(tmp_path, keys)
    fresh.apply(batch("T3", 1, [moment("a", "T3", "rice")]))
    assert find(fresh, "rice", seen("pub")) == (new if committed else old) | {("T2", "a"), ("T3", "a")}
    if change == "apply":  # the step runs again, as after every kill
        fresh.apply(
            batch(
                "T1",
                2,
                [moment("n0", "T1", "new rice")],
                [moment(f"n{i}", "T1", "new rice") for i in (1, 2, 3)],
            )
        )
    else:
        fresh.withdraw("T1", 2)
    assert find(fresh, "rice", seen("pub")) == new | {("T2", "a"), ("T3", "a")}
    fresh.close()
    index.close()


def test_what_was_cut_off_is_finished_by_a_reader_before_it_answers(tmp_path: Path) -> None:
    """Between the two commits: `guarded` has the change, `open` has not; nobody may see both halves mixed."""
    keys = KeysInMemory()

    class Stopped(SqliteIndex):
        """Fails between its two commits, once."""

        commits = 0

        def _commit(self, connection: object) -> None:
            self.commits += 1
            if self.commits == 4:
                raise OSError("the disk is full")
            super()._commit(connection)

    index = Stopped(tmp_path, keys)
    index.ensure("first")
    row = moment("a", "T1", "hunger", class_key="press")
    index.apply(batch("T1", 1, [row]))
    with pytest.raises(OSError, match="full"):
        index.apply(batch("T1", 2, guarded=[row]))
    reader = SqliteIndex(tmp_path, keys)
    page = reader.search(parse("hunger"), seen("press"), NO_OVERLAY, PageRequest())
    assert (page.moments, page.testimonies) == (1, 1)
    assert find(reader, "hunger") == set()
    assert reader.confirmed("T1") == 2
    reader.close()
    index.close()
