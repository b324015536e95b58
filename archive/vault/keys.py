"""Who owns keys, what a key store promises, how keys of objects and fields are derived."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, get_args

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from archive.vault.errors import ApprovalsMissing

KEY_BYTES = 32

OwnerKind = Literal["testimony", "person", "case", "evidence", "account", "archive"]
KINDS: tuple[str, ...] = get_args(OwnerKind)

DATABASE, DUPLICATES, PEPPER, AUDIT, SESSION = "database", "duplicates", "pepper", "audit", "session"
STANDING_NAMES = (DATABASE, DUPLICATES, PEPPER, AUDIT, SESSION)
INDEX_PREFIX = "index:"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOwner:
    """Something whose key can die on its own: one testimony, one person, one case, one evidence set."""

    kind: OwnerKind
    id: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS or not 0 < len(self.id) <= 128:
            raise ValueError("an owner has one of the known kinds and an id of 1 to 128 characters")

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledDrop:
    """A destruction two people agreed to; until `not_before` it can be called off."""

    owner: KeyOwner
    not_before: datetime
    approvals: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPromised:
    """One thing the mode of the root secret does not do; `key` is for translations, `sentence` for people."""

    key: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStoreStatus:
    """What `saksi check` says about the key store. Counts only: no ids.

    `generation` grows with every change; a store whose generation is behind what the archive remembers is an
    old copy. `without_recovery_copy` counts keys that lie in one place only. `held`: see
    `KeyStore.release_hold`. `residue`: bytes of a dropped key may still lie in the file, because it could not
    be written anew; `drop_due` tries again.
    """

    mode: str
    generation: int
    recovery_generation: int | None
    keys: Mapping[str, int]
    frozen: int
    dropped: int
    scheduled_drops: int
    without_recovery_copy: int
    held: bool
    residue: bool
    not_promised: tuple[NotPromised, ...]


class KeyStore(Protocol):
    """Keys that can be frozen at once and destroyed by two people.

    Changes by one process are seen by every other at its next call. Every method may raise
    `KeyStoreUnavailable`; a caller that cannot ask for a key gets none.
    """

    def create(self, owner: KeyOwner) -> None:
        """Makes the random key of `owner`. Only a deposit calls this; there is no "get or create".

        :raises KeyExists: if there is a key, or ever was one.
        """

    def derive(
        self,
        owner: KeyOwner,
        *,
        object_id: str,
        version: int,
        purpose: str,
        salt: bytes = b"",
        consent_version: int | None = None,
    ) -> bytes:
        """The 32-byte key of one object or field of `owner` (`derived_key`).

        `consent_version` is the one the caller decided under; None where consent has no part (a card, a
        case).

        :raises KeyMissing: no such key (`KeyDropped`: no longer).
        :raises KeyFrozen: the owner is closed, or the whole store is held. There is no exception to this.
        :raises ConsentVersionTooOld: a later consent is known here.
        """

    def freeze(self, owner: KeyOwner) -> None:
        """Gives no key of `owner` from now on; durable when it returns. Quiet if it is frozen already.

        :raises KeyMissing: if there never was a key.
        """

    def thaw(self, owner: KeyOwner, approvals: Collection[str]) -> None:
        """Lifts a freeze. :raises ApprovalsMissing: unless `approvals` names two different people."""

    def is_frozen(self, owner: KeyOwner) -> bool:
        """Whether `owner` is frozen; True for a dropped key. :raises KeyMissing: if there never was one."""

    def require_consent_version(self, owner: KeyOwner, version: int) -> None:
        """Refuses callers under an older consent from now on.

        Never goes down: a lower number changes nothing.
        """

    def min_consent_version(self, owner: KeyOwner) -> int:
        """The oldest consent version still accepted; 0 if none was ever required."""

    def schedule_drop(self, owner: KeyOwner, not_before: datetime, approvals: Collection[str]) -> None:
        """Plans the destruction of a key: the only way to destroy one. A new plan replaces the old one.

        :raises ApprovalsMissing: unless `approvals` names two different people.
        """

    def cancel_drop(self, owner: KeyOwner) -> None:
        """Calls a planned destruction off. :raises DropNotScheduled: if there is none."""

    def scheduled_drops(self) -> tuple[ScheduledDrop, ...]:
        """What is planned, soonest first."""

    def drop_due(self, now: datetime) -> tuple[KeyOwner, ...]:
        """Destroys the keys whose time has come, by `now` and by the store's own clock alike; says which."""

    def named_key(self, name: str) -> bytes:
        """One of the archive's own keys, such as "database" or "index:<build>".

        :raises KeyMissing: if not made.
        """

    def new_named_key(self, name: str) -> bytes:
        """Makes one. :raises KeyExists: if there is one, or ever was one of this name."""

    def drop_named_key(self, name: str) -> None:
        """Destroys the key of an index build. :raises ArchiveKeyIsKept: for any other. :raises KeyMissing:"""

    def release_hold(self, approvals: Collection[str]) -> None:
        """Lets a restored store give keys again, once two people have compared its closings.

        :raises ApprovalsMissing: unless `approvals` names two different people.
        """

    def write_recovery_copy(self, path: Path, recovery_secret: str | None = None) -> None:
        """Writes all keys to `path`, sealed for the recovery secret. The first time needs the secret itself.

        :raises WrongRecoverySecret: if no secret was ever given.
        """

    def status(self) -> KeyStoreStatus:
        """What `saksi check` prints."""

    def close(self) -> None:
        """Lets the files go."""


def length_prefixed(*parts: str | bytes | int) -> bytes:
    """`parts` joined so that no two different lists give the same bytes."""
    encoded = [p if isinstance(p, bytes) else str(p).encode() for p in parts]
    return b"".join(len(p).to_bytes(4, "big") + p for p in encoded)


def derived_key(key: bytes, *, object_id: str, version: int, purpose: str, salt: bytes = b"") -> bytes:
    """HKDF-SHA256 (RFC 5869) of an owner's key for one object or field, 32 bytes."""
    info = length_prefixed("saksi key 1", object_id, version, purpose)
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt or None, info=info).derive(key)


def two_people(approvals: Collection[str], act: str) -> tuple[str, str]:
    """The two different people in `approvals`; a name in other letters or with a space is the same person.

    :raises ApprovalsMissing: if there are not two.
    """
    people = sorted({person.strip().casefold() for person in approvals if person.strip()})
    if isinstance(approvals, str) or len(people) < 2:
        raise ApprovalsMissing(act)
    return people[0], people[1]
