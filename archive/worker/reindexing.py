"""Builds the search index anew from the database: after a restore, or when its files are damaged (docs/search.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import select

from archive.db.models import Testimony
from archive.identifiers import new_id
from archive.wiring import Archive
from archive.worker.handlers.index import as_it_is, lift_overlay, write_classes
from search.index import RebuildReport
from search.moments import Batch


class Rows:
    """`search.index.RebuildSource` over the database: the same batches that index steps would apply one by one."""

    def __init__(self, archive: Archive, on_testimony: Callable[[], None]) -> None:
        self._archive = archive
        self._on_testimony = on_testimony

    def testimonies(self) -> Iterator[Batch]:
        """Every testimony of which something may be found, at its version now."""
        with self._archive.database.snapshot() as look:
            ids = look.scalars(select(Testimony.id).order_by(Testimony.id)).all()
        for testimony_id in ids:
            batch = self.again(testimony_id)
            if batch is not None:
                yield batch
            self._on_testimony()

    def again(self, testimony_id: str) -> Batch | None:
        """That testimony as it is now; None if nothing of it may be found."""
        while True:
            indexed, version = as_it_is(self._archive, testimony_id)
            if indexed is None:
                return None
            with self._archive.database.uow() as tx:
                if tx.session.get_one(Testimony, testimony_id).index_version == version:
                    write_classes(tx, testimony_id, indexed, version)
                    return indexed.batch


def _nobody_watches() -> None:
    pass


def reindex(
    actor_id: str, archive: Archive, on_testimony: Callable[[], None] = _nobody_watches
) -> RebuildReport:
    """Fill a new index beside the old one under new keys, change over, and lift what it has caught up with.

    Searching goes on meanwhile in the old index, if there is one. `on_testimony` is called after each testimony.

    :raises SearchError: nothing was changed; the old index, if any, is still in use.
    """
    report = archive.index.rebuild(Rows(archive, on_testimony), new_id())
    with archive.database.uow() as tx:
        for testimony_id in tx.session.scalars(select(Testimony.id)).all():
            lift_overlay(tx, testimony_id, archive.index.confirmed(testimony_id) or 0)
        tx.audit(actor_id, "reindexed", report.build, testimonies=report.testimonies)
    return report
