"""The encrypted SQLite index keeps the promise of every search index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from search.index import SearchIndex
from search.sqlite import SqliteIndex
from tests.contracts.search_index import SearchIndexContract
from tests.contracts.search_keys import KeysInMemory


class TestSqliteIndex(SearchIndexContract):
    @pytest.fixture
    def index(self, tmp_path: Path) -> Iterator[SearchIndex]:
        index = SqliteIndex(tmp_path / "index", KeysInMemory())
        index.ensure("first")
        yield index
        index.close()
