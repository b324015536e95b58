"""The world that the fences look at."""

from __future__ import annotations

import pytest

from tests.leaks.telling import World
from tests.leaks.world import shared


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Built once; tests that change something build an archive of their own."""
    return shared(lambda: tmp_path_factory.mktemp("world"))
