"""The sealed object: opens at any position, refuses every change, and its first format opens for ever."""

from __future__ import annotations

import hashlib
import io
import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.vault.errors import SealBroken, SourceChanged
from archive.vault.seal import CHUNK, HEADER, SealedReader, padded_length, seal_stream, sealed_size

KEY = hashlib.sha256(b"an object key").digest()
VECTOR = Path(__file__).with_name("sealed_format_1.hex")


def key_for(salt: bytes) -> bytes:
    return hashlib.sha256(KEY + salt).digest()


def sealed(content: bytes, object_id: str = "obj") -> bytes:
    return b"".join(
        seal_stream(io.BytesIO(content), length=len(content), key_for=key_for, object_id=object_id)
    )


def opened(blob: bytes, object_id: str = "obj", key: Callable[[bytes], bytes] = key_for) -> SealedReader:
    return SealedReader(
        lambda start, length: blob[start : start + length],
        sealed_size=len(blob),
        key_for=key,
        object_id=object_id,
    )


def content_of(blob: bytes, object_id: str = "obj") -> bytes:
    """All of it, every chunk looked at."""
    reader = opened(blob, object_id)
    content = reader.read(0, reader.size)
    reader.check_padding()
    return content


@given(length=st.integers(0, 4 * CHUNK), start=st.integers(0, 5 * CHUNK), wanted=st.integers(0, 3 * CHUNK))
@settings(max_examples=60, deadline=None)
def test_a_range_is_the_slice_of_the_content(length: int, start: int, wanted: int) -> None:
    content = random.Random(length).randbytes(length)
    blob = sealed(content)
    assert len(blob) == sealed_size(length)
    assert opened(blob).size == length
    assert opened(blob).read(start, wanted) == content[start : start + wanted]


@pytest.mark.parametrize(
    "length", [0, 1, 4087, 4088, 4089, CHUNK - 9, CHUNK - 8, CHUNK - 7, 2 * CHUNK, 1_000_003]
)
def test_edges_of_chunks_come_back_whole(length: int) -> None:
    content = random.Random(length).randbytes(length)
    assert content_of(sealed(content)) == content


def test_a_source_that_gives_little_at_a_time_seals_the_same_content() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 777))

    content = random.Random(1).randbytes(200_000)
    blob = b"".join(seal_stream(Slow(content), length=len(content), key_for=key_for, object_id="obj"))
    assert content_of(blob) == content


def test_a_range_costs_the_same_everywhere() -> None:
    blob = sealed(bytes(40 * CHUNK))
    costs = []
    for start in (0, 20 * CHUNK, 39 * CHUNK):
        fetched: list[int] = []

        def fetch(position: int, length: int, fetched: list[int] = fetched) -> bytes:
            fetched.append(length)
            return blob[position : position + length]

        reader = SealedReader(fetch, sealed_size=len(blob), key_for=key_for, object_id="obj")
        fetched.clear()
        reader.read(start, 1000)
        costs.append(sum(fetched))
    assert max(costs) <= CHUNK + 16


def test_sizes_tell_little() -> None:
    for length in (*range(0, 200_000, 997), 10**9, 10**12 + 7):
        padded = padded_length(length)
        assert padded >= length
        assert padded_length(padded) == padded
        assert padded == 4096 or padded <= length * 1.12
    assert len({padded_length(n) for n in range(1_000_000, 1_030_000)}) <= 2
    assert {len(sealed(bytes(n))) for n in range(0, 4088, 100)} == {sealed_size(0)}


def test_a_source_that_grew_or_shrank_is_refused() -> None:
    for declared, there in ((10, 9), (10, 11), (CHUNK, CHUNK - 1), (CHUNK, CHUNK + 1), (0, 1)):
        with pytest.raises(SourceChanged):
            list(seal_stream(io.BytesIO(bytes(there)), length=declared, key_for=key_for, object_id="obj"))


def test_another_id_or_another_key_opens_nothing() -> None:
    blob = sealed(b"her words")
    with pytest.raises(SealBroken):
        opened(blob, object_id="other")
    with pytest.raises(SealBroken):
        opened(blob, key=lambda salt: hashlib.sha256(b"another" + salt).digest())


def test_a_key_that_is_no_longer_given_ends_a_reading_that_has_begun() -> None:
    class Closed(Exception):
        pass

    closed: list[bool] = []

    def key(salt: bytes) -> bytes:
        if closed:
            raise Closed
        return key_for(salt)

    reader = opened(sealed(bytes(3 * CHUNK)), key=key)
    assert reader.read(0, 10) == bytes(10)
    closed.append(True)
    for start in (0, 2 * CHUNK, 10 * CHUNK):
        with pytest.raises(Closed):
            reader.read(start, 10)


def test_chunks_cannot_be_reordered_dropped_or_taken_from_another_object() -> None:
    step = CHUNK + 16
    blob, other = sealed(bytes(4 * CHUNK)), sealed(bytes(4 * CHUNK))
    at = HEADER
    swapped = blob[:at] + blob[at + step : at + 2 * step] + blob[at : at + step] + blob[at + 2 * step :]
    spliced = blob[: at + step] + other[at + step :]
    transplanted = other[:at] + blob[at:]
    for broken in (
        swapped,
        spliced,
        transplanted,
        blob[:-1],
        blob[:-step],
        blob + b"\0",
        blob[: at + step],
        b"",
    ):
        with pytest.raises(SealBroken):
            content_of(broken)


def test_a_shorter_object_cannot_be_made_from_a_longer_one() -> None:
    """The header is rewritten for one chunk, as someone without the key would: the last flag is missing
    there.
    """
    blob = sealed(bytes(2 * CHUNK))
    shorter = bytearray(blob[: HEADER + CHUNK + 16])
    struct.pack_into(">Q", shorter, HEADER - 8, CHUNK)
    with pytest.raises(SealBroken):
        content_of(bytes(shorter))


def mutated(blob: bytes, other: bytes, rng: random.Random) -> bytes:
    """`blob` with one thing wrong; half of the time in the header."""
    if rng.random() < 0.05:
        cut = rng.randrange(len(blob))
        return rng.choice([blob[:cut], blob + rng.randbytes(rng.randint(1, 100)), blob[cut:]])
    if rng.random() < 0.05:
        cut = rng.randrange(10, HEADER)
        return other[:cut] + blob[cut:]
    changed = bytearray(blob)
    for _ in range(rng.choice([1, 1, 1, 2, 8])):
        position = rng.randrange(HEADER) if rng.random() < 0.5 else rng.randrange(len(blob))
        changed[position] ^= 1 << rng.randrange(8)
    return bytes(changed)


def accepted_among(tries: int, seed: int) -> int:
    rng = random.Random(seed)
    content = rng.randbytes(CHUNK + 5000)
    blob, other = sealed(content), sealed(content)
    accepted = 0
    for _ in range(tries):
        broken = mutated(blob, other, rng)
        if broken == blob:
            continue
        try:
            content_of(broken)
        except SealBroken:
            continue
        accepted += 1
    return accepted


def test_a_hundred_thousand_mutations_are_refused() -> None:
    assert accepted_among(100_000, seed=1) == 0


@pytest.mark.slow
def test_a_million_mutations_are_refused() -> None:
    assert accepted_among(1_000_000, seed=2) == 0


def test_every_single_bit_of_the_header_counts() -> None:
    blob = sealed(b"her words")
    for bit in range(HEADER * 8):
        broken = bytearray(blob)
        broken[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SealBroken):
            content_of(bytes(broken))


def test_salts_and_nonces_are_never_repeated() -> None:
    seen = set()
    for _ in range(20_000):
        header = next(seal_stream(io.BytesIO(b"x"), length=1, key_for=key_for, object_id="obj"))
        seen.add(header[76:115])
    assert len(seen) == 20_000
    assert len({s[:32] for s in seen}) == 20_000
    assert len({s[32:] for s in seen}) == 20_000


def _fixed(count: int) -> bytes:
    return bytes(range(count))


def test_format_1_is_frozen() -> None:
    """Sealed in November 2026. If this fails, old recordings do not open: add a format, never change one."""
    blob = bytes.fromhex(VECTOR.read_text())
    content = "សាក្សី, a witness".encode()
    assert content_of(blob, "0vector0") == content
    written = seal_stream(
        io.BytesIO(content), length=len(content), key_for=key_for, object_id="0vector0", random=_fixed
    )
    assert b"".join(written) == blob


def _by_the_book(content: bytes, object_id: str) -> bytes:
    """Format 1 once more, written from docs/security.md alone, without our code."""
    salt, prefix = bytes(range(32)), bytes(range(7))
    key = key_for(salt)

    def expand(label: bytes) -> bytes:
        return HKDFExpand(algorithm=hashes.SHA256(), length=32, info=b"saksi seal 1 " + label).derive(key)

    payload = len(content).to_bytes(8, "big") + content
    exponent = len(payload).bit_length() - 1
    free = exponent - exponent.bit_length()
    padded = max(4096, -(-len(payload) // 2**free) * 2**free)
    payload = payload.ljust(padded, b"\0")
    header = (
        b"SAKSIOBJ" + bytes([1, 1, 16, len(object_id)]) + object_id.encode().ljust(64, b"\0") + salt + prefix
    )
    header += b"\0" + expand(b"commitment") + padded.to_bytes(8, "big")
    parts = [payload[i : i + 65536] for i in range(0, padded, 65536)]
    aes, bound = AESGCM(expand(b"chunks")), hashlib.sha256(header).digest()
    return header + b"".join(
        aes.encrypt(prefix + i.to_bytes(4, "big") + bytes([i == len(parts) - 1]), part, bound)
        for i, part in enumerate(parts)
    )


@pytest.mark.parametrize("length", [0, 5000, 65528, 65529, 300_000])
def test_the_format_is_what_the_documentation_says(length: int) -> None:
    content = random.Random(length).randbytes(length)
    blob = _by_the_book(content, "abc")
    assert content_of(blob, "abc") == content
    ours = seal_stream(io.BytesIO(content), length=length, key_for=key_for, object_id="abc", random=_fixed)
    assert b"".join(ours) == blob
