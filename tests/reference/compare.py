"""Compare `decide()` with the reference model over random questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import islice
from random import Random
from typing import Any

from consent.verdict import Decision
from tests.reference.model import Full, reference
from tests.worlds_parts import cases

Decide = Callable[..., Decision]


def as_full(decision: Decision) -> Full:
    """A decision in the reference model's words."""
    spans = tuple((span.original, span.start_ms, span.end_ms) for span in decision.spans)
    effect, face = str(decision.effect), str(decision.face)
    return Full(effect, decision.reason, face, spans, decision.fields, decision.valid_until)


def differences(decide: Decide, seed: int, count: int) -> tuple[list[tuple[Any, Full, Full]], Counter[str]]:
    """The questions on which the two differ (at most 20), and how often each effect came out."""
    rng, effects = Random(seed), Counter[str]()
    found: list[tuple[Any, Full, Full]] = []
    for question in islice(cases(rng), count):
        expected, got = reference(*question), as_full(decide(*question))
        effects[expected.effect] += 1
        if expected != got:
            found.append((question, expected, got))
            if len(found) >= 20:
                break
    return found, effects
