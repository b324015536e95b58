"""Closing a testimony: one act, at once, before any question is asked.

The key store is told first, so that even an old backup of the database opens nothing (docs/security.md); then one
transaction shuts every door, ends all assignments and waiting work, and hides the index rows.
"""

from __future__ import annotations

from archive.db.models import Testimony
from archive.db.uow import Database
from archive.services import tasks
from archive.services.owners import testimony_key
from archive.steps import ledger
from archive.vault.keys import KeyStore

CLOSABLE = frozenset({"draft", "thinking", "active", "disputed"})


def close_testimony(database: Database, keys: KeyStore, testimony_id: str, *, by: str, how: str) -> None:
    """Seal the testimony. Closing what is closed changes nothing but the audit."""
    keys.freeze(testimony_key(testimony_id))
    with database.uow() as tx:
        testimony = tx.session.get_one(Testimony, testimony_id)
        if testimony.state in CLOSABLE:
            testimony.state, testimony.state_since = "sealed", tx.now
            tasks.end_all(tx, testimony_id)
            ledger.end_open(tx, testimony_id, "The testimony was closed.")
            tx.shown_changed(testimony_id)
        tx.audit(by, "closed", testimony_id, how=how)
