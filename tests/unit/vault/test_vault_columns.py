"""Sealed fields: open only where they were sealed, and only while their owner is open."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.vault.columns import Columns
from archive.vault.errors import ConsentVersionTooOld, KeyFrozen, KeyMissing, SealBroken
from archive.vault.keys import KeyOwner, derived_key
from archive.vault.sqlite_keys import SqliteKeyStore
from tests.unit.vault.conftest import MALY, SOKHA

TEXT = "ខ្ញុំចាំផ្ទះចាស់។ I remember the old house."


@given(text=st.text(max_size=300), content=st.binary(max_size=300))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_was_sealed_opens(columns: Columns, text: str, content: bytes) -> None:
    assert columns.open(SOKHA, "s1", "text", 1, columns.seal(SOKHA, "s1", "text", 1, text)) == text
    assert (
        columns.open_bytes(SOKHA, "s1", "words", 1, columns.seal_bytes(SOKHA, "s1", "words", 1, content))
        == content
    )


def test_a_value_opens_nowhere_else(columns: Columns) -> None:
    value = columns.seal(SOKHA, "s1", "text", 1, TEXT)
    twin = KeyOwner(kind="person", id="sokha")
    elsewhere = [
        (MALY, "s1", "text", 1),
        (SOKHA, "s2", "text", 1),
        (SOKHA, "s1", "title", 1),
        (SOKHA, "s1", "text", 2),
    ]
    for owner, row, field, revision in elsewhere:
        with pytest.raises(SealBroken):
            columns.open(owner, row, field, revision, value)
    with pytest.raises(KeyMissing):
        columns.open(twin, "s1", "text", 1, value)


def test_ids_are_bound_beside_the_key() -> None:
    """Two owners with the same key, as after a careless restore, still cannot exchange values."""

    class OneKey:
        def derive(
            self, owner: KeyOwner, *, object_id: str, version: int, purpose: str, **_: object
        ) -> bytes:
            return derived_key(bytes(32), object_id="", version=0, purpose="")

    columns = Columns(OneKey())  # type: ignore[arg-type]
    value = columns.seal(SOKHA, "s1", "text", 1, TEXT)
    assert columns.open(SOKHA, "s1", "text", 1, value) == TEXT
    for owner, row, field, revision in [
        (MALY, "s1", "text", 1),
        (SOKHA, "s2", "text", 1),
        (SOKHA, "s1", "t", 1),
        (SOKHA, "s1", "text", 2),
    ]:
        with pytest.raises(SealBroken):
            columns.open(owner, row, field, revision, value)


def test_every_changed_bit_is_refused(columns: Columns) -> None:
    value = columns.seal(SOKHA, "s1", "text", 1, "her words")
    for bit in range(len(value) * 8):
        broken = bytearray(value)
        broken[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SealBroken):
            columns.open(SOKHA, "s1", "text", 1, bytes(broken))
    for cut in range(len(value)):
        with pytest.raises(SealBroken):
            columns.open(SOKHA, "s1", "text", 1, value[:cut])


def test_nonces_are_never_repeated(columns: Columns) -> None:
    assert len({columns.seal(SOKHA, "s1", "text", 1, "x")[1:13] for _ in range(5_000)}) == 5_000


def test_a_closed_owner_neither_opens_nor_seals(columns: Columns, keys: SqliteKeyStore) -> None:
    value = columns.seal(SOKHA, "s1", "text", 1, TEXT)
    keys.require_consent_version(SOKHA, 2)
    with pytest.raises(ConsentVersionTooOld):
        columns.open(SOKHA, "s1", "text", 1, value, consent_version=1)
    keys.freeze(SOKHA)
    with pytest.raises(KeyFrozen):
        columns.open(SOKHA, "s1", "text", 1, value)
    with pytest.raises(KeyFrozen):
        columns.seal(SOKHA, "s1", "text", 1, TEXT)


def test_the_form_of_a_value_is_frozen() -> None:
    """Sealed in November 2026; every database depends on it."""

    class Fixed:
        def derive(
            self, owner: KeyOwner, *, object_id: str, version: int, purpose: str, **_: object
        ) -> bytes:
            return derived_key(bytes(range(32)), object_id=object_id, version=version, purpose=purpose)

    value = bytes.fromhex("01760aebada93a3e54c1f2df02e187c8694eaf8922a6af6566101fd85b042319eddd22469aef")
    assert Columns(Fixed()).open(SOKHA, "s1", "text", 3, value) == "her words"  # type: ignore[arg-type]
