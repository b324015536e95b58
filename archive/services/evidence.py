"""Evidence of consent: the spoken yes or the scanned paper, sealed under a key apart from the testimony's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from archive.actors import Actor
from archive.db.models import Evidence, Testimony
from archive.db.uow import Database
from archive.errors import Conflict, FormInvalid, NotFound
from archive.identifiers import new_id
from archive.services.owners import evidence_key
from archive.services.tasks import WORKED_ON
from archive.vault.vault import Vault

EVIDENCE_MIMES = ("audio/", "video/", "image/", "application/pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    """The spoken yes or the scanned paper as received, lying in scratch."""

    path: Path
    mime: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedEvidence:
    """Evidence that may be read: its type, its size, and how to read (start, length)."""

    mime: str
    size_bytes: int
    read: Callable[[int, int], bytes]


class EvidenceRoom:
    """Keeps evidence, and opens it for those who may hear it."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def keep(self, actor: Actor, testimony_id: str, method: str, evidence: EvidenceFile) -> str:
        """Seal the spoken yes or the scanned paper under the evidence key, apart from the testimony; returns its id.

        :raises FormInvalid: if it is of a kind that is no evidence. :raises NotFound: nothing was kept.
        """
        if not evidence.mime.startswith(EVIDENCE_MIMES):
            raise FormInvalid(
                {"evidence": "The evidence is a recording, a picture or a PDF. Nothing was kept."}
            )
        with self._database.snapshot() as look:
            need_consent_duty(look.get(Testimony, testimony_id), actor)
        evidence_id = new_id()
        with evidence.path.open("rb") as source:
            sealed = self._vault.put(
                evidence_key(testimony_id),
                object_id=evidence_id,
                version=1,
                purpose="evidence",
                source=source,
            )
        with self._database.uow() as tx:
            tx.session.add(
                Evidence(
                    id=evidence_id,
                    testimony_id=testimony_id,
                    kind=method,
                    mime=evidence.mime,
                    object_key=sealed.key,
                    size_bytes=sealed.size_bytes,
                    received_at=tx.now,
                    received_by=actor.id,
                )
            )
            tx.audit(actor.id, "evidence_received", evidence_id, bytes=sealed.size_bytes)
        return evidence_id

    def open(self, actor: Actor, testimony_id: str, evidence_id: str) -> OpenedEvidence:
        """The spoken yes or the paper, for someone with the consent duty; each opening is written down.

        :raises NotFound: absent, of another testimony, not for this actor, or the testimony was closed.
        """
        with self._database.uow() as tx:
            testimony, evidence = (
                tx.session.get(Testimony, testimony_id),
                tx.session.get(Evidence, evidence_id),
            )
            if testimony is None or evidence is None or evidence.testimony_id != testimony_id:
                raise NotFound
            if not actor.has_duty("consent", testimony.collection_id) or testimony.state not in WORKED_ON:
                raise NotFound
            tx.audit(actor.id, "evidence_read", evidence_id)
            read = partial(self._vault.read, evidence_key(testimony_id), evidence_id, 1, "evidence")
            return OpenedEvidence(mime=evidence.mime, size_bytes=evidence.size_bytes, read=read)


def need_consent_duty(testimony: Testimony | None, actor: Actor) -> None:
    """:raises NotFound: for who has no such duty, as if it were absent. :raises Conflict: if it is closed."""
    if testimony is None or not actor.has_duty("consent", testimony.collection_id):
        raise NotFound
    if testimony.state not in WORKED_ON:
        raise Conflict("This testimony is closed. It opens again only with her, at the desk for cases.")


def belongs(session: Session, testimony_id: str, evidence_id: str) -> bool:
    """Whether the evidence is of this testimony."""
    evidence = session.get(Evidence, evidence_id)
    return evidence is not None and evidence.testimony_id == testimony_id
