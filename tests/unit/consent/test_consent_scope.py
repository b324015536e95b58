"""Arithmetic of spans: padding, cutting, joining, and what lies inside what."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from consent.scope import (
    WHOLE,
    Derivative,
    Field,
    Mention,
    Span,
    WholeOriginal,
    clipped,
    inside,
    joined,
    overlap,
    padded,
    without,
)


def span(start: int, end: int, original: str = "o") -> Span:
    """A span in milliseconds."""
    return Span(original=original, start_ms=start, end_ms=end)


def test_padding_never_goes_before_zero() -> None:
    assert padded(span(10_000, 11_000)) == span(8_000, 13_000)
    assert padded(span(500, 600)) == span(0, 2_600)


def test_spans_of_other_originals_have_nothing_in_common() -> None:
    assert not overlap(span(0, 9), span(0, 9, "p"))
    assert not inside(span(1, 2), span(0, 9, "p"))
    assert without(span(0, 9), [span(0, 9, "p")]) == (span(0, 9),)
    assert joined([span(0, 5, "p"), span(0, 5), span(5, 9)]) == (span(0, 9), span(0, 5, "p"))


def test_touching_is_not_overlapping() -> None:
    assert not overlap(span(0, 5), span(5, 9))
    assert overlap(span(0, 6), span(5, 9))
    assert clipped(span(0, 6), span(5, 9)) == span(5, 6)


def test_cutting_and_joining_agree_with_counting_milliseconds() -> None:
    rng = Random(5)
    for _ in range(300):
        whole = span(rng.randint(0, 20), rng.randint(21, 60))
        cuts = [span(start, start + rng.randint(1, 12)) for start in (rng.randint(0, 60) for _ in range(4))]
        gone = {ms for cut in cuts for ms in range(cut.start_ms, cut.end_ms)}
        left = without(whole, cuts)
        assert [ms for piece in left for ms in range(piece.start_ms, piece.end_ms)] == [
            ms for ms in range(whole.start_ms, whole.end_ms) if ms not in gone
        ]
        together = joined(cuts)
        assert {ms for each in together for ms in range(each.start_ms, each.end_ms)} == gone
        assert all(a.end_ms < b.start_ms for a, b in pairwise(together))


@pytest.mark.parametrize(
    ("scope", "regions", "derivative", "held"),
    [
        (WHOLE, (), None, True),
        (WHOLE, (span(0, 5),), None, True),
        (WholeOriginal(original="o"), (span(0, 5),), None, True),
        (WholeOriginal(original="o"), (span(0, 5), span(0, 5, "p")), None, False),
        (WholeOriginal(original="o"), (), None, False),
        (span(0, 5), (span(0, 5), span(1, 2)), None, True),
        (span(0, 5), (span(0, 6),), None, False),
        (span(0, 5), (), None, False),
        (Derivative(id="d"), (span(0, 5),), "d", True),
        (Derivative(id="d"), (span(0, 5),), None, False),
        (Field(name="village"), (), None, False),
        (Mention(person="x", spans=(span(0, 9),)), (span(0, 5),), None, False),
    ],
)
def test_what_lies_inside_a_scope(
    scope: object, regions: tuple[Span, ...], derivative: str | None, held: bool
) -> None:
    assert scope.holds(regions, derivative) is held  # type: ignore[attr-defined]
