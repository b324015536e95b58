"""A key store, a folder store and a vault in a temporary place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.vault.columns import Columns
from archive.vault.key_stores import create_key_store
from archive.vault.keys import KeyOwner
from archive.vault.local import LocalStore
from archive.vault.roots import create_demo_root
from archive.vault.sqlite_keys import SqliteKeyStore
from archive.vault.vault import Vault

SOKHA = KeyOwner(kind="testimony", id="sokha")
MALY = KeyOwner(kind="testimony", id="maly")


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """Holds `data`, `keys` and `root.key`."""
    return tmp_path


@pytest.fixture
def keys(places: Path) -> Iterator[SqliteKeyStore]:
    store = create_key_store(places / "keys", create_demo_root(places / "root.key"))
    store.create(SOKHA)
    store.create(MALY)
    yield store
    store.close()


@pytest.fixture
def store(places: Path) -> LocalStore:
    return LocalStore(places / "data" / "objects")


@pytest.fixture
def vault(store: LocalStore, keys: SqliteKeyStore) -> Vault:
    return Vault(store, keys)


@pytest.fixture
def columns(keys: SqliteKeyStore) -> Columns:
    return Columns(keys)
