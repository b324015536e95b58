"""Renditions: sealed, read back and written down; a masked copy is served only after a second person has checked it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, update

from archive.actors import Actor
from archive.db.masks import Mask, mask_text
from archive.db.models import Original, Rendition
from archive.db.uow import Database, UnitOfWork
from archive.errors import Conflict, NotFound, OwnAct
from archive.identifiers import new_id
from archive.services.owners import testimony_key
from archive.services.tasks import has_task
from archive.vault.vault import Vault

LISTENING, VIDEO_240P, POSTER, THUMBNAIL, PEAKS = "listening", "video240", "poster", "thumbnail", "peaks"
PICTURE_PROFILES = (POSTER, THUMBNAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFile:
    """A rendition lying in scratch, ready to be sealed."""

    path: Path
    profile: str
    mime: str
    length_ms: int
    mask: Mask = ()
    measured: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFile:
    """A rendition in the vault, not yet written down."""

    id: str
    made: MadeFile
    object_key: str
    size_bytes: int


class Renditions:
    """Keeps what was made from an original."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def seal(self, testimony_id: str, made: MadeFile) -> SealedFile:
        """Seal and read back; nothing is written down yet. :raises StoreFull, VaultReadBackFailed:"""
        rendition_id = new_id()
        with made.path.open("rb") as source:
            sealed = self._vault.put(
                testimony_key(testimony_id),
                object_id=rendition_id,
                version=1,
                purpose="rendition",
                source=source,
            )
        return SealedFile(id=rendition_id, made=made, object_key=sealed.key, size_bytes=sealed.size_bytes)

    def write_down(self, tx: UnitOfWork, original: Original, sealed: SealedFile, *, made_by: str) -> None:
        """Add the row; an older rendition of the same profile and mask is replaced, its address is gone."""
        made = sealed.made
        for old in tx.session.scalars(
            select(Rendition).where(
                Rendition.original_id == original.id,
                Rendition.profile == made.profile,
                Rendition.mask == mask_text(made.mask),
                Rendition.replaced_at.is_(None),
            )
        ):
            old.replaced_at = tx.now
        tx.session.add(
            Rendition(
                id=sealed.id,
                original_id=original.id,
                testimony_id=original.testimony_id,
                profile=made.profile,
                mask=mask_text(made.mask),
                mime=made.mime,
                object_key=sealed.object_key,
                size_bytes=sealed.size_bytes,
                length_ms=made.length_ms,
                made_at=tx.now,
                made_by=made_by,
                measured=" ".join(made.measured),
            )
        )

    def check_mask(self, actor: Actor, rendition_id: str) -> None:
        """A person other than its maker has listened to a masked copy and found nothing of the hidden part in it.

        :raises NotFound: without an assignment for it. :raises OwnAct: if the actor made it.
        :raises Conflict: if there is nothing to check.
        """
        with self._database.uow() as tx:
            rendition = tx.session.get(Rendition, rendition_id)
            if rendition is None or not has_task(
                tx.session, actor, rendition.testimony_id, tx.now, among=("check", "hide")
            ):
                raise NotFound
            if not rendition.mask or rendition.replaced_at is not None or rendition.checked_at is not None:
                raise Conflict(
                    "There is nothing to check here: it has no mask, was replaced, or is checked already."
                )
            if rendition.made_by == actor.id:
                raise OwnAct
            rendition.checked_at, rendition.checked_by = tx.now, actor.id
            if rendition.profile == LISTENING:
                _check_peaks(tx, rendition)
            tx.audit(actor.id, "mask_checked", rendition_id)


def _check_peaks(tx: UnitOfWork, heard: Rendition) -> None:
    """The wave form has the same gaps as the copy that was heard; nobody can listen to it by itself."""
    tx.session.execute(
        update(Rendition)
        .where(
            Rendition.original_id == heard.original_id,
            Rendition.mask == heard.mask,
            Rendition.profile == PEAKS,
            Rendition.replaced_at.is_(None),
            Rendition.checked_at.is_(None),
        )
        .values(checked_at=heard.checked_at, checked_by=heard.checked_by)
    )
