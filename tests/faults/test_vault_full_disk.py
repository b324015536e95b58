"""The vault and the key store on a full disk, behind a lock, and with a damaged file."""

from __future__ import annotations

import io
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from archive.vault.errors import KeyStoreUnavailable, StoreFull
from archive.vault.key_stores import create_key_store, open_key_store
from archive.vault.keys import KeyOwner
from archive.vault.local import LocalStore
from archive.vault.roots import create_demo_root, demo_root
from archive.vault.vault import Vault

MIB = 1_048_576
SOKHA = KeyOwner(kind="testimony", id="sokha")
CONTENT = random.Random(3).randbytes(300_000)


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """A key store and a folder store, closed."""
    keys = create_key_store(tmp_path / "keys", create_demo_root(tmp_path / "root.key"))
    keys.create(SOKHA)
    keys.close()
    LocalStore(tmp_path / "objects")
    return tmp_path


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MiB."""
    if os.geteuid() != 0:
        pytest.skip("a small disk can only be mounted by root")
    folder = tmp_path / "small"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_keeps_what_is_there_and_takes_more_when_there_is_room(
    small_disk: Path, tmp_path: Path
) -> None:
    keys = create_key_store(tmp_path / "keys", create_demo_root(tmp_path / "root.key"))
    keys.create(SOKHA)
    store = LocalStore(small_disk / "objects")
    vault = Vault(store, keys)
    vault.put(SOKHA, "small", 1, "original", io.BytesIO(CONTENT))
    for number in range(3):
        with pytest.raises(StoreFull):
            vault.put(SOKHA, f"big{number}", 1, "original", io.BytesIO(bytes(8 * MIB)))
    assert len(list(store.keys())) == 1
    assert not list(small_disk.rglob(".put-*"))
    assert vault.read(SOKHA, "small", 1, "original", 0, 10**6) == CONTENT
    vault.put(SOKHA, "medium", 1, "original", io.BytesIO(bytes(2 * MIB)))
    with pytest.raises(StoreFull):
        vault.put(SOKHA, "big0", 1, "original", io.BytesIO(bytes(2 * MIB)))
    vault.delete("medium", 1, "original")
    vault.put(SOKHA, "big0", 1, "original", io.BytesIO(bytes(2 * MIB)))
    keys.close()


def stuff(path: Path) -> None:
    """Writes until the disk is full."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    assert shutil.disk_usage(path).free == 0


def test_a_key_store_on_a_full_disk_opens_nothing_it_must_not(small_disk: Path, tmp_path: Path) -> None:
    keys = create_key_store(small_disk / "keys", create_demo_root(tmp_path / "root.key"))
    keys.create(SOKHA)
    other = KeyOwner(kind="testimony", id="other")
    stuffing = small_disk / "stuffing"
    stuff(stuffing)
    with pytest.raises(KeyStoreUnavailable):
        keys.create(other)
    with pytest.raises(KeyStoreUnavailable):
        keys.freeze(SOKHA)
    assert keys.derive(SOKHA, object_id="o", version=1, purpose="p")  # it was never answered as frozen
    stuffing.unlink()
    keys.freeze(SOKHA)
    assert keys.is_frozen(SOKHA)
    keys.create(other)
    keys.close()


def test_a_drop_on_a_full_disk_says_that_residue_may_be_left(
    places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key is dropped; the file could not be written anew; the next time clears it."""
    keys = open_key_store(places / "keys", demo_root(places / "root.key"))

    def full() -> None:
        raise KeyStoreUnavailable("database or disk is full")

    now = datetime.now(UTC) - timedelta(seconds=1)
    keys.schedule_drop(SOKHA, now, ("a", "b"))
    with monkeypatch.context() as patched:
        patched.setattr(keys._file, "rewrite", full)
        assert keys.drop_due(now) == (SOKHA,)
    assert keys.status().residue
    assert keys.drop_due(now) == ()
    assert not keys.status().residue
    keys.close()


def test_a_locked_key_store_gives_no_key(places: Path) -> None:
    keys = open_key_store(places / "keys", demo_root(places / "root.key"))
    assert keys.derive(SOKHA, object_id="o", version=1, purpose="p")
    keys._file._connection.execute("PRAGMA busy_timeout = 50")
    locker = dbapi2.connect(str(places / "keys" / "keys.sqlite"), isolation_level=None)
    locker.execute("BEGIN EXCLUSIVE")
    with pytest.raises(KeyStoreUnavailable):
        keys.derive(SOKHA, object_id="o", version=1, purpose="p")
    with pytest.raises(KeyStoreUnavailable):
        keys.freeze(SOKHA)
    locker.execute("ROLLBACK")
    locker.close()
    assert keys.derive(SOKHA, object_id="o", version=1, purpose="p")
    keys.close()


def test_a_key_store_with_a_damaged_page_gives_no_key(places: Path) -> None:
    path = places / "keys" / "keys.sqlite"
    content = bytearray(path.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(KeyStoreUnavailable):
        open_key_store(places / "keys", demo_root(places / "root.key"))
    path.write_bytes(b"not a database at all, but quite long enough to be looked at")
    with pytest.raises(KeyStoreUnavailable):
        open_key_store(places / "keys", demo_root(places / "root.key"))
