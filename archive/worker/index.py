"""The index step: hands a testimony's moments to the index, and remembers what hits will be decided by.

Classes and pieces are written down before the index gets the batch; the deny overlay is lifted only for versions that
the index has left behind (docs/search.md).
"""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from archive.db import models as m
from archive.db.uow import Database, UnitOfWork
from archive.gate.policies import Policies
from archive.reading.moments import IndexedTestimony, batch_of
from archive.services.owners import Fields
from archive.steps import ledger
from archive.steps.ledger import Claimed
from archive.vault.keys import KeyStore
from consent.vocabulary import State
from search.index import SearchIndex
from search.moments import Batch


class IndexStep:
    """Brings the index up to a testimony's newest version; running it twice changes nothing."""

    def __init__(self, database: Database, keys: KeyStore, fields: Fields, index: SearchIndex) -> None:
        self._database = database
        self._keys = keys
        self._fields = fields
        self._index = index

    def __call__(self, claimed: Claimed) -> None:
        indexed = self.batch(claimed.subject_id)
        with self._database.uow() as tx:
            remember(tx, indexed)
        self._index.apply(indexed.batch)
        with self._database.uow() as tx:
            caught_up(tx, claimed.subject_id, indexed.batch.index_version)
            ledger.finish(tx, claimed)

    def batch(self, testimony_id: str) -> IndexedTestimony:
        """The testimony as it stands now; nothing of one that is not open to anyone."""
        now = self._database.clock.now()
        with self._database.snapshot() as look:
            policies = Policies(look, self._keys)
            if policies.testimony(testimony_id).state == State.ACTIVE:
                return batch_of(look, policies, self._fields, testimony_id, now)
            version = look.scalar(select(m.Testimony.index_version).where(m.Testimony.id == testimony_id)) or 1
            return IndexedTestimony(batch=Batch(testimony_id=testimony_id, index_version=version), classes=(), pieces=())


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
