"""What the database remembers of the index: interned classes, pieces of segments, and which closings it has caught up with."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.dialects.sqlite import insert

from archive.db import models as m
from archive.db.uow import UnitOfWork
from archive.reading.moments import IndexedTestimony


def remember(tx: UnitOfWork, indexed: IndexedTestimony) -> None:
    """Write down the classes and pieces of a batch, before the index gets it, so that every hit can be decided."""
    testimony_id, version = indexed.batch.testimony_id, indexed.batch.index_version
    tx.session.execute(delete(m.TestimonyClass).where(m.TestimonyClass.testimony_id == testimony_id))
    tx.session.execute(delete(m.IndexedPiece).where(m.IndexedPiece.testimony_id == testimony_id))
    for rules in indexed.classes:
        tx.session.execute(
            insert(m.AccessClass).values(key=rules.key, rules=rules.to_json()).on_conflict_do_update(
                index_elements=["key"], set_={"rules": rules.to_json()}
            )
        )
        tx.session.add(m.TestimonyClass(testimony_id=testimony_id, key=rules.key, index_version=version))
    tx.session.add_all(
        m.IndexedPiece(
            moment_id=piece.moment_id, testimony_id=testimony_id, segment_id=piece.segment_id, start_ms=piece.start_ms,
            end_ms=piece.end_ms, start_char=piece.start_char, end_char=piece.end_char,
        )
        for piece in indexed.pieces
    )


def caught_up(tx: UnitOfWork, testimony_id: str, index_version: int) -> None:
    """The index holds this version: closings before it need no overlay any more; one at it or later still does."""
    tx.session.execute(
        delete(m.DenyOverlay).where(m.DenyOverlay.testimony_id == testimony_id, m.DenyOverlay.index_version < index_version)
    )
