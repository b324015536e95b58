"""The root secret in its modes, and the rule that keys never lie with the data they open."""

from __future__ import annotations

import os
import secrets
import stat
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from archive.vault.errors import PlacesNotSeparate, RootKeyUnusable
from archive.vault.keys import KEY_BYTES, NotPromised, length_prefixed

_FILE_WORD = "saksi-root-1"


class Mode(StrEnum):
    """Where the root secret comes from."""

    DEMO = "demo"
    PASSPHRASE = "passphrase"  # noqa: S105 - the name of a mode


NOT_PROMISED: dict[Mode, tuple[NotPromised, ...]] = {
    Mode.DEMO: (
        NotPromised(
            key="demo-opens-all",
            sentence="The root key is a file on this machine: whoever copies the machine opens everything. "
            "Use this mode only for invented or test material.",
        ),
        NotPromised(
            key="old-copies-open",
            sentence="A copy of the key folder made before a destruction still opens what was destroyed "
            "after it.",
        ),
    ),
    Mode.PASSPHRASE: (
        NotPromised(
            key="running-machine-opens",
            sentence="The passphrase protects a machine that is switched off. Whoever controls the running "
            "machine sees what it opens.",
        ),
        NotPromised(
            key="old-copies-open",
            sentence="A copy of the key folder made before a destruction, together with the passphrase, "
            "still opens what was destroyed after it; so does an older recovery copy with its secret.",
        ),
        NotPromised(
            key="disk-residue",
            sentence="The disk may keep old blocks of the key folder that no program can overwrite; use an "
            "encrypted volume without snapshots for it.",
        ),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretching:
    """What one guess at a passphrase costs: Argon2id, RFC 9106's second choice."""

    memory_kib: int = 65_536
    passes: int = 3
    lanes: int = 1

    def stretch(self, text: str, salt: bytes) -> bytes:
        """32 bytes from what a person typed; Unicode spellings of the same letters are one."""
        typed = unicodedata.normalize("NFKC", text).strip().encode()
        return hash_secret_raw(
            typed, salt, time_cost=self.passes, memory_cost=self.memory_kib, parallelism=self.lanes,
            hash_len=KEY_BYTES, type=Type.ID,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RootSecret:
    """What opens the key store. Never printed."""

    mode: Mode
    material: bytes

    def __repr__(self) -> str:
        return f"RootSecret(mode={self.mode.value!r})"

    def master(self, salt: bytes, stretching: Stretching) -> bytes:
        """The key that wraps all others in the store with this salt.

        A passphrase takes its time (about 0.3 s).
        """
        root = self.material
        if self.mode is Mode.PASSPHRASE:
            root = stretching.stretch(self.material.decode(), salt)
        info = length_prefixed("saksi master 1", self.mode.value)
        return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(root)


def passphrase_root(passphrase: str) -> RootSecret:
    """Mode `passphrase`.

    :raises ValueError: if it has fewer than 15 characters (NIST SP 800-63B-4, 3.1.1.2).
    """
    if len(passphrase.strip()) < 15:
        raise ValueError("a passphrase has at least 15 characters; five or six words are easier than signs")
    return RootSecret(mode=Mode.PASSPHRASE, material=passphrase.encode())


def read_passphrase(source: int | Path) -> RootSecret:
    """The passphrase from an open file descriptor or a file, for machines that start without a person.

    A line end is not part of it. :raises RootKeyUnusable: if a file cannot be read or others may read it.
    """
    if isinstance(source, int):
        with os.fdopen(source, "rb") as pipe:
            return passphrase_root(pipe.read(4096).decode())
    return passphrase_root(_read_private(source))


def create_demo_root(path: Path) -> RootSecret:
    """Writes a new root key file (mode 0600, never over another one) and returns what it holds.

    :raises RootKeyUnusable: if there is one already, or the folder cannot be written.
    """
    material = secrets.token_bytes(KEY_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise RootKeyUnusable(str(path), f"cannot be made ({error.strerror})") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{_FILE_WORD} {material.hex()}\n")
        file.flush()
        os.fsync(file.fileno())
    return RootSecret(mode=Mode.DEMO, material=material)


def demo_root(path: Path) -> RootSecret:
    """Mode `demo`: the root key file.

    :raises RootKeyUnusable: if it is missing, open to others or no root key.
    """
    word, _, digits = _read_private(path).strip().partition(" ")
    try:
        material = bytes.fromhex(digits)
    except ValueError:
        material = b""
    if word != _FILE_WORD or len(material) != KEY_BYTES:
        raise RootKeyUnusable(str(path), "is not a root key")
    return RootSecret(mode=Mode.DEMO, material=material)


def _read_private(path: Path) -> str:
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise RootKeyUnusable(str(path), "can be read by other users (chmod 600 it)")
            return file.read(4096).decode()
    except OSError as error:
        raise RootKeyUnusable(str(path), f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise RootKeyUnusable(str(path), "is not text") from error


def check_separate(data: Path, keys: Path, root_key_file: Path | None) -> None:
    """Refuses keys inside the data folder, or around it; links are followed first, missing folders are fine.

    :raises PlacesNotSeparate: with every problem.
    """
    problems = []
    sealed, opened = data.expanduser().resolve(), keys.expanduser().resolve()
    if opened == sealed or opened.is_relative_to(sealed) or sealed.is_relative_to(opened):
        problems.append(f"SAKSI_KEYS ({keys}) and SAKSI_DATA ({data}) lie inside each other.")
    if root_key_file is not None and root_key_file.expanduser().resolve().is_relative_to(sealed):
        problems.append(f"SAKSI_ROOT_KEY_FILE ({root_key_file}) lies in SAKSI_DATA ({data}).")
    if problems:
        raise PlacesNotSeparate(problems)
