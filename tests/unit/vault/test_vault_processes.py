"""Web and worker open one key store side by side: what one closes, the other cannot open a moment later."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive.vault.errors import KeyFrozen
from archive.vault.keys import KeyOwner
from archive.vault.sqlite_keys import SqliteKeyStore
from tests.unit.vault.conftest import SOKHA

OTHER = """
import sys, time
from pathlib import Path
from archive.vault.errors import VaultError
from archive.vault.key_stores import open_key_store
from archive.vault.keys import KeyOwner
from archive.vault.roots import demo_root

places = Path(sys.argv[1])
keys = open_key_store(places / "keys", demo_root(places / "root.key"))
print("ready", flush=True)
for line in sys.stdin:
    act, _, id_ = line.strip().partition(" ")
    owner = KeyOwner(kind="testimony", id=id_)
    try:
        if act == "derive":
            print(keys.derive(owner, object_id="o", version=1, purpose="p").hex(), flush=True)
        elif act == "freeze":
            keys.freeze(owner)
            print("frozen", flush=True)
        elif act == "thaw":
            keys.thaw(owner, ("a", "b"))
            print("thawed", flush=True)
        elif act == "create":
            for number in range(40):
                keys.create(KeyOwner(kind="testimony", id=f"{id_}{number}"))
            print("created", flush=True)
        elif act == "until-frozen":
            last = 0.0
            try:
                while True:
                    begun = time.monotonic()
                    keys.derive(owner, object_id="o", version=1, purpose="p")
                    if not last:
                        print("begun", flush=True)
                    last = begun
            except VaultError:
                print(last, flush=True)
    except VaultError as error:
        print(type(error).__name__, flush=True)
"""


class Other:
    """Another process with the same key store."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def ask(self, line: str) -> str:
        self.start(line)
        return self.answer()


@contextmanager
def another(places: Path) -> Iterator[Other]:
    command = [sys.executable, "-c", OTHER, str(places)]
    root = str(Path(__file__).parents[3])
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    ) as process:
        other = Other(process)
        assert other.answer() == "ready"
        try:
            yield other
        finally:
            process.kill()


def a_key(keys: SqliteKeyStore) -> bytes:
    return keys.derive(SOKHA, object_id="o", version=1, purpose="p")


def test_a_freeze_in_one_process_bites_in_the_other(keys: SqliteKeyStore, places: Path) -> None:
    with another(places) as other:
        for _ in range(20):
            assert other.ask("derive sokha") == a_key(keys).hex()
            keys.freeze(SOKHA)
            assert other.ask("derive sokha") == "KeyFrozen"
            assert other.ask("thaw sokha") == "thawed"
            assert a_key(keys)
            assert other.ask("freeze sokha") == "frozen"
            with pytest.raises(KeyFrozen):
                a_key(keys)
            keys.thaw(SOKHA, ("a", "b"))


def test_no_derivation_that_began_after_a_freeze_succeeds(keys: SqliteKeyStore, places: Path) -> None:
    with another(places) as other:
        for _ in range(10):
            other.start("until-frozen sokha")
            assert other.answer() == "begun"
            time.sleep(0.02)
            keys.freeze(SOKHA)
            frozen = time.monotonic()
            last = float(other.answer())
            assert 0 < last < frozen
            keys.thaw(SOKHA, ("a", "b"))


def test_two_processes_make_keys_at_once(keys: SqliteKeyStore, places: Path) -> None:
    with another(places) as other:
        other.start("create theirs")
        for number in range(40):
            keys.create(KeyOwner(kind="testimony", id=f"ours{number}"))
        assert other.answer() == "created"
    assert keys.status().keys["testimony"] == 82
    everyone = [KeyOwner(kind="testimony", id=f"{w}{n}") for w in ("ours", "theirs") for n in range(40)]
    assert len({keys.derive(o, object_id="o", version=1, purpose="p") for o in everyone}) == 80


# The parent may still have a thread from another test; the child only reads and leaves.
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_sees_later_closings(keys: SqliteKeyStore) -> None:
    assert a_key(keys)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        answer = b"error"
        try:
            os.read(reading, 1)
            a_key(keys)
            answer = b"a key"
        except KeyFrozen:
            answer = b"frozen"
        finally:
            os.close(reading)
            os._exit({b"frozen": 0, b"a key": 1}.get(answer, 2))
    os.close(reading)
    keys.freeze(SOKHA)
    os.write(writing, b"x")
    os.close(writing)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    keys.thaw(SOKHA, ("a", "b"))
    assert a_key(keys)
