"""The audit writer.

Each entry is a commitment to a payload that can be deleted without breaking it (docs/security.md).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from archive.db.models import AuditEntry, AuditPayload
from archive.identifiers import new_id


def commitment(salt: bytes, payload: str) -> str:
    """SHA-256 over salt and payload, in hex."""
    return hashlib.sha256(salt + payload.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditor:
    """Writes entries; ids leave only as keyed marks, so that the log names nobody without the key."""

    key: bytes

    def mark(self, identifier: str) -> str:
        return hmac.new(self.key, identifier.encode(), hashlib.sha256).hexdigest()[:32]

    def write(
        self,
        session: Session,
        *,
        at: datetime,
        act: str,
        actor: str,
        object_id: str,
        facts: Mapping[str, object],
    ) -> None:
        """Add one entry to the running transaction. `facts` holds ids, words of the vocabulary and numbers only."""
        payload = json.dumps(
            {"actor": actor, "object": object_id, **facts}, sort_keys=True, separators=(",", ":")
        )
        salt = secrets.token_bytes(16)
        entry = AuditEntry(
            id=new_id(),
            at=at,
            act=act,
            actor_mark=self.mark(actor),
            object_mark=self.mark(object_id),
            commitment=commitment(salt, payload),
        )
        session.add(entry)
        session.flush()  # the payload refers to the entry's id
        session.add(AuditPayload(entry_id=entry.id, salt=salt, payload=payload))
