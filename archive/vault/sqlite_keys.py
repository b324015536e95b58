"""The key store in a SQLite file: wrapped keys, remembered closings, two people to destroy."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from archive.clock import Clock
from archive.vault import key_rows as rows
from archive.vault.errors import (
    ArchiveKeyIsKept,
    ConsentVersionTooOld,
    DropNotScheduled,
    KeyDropped,
    KeyExists,
    KeyFrozen,
    KeyStoreUnavailable,
    WrongRecoverySecret,
)
from archive.vault.key_file import Connection, KeyFile
from archive.vault.key_rows import NAMED, KeyRow, Wrap, utc
from archive.vault.keys import (
    INDEX_PREFIX,
    KEY_BYTES,
    KeyOwner,
    KeyStoreStatus,
    ScheduledDrop,
    derived_key,
    two_people,
)
from archive.vault.recovery import recipient_for, seal_copy, write_private_file
from archive.vault.roots import Mode

_CLOSED_WHILE_HELD = frozenset({"testimony", "person", "case", "evidence"})


class SqliteKeyStore:
    """`KeyStore` for one machine; web and worker processes open the same folder side by side."""

    def __init__(self, file: KeyFile, wrap: Wrap, mode: Mode, clock: Clock) -> None:
        """Use `open_key_store`."""
        self._file = file
        self._wrap = wrap
        self._mode = mode
        self._clock = clock
        self._known: dict[tuple[str, str], KeyRow] = {}
        self._held = False
        self._mark: tuple[int, int] | None = None

    # Reading: each call asks SQLite whether the file was changed (about 6 µs), then trusts what it knows.

    def _look(self, kind: str, id_: str) -> tuple[KeyRow, bool]:
        with self._file.reading() as (connection, mark):
            if mark != self._mark:
                self._known.clear()
                self._held = bool(rows.number(connection, "held"))
                self._mark = mark
            row = self._known.get((kind, id_))
            if row is None:
                row = self._known[kind, id_] = rows.load(connection, self._wrap, kind, id_)
            return row, self._held

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with self._file.writing() as connection:
                rows.set_meta(connection, "generation", rows.number(connection, "generation") + 1)
                yield connection
        finally:
            self._mark = None  # our own changes do not show in SQLite's mark

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
        """See `KeyStore.derive`."""
        row, held = self._look(owner.kind, owner.id)
        if row.key is None:
            raise KeyDropped(str(owner))
        if row.frozen or (held and owner.kind in _CLOSED_WHILE_HELD):
            raise KeyFrozen(str(owner))
        if consent_version is not None and consent_version < row.min_consent:
            raise ConsentVersionTooOld(str(owner), version=consent_version, required=row.min_consent)
        return derived_key(row.key, object_id=object_id, version=version, purpose=purpose, salt=salt)

    def is_frozen(self, owner: KeyOwner) -> bool:
        """See `KeyStore.is_frozen`."""
        row, held = self._look(owner.kind, owner.id)
        return row.key is None or row.frozen or (held and owner.kind in _CLOSED_WHILE_HELD)

    def min_consent_version(self, owner: KeyOwner) -> int:
        """See `KeyStore.min_consent_version`."""
        return self._look(owner.kind, owner.id)[0].min_consent

    def named_key(self, name: str) -> bytes:
        """See `KeyStore.named_key`."""
        key = self._look(NAMED, name)[0].key
        if key is None:
            raise KeyDropped(name)
        return key

    # Writing

    def _insert(self, kind: str, id_: str) -> bytes:
        key = secrets.token_bytes(KEY_BYTES)
        with self._writing() as connection:
            if connection.execute("SELECT 1 FROM keys WHERE kind = ? AND id = ?", (kind, id_)).fetchone():
                raise KeyExists(f"{kind} {id_}")
            rows.insert(
                connection, kind, id_, self._wrap.close(key, kind, id_), rows.number(connection, "generation")
            )
        return key

    def _update(self, owner: KeyOwner, assignment: str, *values: object) -> None:
        with self._writing() as connection:
            rows.load(connection, self._wrap, owner.kind, owner.id)
            connection.execute(
                f"UPDATE keys SET {assignment} WHERE kind = ? AND id = ?",  # noqa: S608 - our own constants
                (*values, owner.kind, owner.id),
            )

    def create(self, owner: KeyOwner) -> None:
        """See `KeyStore.create`."""
        self._insert(owner.kind, owner.id)

    def new_named_key(self, name: str) -> bytes:
        """See `KeyStore.new_named_key`."""
        if not 0 < len(name) <= 128:
            raise ValueError("a key's name has 1 to 128 characters")
        return self._insert(NAMED, name)

    def freeze(self, owner: KeyOwner) -> None:
        """See `KeyStore.freeze`."""
        self._update(owner, "frozen = 1")

    def thaw(self, owner: KeyOwner, approvals: Collection[str]) -> None:
        """See `KeyStore.thaw`."""
        two_people(approvals, f"open {owner} again")
        self._update(owner, "frozen = 0")

    def require_consent_version(self, owner: KeyOwner, version: int) -> None:
        """See `KeyStore.require_consent_version`."""
        self._update(owner, "min_consent = max(min_consent, ?)", version)

    def release_hold(self, approvals: Collection[str]) -> None:
        """See `KeyStore.release_hold`."""
        two_people(approvals, "open the restored key store")
        with self._writing() as connection:
            rows.set_meta(connection, "held", 0)

    # Destroying

    def schedule_drop(self, owner: KeyOwner, not_before: datetime, approvals: Collection[str]) -> None:
        """See `KeyStore.schedule_drop`."""
        people = two_people(approvals, f"destroy the key of {owner}")
        moment = utc(not_before).isoformat()
        with self._writing() as connection:
            if rows.load(connection, self._wrap, owner.kind, owner.id).key is None:
                raise KeyDropped(str(owner))
            connection.execute(
                "INSERT OR REPLACE INTO drops VALUES (?, ?, ?, ?, ?)", (owner.kind, owner.id, moment, *people)
            )

    def cancel_drop(self, owner: KeyOwner) -> None:
        """See `KeyStore.cancel_drop`."""
        with self._writing() as connection:
            gone = connection.execute(
                "DELETE FROM drops WHERE kind = ? AND id = ?", (owner.kind, owner.id)
            ).rowcount
            if not gone:
                raise DropNotScheduled(str(owner))

    def scheduled_drops(self) -> tuple[ScheduledDrop, ...]:
        """See `KeyStore.scheduled_drops`."""
        with self._file.reading() as (connection, _):
            return rows.planned(connection)

    def drop_due(self, now: datetime) -> tuple[KeyOwner, ...]:
        """See `KeyStore.drop_due`."""
        self._clear_residue()  # of an earlier time, if the disk was full then
        # Neither a wrong caller nor a wrong clock destroys early.
        moment = min(utc(now), utc(self._clock.now()))
        with self._file.reading() as (connection, _):
            if not any(plan.not_before <= moment for plan in rows.planned(connection)):
                return ()
        with self._writing() as connection:
            due = [plan for plan in rows.planned(connection) if plan.not_before <= moment]
            for plan in due:
                two_people(plan.approvals, f"destroy the key of {plan.owner}")
                rows.erase(connection, plan.owner.kind, plan.owner.id)
        self._clear_residue()
        return tuple(plan.owner for plan in due)

    def _clear_residue(self) -> None:
        with self._file.reading() as (connection, _):
            if not rows.number(connection, "residue"):
                return
        # If this fails the key is dropped all the same; `status` says that bytes may be left.
        with suppress(KeyStoreUnavailable):
            self._file.rewrite()
            with self._file.writing() as connection:
                rows.set_meta(connection, "residue", 0)

    def drop_named_key(self, name: str) -> None:
        """See `KeyStore.drop_named_key`."""
        if not name.startswith(INDEX_PREFIX):
            raise ArchiveKeyIsKept(name)
        with self._writing() as connection:
            rows.load(connection, self._wrap, NAMED, name)
            rows.erase(connection, NAMED, name)
        self._clear_residue()

    # Keeping

    def write_recovery_copy(self, path: Path, recovery_secret: str | None = None) -> None:
        """See `KeyStore.write_recovery_copy`."""
        with self._file.writing() as connection:
            recipient = rows.recipient(connection)
            if recovery_secret is not None:
                cost = rows.stretching(connection)
                given = recipient_for(recovery_secret, cost, salt=recipient.salt if recipient else None)
                if recipient is not None and given != recipient:
                    raise WrongRecoverySecret
                recipient = given
                rows.set_recipient(connection, recipient)
            if recipient is None:
                raise WrongRecoverySecret
            copy = rows.copy(connection, self._wrap)
        write_private_file(path, seal_copy(copy, recipient))
        with self._file.writing() as connection:  # only now is it true that the keys lie in two places
            rows.set_meta(
                connection,
                "recovery_generation",
                max(copy.generation, rows.number(connection, "recovery_generation")),
            )

    def status(self) -> KeyStoreStatus:
        """See `KeyStore.status`."""
        with self._file.reading() as (connection, _):
            return rows.status(connection, self._mode)

    def close(self) -> None:
        """See `KeyStore.close`."""
        self._known.clear()
        self._mark = None
        self._file.close()
