"""Destroying keys: only by two people, never early, and then nowhere in the folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from archive.vault.errors import (
    ApprovalsMissing,
    DropNotScheduled,
    KeyDropped,
    KeyExists,
)
from archive.vault.key_stores import create_key_store
from archive.vault.keys import KeyOwner
from archive.vault.roots import create_demo_root
from archive.vault.sqlite_keys import SqliteKeyStore
from tests.unit.vault.conftest import MALY, SOKHA

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TWO = ("custodian-1", "custodian-2")


@dataclass
class Watch:
    """A clock that is set by hand."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


def a_key(keys: SqliteKeyStore, owner: KeyOwner = SOKHA, consent_version: int | None = None) -> bytes:
    return keys.derive(owner, object_id="o", version=1, purpose="p", consent_version=consent_version)


def raw_wrapped(folder: Path) -> dict[tuple[str, str], bytes]:
    connection = dbapi2.connect(str(folder / "keys.sqlite"))
    found = connection.execute("SELECT kind, id, wrapped FROM keys WHERE wrapped IS NOT NULL").fetchall()
    connection.close()
    return {(kind, id_): wrapped for kind, id_, wrapped in found}


def raw_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def watched(tmp_path: Path, watch: Watch) -> SqliteKeyStore:
    store = create_key_store(tmp_path / "k", create_demo_root(tmp_path / "r.key"), clock=watch)
    store.create(SOKHA)
    store.create(MALY)
    return store


def test_one_person_destroys_nothing(watched: SqliteKeyStore, watch: Watch) -> None:
    for approvals in ((), ("a",), ("a", "a"), ("a", "A ")):
        with pytest.raises(ApprovalsMissing):
            watched.schedule_drop(SOKHA, NOW, approvals)
    watch.moment = NOW + 1000 * DAY
    assert watched.drop_due(watch.now()) == ()
    assert a_key(watched)


def test_nothing_is_destroyed_before_its_day_by_either_clock(watched: SqliteKeyStore, watch: Watch) -> None:
    watched.schedule_drop(SOKHA, NOW + 90 * DAY, TWO)
    assert watched.scheduled_drops()[0].not_before == NOW + 90 * DAY
    assert watched.drop_due(NOW + 200 * DAY) == ()  # a caller with a wrong clock
    watch.moment = NOW + 200 * DAY
    assert watched.drop_due(NOW) == ()  # a machine with a wrong clock
    assert a_key(watched)
    watch.moment = NOW + 90 * DAY
    assert watched.drop_due(NOW + 90 * DAY) == (SOKHA,)
    assert watched.drop_due(NOW + 90 * DAY) == ()


def test_a_dropped_key_is_gone_and_never_made_again(watched: SqliteKeyStore, watch: Watch) -> None:
    watched.schedule_drop(SOKHA, NOW, TWO)
    watched.drop_due(NOW)
    with pytest.raises(KeyDropped):
        a_key(watched)
    with pytest.raises(KeyExists):
        watched.create(SOKHA)
    with pytest.raises(KeyDropped):
        watched.schedule_drop(SOKHA, NOW, TWO)
    watched.freeze(SOKHA)
    watched.thaw(SOKHA, TWO)
    assert watched.is_frozen(SOKHA)
    assert a_key(watched, MALY)
    assert watched.status().dropped == 1


def test_a_planned_destruction_can_be_called_off(watched: SqliteKeyStore, watch: Watch) -> None:
    watched.schedule_drop(SOKHA, NOW, TWO)
    watched.cancel_drop(SOKHA)
    assert watched.drop_due(NOW) == ()
    with pytest.raises(DropNotScheduled):
        watched.cancel_drop(SOKHA)


def test_a_moment_without_a_zone_is_refused(watched: SqliteKeyStore) -> None:
    with pytest.raises(ValueError, match="time zone"):
        watched.schedule_drop(SOKHA, NOW.replace(tzinfo=None), TWO)


def test_after_a_drop_the_bytes_are_nowhere_in_the_folder(watched: SqliteKeyStore, tmp_path: Path) -> None:
    """Owners in an order that splits pages in the middle; half of them dropped, in several goes."""
    owners = [
        KeyOwner(kind="testimony", id=hashlib.sha256(str(n).encode()).hexdigest()[: 8 + n % 50])
        for n in range(400)
    ]
    for owner in owners:
        watched.create(owner)
    for owner in owners[::3]:
        watched.freeze(owner)
    before = raw_wrapped(tmp_path / "k")
    assert all(
        wrapped in raw_bytes(tmp_path / "k") for wrapped in before.values()
    )  # the search can find them
    doomed = owners[::2]
    for start in range(0, len(doomed), 50):
        for owner in doomed[start : start + 50]:
            watched.schedule_drop(owner, NOW, TWO)
        watched.drop_due(NOW)
    after = raw_bytes(tmp_path / "k")
    left = [owner for owner in doomed if before[owner.kind, owner.id] in after]
    halves = [owner for owner in doomed if before[owner.kind, owner.id][20:44] in after]
    assert (left, halves) == ([], [])
    assert all(before[owner.kind, owner.id] in after for owner in owners[1::2])
    assert all(a_key(watched, owner) for owner in owners[1::2] if not watched.is_frozen(owner))
