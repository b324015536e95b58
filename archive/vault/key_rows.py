"""The rows of the key file: what is written where, and how each key is wrapped."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from archive.vault.errors import KeyMissing, KeyStoreUnavailable, WrongRootSecret
from archive.vault.key_file import Connection
from archive.vault.keys import KeyOwner, KeyStoreStatus, ScheduledDrop, length_prefixed
from archive.vault.recovery import CopiedKey, Copy, Recipient
from archive.vault.roots import NOT_PROMISED, Mode, Stretching

FORMAT = 1
EPOCH = 1  # modes demo and passphrase have one epoch; the column is there for a mode that changes it
NAMED = "named"
CHECK = (NAMED, "")  # wraps nothing of use; opening it tells the right root secret from a wrong one


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One key as a process knows it, unwrapped; `key` is None once it was dropped."""

    key: bytes | None
    frozen: bool
    min_consent: int


class Wrap:
    """Seals keys under the master, each bound to its owner and epoch: no two can be exchanged."""

    def __init__(self, master: bytes) -> None:
        self._cipher = AESGCM(master)

    @staticmethod
    def _bound(kind: str, id_: str, epoch: int) -> bytes:
        return length_prefixed("saksi wrap 1", kind, id_, epoch)

    def close(self, key: bytes, kind: str, id_: str, epoch: int = EPOCH) -> bytes:
        """`key` wrapped: nonce, ciphertext, tag."""
        nonce = secrets.token_bytes(12)
        return nonce + self._cipher.encrypt(nonce, key, self._bound(kind, id_, epoch))

    def open(self, wrapped: bytes, kind: str, id_: str, epoch: int) -> bytes:
        """The key. :raises WrongRootSecret: if it was wrapped by another master, or for another owner."""
        try:
            return self._cipher.decrypt(wrapped[:12], wrapped[12:], self._bound(kind, id_, epoch))
        except (InvalidTag, ValueError):
            raise WrongRootSecret from None


def utc(moment: datetime) -> datetime:
    """`moment` in UTC. :raises ValueError: if it has no time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment has a time zone")
    return moment.astimezone(UTC)


# Facts about the store -------------------------------------------------------------------------------


def _meta(connection: Connection, name: str) -> object:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else row[0]


def set_meta(connection: Connection, name: str, value: bytes | int | str) -> None:
    """Remembers one fact about the store."""
    connection.execute(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def number(connection: Connection, name: str) -> int:
    """A remembered number; 0 if there is none."""
    value = _meta(connection, name)
    return value if isinstance(value, int) else 0


def begin(connection: Connection, mode_: Mode, salt: bytes, stretching_: Stretching) -> None:
    """The facts of a new store."""
    facts: dict[str, bytes | int | str] = {
        "format": FORMAT, "mode": mode_.value, "salt": salt, "generation": 1, "held": 0,
        "memory_kib": stretching_.memory_kib, "passes": stretching_.passes, "lanes": stretching_.lanes,
    }  # fmt: skip
    for name, value in facts.items():
        set_meta(connection, name, value)


def mode(connection: Connection) -> Mode:
    """The mode the store was made in. :raises KeyStoreUnavailable: if the file is of a later format."""
    if number(connection, "format") != FORMAT:
        raise KeyStoreUnavailable("it was written by another version of Saksi")
    return Mode(str(_meta(connection, "mode")))


def root_salt(connection: Connection) -> bytes:
    """The salt under which the root secret becomes the master."""
    value = _meta(connection, "salt")
    return value if isinstance(value, bytes) else b""


def stretching(connection: Connection) -> Stretching:
    """What a guess at the passphrase costs in this store."""
    return Stretching(
        memory_kib=number(connection, "memory_kib"),
        passes=number(connection, "passes"),
        lanes=number(connection, "lanes"),
    )


def recipient(connection: Connection) -> Recipient | None:
    """Whom recovery copies are sealed for; None before the first."""
    salt, public = _meta(connection, "recovery_salt"), _meta(connection, "recovery_public")
    if not isinstance(salt, bytes) or not isinstance(public, bytes):
        return None
    return Recipient(salt=salt, stretching=stretching(connection), public=public)


def set_recipient(connection: Connection, recipient_: Recipient) -> None:
    """Remembers whom recovery copies are sealed for."""
    set_meta(connection, "recovery_salt", recipient_.salt)
    set_meta(connection, "recovery_public", recipient_.public)


# Keys ------------------------------------------------------------------------------------------------


def load(connection: Connection, wrap: Wrap, kind: str, id_: str) -> KeyRow:
    """One key. :raises KeyMissing: if none was ever made."""
    found = connection.execute(
        "SELECT epoch, wrapped, frozen, min_consent FROM keys WHERE kind = ? AND id = ?", (kind, id_)
    ).fetchone()
    if found is None:
        raise KeyMissing(f"{kind} {id_}".strip())
    epoch, wrapped, frozen, min_consent = found
    key = None if wrapped is None else wrap.open(wrapped, kind, id_, epoch)
    return KeyRow(key=key, frozen=bool(frozen), min_consent=min_consent)


def insert(connection: Connection, kind: str, id_: str, wrapped: bytes | None, generation: int) -> None:
    """A new key, made in `generation`."""
    connection.execute(
        "INSERT INTO keys (kind, id, epoch, wrapped, generation) VALUES (?, ?, ?, ?, ?)",
        (kind, id_, EPOCH, wrapped, generation),
    )


def erase(connection: Connection, kind: str, id_: str) -> None:
    """Destroys a key; the row stays as a tombstone, any plan to destroy it goes."""
    connection.execute("UPDATE keys SET wrapped = NULL WHERE kind = ? AND id = ?", (kind, id_))
    connection.execute("DELETE FROM drops WHERE kind = ? AND id = ?", (kind, id_))
    set_meta(connection, "residue", 1)


def planned(connection: Connection) -> tuple[ScheduledDrop, ...]:
    """The planned destructions, soonest first."""
    found = connection.execute(
        "SELECT kind, id, not_before, first, second FROM drops ORDER BY not_before, id"
    ).fetchall()
    return tuple(
        ScheduledDrop(
            owner=KeyOwner(kind=kind, id=id_),
            not_before=datetime.fromisoformat(not_before),
            approvals=(first, second),
        )
        for kind, id_, not_before, first, second in found
    )


def status(connection: Connection, mode_: Mode) -> KeyStoreStatus:
    """Counts and facts of the store."""
    copied = _meta(connection, "recovery_generation")
    copied = copied if isinstance(copied, int) else None

    def count(condition: str, *values: object) -> int:
        query = f"SELECT count(*) FROM keys WHERE id <> '' AND {condition}"  # noqa: S608 - our own constants
        return int(connection.execute(query, values).fetchone()[0])

    live = connection.execute(
        "SELECT kind, count(*) FROM keys WHERE wrapped IS NOT NULL AND id <> '' GROUP BY kind"
    ).fetchall()
    return KeyStoreStatus(
        mode=mode_.value,
        generation=number(connection, "generation"),
        recovery_generation=copied,
        keys={str(kind): int(amount) for kind, amount in live},
        frozen=count("frozen = 1 AND wrapped IS NOT NULL"),
        dropped=count("wrapped IS NULL AND kind <> ?", NAMED),
        scheduled_drops=len(planned(connection)),
        without_recovery_copy=count(
            "wrapped IS NOT NULL AND generation > ?", -1 if copied is None else copied
        ),
        held=bool(number(connection, "held")),
        residue=bool(number(connection, "residue")),
        not_promised=NOT_PROMISED[mode_],
    )


# Recovery --------------------------------------------------------------------------------------------


def copy(connection: Connection, wrap: Wrap) -> Copy:
    """All keys, unwrapped, for a recovery copy."""
    found = connection.execute(
        "SELECT kind, id, epoch, wrapped, frozen, min_consent FROM keys WHERE id <> ''"
    ).fetchall()
    keys = tuple(
        CopiedKey(
            kind=kind,
            id=id_,
            key=None if wrapped is None else wrap.open(wrapped, kind, id_, epoch),
            frozen=frozen,
            min_consent=min_consent,
        )
        for kind, id_, epoch, wrapped, frozen, min_consent in found
    )
    drops = connection.execute("SELECT kind, id, not_before, first, second FROM drops").fetchall()
    return Copy(generation=number(connection, "generation"), keys=keys, drops=tuple(drops))


def fill_from_copy(connection: Connection, wrap: Wrap, copied: Copy, recipient_: Recipient) -> None:
    """The rows of a store that comes back from its recovery copy; it starts held."""
    set_meta(connection, "generation", copied.generation)
    set_meta(connection, "recovery_generation", copied.generation)
    set_meta(connection, "held", 1)
    set_recipient(connection, recipient_)
    insert(connection, *CHECK, wrap.close(secrets.token_bytes(32), *CHECK), 0)
    for key in copied.keys:
        wrapped = None if key.key is None else wrap.close(key.key, key.kind, key.id)
        insert(connection, key.kind, key.id, wrapped, copied.generation)
        connection.execute(
            "UPDATE keys SET frozen = ?, min_consent = ? WHERE kind = ? AND id = ?",
            (key.frozen, key.min_consent, key.kind, key.id),
        )
    connection.executemany("INSERT INTO drops VALUES (?, ?, ?, ?, ?)", copied.drops)
