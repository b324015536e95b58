"""decide() and the independent reference model give the same answers, faces, cuts and ends."""

from __future__ import annotations

import pytest

from consent.decision import decide
from tests.reference.compare import as_full, differences
from tests.reference.model import reference
from tests.worked_examples import Example
from tests.worked_table import examples

TABLE = [example for example in examples() if example.at.tzinfo is not None]


@pytest.mark.parametrize("example", TABLE, ids=[example.name for example in TABLE])
def test_the_models_agree_on_the_worked_examples(example: Example) -> None:
    question = (example.viewer, example.action, example.part, example.at)
    assert reference(*question) == as_full(decide(*question))


def test_the_models_agree_on_random_questions() -> None:
    found, effects = differences(decide, seed=20260601, count=3_000)
    assert not found
    assert min(effects["ALLOW"], effects["REDACT"], effects["DENY"]) >= 20


@pytest.mark.slow
def test_the_models_agree_on_a_hundred_thousand_random_questions() -> None:
    found, effects = differences(decide, seed=1975, count=100_000)
    assert not found
    assert sum(effects.values()) == 100_000
    assert min(effects["ALLOW"], effects["REDACT"], effects["DENY"]) >= 1_000
