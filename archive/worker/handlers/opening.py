"""A consent takes effect: a testimony that waited opens once every narrator's word counts; the index learns of it."""

from __future__ import annotations

from datetime import datetime

from archive.actors import WORKER
from archive.db.models import Testimony
from archive.gate.policies import Policies
from archive.steps import ledger
from archive.steps.ledger import Claimed
from archive.worker.tools import Tools
from consent.rules import Testimony as Policy
from consent.vocabulary import Status

OPENED = "opened"


def run(tools: Tools, claimed: Claimed) -> None:
    """Runs when the record's time has come (the step waits for it). A second run changes nothing."""
    with tools.archive.database.uow() as tx:
        if claimed.checkpoint != OPENED:
            row = tx.session.get_one(Testimony, claimed.testimony_id)
            policy = Policies(tx.session, tools.archive.keys).testimony(row.id)
            if row.state == "thinking" and everyone_agreed(policy, tx.now):
                row.state, row.state_since = "active", tx.now
                tx.audit(WORKER, "opened", row.id)
            tx.shown_changed(row.id)
            ledger.keep_checkpoint(tx, claimed, OPENED, progress=1, total=1)
        ledger.finish(tx, claimed)


def everyone_agreed(policy: Policy, now: datetime) -> bool:
    """Whether each narrator has a confirmed word that counts by now (docs/consent.md, several narrators)."""
    agreed = {
        record.narrator
        for record in policy.consents
        if record.status in {Status.GIVEN, Status.RENEWED} and record.effective <= now
    }
    return bool(policy.narrators) and agreed.issuperset(policy.narrators)
