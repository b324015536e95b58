"""The search index learns what a testimony shows now; only then is its entry in the deny overlay lifted."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.dialects.sqlite import insert

from archive.db.models import AccessClass, DenyOverlay, IndexedPiece, Testimony, TestimonyClass
from archive.db.uow import UnitOfWork
from archive.gate.policies import Policies
from archive.reading.moments import IndexedTestimony, batch_of
from archive.services.owners import testimony_key
from archive.steps import ledger
from archive.steps.ledger import Claimed
from archive.vault.errors import KeyFrozen, KeyMissing
from archive.wiring import Archive
from archive.worker.tools import Tools


def run(tools: Tools, claimed: Claimed) -> None:
    """Bring the index to the testimony's version of now, which may be later than the step's.

    Classes and places of pieces are written first, so that no hit is met that cannot be decided. Running twice, or
    late, changes nothing: the index ignores a version it has. If the testimony moved on while it was read, the step of
    the newer version does the work: older classes and places must not be written over newer ones.
    """
    archive = tools.archive
    indexed, version = as_it_is(archive, claimed.testimony_id)
    if indexed is None:
        archive.index.withdraw(claimed.testimony_id, version)
    else:
        with archive.database.uow() as tx:
            if tx.session.get_one(Testimony, claimed.testimony_id).index_version != version:
                ledger.finish(tx, claimed)
                return
            ledger.hold(tx, claimed, progress=1, total=2)
            write_classes(tx, claimed.testimony_id, indexed, version)
        archive.index.apply(indexed.batch)
    held = archive.index.confirmed(claimed.testimony_id) or 0
    with archive.database.uow() as tx:
        lift_overlay(tx, claimed.testimony_id, held)
        ledger.finish(tx, claimed)


def as_it_is(archive: Archive, testimony_id: str) -> tuple[IndexedTestimony | None, int]:
    """What may be found of it, in one snapshot; None where it is not open or its key is closed."""
    with archive.database.snapshot() as look:
        row = look.get_one(Testimony, testimony_id)
        try:
            frozen = archive.keys.is_frozen(testimony_key(testimony_id))
            if row.state != "active" or frozen:
                return None, row.index_version
            batch = batch_of(
                look, Policies(look, archive.keys), archive.fields, testimony_id, archive.clock.now()
            )
        except (KeyFrozen, KeyMissing):
            return None, row.index_version
        return batch, row.index_version


def write_classes(tx: UnitOfWork, testimony_id: str, indexed: IndexedTestimony, version: int) -> None:
    """The classes of its moments, and where pieces of segments lie, before the index holds the moments themselves."""
    for rules in indexed.classes:
        written = {"key": rules.key, "rules": rules.to_json()}
        tx.session.execute(
            insert(AccessClass)
            .values(**written)
            .on_conflict_do_update(index_elements=["key"], set_={"rules": written["rules"]})
        )
        tx.session.execute(
            insert(TestimonyClass)
            .values(testimony_id=testimony_id, key=rules.key, index_version=version)
            .on_conflict_do_update(index_elements=["testimony_id", "key"], set_={"index_version": version})
        )
    for piece in indexed.pieces:
        place = {
            "segment_id": piece.segment_id, "start_ms": piece.start_ms, "end_ms": piece.end_ms,
            "start_char": piece.start_char, "end_char": piece.end_char,
        }  # fmt: skip
        tx.session.execute(
            insert(IndexedPiece)
            .values(moment_id=piece.moment_id, testimony_id=testimony_id, **place)
            .on_conflict_do_update(index_elements=["moment_id"], set_=place)
        )


def lift_overlay(tx: UnitOfWork, testimony_id: str, held: int) -> None:
    """The index holds this version: nothing older of it is found any more, so nothing older need be kept from it.

    Classes that only older rows carried go too; pieces stay, since a segment's id is never used again.
    """
    tx.session.execute(
        delete(DenyOverlay).where(DenyOverlay.testimony_id == testimony_id, DenyOverlay.index_version < held)
    )
    tx.session.execute(
        delete(TestimonyClass).where(
            TestimonyClass.testimony_id == testimony_id, TestimonyClass.index_version < held
        )
    )
