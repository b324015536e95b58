"""The key store: one random key for each owner, and closings that bite at once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from sqlcipher3 import dbapi2

from archive.vault.errors import (
    ApprovalsMissing,
    ArchiveKeyIsKept,
    ConsentVersionTooOld,
    KeyDropped,
    KeyExists,
    KeyFrozen,
    KeyMissing,
    KeyStoreExists,
    KeyStoreMissing,
    WrongRootSecret,
)
from archive.vault.key_stores import create_key_store, open_key_store
from archive.vault.keys import STANDING_NAMES, KeyOwner, OwnerKind, derived_key, length_prefixed
from archive.vault.roots import create_demo_root, demo_root
from archive.vault.sqlite_keys import SqliteKeyStore
from tests.unit.vault.conftest import MALY, SOKHA

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TWO = ("custodian-1", "custodian-2")


def a_key(keys: SqliteKeyStore, owner: KeyOwner = SOKHA, consent_version: int | None = None) -> bytes:
    return keys.derive(owner, object_id="o", version=1, purpose="p", consent_version=consent_version)


def raw_wrapped(folder: Path) -> dict[tuple[str, str], bytes]:
    connection = dbapi2.connect(str(folder / "keys.sqlite"))
    found = connection.execute("SELECT kind, id, wrapped FROM keys WHERE wrapped IS NOT NULL").fetchall()
    connection.close()
    return {(kind, id_): wrapped for kind, id_, wrapped in found}


def raw_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


# Making and deriving


def test_only_a_deposit_makes_a_key_and_only_once(keys: SqliteKeyStore) -> None:
    new = KeyOwner(kind="testimony", id="new")
    with pytest.raises(KeyMissing):
        a_key(keys, new)
    keys.create(new)
    first = a_key(keys, new)
    with pytest.raises(KeyExists):
        keys.create(new)
    assert a_key(keys, new) == first


def test_every_part_of_the_question_gives_another_key(keys: SqliteKeyStore) -> None:
    ask = {"object_id": "o", "version": 1, "purpose": "p", "salt": b"s" * 32}
    answers = {keys.derive(SOKHA, **ask)}  # type: ignore[arg-type]
    others = [
        {"object_id": "o1", "version": 11},
        {"object_id": "q"},
        {"version": 2},
        {"purpose": "q"},
        {"salt": b"t" * 32},
    ]
    for other in others:
        answers.add(keys.derive(SOKHA, **(ask | other)))  # type: ignore[arg-type]
    answers.add(keys.derive(MALY, **ask))  # type: ignore[arg-type]
    assert len(answers) == 7
    assert {len(key) for key in answers} == {32}


def test_the_same_id_in_two_kinds_is_two_owners(keys: SqliteKeyStore) -> None:
    owners = [KeyOwner(kind=kind, id="same") for kind in get_args(OwnerKind)]
    for owner in owners:
        keys.create(owner)
    assert len({a_key(keys, owner) for owner in owners}) == len(owners)


def test_no_two_lists_of_parts_are_one() -> None:
    assert length_prefixed("ab", "c") != length_prefixed("a", "bc")
    assert length_prefixed("1", 12) != length_prefixed("11", 2)


def test_derivation_is_frozen() -> None:
    """Sealed columns and objects of every archive hang on this; it may never change."""
    key = derived_key(bytes(range(32)), object_id="abc", version=3, purpose="column:text", salt=b"")
    assert key.hex() == "5900c97d1c02b3724ea13d3427fea4d8752c81812f74f22d158f4de4d6e640f4"
    key = derived_key(bytes(range(32)), object_id="abc", version=3, purpose="object:original", salt=bytes(32))
    assert key.hex() == "f92e43a025d51309a5194483aa1af398bc8c5fde7712a5d08639971c737653d7"


def test_keys_are_wrapped_and_bound_to_their_owner(keys: SqliteKeyStore, places: Path) -> None:
    """Exchanging two wrapped keys in the file opens neither testimony under the other's name."""
    wrapped = raw_wrapped(places / "keys")
    connection = dbapi2.connect(str(places / "keys" / "keys.sqlite"))
    for one, other in ((SOKHA, MALY), (MALY, SOKHA)):
        connection.execute(
            "UPDATE keys SET wrapped = ? WHERE kind = ? AND id = ?",
            (wrapped[other.kind, other.id], one.kind, one.id),
        )
    connection.commit()
    connection.close()
    for owner in (SOKHA, MALY):
        with pytest.raises(WrongRootSecret):
            a_key(keys, owner)


def test_no_key_stands_open_in_the_folder(keys: SqliteKeyStore, places: Path) -> None:
    content = raw_bytes(places / "keys")
    for name in STANDING_NAMES:
        assert keys.named_key(name) not in content


# Closings


def test_a_frozen_owner_gets_no_key_until_two_people_thaw(keys: SqliteKeyStore) -> None:
    before = a_key(keys)
    keys.freeze(SOKHA)
    keys.freeze(SOKHA)
    assert keys.is_frozen(SOKHA)
    with pytest.raises(KeyFrozen):
        a_key(keys)
    assert a_key(keys, MALY)
    for approvals in ((), ("a",), ("a", "a"), ("a", " A "), ("a", ""), "ab"):
        with pytest.raises(ApprovalsMissing):
            keys.thaw(SOKHA, approvals)
        assert keys.is_frozen(SOKHA)
    keys.thaw(SOKHA, TWO)
    assert a_key(keys) == before


def test_a_freeze_outlives_the_process(keys: SqliteKeyStore, places: Path) -> None:
    keys.freeze(SOKHA)
    keys.close()
    again = open_key_store(places / "keys", demo_root(places / "root.key"))
    with pytest.raises(KeyFrozen):
        a_key(again)
    again.close()


def test_what_was_never_there_cannot_be_frozen(keys: SqliteKeyStore) -> None:
    with pytest.raises(KeyMissing):
        keys.freeze(KeyOwner(kind="testimony", id="nobody"))


def test_an_older_consent_is_refused_and_the_number_never_falls(keys: SqliteKeyStore) -> None:
    assert keys.min_consent_version(SOKHA) == 0
    assert a_key(keys, consent_version=1)
    keys.require_consent_version(SOKHA, 3)
    keys.require_consent_version(SOKHA, 2)
    assert keys.min_consent_version(SOKHA) == 3
    with pytest.raises(ConsentVersionTooOld) as caught:
        a_key(keys, consent_version=2)
    assert (caught.value.version, caught.value.required) == (2, 3)
    assert a_key(keys, consent_version=3) == a_key(keys, consent_version=4) == a_key(keys)
    assert a_key(keys, MALY, consent_version=0)


def test_another_connection_sees_a_change_at_once(keys: SqliteKeyStore, places: Path) -> None:
    other = open_key_store(places / "keys", demo_root(places / "root.key"))
    new = KeyOwner(kind="case", id="new")
    for _ in range(20):
        assert a_key(other) == a_key(keys)
        keys.freeze(SOKHA)
        with pytest.raises(KeyFrozen):
            a_key(other)
        other.thaw(SOKHA, TWO)
        assert a_key(keys)
    other.create(new)
    assert a_key(keys, new) == a_key(other, new)
    other.close()


def test_threads_share_a_store(keys: SqliteKeyStore) -> None:
    """Eight threads derive while one makes, freezes and thaws: no error, and never a key while frozen."""
    stop, wrong = threading.Event(), []

    def reader() -> None:
        while not stop.is_set():
            try:
                a_key(keys, MALY)
                a_key(keys, SOKHA)
            except KeyFrozen:
                pass
            except Exception as error:  # noqa: BLE001 - collected for the assertion
                wrong.append(error)

    threads = [threading.Thread(target=reader) for _ in range(8)]
    for thread in threads:
        thread.start()
    for number in range(15):
        keys.create(KeyOwner(kind="person", id=f"p{number}"))
        keys.freeze(SOKHA)
        with pytest.raises(KeyFrozen):
            a_key(keys, SOKHA)
        keys.thaw(SOKHA, TWO)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert keys.status().keys["person"] == 15


# The archive's own keys


def test_an_index_key_is_made_used_and_destroyed(keys: SqliteKeyStore, places: Path) -> None:
    made = keys.new_named_key("index:b1")
    assert keys.named_key("index:b1") == made
    wrapped = raw_wrapped(places / "keys")["named", "index:b1"]
    with pytest.raises(KeyExists):
        keys.new_named_key("index:b1")
    keys.drop_named_key("index:b1")
    with pytest.raises(KeyDropped):
        keys.named_key("index:b1")
    with pytest.raises(KeyExists):
        keys.new_named_key("index:b1")
    assert wrapped not in raw_bytes(places / "keys")


def test_no_single_act_destroys_the_archive(keys: SqliteKeyStore) -> None:
    for name in STANDING_NAMES:
        before = keys.named_key(name)
        with pytest.raises(ArchiveKeyIsKept):
            keys.drop_named_key(name)
        assert keys.named_key(name) == before
    assert len({keys.named_key(name) for name in STANDING_NAMES}) == len(STANDING_NAMES)
    with pytest.raises(KeyMissing):
        keys.named_key("index:never")
    with pytest.raises(KeyMissing):
        keys.drop_named_key("index:never")


# The folder


def test_a_store_is_never_made_over_another(keys: SqliteKeyStore, places: Path) -> None:
    before = a_key(keys)
    with pytest.raises(KeyStoreExists):
        create_key_store(places / "keys", demo_root(places / "root.key"))
    assert a_key(keys) == before
    assert [p.name for p in (places / "keys").iterdir()] == ["keys.sqlite"]


def test_an_absent_store_says_so_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(KeyStoreMissing):
        open_key_store(tmp_path / "nowhere", create_demo_root(tmp_path / "root.key"))
    assert not (tmp_path / "nowhere").exists()


def test_others_cannot_read_the_folder(keys: SqliteKeyStore, places: Path) -> None:
    assert (places / "keys").stat().st_mode & 0o077 == 0
    assert (places / "keys" / "keys.sqlite").stat().st_mode & 0o077 == 0


def test_status_counts_and_tells_what_is_not_promised(keys: SqliteKeyStore) -> None:
    keys.freeze(SOKHA)
    keys.schedule_drop(MALY, NOW + DAY, TWO)
    status = keys.status()
    assert status.mode == "demo"
    assert dict(status.keys) == {"named": len(STANDING_NAMES), "testimony": 2}
    assert (status.frozen, status.dropped, status.scheduled_drops, status.held) == (1, 0, 1, False)
    assert status.recovery_generation is None
    assert status.without_recovery_copy == 2 + len(STANDING_NAMES)
    assert {n.key for n in status.not_promised} == {"demo-opens-all", "old-copies-open"}
    generation = status.generation
    keys.thaw(SOKHA, TWO)
    assert keys.status().generation == generation + 1
