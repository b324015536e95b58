"""The folder store keeps the contract of object stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.vault.local import LocalStore
from tests.contracts.object_store import ObjectStoreContract


class TestLocalStore(ObjectStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalStore:
        return LocalStore(tmp_path / "objects")
