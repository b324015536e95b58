"""A permit covers what was asked and decided, nothing beside it, and not for long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from consent.minting import Refused, mint
from consent.vocabulary import Action, Face, Level, Medium
from tests.worked_examples import NOON, PUBLIC, at_level, of, secs, skip

SKIPPED = at_level(Level.OPEN, limits=(skip(600, 700),))


def test_a_permit_covers_its_range_and_stops_at_cuts() -> None:
    permit = mint(PUBLIC, Action.LISTEN, of(SKIPPED), NOON)

    def covers(start_ms: int, end_ms: int) -> bool:
        return permit.covers("t1", Action.LISTEN, "o1", start_ms, end_ms, NOON)

    assert covers(0, 598_000)
    assert covers(702_000, 3_600_000)
    assert not covers(0, 598_001)
    assert not covers(701_999, 702_001)
    assert not covers(3_599_000, 3_600_001)
    assert not covers(5, 5)
    assert not covers(-1, 5)


def test_a_permit_is_for_one_testimony_one_action_one_original_and_some_minutes() -> None:
    permit = mint(PUBLIC, Action.LISTEN, of(at_level(Level.OPEN), Medium.SOUND, secs(10, 20)), NOON)
    assert permit.covers("t1", Action.LISTEN, "o1", 10_000, 20_000, NOON)
    assert not permit.covers("t2", Action.LISTEN, "o1", 10_000, 20_000, NOON)
    assert not permit.covers("t1", Action.READ, "o1", 10_000, 20_000, NOON)
    assert not permit.covers("t1", Action.LISTEN, "o2", 10_000, 20_000, NOON)
    assert not permit.covers("t1", Action.LISTEN, None, 0, 0, NOON)
    assert not permit.covers("t1", Action.LISTEN, "o1", 9_999, 20_000, NOON)
    assert not permit.covers("t1", Action.LISTEN, "o1", 10_000, 20_000, permit.decision.valid_until)
    assert not permit.covers("t1", Action.LISTEN, "o1", 10_000, 20_000, NOON - timedelta(seconds=1))


def test_a_permit_for_an_entry_covers_no_seconds() -> None:
    permit = mint(PUBLIC, Action.DESCRIBE, of(at_level(Level.OPEN), Medium.ENTRY), NOON)
    assert permit.covers("t1", Action.DESCRIBE, None, 0, 0, NOON)
    assert not permit.covers("t1", Action.DESCRIBE, None, 0, 1, NOON)
    assert not permit.covers("t1", Action.DESCRIBE, "o1", 0, 1, NOON)


def test_nothing_is_minted_from_a_no() -> None:
    with pytest.raises(Refused) as caught:
        mint(PUBLIC, Action.LISTEN, of(at_level(Level.CLOSED)), NOON)
    assert caught.value.decision.face is Face.NOT_FOUND
    assert "n1" not in str(caught.value)
    with pytest.raises(Refused):
        mint(PUBLIC, "PRINT", of(at_level(Level.OPEN)), NOON)  # type: ignore[arg-type]
