"""The vault: saved means read back; a closed owner reads nothing; the data folder alone is silent."""

from __future__ import annotations

import io
import random
import shutil
import tracemalloc
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.vault import vault as vault_module
from archive.vault.errors import (
    ConsentVersionTooOld,
    KeyDropped,
    KeyFrozen,
    KeyMissing,
    ObjectDamaged,
    ObjectDeleted,
    ObjectExists,
    ObjectMissing,
    SealBroken,
    SourceChanged,
    VaultReadBackFailed,
)
from archive.vault.keys import KeyOwner
from archive.vault.local import LocalStore
from archive.vault.sqlite_keys import SqliteKeyStore
from archive.vault.store import ObjectStat
from archive.vault.vault import Vault
from tests.unit.vault.conftest import MALY, SOKHA

CONTENT = random.Random(11).randbytes(300_000)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_what_was_put_is_read_in_ranges(vault: Vault, store: LocalStore) -> None:
    put = vault.put(SOKHA, "o1", 1, "original", io.BytesIO(CONTENT))
    assert (put.object_id, put.size_bytes) == ("o1", len(CONTENT))
    stat = store.stat(put.key)
    assert (put.sealed_bytes, put.sha512_sealed) == (stat.size, stat.sha512)
    assert vault.size(SOKHA, "o1", 1, "original") == len(CONTENT)
    for start, length in [
        (0, len(CONTENT)),
        (65_530, 20),
        (299_999, 50),
        (300_000, 5),
        (10**12, 5),
        (70_000, 0),
    ]:
        assert vault.read(SOKHA, "o1", 1, "original", start, length) == CONTENT[start : start + length]


def test_the_rest_of_a_source_is_sealed(vault: Vault) -> None:
    source = io.BytesIO(b"header" + CONTENT)
    source.seek(6)
    assert vault.put(SOKHA, "o1", 1, "original", source).size_bytes == len(CONTENT)
    assert vault.read(SOKHA, "o1", 1, "original", 0, 10**6) == CONTENT


def test_an_empty_file_is_kept_too(vault: Vault) -> None:
    vault.put(SOKHA, "o1", 1, "original", io.BytesIO())
    assert vault.read(SOKHA, "o1", 1, "original", 0, 10) == b""
    assert vault.size(SOKHA, "o1", 1, "original") == 0


def test_an_opened_object_is_a_seekable_file(vault: Vault, tmp_path: Path) -> None:
    vault.put(SOKHA, "o1", 1, "original", io.BytesIO(CONTENT))
    with vault.open(SOKHA, "o1", 1, "original") as file, (tmp_path / "copy").open("wb") as copy:
        shutil.copyfileobj(file, copy)
        assert file.seek(-10, io.SEEK_END) == len(CONTENT) - 10
        assert file.read() == CONTENT[-10:]
        assert file.seek(5) == 5
        assert file.seek(5, io.SEEK_CUR) == 10
        assert file.read(3) == CONTENT[10:13]
        with pytest.raises((ValueError, OSError)):
            file.seek(-1)
    assert (tmp_path / "copy").read_bytes() == CONTENT


def test_version_purpose_id_and_owner_are_part_of_the_question(vault: Vault) -> None:
    vault.put(SOKHA, "o1", 1, "original", io.BytesIO(CONTENT))
    for object_id, version, purpose in [("o2", 1, "original"), ("o1", 2, "original"), ("o1", 1, "listening")]:
        with pytest.raises(ObjectMissing):
            vault.read(SOKHA, object_id, version, purpose, 0, 1)
    for ask in (
        lambda: vault.read(MALY, "o1", 1, "original", 0, 1),
        lambda: vault.read(MALY, "o1", 1, "original", 10**9, 1),
        lambda: vault.size(MALY, "o1", 1, "original"),
        lambda: vault.open(MALY, "o1", 1, "original"),
    ):
        with pytest.raises(SealBroken):
            ask()
    assert vault.read(SOKHA, "o1", 1, "original", 0, 1) == CONTENT[:1]


def test_one_object_in_the_place_of_another_is_refused(vault: Vault, store: LocalStore, places: Path) -> None:
    """Someone who can write the folder exchanges two objects of one testimony."""
    root = places / "data" / "objects"
    one = vault.put(SOKHA, "o1", 1, "original", io.BytesIO(b"one"))
    other = vault.put(SOKHA, "o2", 1, "original", io.BytesIO(b"two"))
    older = vault.put(SOKHA, "o1", 2, "original", io.BytesIO(b"six"))
    blobs = {put.key: (root / f"{put.key}.object" / "sealed").read_bytes() for put in (one, other, older)}
    fresh = Vault(store, vault._keys)
    for wrong in (other, older):
        (root / f"{one.key}.object" / "sealed").write_bytes(blobs[wrong.key])
        for reader in (vault, fresh):
            with pytest.raises(SealBroken):
                reader.read(SOKHA, "o1", 1, "original", 0, 10)


def test_putting_again_finds_the_first_and_other_content_is_refused(vault: Vault) -> None:
    first = vault.put(SOKHA, "o1", 1, "original", io.BytesIO(CONTENT))
    assert vault.put(SOKHA, "o1", 1, "original", io.BytesIO(CONTENT)) == first
    with pytest.raises(ObjectExists):
        vault.put(SOKHA, "o1", 1, "original", io.BytesIO(CONTENT[:-1] + b"?"))
    with pytest.raises(ObjectExists):
        vault.put(SOKHA, "o1", 1, "original", io.BytesIO(CONTENT[:-1]))
    assert vault.read(SOKHA, "o1", 1, "original", 0, 10**6) == CONTENT


def test_a_deleted_object_cannot_be_put_again_and_needs_no_key_to_go(
    vault: Vault, keys: SqliteKeyStore
) -> None:
    vault.put(SOKHA, "o1", 1, "original", io.BytesIO(CONTENT))
    vault.read(SOKHA, "o1", 1, "original", 0, 1)
    keys.freeze(SOKHA)
    vault.delete("o1", 1, "original")
    vault.delete("o1", 1, "original")
    keys.thaw(SOKHA, ("a", "b"))
    with pytest.raises(ObjectDeleted):
        vault.read(SOKHA, "o1", 1, "original", 0, 1)
    with pytest.raises(ObjectDeleted):
        vault.put(SOKHA, "o1", 1, "original", io.BytesIO(CONTENT))


def test_a_file_that_grows_meanwhile_is_not_kept(vault: Vault, store: LocalStore) -> None:
    class Growing(io.BytesIO):
        def seek(self, offset: int, whence: int = 0, /) -> int:
            end = super().seek(offset, whence)
            return end - 5 if whence == io.SEEK_END else end

    with pytest.raises(SourceChanged):
        vault.put(SOKHA, "o1", 1, "original", Growing(CONTENT))
    assert list(store.keys()) == []


# Closing


def test_a_frozen_testimony_reads_nothing(vault: Vault, keys: SqliteKeyStore) -> None:
    vault.put(SOKHA, "o1", 1, "original", io.BytesIO(CONTENT))
    vault.put(MALY, "o2", 1, "original", io.BytesIO(CONTENT))
    running = vault.open(SOKHA, "o1", 1, "original")
    keys.freeze(SOKHA)
    for ask in (
        lambda: vault.read(SOKHA, "o1", 1, "original", 0, 1),
        lambda: vault.read(SOKHA, "o1", 1, "original", 10**9, 1),
        lambda: vault.size(SOKHA, "o1", 1, "original"),
        lambda: vault.put(SOKHA, "o3", 1, "original", io.BytesIO(b"x")),
        lambda: running.read(1),
    ):
        with pytest.raises(KeyFrozen):
            ask()
    assert vault.read(MALY, "o2", 1, "original", 0, 5) == CONTENT[:5]


def test_a_freeze_cuts_a_running_copy(keys: SqliteKeyStore, vault: Vault) -> None:
    vault.put(SOKHA, "o1", 1, "original", io.BytesIO(bytes(3 * vault_module.MIB)))
    running = vault.open(SOKHA, "o1", 1, "original")
    assert len(running.read(vault_module.MIB)) == vault_module.MIB
    keys.freeze(SOKHA)
    with pytest.raises(KeyFrozen):
        running.read()


def test_an_older_consent_reads_nothing(vault: Vault, keys: SqliteKeyStore) -> None:
    vault.put(SOKHA, "o1", 1, "original", io.BytesIO(CONTENT))
    keys.require_consent_version(SOKHA, 2)
    assert vault.read(SOKHA, "o1", 1, "original", 0, 1, consent_version=2) == CONTENT[:1]
    with pytest.raises(ConsentVersionTooOld):
        vault.read(SOKHA, "o1", 1, "original", 0, 1, consent_version=1)
    with pytest.raises(ConsentVersionTooOld):
        vault.size(SOKHA, "o1", 1, "original", consent_version=1)


def test_after_a_drop_nothing_opens(vault: Vault, keys: SqliteKeyStore) -> None:
    vault.put(SOKHA, "o1", 1, "original", io.BytesIO(CONTENT))
    keys.schedule_drop(SOKHA, LONG_AGO, ("a", "b"))
    keys.drop_due(datetime.now(UTC))
    with pytest.raises(KeyDropped):
        vault.read(SOKHA, "o1", 1, "original", 0, 1)
    vault.delete("o1", 1, "original")


def test_a_freeze_during_a_put_leaves_nothing(keys: SqliteKeyStore, store: LocalStore) -> None:
    class FrozenMeanwhile(LocalStore):
        def put(self, key: str, chunks: Iterable[bytes]) -> ObjectStat:
            stat = super().put(key, chunks)
            keys.freeze(SOKHA)
            return stat

    with pytest.raises(KeyFrozen):
        Vault(FrozenMeanwhile(store._root), keys).put(SOKHA, "o1", 1, "original", io.BytesIO(CONTENT))
    assert list(store.keys()) == []


# Reading back


class LyingStore(LocalStore):
    """A disk that says "written" and writes something else."""

    lie = "none"

    def put(self, key: str, chunks: Iterable[bytes]) -> ObjectStat:
        return super().put(key, self._bent(chunks))

    def _bent(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for number, chunk in enumerate(chunks):
            if self.lie == "bit" and number == 3:
                yield chunk[:-20] + bytes([chunk[-20] ^ 4]) + chunk[-19:]
            elif self.lie == "padding" and number == 5:
                yield chunk[:-1] + bytes([chunk[-1] ^ 1])
            elif self.lie == "cut" and number == 4:
                return
            elif self.lie != "lost chunk" or number != 2:
                yield chunk

    def read(self, key: str, start: int, length: int) -> bytes:
        if self.lie == "never stored":
            raise ObjectMissing(key)
        return super().read(key, start, length)


@pytest.mark.parametrize("lie", ["bit", "padding", "cut", "lost chunk", "never stored"])
def test_a_disk_that_lies_is_found_before_saved_is_said(
    store: LocalStore, keys: SqliteKeyStore, lie: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lying = LyingStore(store._root)
    monkeypatch.setattr(LyingStore, "lie", lie)
    with pytest.raises(VaultReadBackFailed):
        Vault(lying, keys).put(SOKHA, "o1", 1, "original", io.BytesIO(CONTENT))
    assert list(store.keys()) == []
    monkeypatch.setattr(LyingStore, "lie", "none")
    Vault(lying, keys).put(SOKHA, "o1", 1, "original", io.BytesIO(CONTENT))
    assert Vault(store, keys).read(SOKHA, "o1", 1, "original", 0, 10**6) == CONTENT


def test_a_flipped_bit_is_refused_when_read(vault: Vault, store: LocalStore, places: Path) -> None:
    put = vault.put(SOKHA, "o1", 1, "original", io.BytesIO(CONTENT))
    path = places / "data" / "objects" / f"{put.key}.object" / "sealed"
    whole = path.read_bytes()
    rng = random.Random(5)
    for _ in range(300):
        position = rng.randrange(
            len(whole) - 5_000
        )  # the last bytes are padding, which a range does not touch
        path.write_bytes(
            whole[:position] + bytes([whole[position] ^ 1 << rng.randrange(8)]) + whole[position + 1 :]
        )
        with pytest.raises(ObjectDamaged):
            Vault(store, vault._keys).read(SOKHA, "o1", 1, "original", 0, 10**6)


def test_memory_stays_flat(vault: Vault, tmp_path: Path) -> None:
    with (tmp_path / "long").open("wb") as file:
        file.truncate(64 * vault_module.MIB)
    tracemalloc.start()
    with (tmp_path / "long").open("rb") as source:
        vault.put(SOKHA, "o1", 1, "original", source)
    with vault.open(SOKHA, "o1", 1, "original") as file:
        while file.read(vault_module.MIB):
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * vault_module.MIB


def test_more_objects_than_are_remembered(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault_module, "_OPENINGS", 3)
    for number in range(10):
        vault.put(SOKHA, f"o{number}", 1, "original", io.BytesIO(b"%d" % number))
    for number in (0, 9, 5, 0, 1, 9):
        assert vault.read(SOKHA, f"o{number}", 1, "original", 0, 9) == b"%d" % number
    assert len(vault._openings) <= 3


def test_an_owner_without_a_key_gets_no_vault(vault: Vault, store: LocalStore) -> None:
    with pytest.raises(KeyMissing):
        vault.put(KeyOwner(kind="person", id="unknown"), "o1", 1, "voice", io.BytesIO(b"x"))
    assert list(store.keys()) == []
