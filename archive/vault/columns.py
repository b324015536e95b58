"""Sealed columns: one short AES-256-GCM value for each field of a row, under its owner's key.

    version 1 · nonce 12 · ciphertext · tag 16

The key is that of (row, revision, field), and the ids are bound in as well: a value moved to another row,
field, revision or owner does not open.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from archive.vault.errors import SealBroken
from archive.vault.keys import KeyOwner, KeyStore, length_prefixed

_VERSION = b"\x01"
_NONCE = 12
_TAG = 16


class Columns:
    """Seals and opens fields. The caller says whose they are; the value itself is not asked."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    def seal(self, owner: KeyOwner, row_id: str, field: str, revision: int, text: str) -> bytes:
        """`text` sealed. Raises as `KeyStore.derive`."""
        return self.seal_bytes(owner, row_id, field, revision, text.encode())

    def open(
        self, owner: KeyOwner, row_id: str, field: str, revision: int, value: bytes, *,
        consent_version: int | None = None,
    ) -> str:  # fmt: skip
        """The text in `value`.

        :raises SealBroken: if it was changed, or sealed as another field, row, revision or owner.
        :raises KeyFrozen, KeyMissing, ConsentVersionTooOld: as `KeyStore.derive`.
        """
        return self.open_bytes(
            owner, row_id, field, revision, value, consent_version=consent_version
        ).decode()

    def seal_bytes(self, owner: KeyOwner, row_id: str, field: str, revision: int, content: bytes) -> bytes:
        """`content` sealed. Raises as `KeyStore.derive`."""
        cipher = self._cipher(owner, row_id, field, revision, None)
        nonce = secrets.token_bytes(_NONCE)
        return _VERSION + nonce + cipher.encrypt(nonce, content, _bound(owner, row_id, field, revision))

    def open_bytes(
        self, owner: KeyOwner, row_id: str, field: str, revision: int, value: bytes, *,
        consent_version: int | None = None,
    ) -> bytes:  # fmt: skip
        """The bytes in `value`. Raises as `open`."""
        cipher = self._cipher(owner, row_id, field, revision, consent_version)
        if value[:1] != _VERSION or len(value) < 1 + _NONCE + _TAG:
            raise SealBroken(row_id, f"the field {field} is no sealed value")
        try:
            return cipher.decrypt(
                value[1 : 1 + _NONCE], value[1 + _NONCE :], _bound(owner, row_id, field, revision)
            )
        except InvalidTag:
            raise SealBroken(row_id, f"the field {field} was changed") from None

    def _cipher(
        self, owner: KeyOwner, row_id: str, field: str, revision: int, consent_version: int | None
    ) -> AESGCM:
        key = self._keys.derive(
            owner,
            object_id=row_id,
            version=revision,
            purpose=f"column:{field}",
            consent_version=consent_version,
        )
        return AESGCM(key)


def _bound(owner: KeyOwner, row_id: str, field: str, revision: int) -> bytes:
    return length_prefixed("saksi column 1", owner.kind, owner.id, row_id, field, revision)
