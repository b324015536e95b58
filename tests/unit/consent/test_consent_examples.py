"""Every worked example of docs/consent.md gives what the table says."""

from __future__ import annotations

import re

import pytest

from consent.decision import decide
from consent.vocabulary import Effect, Face
from tests.worked_examples import Example
from tests.worked_table import examples

TABLE = list(examples())


@pytest.mark.parametrize("example", TABLE, ids=[example.name for example in TABLE])
def test_worked_example(example: Example) -> None:
    found = decide(example.viewer, example.action, example.part, example.at)
    assert found.effect is example.effect, found
    if example.reason is not None:
        assert found.reason == example.reason
    if example.face is not None:
        assert found.face is example.face
    if example.spans is not None:
        assert [(span.start_ms, span.end_ms) for span in found.spans] == list(example.spans)
    if example.fields is not None:
        assert found.fields == example.fields
    assert (found.face is Face.OK) == (found.effect is not Effect.DENY)


def test_all_seventy_examples_are_in_the_table() -> None:
    numbers = {int(match[0]) for example in TABLE if (match := re.match(r"\d+", example.name))}
    assert numbers == set(range(1, 71))
