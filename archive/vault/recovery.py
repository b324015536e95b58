"""The recovery copy: all keys in one file, sealed for a secret that is kept on paper (docs/security.md).

The secret is stretched (Argon2id) to an X25519 key pair. The key store keeps the public half, so that a fresh
copy can be written after every deposit without anybody typing the secret.

    magic 8 · Argon2id salt 32, memory, passes, lanes u32 each · one-time public key 32 · nonce 12 ·
    AES-256-GCM
"""

from __future__ import annotations

import json
import os
import secrets
import struct
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from archive.vault.errors import KeyStoreUnavailable, WrongRecoverySecret
from archive.vault.key_file import sync_folder
from archive.vault.keys import KEY_BYTES, length_prefixed
from archive.vault.roots import Stretching

_MAGIC = b"SAKSIRC1"
_FRONT = struct.Struct(">8s32sIII32s12s")
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_MOST_MEMORY_KIB = 4 * 1024 * 1024  # a copy from elsewhere must not be able to ask for all memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom a copy is sealed for: the public half, and how the secret is stretched to the private one."""

    salt: bytes
    stretching: Stretching
    public: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedKey:
    """One key as the copy holds it, unwrapped; `key` is None for a tombstone."""

    kind: str
    id: str
    key: bytes | None
    frozen: int
    min_consent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """All that a key store needs to come back: keys, closings, planned destructions."""

    generation: int
    keys: tuple[CopiedKey, ...]
    drops: tuple[tuple[str, str, str, str, str], ...]


def new_recovery_secret() -> str:
    """A secret to write on paper: 30 letters and digits in groups of five, 150 random bits."""
    letters = [secrets.choice(_LETTERS) for _ in range(30)]
    return "-".join("".join(letters[i : i + 5]) for i in range(0, 30, 5))


def _typed(secret: str) -> str:
    """What was typed, as it was printed: spaces, dashes, small letters and look-alikes do not matter."""
    bare = "".join(secret.split()).replace("-", "").upper()
    return bare.translate(str.maketrans("ILO", "110"))


def _private(secret: str, salt: bytes, stretching: Stretching) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(stretching.stretch(_typed(secret), salt))


def recipient_for(secret: str, stretching: Stretching, *, salt: bytes | None = None) -> Recipient:
    """The recipient that only `secret` opens."""
    salt = secrets.token_bytes(32) if salt is None else salt
    public = _private(secret, salt, stretching).public_key().public_bytes_raw()
    return Recipient(salt=salt, stretching=stretching, public=public)


def _shared(private: X25519PrivateKey, public: bytes, context: bytes) -> AESGCM:
    agreed = private.exchange(X25519PublicKey.from_public_bytes(public))
    info = length_prefixed("saksi recovery 1", context)
    return AESGCM(HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=info).derive(agreed))


def seal_copy(copy: Copy, recipient: Recipient) -> bytes:
    """The bytes of a recovery copy."""
    one_time = X25519PrivateKey.generate()
    public = one_time.public_key().public_bytes_raw()
    cost = recipient.stretching
    front = _FRONT.pack(
        _MAGIC, recipient.salt, cost.memory_kib, cost.passes, cost.lanes, public, secrets.token_bytes(12)
    )
    body = {
        "generation": copy.generation,
        "keys": [{**asdict(k), "key": None if k.key is None else k.key.hex()} for k in copy.keys],
        "drops": copy.drops,
    }
    cipher = _shared(one_time, recipient.public, public + recipient.public)
    return front + cipher.encrypt(front[-12:], json.dumps(body).encode(), front)


def open_copy(sealed: bytes, secret: str) -> tuple[Copy, Recipient]:
    """What a recovery copy holds.

    :raises WrongRecoverySecret: if the secret is wrong or the copy was changed.
    """
    try:
        front = sealed[: _FRONT.size]
        magic, salt, memory, passes, lanes, public, nonce = _FRONT.unpack(front)
        if (
            magic != _MAGIC
            or not 8 <= memory <= _MOST_MEMORY_KIB
            or not 1 <= passes <= 64
            or not 1 <= lanes <= 64
        ):
            raise WrongRecoverySecret
        stretching = Stretching(memory_kib=memory, passes=passes, lanes=lanes)
        recipient = recipient_for(secret, stretching, salt=salt)
        cipher = _shared(_private(secret, salt, stretching), public, public + recipient.public)
        body = json.loads(cipher.decrypt(nonce, sealed[_FRONT.size :], front))
    except (struct.error, InvalidTag, ValueError) as error:
        raise WrongRecoverySecret from error
    keys = tuple(
        CopiedKey(**{**row, "key": None if row["key"] is None else bytes.fromhex(row["key"])})
        for row in body["keys"]
    )
    drops = tuple((d[0], d[1], d[2], d[3], d[4]) for d in body["drops"])
    return Copy(generation=body["generation"], keys=keys, drops=drops), recipient


def write_private_file(path: Path, content: bytes) -> None:
    """Replaces `path` by `content`, whole or not at all, mode 0600, durable when it returns.

    :raises KeyStoreUnavailable: if the folder cannot be written.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write(beside, content)
        beside.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise KeyStoreUnavailable(f"the recovery copy cannot be written: {error.strerror}") from error


def _write(path: Path, content: bytes, sync: Callable[[int], None] = os.fsync) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        sync(file.fileno())
