"""An index that was lost is built again from the database, and finds what was found before, no more."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.db import models as m
from archive.worker.reindexing import reindex
from search.errors import IndexMissing
from search.index import PageRequest
from tests.worlds_site import Site, build_site, told_in_words


def found(site: Site, word: str = "river") -> set[str]:
    page = site.archive.search.search(None, word, {}, PageRequest())
    return {hit.testimony_id for hit in page.testimonies}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return build_site(tmp_path)


def test_a_lost_index_is_built_again(site: Site) -> None:
    kept, closed, draft = told_in_words(site), told_in_words(site), told_in_words(site, None)
    assert found(site) == {kept.id, closed.id}
    site.archive.index.close()
    shutil.rmtree(site.archive.places.index)
    with pytest.raises(IndexMissing):
        found(site)
    site.archive.consents.close_on_behalf(site.anna, closed.id)
    told: list[int] = []
    report = reindex("test", site.archive, lambda: told.append(1))
    assert (report.testimonies, len(told)) == (1, 3)
    assert found(site) == {kept.id}
    with site.archive.database.snapshot() as look:
        assert kept.id not in set(look.scalars(select(m.DenyOverlay.testimony_id)))
    assert draft.id not in found(site)


def test_an_index_built_anew_beside_the_old_one_hides_what_was_closed_meanwhile(site: Site) -> None:
    first, second = told_in_words(site), told_in_words(site)
    seen: list[int] = []

    def close_the_second() -> None:
        seen.append(1)
        if len(seen) == 2:
            site.archive.consents.close_on_behalf(site.anna, second.id)

    reindex("test", site.archive, close_the_second)
    assert found(site) == {first.id}
    site.work()
    assert found(site) == {first.id}
