"""The examples in docs/consent.md run, and the page names every word of the vocabulary."""

from __future__ import annotations

import doctest
from enum import StrEnum
from pathlib import Path

import pytest

from consent.vocabulary import Action, Card, Condition, Face, Feature, Level, PersonClass, Purpose, State

PAGE = Path(__file__).resolve().parents[3] / "docs" / "consent.md"


def test_the_examples_run() -> None:
    result = doctest.testfile(str(PAGE), module_relative=False)
    assert result.failed == 0
    assert result.attempted >= 20


@pytest.mark.parametrize(
    "words",
    [Action, Card, Condition, Face, Feature, Level, PersonClass, Purpose, State],
    ids=lambda w: w.__name__,
)
def test_every_word_is_explained(words: type[StrEnum]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    missing = [
        word
        for word in words
        if str(word) not in text and str(word).capitalize() not in text and word != "narrator"
    ]
    assert missing == []
