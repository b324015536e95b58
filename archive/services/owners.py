"""Whose key seals what: the owners of keys for testimonies, persons, cases and evidence, and sealed fields by name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from archive.vault.columns import Columns
from archive.vault.keys import KeyOwner


def testimony_key(testimony_id: str) -> KeyOwner:
    return KeyOwner(kind="testimony", id=testimony_id)


def person_key(person_id: str) -> KeyOwner:
    return KeyOwner(kind="person", id=person_id)


def evidence_key(testimony_id: str) -> KeyOwner:
    """The evidence set of one testimony has a key apart from the testimony's own."""
    return KeyOwner(kind="evidence", id=testimony_id)


def case_key(case_id: str) -> KeyOwner:
    return KeyOwner(kind="case", id=case_id)


class Fields:
    """Seals and opens text fields under their owner's key, with the row and field they stand in bound to them."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def seal(self, owner: KeyOwner, row_id: str, field: str, text: str) -> bytes:
        return self._columns.seal(owner, row_id, field, 1, text)

    def seal_or_none(self, owner: KeyOwner, row_id: str, field: str, text: str) -> bytes | None:
        return self.seal(owner, row_id, field, text) if text else None

    def open(self, owner: KeyOwner, row_id: str, field: str, value: bytes) -> str:
        """:raises KeyFrozen, KeyMissing, SealBroken: when the value cannot be opened."""
        return self._columns.open(owner, row_id, field, 1, value)

    def open_or_empty(self, owner: KeyOwner, row_id: str, field: str, value: bytes | None) -> str:
        return "" if value is None else self.open(owner, row_id, field, value)

    def seal_json(self, owner: KeyOwner, row_id: str, field: str, value: Any) -> bytes:
        return self.seal(owner, row_id, field, json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def open_json(self, owner: KeyOwner, row_id: str, field: str, value: bytes | None) -> Any:
        return None if value is None else json.loads(self.open(owner, row_id, field, value))


ACCESSION_FIELDS = ("number", "received", "received_from", "carrier", "legacy_numbers")


def known_accession(values: Mapping[str, str]) -> dict[str, str]:
    """Only the fields an accession has, without the empty ones."""
    return {name: values[name] for name in ACCESSION_FIELDS if values.get(name)}
