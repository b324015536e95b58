"""Whatever is wrong with a question, the answer is no, and it looks as if nothing existed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent.decision import decide
from consent.rules import Part, Source
from consent.vocabulary import Action, Effect, Face, Level
from tests.mutation.broken import Question, broken_questions
from tests.worked_examples import NOON, PUBLIC, at_level, of

BROKEN = list(broken_questions())


@pytest.mark.parametrize("question", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_question_is_refused_as_if_nothing_existed(question: Question) -> None:
    found = decide(*question)
    assert found.effect is Effect.DENY
    assert found.face is Face.NOT_FOUND


def test_a_fault_inside_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = of(at_level(Level.OPEN))
    assert decide(PUBLIC, Action.LISTEN, opened, NOON).effect is Effect.ALLOW

    def fails(*_: object) -> None:
        raise RuntimeError("disk on fire")

    monkeypatch.setattr("consent.decision.cut_by_limits", fails)
    found = decide(PUBLIC, Action.LISTEN, opened, NOON)
    assert (found.effect, found.reason, found.face) == (Effect.DENY, "error", Face.NOT_FOUND)


def test_a_part_made_from_itself_without_end_is_a_refusal() -> None:
    part: Part = of(at_level(Level.OPEN))
    for step in range(3_000):
        part = replace(part, derivative=f"d{step}", sources=(Source(part=part),))
    assert decide(PUBLIC, Action.LISTEN, part, NOON).reason == "error"
