"""The sealed object: chunked AES-256-GCM that opens at any position and detects every change.

Format 1 (docs/security.md, "The sealed object"):

    header   magic 8 · version 1 · algorithm 1 · log2 of the chunk 1 · length of the id 1 · object id 64,
    zero-filled
             · salt 32 · nonce prefix 7 · zero 1 · key commitment 32 · padded length 8          = 156 bytes
    payload  true length 8 · content · zeros up to the padded length, cut into chunks of 64 KiB
    chunk i  AES-256-GCM, nonce = prefix ‖ u32(i) ‖ last, associated data = SHA-256(header), tag 16

The nonces follow STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015), which detects reordering and truncation;
the padded length follows Padmé (Nikitin and others 2019). GCM alone commits to no key, hence the commitment.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from archive.vault.errors import SealBroken, SourceChanged

CHUNK = 65_536
TAG = 16
SALT = 32
ID_LIMIT = 64
SMALLEST = 4_096  # all small things look alike: a file system gives them one block anyway

_MAGIC = b"SAKSIOBJ"
_VERSION = 1
_AES_256_GCM = 1
_CHUNK_LOG2 = 16
_LENGTH = struct.Struct(">Q")
_HEADER = struct.Struct(f">8sBBBB{ID_LIMIT}s{SALT}s7sB32sQ")
HEADER = _HEADER.size
_MOST_CHUNKS = 2**32

KeyFor = Callable[[bytes], bytes]
Fetch = Callable[[int, int], bytes]


class Source(Protocol):
    """What can be sealed: something with `read`."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What stands open at the front of a sealed object. None of it is believed before a chunk has opened."""

    object_id: str
    salt: bytes
    prefix: bytes
    commitment: bytes
    padded: int
    raw: bytes

    @property
    def chunks(self) -> int:
        return -(-self.padded // CHUNK)

    @property
    def sealed_size(self) -> int:
        """Bytes of the whole sealed object, header included."""
        return HEADER + self.padded + TAG * self.chunks


def padded_length(length: int) -> int:
    """`length` rounded up to its Padmé bucket: at most 12 % more, and few sizes to tell apart."""
    if length <= SMALLEST:
        return SMALLEST
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask


def sealed_size(length: int) -> int:
    """How many bytes the sealed form of `length` bytes takes."""
    padded = padded_length(length + _LENGTH.size)
    return HEADER + padded + TAG * -(-padded // CHUNK)


def _expand(object_key: bytes, label: bytes) -> bytes:
    return HKDFExpand(algorithm=hashes.SHA256(), length=32, info=b"saksi seal 1 " + label).derive(object_key)


def _cipher(object_key: bytes) -> AESGCM:
    return AESGCM(_expand(object_key, b"chunks"))


def _commitment(object_key: bytes) -> bytes:
    return _expand(object_key, b"commitment")


def _nonce(prefix: bytes, index: int, chunks: int) -> bytes:
    return prefix + index.to_bytes(4, "big") + (b"\x01" if index == chunks - 1 else b"\x00")


def _id_field(object_id: str) -> bytes:
    encoded = object_id.encode()
    if not 0 < len(encoded) <= ID_LIMIT:
        raise ValueError(f"an object id has 1 to {ID_LIMIT} bytes")
    return encoded


def new_header(
    object_id: str, length: int, key_for: KeyFor, *, salt: bytes, prefix: bytes
) -> tuple[Header, bytes]:
    """The header for `length` bytes of content, and the object key derived for its salt."""
    identifier = _id_field(object_id)
    padded = padded_length(length + _LENGTH.size)
    if -(-padded // CHUNK) > _MOST_CHUNKS:
        raise ValueError("an object holds at most 256 TiB")
    object_key = key_for(salt)
    raw = _HEADER.pack(
        _MAGIC, _VERSION, _AES_256_GCM, _CHUNK_LOG2, len(identifier), identifier, salt, prefix, 0,
        _commitment(object_key), padded,
    )  # fmt: skip
    return parse_header(raw, object_id), object_key


def parse_header(raw: bytes, object_id: str) -> Header:
    """The header in `raw`, which must be that of `object_id` (known from the database's row).

    :raises SealBroken: if it is no header of a format we know, or another object's.
    """
    if len(raw) != HEADER:
        raise SealBroken(object_id, "the header is cut short")
    magic, version, algorithm, log2, id_length, identifier, salt, prefix, zero, commitment, padded = (
        _HEADER.unpack(raw)
    )
    if magic != _MAGIC or version != _VERSION or algorithm != _AES_256_GCM or log2 != _CHUNK_LOG2 or zero:
        raise SealBroken(object_id, "it has no header of ours")
    expected = _id_field(object_id)
    if id_length != len(expected) or identifier != expected.ljust(ID_LIMIT, b"\0"):
        raise SealBroken(object_id, "it is another object")
    if padded < SMALLEST or padded != padded_length(padded) or -(-padded // CHUNK) > _MOST_CHUNKS:
        raise SealBroken(object_id, "its length is impossible")
    return Header(
        object_id=object_id, salt=salt, prefix=prefix, commitment=commitment, padded=padded, raw=raw
    )


def seal_stream(
    source: Source,
    *,
    length: int,
    key_for: KeyFor,
    object_id: str,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Iterator[bytes]:
    """The sealed form of `source`, which must give exactly `length` bytes: the header, then each chunk.

    Salt and nonce prefix are new at every call, so that a second try never repeats a nonce under a key.
    `random` is an argument only so that test vectors can be made.

    :raises SourceChanged: if the source gives more or fewer bytes than `length`.
    """
    header, object_key = new_header(object_id, length, key_for, salt=random(SALT), prefix=random(7))
    cipher = _cipher(object_key)
    binding = hashlib.sha256(header.raw).digest()
    yield header.raw
    waiting = bytearray(_LENGTH.pack(length))
    given = 0
    for index in range(header.chunks):
        size = min(CHUNK, header.padded - index * CHUNK)
        while len(waiting) < size and given < length:
            piece = source.read(min(size - len(waiting), length - given))
            if not piece:
                raise SourceChanged(declared=length, read=given)
            given += len(piece)
            waiting += piece
        plain = bytes(waiting).ljust(size, b"\0")
        waiting.clear()
        if index == header.chunks - 1 and source.read(1):
            raise SourceChanged(declared=length, read=given + 1)
        yield cipher.encrypt(_nonce(header.prefix, index, header.chunks), plain, binding)


class SealedReader:
    """Reads ranges of one sealed object in time that does not depend on the position.

    `fetch(start, length)` gives bytes of the sealed object; `key_for(salt)` is asked anew for every range, so
    that a key which is no longer given ends a reading that has begun. No key is kept.
    """

    def __init__(self, fetch: Fetch, *, sealed_size: int, key_for: KeyFor, object_id: str) -> None:
        """Reads header and first chunk.

        :raises SealBroken: if the object is not the one sealed as `object_id` under this key.
        """
        self._fetch = fetch
        self._key_for = key_for
        self.header = parse_header(fetch(0, HEADER), object_id)
        if self.header.sealed_size != sealed_size:
            raise SealBroken(object_id, "it is cut short or too long")
        self._binding = hashlib.sha256(self.header.raw).digest()
        (first,) = self._chunks(0, 1)
        self.size: int = _LENGTH.unpack_from(first)[0]
        if padded_length(self.size + _LENGTH.size) != self.header.padded:
            raise SealBroken(object_id, "its length is impossible")

    def rebound(self, fetch: Fetch, key_for: KeyFor) -> SealedReader:
        """The same object, to be read through another fetch and key: saves reading the header."""
        other = object.__new__(SealedReader)
        other.header, other.size, other._binding = self.header, self.size, self._binding
        other._fetch, other._key_for = fetch, key_for
        return other

    def read(self, start: int, length: int) -> bytes:
        """The bytes from `start`, at most `length`; fewer only at the end of the content.

        :raises SealBroken: if a chunk was changed.
        """
        if start < 0 or length < 0:
            raise ValueError("a range has no negative numbers")
        end = min(start + length, self.size)
        if start >= end:
            # an empty answer is an answer too: whoever gets no key is not told that the end was passed
            self._key()
            return b""
        begin, stop = start + _LENGTH.size, end + _LENGTH.size
        first, last = begin // CHUNK, (stop - 1) // CHUNK
        pieces = [memoryview(chunk) for chunk in self._chunks(first, last - first + 1)]
        # Cut before they are joined: each copy of a MiB costs more than its decryption where memory is slow
        # to get.
        pieces[-1] = pieces[-1][: stop - last * CHUNK]
        pieces[0] = pieces[0][begin - first * CHUNK :]
        return b"".join(pieces)

    def check_padding(self) -> None:
        """Opens what follows the content too, so that a full check leaves no byte of the object out.

        :raises SealBroken: if it was changed, or is not zeros.
        """
        end = self.size + _LENGTH.size
        first = end // CHUNK
        for index in range(first, self.header.chunks):
            if any(self._chunks(index, 1)[0][end - first * CHUNK if index == first else 0 :]):
                raise SealBroken(self.header.object_id, "something follows its content")

    def _key(self) -> bytes:
        object_key = self._key_for(self.header.salt)
        if not hmac.compare_digest(_commitment(object_key), self.header.commitment):
            raise SealBroken(self.header.object_id, "it was sealed under another key")
        return object_key

    def _chunks(self, first: int, count: int) -> list[bytes]:
        header = self.header
        cipher = _cipher(self._key())
        step = CHUNK + TAG
        last_size = header.padded - (header.chunks - 1) * CHUNK + TAG
        length = (count - 1) * step + (last_size if first + count == header.chunks else step)
        sealed = memoryview(self._fetch(HEADER + first * step, length))
        if len(sealed) != length:
            raise SealBroken(header.object_id, "it is cut short")
        try:
            return [
                cipher.decrypt(
                    _nonce(header.prefix, first + i, header.chunks),
                    sealed[i * step : (i + 1) * step],
                    self._binding,
                )
                for i in range(count)
            ]
        except InvalidTag:
            raise SealBroken(header.object_id, "a part of it was changed") from None
