"""Work on a testimony: a failed step is started again by someone with a task on it."""

from __future__ import annotations

from archive.actors import Actor
from archive.db import models as m
from archive.db.uow import Database
from archive.errors import NotFound
from archive.services.tasks import need_task
from archive.steps import ledger


class Work:
    """What people do about steps."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start_again(self, actor: Actor, testimony_id: str, step_id: str) -> None:
        """Try a failed step anew. :raises NotFound: without a task on the testimony, or if the step is not its."""
        with self._database.uow() as tx:
            need_task(tx, actor, testimony_id)
            step = tx.session.get(m.Step, step_id)
            if step is None or step.testimony_id != testimony_id:
                raise NotFound
            ledger.start_again(tx, step_id)
            tx.audit(actor.id, "step_started_again", step_id)
