"""What the folder store does beyond the contract: planted links, damaged files, sweeping."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.vault.errors import ObjectDamaged, ObjectDeleted, ObjectExists, StoreError
from archive.vault.local import LocalStore

LATER = datetime.now(UTC) + timedelta(days=1)
LONG_AGO = datetime.now(UTC) - timedelta(days=1)


def everything_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A neighbour's folder with something to steal or to overwrite."""
    folder = tmp_path / "outside"
    (folder / "b.object").mkdir(parents=True)
    (folder / "b.object" / "sealed").write_bytes(b"a neighbour's testimony")
    (folder / "b.object" / "sha512").write_text("0" * 128)
    return folder


def test_planted_links_lead_nowhere(store: LocalStore, places: Path, outside: Path) -> None:
    root = places / "data" / "objects"
    (root / "a").symlink_to(outside)
    (root / "b.object").symlink_to(outside / "b.object")
    (root / "c.object").mkdir()
    (root / "c.object" / "sealed").symlink_to(outside / "b.object" / "sealed")
    before = everything_below(outside)
    for key in ("a/b", "b", "c"):
        with pytest.raises(ObjectDamaged):
            store.read(key, 0, 10)
        with pytest.raises(StoreError):
            store.put(key, [b"mine"])
    for key in ("a/b", "b"):
        with pytest.raises(StoreError):
            store.delete(key)
    store.delete("c")
    assert list(store.keys()) == []
    store.sweep(LATER)
    assert everything_below(outside) == before
    assert (outside / "b.object" / "sealed").read_bytes() == b"a neighbour's testimony"


def test_a_planted_pipe_does_not_make_a_reader_wait(store: LocalStore, places: Path) -> None:
    folder = places / "data" / "objects" / "p.object"
    folder.mkdir()
    os.mkfifo(folder / "sealed")
    with pytest.raises(ObjectDamaged):
        store.read("p", 0, 1)


def test_lost_bytes_and_lost_digests_are_damage(store: LocalStore, places: Path) -> None:
    store.put("a", [b"x"])
    (places / "data" / "objects" / "a.object" / "sha512").write_text("short")
    with pytest.raises(ObjectDamaged):
        store.stat("a")
    (places / "data" / "objects" / "a.object" / "sealed").unlink()
    with pytest.raises(ObjectDamaged):
        store.read("a", 0, 1)
    with pytest.raises(ObjectExists):
        store.put("a", [b"y"])


def test_the_digest_is_one_that_sha512sum_checks(store: LocalStore, places: Path) -> None:
    store.put("a", [b"auditable ", b"without keys"])
    folder = places / "data" / "objects" / "a.object"
    done = subprocess.run(["sha512sum", "-c", "sha512"], cwd=folder, capture_output=True, check=True)
    assert done.stdout == b"sealed: OK\n"


def test_sweep_removes_what_dead_writers_left_and_nothing_else(store: LocalStore, places: Path) -> None:
    root = places / "data" / "objects"
    store.put("ab/kept", [b"kept"])
    store.put("ab/gone", [b"gone"])
    store.delete("ab/gone")
    for name in (".put-1", "ab/.put-2"):
        (root / name).mkdir()
        (root / name / "sealed").write_bytes(b"half")
    assert store.sweep(LONG_AGO) == 0
    assert (root / ".put-1").exists()
    assert store.sweep(LATER) == 2
    assert store.sweep(LATER) == 0
    assert list(store.keys()) == ["ab/kept"]
    assert {n for n in everything_below(root) if ".put" in n} == set()
    with pytest.raises(ObjectDeleted):
        store.put("ab/gone", [b"again"])


def test_sweep_leaves_a_living_writer_alone(store: LocalStore) -> None:
    half, swept = threading.Event(), threading.Event()

    def chunks() -> Iterator[bytes]:
        yield b"first half, "
        half.set()
        assert swept.wait(10)
        yield b"second half"

    writer = threading.Thread(target=store.put, args=("a", chunks()))
    writer.start()
    assert half.wait(10)
    assert store.sweep(LATER) == 0
    swept.set()
    writer.join()
    assert store.read("a", 0, 100) == b"first half, second half"


def test_a_deletion_that_was_cut_off_is_finished(store: LocalStore, places: Path) -> None:
    store.put("a", [b"withdrawn"])
    folder = places / "data" / "objects" / "a.object"
    (folder / "deleted").touch()  # killed between the tombstone and the removal
    with pytest.raises(ObjectDeleted):
        store.read("a", 0, 1)
    assert list(store.keys()) == []
    assert store.sweep(LATER) == 1
    assert [p.name for p in folder.iterdir()] == ["deleted"]


def test_others_cannot_read_the_objects(store: LocalStore, places: Path) -> None:
    store.put("ab/cd", [b"x"])
    for path in (places / "data" / "objects").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0
