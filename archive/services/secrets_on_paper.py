"""Codes and 16-digit secrets on paper: peppered Argon2id, wrong tries counted and slowed, never locked.

A cheap peppered check stands in front, so that most wrong tries cost no Argon2id; a right secret is never delayed
(docs/security.md, secrets on paper).
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from dataclasses import dataclass
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import delete, func, select

from archive.db.models import WrongTry
from archive.db.uow import Database

QUICK_CHARACTERS = (
    3  # 12 bits: turns 4095 of 4096 wrong tries away, and tells a thief of the table almost nothing
)
FREE_TRIES = 5
SLOW_S = 2
SLOWEST_S = 60
REMEMBERED = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is stored instead of a secret."""

    quick_check: str
    secret_hash: str


class PaperSecrets:
    """Makes and checks secrets under the archive's pepper.

    At most two Argon2id runs at once for cards and two for passwords: a crowd at the sign-in keeps no narrator waiting.
    """

    def __init__(self, pepper: bytes, hasher: PasswordHasher) -> None:
        self._pepper = pepper
        self._hasher = hasher
        self._at_once = threading.BoundedSemaphore(2)
        self._passwords_at_once = threading.BoundedSemaphore(2)

    def _keyed(self, purpose: str, text: str) -> str:
        return hmac.new(self._pepper, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()

    def code_digest(self, code: str) -> str:
        """How a code is looked up: the code itself is not in the database."""
        return self._keyed("code", code)[:48]

    def keep(self, code: str, secret: str) -> Kept:
        """What to store for a new code and secret."""
        return Kept(
            quick_check=self._keyed("quick", code + secret)[:QUICK_CHARACTERS],
            secret_hash=self._hasher.hash(self._keyed("secret", code + secret)),
        )

    def matches(self, kept: Kept, code: str, secret: str) -> bool:
        """Whether code and secret are the ones that were kept."""
        if not kept.secret_hash:
            return False
        quick = self._keyed("quick", code + secret)[:QUICK_CHARACTERS]
        if not hmac.compare_digest(quick, kept.quick_check):
            return False
        with self._at_once:
            try:
                return self._hasher.verify(kept.secret_hash, self._keyed("secret", code + secret))
            except VerifyMismatchError:
                return False

    def hash_password(self, password: str) -> str:
        """Argon2id over the peppered password of an account."""
        with self._passwords_at_once:
            return self._hasher.hash(self._keyed("password", password))

    def password_matches(self, password_hash: str, password: str) -> bool:
        with self._passwords_at_once:
            try:
                return self._hasher.verify(password_hash, self._keyed("password", password))
            except VerifyMismatchError:
                return False


def note_wrong_try(database: Database, kind: str, subject: str) -> int:
    """Count a wrong try for what was typed, whether it exists or not; returns the seconds to slow the answer by."""
    with database.uow() as tx:
        tx.session.execute(delete(WrongTry).where(WrongTry.at < tx.now - REMEMBERED))
        tx.session.add(WrongTry(kind=kind, subject=subject, at=tx.now))
        tx.session.flush()  # the count below includes this try
        tries = tx.session.scalar(
            select(func.count())
            .select_from(WrongTry)
            .where(WrongTry.kind == kind, WrongTry.subject == subject)
        )
    over = (tries or 0) - FREE_TRIES
    return 0 if over <= 0 else min(SLOW_S * 2 ** (over - 1), SLOWEST_S)
