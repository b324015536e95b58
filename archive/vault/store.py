"""What a store of sealed objects promises, whether a folder or an S3 service stands behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from archive.vault.errors import KeyRefused

_KEY = re.compile(r"[a-z0-9]{1,64}(?:/[a-z0-9]{1,64}){0,7}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectStat:
    """A stored object: its key, its size in bytes, and the SHA-512 (hex) of its bytes."""

    key: str
    size: int
    sha512: str


class ObjectStore(Protocol):
    """Objects that are written once, read in ranges, and never come back once deleted.

    Every method raises `KeyRefused` for a key that is not `[a-z0-9]{1,64}` parts joined by `/` (at most
    eight), and `StoreUnavailable` when the store does not answer. Threads and processes may use one store at
    the same time.
    """

    def put(self, key: str, chunks: Iterable[bytes]) -> ObjectStat:
        """Stores `chunks` under `key`: durable and visible when it returns, absent if it raises.

        An error raised by `chunks` itself passes through unchanged.

        :raises ObjectExists: if the key was written before.
        :raises ObjectDeleted: if it was, and was deleted.
        :raises StoreFull: if there is no room.
        """

    def read(self, key: str, start: int, length: int) -> bytes:
        """The bytes from `start`, at most `length`; fewer only at the end of the object.

        :raises ObjectMissing: if there is no such object (`ObjectDeleted`: no longer).
        :raises ObjectDamaged: if what lies there cannot be what was stored.
        """

    def stat(self, key: str) -> ObjectStat:
        """What is known of the object without reading it. Raises as `read` does."""

    def delete(self, key: str) -> None:
        """Removes the bytes and leaves a tombstone, so that the key is never used again. Quiet when repeated.

        :raises ObjectMissing: if the key was never written.
        """

    def discard(self, key: str) -> None:
        """Takes back what nobody was told is saved. No tombstone: the key can be tried again."""

    def keys(self) -> Iterator[str]:
        """The keys of all objects that can be read, in no particular order."""

    def probe(self) -> None:
        """Tries, at start-up, that the store writes once and honours ranges.

        :raises StoreUnavailable: if it does not.
        """


def checked_key(key: str) -> tuple[str, ...]:
    """The parts of `key`. :raises KeyRefused: if it is not one of ours."""
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise KeyRefused(str(key))
    return tuple(key.split("/"))
