"""Limits.

Somebody's no, a row of its own, in force at once; whatever it hides is gone from every page on the next
request.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from archive.actors import Actor
from archive.db import models as m
from archive.db.uow import Database, UnitOfWork
from archive.errors import Conflict, NotFound
from archive.gate.rules import limit_text
from archive.identifiers import new_id
from archive.steps import kinds
from consent.rules import Limit

CARRIERS = ("title", "summary", "tags")
"""What may repeat a hidden part; each is hidden with it until somebody found it free of it."""


class Limits:
    """Adds limits and notes what was found free of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, actor: Actor, testimony_id: str, limit: Limit, *, review_on: datetime | None = None) -> str:
        """Put a no into force, at once; returns its id. Masked copies are made for those who may still hear the rest.

        :raises NotFound: if the testimony is absent, or without the duty consent.
        """
        with self._database.uow() as tx:
            testimony = tx.session.get(m.Testimony, testimony_id)
            if testimony is None or not actor.has_duty("consent", testimony.collection_id):
                raise NotFound
            row = m.Limit(
                id=new_id(),
                testimony_id=testimony_id,
                party=limit.by,
                reason=limit.reason,
                rule=limit_text(limit),
                review_on=review_on,
                made_by=actor.id,
                made_at=tx.now,
            )
            tx.session.add(row)
            plan_masks(tx, testimony_id, tx.shown_changed(testimony_id))
            tx.audit(actor.id, "limit_added", row.id, reason=limit.reason)
            return row.id

    def found_free(
        self, actor: Actor, testimony_id: str, fields: Collection[str], *, limit_id: str | None
    ) -> None:
        """Note that someone read these fields and found them free of what the limit hides.

        With no limit: the catalogue entry was read and names nobody who must not be named.

        :raises Conflict: for a field that carries nothing.
        """
        if not set(fields) <= {*CARRIERS, "entry"}:
            raise Conflict("Only title, summary and tags can be found free. Nothing was changed.")
        with self._database.uow() as tx:
            testimony = tx.session.get(m.Testimony, testimony_id)
            if testimony is None or not actor.is_staff:
                raise NotFound
            actor.need_duty("describe", testimony.collection_id)
            for field in fields:
                tx.session.add(
                    m.FoundFree(
                        id=new_id(),
                        testimony_id=testimony_id,
                        limit_id=limit_id,
                        field=field,
                        found_by=actor.id,
                        found_at=tx.now,
                    )
                )
            tx.shown_changed(testimony_id)
            tx.audit(actor.id, "found_free", testimony_id, fields=sorted(fields))


def plan_masks(tx: UnitOfWork, testimony_id: str, index_version: int) -> None:
    """Put down a mask step for every recording of the testimony; the step itself finds out which masks are wanted."""
    recordings = tx.session.scalars(
        select(m.Original.id).where(
            m.Original.testimony_id == testimony_id, m.Original.kind.in_(("sound", "film"))
        )
    )
    for original_id in recordings:
        tx.step(
            kinds.MASK, original_id, testimony_id, version=index_version, priority=kinds.PRIORITY[kinds.MASK]
        )
