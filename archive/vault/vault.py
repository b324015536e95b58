"""The vault: seals what is given, and calls it saved only after reading it back; opens ranges of it."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from archive.vault.errors import (
    ObjectDamaged,
    ObjectExists,
    ObjectMissing,
    SealBroken,
    SourceChanged,
    StoreError,
    VaultReadBackFailed,
)
from archive.vault.keys import KeyOwner, KeyStore, length_prefixed
from archive.vault.seal import CHUNK, SealedReader, seal_stream
from archive.vault.sealed_file import SealedFile
from archive.vault.store import ObjectStat, ObjectStore

MIB = 1_048_576
_OPENINGS = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedObject:
    """What a row remembers of a stored object.

    `size_bytes` is the content's, `sealed_bytes` what the disk holds.
    """

    object_id: str
    key: str
    size_bytes: int
    sealed_bytes: int
    sha512_sealed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thing:
    """Which object is meant. All of it comes from the database's row, nothing from the object."""

    owner: KeyOwner
    object_id: str
    version: int
    purpose: str
    consent_version: int | None = None

    @property
    def key(self) -> str:
        """The name in the store: a hash, so that a listing groups nothing that belongs together."""
        named = hashlib.sha256(length_prefixed("saksi object 1", self.object_id, self.version, self.purpose))
        digest = named.hexdigest()
        return f"{digest[:2]}/{digest[2:]}"


class _Hashing:
    """A source that is hashed as it is read, once, from its current position."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.digest = hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        piece = self._source.read(size)
        self.digest.update(piece)
        return piece


class Vault:
    """Sealed objects of owners. No plain byte and no key is kept between calls."""

    def __init__(self, store: ObjectStore, keys: KeyStore) -> None:
        self._store = store
        self._keys = keys
        self._openings: OrderedDict[tuple[str, str], SealedReader] = OrderedDict()
        self._lock = threading.Lock()

    def put(
        self, owner: KeyOwner, object_id: str, version: int, purpose: str, source: BinaryIO
    ) -> SealedObject:
        """Seals the rest of `source` (seekable), stores it, reads all of it back; durable when it returns.

        Run again with the same content it finds the object of the first run and returns that.

        :raises ObjectExists: if other content is stored under the same id, version and purpose.
        :raises VaultReadBackFailed: if the store gives back something else; the object is taken back.
        :raises SourceChanged: if `source` grows or shrinks meanwhile.
        :raises KeyFrozen, KeyMissing: as `KeyStore.derive`; `StoreFull`, `StoreUnavailable`: as
        `ObjectStore.put`.
        """
        thing = _Thing(owner=owner, object_id=object_id, version=version, purpose=purpose)
        start = source.tell()
        length = source.seek(0, os.SEEK_END) - start
        source.seek(start)
        hashing = _Hashing(source)
        sealed = seal_stream(hashing, length=length, key_for=partial(self._key, thing), object_id=object_id)
        try:
            stat = self._store.put(thing.key, sealed)
        except ObjectExists:
            return self._same(thing, source, start, length)
        try:
            self._read_back(thing, length, hashing.digest.digest())
        except BaseException:
            # A key frozen meanwhile, a lost disk, Ctrl-C: it was not called saved, so it does not stay.
            with suppress(StoreError):
                self._store.discard(thing.key)
            self._forget(thing)
            raise
        return _sealed_object(thing, length, stat)

    def _read_back(self, thing: _Thing, length: int, digest: bytes) -> None:
        try:
            if self._digest(thing) == (length, digest):
                return
        except (ObjectDamaged, ObjectMissing) as error:
            raise VaultReadBackFailed(thing.key) from error
        raise VaultReadBackFailed(thing.key)

    def _same(self, thing: _Thing, source: BinaryIO, start: int, length: int) -> SealedObject:
        """The object that lies there already, if it holds what `source` holds."""
        source.seek(start)
        given, digest = 0, hashlib.sha256()
        while piece := source.read(MIB):
            digest.update(piece)
            given += len(piece)
        if given != length:
            raise SourceChanged(declared=length, read=given)
        if self._digest(thing) != (length, digest.digest()):
            raise ObjectExists(thing.key)
        return _sealed_object(thing, length, self._store.stat(thing.key))

    def _digest(self, thing: _Thing) -> tuple[int, bytes]:
        """Size and SHA-256 of the content as the store gives it, every chunk opened."""
        reader = self._opening(thing)
        digest, position = hashlib.sha256(), 0
        while position < reader.size:
            piece = reader.read(position, 16 * CHUNK)
            digest.update(piece)
            position += len(piece)
        reader.check_padding()
        return position, digest.digest()

    def read(
        self,
        owner: KeyOwner,
        object_id: str,
        version: int,
        purpose: str,
        start: int,
        length: int,
        *,
        consent_version: int | None = None,
    ) -> bytes:
        """The content from byte `start`, at most `length` bytes; fewer only at its end.

        The key store is asked at every call, so a freeze bites between two ranges of one stream.

        :raises KeyFrozen, KeyMissing, ConsentVersionTooOld: as `KeyStore.derive`.
        :raises ObjectMissing, ObjectDamaged: as `ObjectStore.read`; `SealBroken` if it does not open.
        """
        return self._opening(_Thing(
            owner=owner, object_id=object_id, version=version, purpose=purpose,
            consent_version=consent_version
        )).read(start, length)  # fmt: skip

    def size(
        self,
        owner: KeyOwner,
        object_id: str,
        version: int,
        purpose: str,
        *,
        consent_version: int | None = None,
    ) -> int:
        """Bytes of the content. Raises as `read`: a frozen owner's sizes are not told either."""
        thing = _Thing(
            owner=owner,
            object_id=object_id,
            version=version,
            purpose=purpose,
            consent_version=consent_version,
        )
        reader = self._opening(thing)
        self._key(thing, reader.header.salt)
        return reader.size

    def open(
        self,
        owner: KeyOwner,
        object_id: str,
        version: int,
        purpose: str,
        *,
        consent_version: int | None = None,
    ) -> io.BufferedReader:
        """The content as a seekable file, for copying to scratch; each MiB asks for the key again."""
        thing = _Thing(
            owner=owner,
            object_id=object_id,
            version=version,
            purpose=purpose,
            consent_version=consent_version,
        )
        return io.BufferedReader(SealedFile(self._opening(thing)), buffer_size=MIB)

    def delete(self, object_id: str, version: int, purpose: str) -> None:
        """Deletes the sealed bytes for good. Needs no key, so it works after a drop. Quiet when repeated.

        :raises ObjectMissing: if it was never stored.
        """
        owner = KeyOwner(kind="archive", id="none")  # the name in the store does not depend on the owner
        thing = _Thing(owner=owner, object_id=object_id, version=version, purpose=purpose)
        self._store.delete(thing.key)
        self._forget(thing)

    def _key(self, thing: _Thing, salt: bytes) -> bytes:
        return self._keys.derive(
            thing.owner,
            object_id=thing.object_id,
            version=thing.version,
            purpose=f"object:{thing.purpose}",
            salt=salt,
            consent_version=thing.consent_version,
        )

    def _opening(self, thing: _Thing) -> SealedReader:
        """A reader of `thing`; its header is remembered, its key is not."""
        fetch, key_for = partial(self._store.read, thing.key), partial(self._key, thing)
        place = (thing.key, str(thing.owner))
        with self._lock:
            known = self._openings.get(place)
            if known is not None:
                self._openings.move_to_end(place)
        if known is not None:
            return known.rebound(fetch, key_for)
        size = self._store.stat(thing.key).size
        reader = SealedReader(fetch, sealed_size=size, key_for=key_for, object_id=thing.object_id)
        with self._lock:
            self._openings[place] = reader.rebound(_nothing, _nothing)
            while len(self._openings) > _OPENINGS:
                self._openings.popitem(last=False)
        return reader

    def _forget(self, thing: _Thing) -> None:
        with self._lock:
            for place in [p for p in self._openings if p[0] == thing.key]:
                del self._openings[place]


def _nothing(*_: object) -> bytes:
    raise SealBroken("", "a remembered header was read without its key")


def _sealed_object(thing: _Thing, length: int, stat: ObjectStat) -> SealedObject:
    return SealedObject(
        object_id=thing.object_id,
        key=thing.key,
        size_bytes=length,
        sealed_bytes=stat.size,
        sha512_sealed=stat.sha512,
    )
