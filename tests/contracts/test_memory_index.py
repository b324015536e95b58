"""The index in memory keeps the promise of every search index."""

from __future__ import annotations

import pytest

from search.index import SearchIndex
from search.memory import MemoryIndex
from tests.contracts.search_index import SearchIndexContract


class TestMemoryIndex(SearchIndexContract):
    @pytest.fixture
    def index(self) -> SearchIndex:
        return MemoryIndex()
