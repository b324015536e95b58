"""Root secrets, separate places, and the recovery copy."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.vault.errors import (
    ApprovalsMissing,
    KeyDropped,
    KeyFrozen,
    KeyStoreExists,
    KeyStoreUnavailable,
    PlacesNotSeparate,
    RootKeyUnusable,
    WrongRecoverySecret,
    WrongRootSecret,
)
from archive.vault.key_stores import create_key_store, open_key_store, restore_recovery_copy
from archive.vault.keys import KeyOwner
from archive.vault.recovery import new_recovery_secret
from archive.vault.roots import (
    Stretching,
    check_separate,
    create_demo_root,
    demo_root,
    passphrase_root,
    read_passphrase,
)
from archive.vault.sqlite_keys import SqliteKeyStore
from tests.unit.vault.conftest import MALY, SOKHA

QUICK = Stretching(memory_kib=64, passes=1)
PHRASE = "five quiet herons at dawn"


def a_key(keys: SqliteKeyStore, owner: KeyOwner = SOKHA) -> bytes:
    return keys.derive(owner, object_id="o", version=1, purpose="p")


# Mode demo


def test_the_root_key_file_is_private_and_opens_the_store(keys: SqliteKeyStore, places: Path) -> None:
    path = places / "root.key"
    assert path.stat().st_mode & 0o777 == 0o600
    again = open_key_store(places / "keys", demo_root(path))
    assert a_key(again) == a_key(keys)
    again.close()


def test_a_root_key_file_is_never_overwritten(places: Path) -> None:
    first = create_demo_root(places / "r.key")
    with pytest.raises(RootKeyUnusable):
        create_demo_root(places / "r.key")
    assert demo_root(places / "r.key") == first


@pytest.mark.parametrize(
    "content", [b"", b"saksi-root-1 abc", b"other " + b"00" * 32, b"saksi-root-1 zz", b"\xff\xfe"]
)
def test_what_is_no_root_key_is_refused(places: Path, content: bytes) -> None:
    path = places / "r.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(RootKeyUnusable):
        demo_root(path)


def test_a_root_key_that_others_may_read_is_refused(places: Path) -> None:
    create_demo_root(places / "r.key")
    (places / "r.key").chmod(0o640)
    with pytest.raises(RootKeyUnusable, match="chmod 600"):
        demo_root(places / "r.key")
    with pytest.raises(RootKeyUnusable):
        demo_root(places / "absent.key")


def test_another_root_key_opens_nothing(keys: SqliteKeyStore, places: Path) -> None:
    with pytest.raises(WrongRootSecret):
        open_key_store(places / "keys", create_demo_root(places / "other.key"))


def test_a_root_secret_is_not_printed(places: Path) -> None:
    root = create_demo_root(places / "r.key")
    assert root.material.hex() not in repr(root)
    assert PHRASE not in repr(passphrase_root(PHRASE))
    assert PHRASE not in str(passphrase_root(PHRASE))


# Mode passphrase


def test_only_the_passphrase_opens_a_passphrase_store(tmp_path: Path) -> None:
    keys = create_key_store(tmp_path / "k", passphrase_root(PHRASE), stretching=QUICK)
    keys.create(SOKHA)
    first = a_key(keys)
    keys.close()
    again = open_key_store(tmp_path / "k", passphrase_root(f" {PHRASE}\n"))
    assert a_key(again) == first
    assert again.status().mode == "passphrase"
    assert {n.key for n in again.status().not_promised} == {
        "running-machine-opens",
        "old-copies-open",
        "disk-residue",
    }
    again.close()
    for wrong in (
        passphrase_root(PHRASE + "s"),
        passphrase_root(PHRASE.upper()),
        create_demo_root(tmp_path / "r"),
    ):
        with pytest.raises(WrongRootSecret):
            open_key_store(tmp_path / "k", wrong)


def test_spellings_of_the_same_letters_are_one(tmp_path: Path) -> None:
    composed, decomposed = (
        "Tr\u1ea7n nh\u1edb nh\u00e0 x\u01b0a",
        "Tra\u0302\u0300n nho\u031b\u0301 nha\u0300 xu\u031ba",
    )
    create_key_store(tmp_path / "k", passphrase_root(composed), stretching=QUICK).close()
    open_key_store(tmp_path / "k", passphrase_root(decomposed)).close()


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(ValueError, match="15 characters"):
        passphrase_root("  too short     ")


def test_a_passphrase_comes_from_a_descriptor_or_a_private_file(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, PHRASE.encode() + b"\n")
    os.close(writing)
    file = tmp_path / "phrase"
    file.write_text(PHRASE + "\n")
    file.chmod(0o644)  # whatever the umask of this process is
    with pytest.raises(RootKeyUnusable):
        read_passphrase(file)
    file.chmod(0o600)
    create_key_store(tmp_path / "k", read_passphrase(reading), stretching=QUICK).close()
    open_key_store(tmp_path / "k", read_passphrase(file)).close()


# Places


def test_keys_beside_the_data_are_fine(tmp_path: Path) -> None:
    check_separate(tmp_path / "data", tmp_path / "keys", tmp_path / "root.key")
    check_separate(tmp_path / "data", tmp_path / "data-keys", None)


def test_keys_inside_or_around_the_data_are_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(data / "deep")
    for keys, root in (
        (data, None),
        (data / "keys", None),
        (data / "x" / ".." / "keys", None),
        (tmp_path, None),
        (tmp_path / "link", None),
        (tmp_path / "link" / "keys", None),
        (tmp_path / "keys", data / "root.key"),
        (tmp_path / "keys", tmp_path / "link" / "root.key"),
    ):
        with pytest.raises(PlacesNotSeparate):
            check_separate(data, keys, root)
    with pytest.raises(PlacesNotSeparate) as caught:
        check_separate(tmp_path / "link", data / "keys" / "..", data / "deep" / "root.key")
    assert len(caught.value.problems) == 2


# The recovery copy


@pytest.fixture
def paper() -> str:
    return new_recovery_secret()


@pytest.fixture
def slow_enough(tmp_path: Path) -> SqliteKeyStore:
    keys = create_key_store(tmp_path / "k", create_demo_root(tmp_path / "r.key"), stretching=QUICK)
    keys.create(SOKHA)
    keys.create(MALY)
    return keys


def restored(tmp_path: Path, paper: str) -> SqliteKeyStore:
    root = create_demo_root(tmp_path / "new.key")
    return restore_recovery_copy(tmp_path / "copy", paper, tmp_path / "new", root, stretching=QUICK)


def test_everything_comes_back_under_a_new_root(
    slow_enough: SqliteKeyStore, tmp_path: Path, paper: str
) -> None:
    keys = slow_enough
    now = datetime(2026, 1, 1, tzinfo=UTC)
    gone = KeyOwner(kind="person", id="gone")
    keys.create(gone)
    keys.schedule_drop(gone, now, ("a", "b"))
    keys.drop_due(now)
    keys.freeze(MALY)
    keys.require_consent_version(SOKHA, 4)
    keys.schedule_drop(MALY, datetime(2099, 1, 1, tzinfo=UTC), ("a", "b"))
    keys.write_recovery_copy(tmp_path / "copy", paper)
    new = restored(tmp_path, paper)
    new.release_hold(("a", "b"))
    assert a_key(new) == a_key(keys)
    assert new.named_key("database") == keys.named_key("database")
    assert new.min_consent_version(SOKHA) == 4
    assert new.scheduled_drops() == keys.scheduled_drops()
    with pytest.raises(KeyFrozen):
        a_key(new, MALY)
    with pytest.raises(KeyDropped):
        a_key(new, gone)
    assert new.status().generation >= keys.status().generation
    assert new.status().without_recovery_copy == 0
    new.write_recovery_copy(tmp_path / "copy-2")


def test_a_restored_store_opens_nothing_before_two_people_compared(
    slow_enough: SqliteKeyStore, tmp_path: Path, paper: str
) -> None:
    """The copy may be older than the last closing: here Sokha closed after it was written."""
    slow_enough.write_recovery_copy(tmp_path / "copy", paper)
    slow_enough.freeze(SOKHA)
    new = restored(tmp_path, paper)
    assert new.status().held
    for kind in ("person", "case", "evidence"):
        new.create(KeyOwner(kind=kind, id="x"))  # type: ignore[arg-type]
    closed = [SOKHA, MALY, *(KeyOwner(kind=kind, id="x") for kind in ("person", "case", "evidence"))]  # type: ignore[arg-type]
    for owner in closed:
        with pytest.raises(KeyFrozen):
            a_key(new, owner)
        assert new.is_frozen(owner)
    assert new.named_key("database")  # staff must be able to look
    with pytest.raises(ApprovalsMissing):
        new.release_hold(("a", "a"))
    with pytest.raises(KeyFrozen):
        a_key(new)
    new.freeze(SOKHA)
    new.release_hold(("a", "b"))
    assert a_key(new, MALY)
    with pytest.raises(KeyFrozen):
        a_key(new, SOKHA)


def test_the_secret_can_be_typed_carelessly(slow_enough: SqliteKeyStore, tmp_path: Path, paper: str) -> None:
    slow_enough.write_recovery_copy(tmp_path / "copy", paper)
    typed = " ".join(paper.lower().replace("0", "o").replace("1", "l").split("-")) + "\n"
    assert restored(tmp_path, typed).status().held


def test_later_copies_need_no_secret_and_hold_later_keys(
    slow_enough: SqliteKeyStore, tmp_path: Path, paper: str
) -> None:
    keys = slow_enough
    with pytest.raises(WrongRecoverySecret):
        keys.write_recovery_copy(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    keys.write_recovery_copy(tmp_path / "copy", paper)
    assert keys.status().without_recovery_copy == 0
    later = KeyOwner(kind="testimony", id="later")
    keys.create(later)
    assert keys.status().without_recovery_copy == 1
    keys.write_recovery_copy(tmp_path / "copy")
    assert keys.status().without_recovery_copy == 0
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
    with pytest.raises(WrongRecoverySecret):
        keys.write_recovery_copy(tmp_path / "copy", new_recovery_secret())
    new = restored(tmp_path, paper)
    new.release_hold(("a", "b"))
    assert a_key(new, later) == a_key(keys, later)


def test_without_the_secret_a_copy_is_noise(slow_enough: SqliteKeyStore, tmp_path: Path, paper: str) -> None:
    slow_enough.write_recovery_copy(tmp_path / "copy", paper)
    blob = (tmp_path / "copy").read_bytes()
    assert slow_enough.named_key("database") not in blob
    assert b"sokha" not in blob
    root = create_demo_root(tmp_path / "new.key")
    with pytest.raises(WrongRecoverySecret):
        restore_recovery_copy(tmp_path / "copy", new_recovery_secret(), tmp_path / "new", root)
    positions = [0, 8, 30, 45, 50, 55, 90, 120, len(blob) - 1]
    for position in positions:
        broken = bytearray(blob)
        broken[position] ^= 1
        (tmp_path / "broken").write_bytes(broken)
        with pytest.raises(WrongRecoverySecret):
            restore_recovery_copy(tmp_path / "broken", paper, tmp_path / "new", root)
    (tmp_path / "broken").write_bytes(blob[:60])
    with pytest.raises(WrongRecoverySecret):
        restore_recovery_copy(tmp_path / "broken", paper, tmp_path / "new", root)
    assert not (tmp_path / "new").exists()


def test_a_restore_never_overwrites_a_store(slow_enough: SqliteKeyStore, tmp_path: Path, paper: str) -> None:
    slow_enough.write_recovery_copy(tmp_path / "copy", paper)
    slow_enough.create(KeyOwner(kind="testimony", id="later"))
    with pytest.raises(KeyStoreExists):
        restore_recovery_copy(
            tmp_path / "copy", paper, tmp_path / "k", demo_root(tmp_path / "r.key"), stretching=QUICK
        )
    assert a_key(slow_enough, KeyOwner(kind="testimony", id="later"))


def test_a_copy_that_cannot_be_written_is_not_counted(
    slow_enough: SqliteKeyStore, tmp_path: Path, paper: str
) -> None:
    with pytest.raises(KeyStoreUnavailable):
        slow_enough.write_recovery_copy(tmp_path / "no-such-folder" / "copy", paper)
    assert slow_enough.status().recovery_generation is None
