"""Every mutant of the modules that decide is noticed, or stands in the table of proofs."""

from __future__ import annotations

import pytest

from consent.decision import decide
from tests.mutation.mutants import mutants
from tests.mutation.run import MODULES, Killers, survivors
from tests.mutation.survivors import SURVIVORS

_SMALL = "def f(a, b):\n    return a < b and not a\n"


def test_the_mutator_changes_one_thing_at_a_time() -> None:
    changes = [change for _, change, _ in mutants(_SMALL)]
    assert "Lt -> LtE" in changes
    assert "and <-> or" in changes
    assert "drop not" in changes
    assert len(changes) == 6


def test_the_killers_have_nothing_against_the_real_thing() -> None:
    assert not Killers(seed=3, count=200).notice(decide)


@pytest.mark.slow
def test_at_most_five_mutants_survive_and_each_is_proved_equal() -> None:
    killers = Killers(seed=1979, count=6_000)
    alive = {each for module in MODULES for each in survivors(module, killers) if each}
    assert alive == set(SURVIVORS)
    assert len(SURVIVORS) <= 5
