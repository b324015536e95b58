"""From the answers of the two indexes, `open` and `guarded`, to one page: sums, union, order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from search.index import FacetCount, Hit, Page, PageRequest
from search.tree import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one of the two indexes found: how many moments, its testimonies in its own order, facet counts."""

    moments: int = 0
    testimonies: Sequence[str] = ()
    facets: Mapping[Field, Counter[str]] = field(default_factory=dict)


Fetch = Callable[[Sequence[str]], Mapping[str, Sequence[str]]]
"""Gives the matching moment ids of some testimonies."""


def merged(
    open_answer: Answer,
    guarded_answer: Answer,
    page: PageRequest,
    facets: Sequence[Field],
    fetch: Fetch,
) -> Page:
    """One page: testimonies of `open` in their order, then those that only `guarded` holds, in theirs."""
    order = list(dict.fromkeys((*open_answer.testimonies, *guarded_answer.testimonies)))
    shown = order[page.start : page.start + page.size]
    moments = fetch(shown) if shown else {}
    return Page(
        hits=tuple(Hit(testimony_id=tid, moment_ids=tuple(sorted(moments[tid]))) for tid in shown),
        moments=open_answer.moments + guarded_answer.moments,
        testimonies=len(order),
        facets={str(name): _counts(name, open_answer, guarded_answer) for name in facets},
    )


def _counts(name: Field, *answers: Answer) -> tuple[FacetCount, ...]:
    total: Counter[str] = Counter()
    for answer in answers:
        total.update(answer.facets.get(name, {}))
    ordered = sorted(total.items(), key=lambda item: (-item[1], item[0]))
    return tuple(FacetCount(value=value, count=count) for value, count in ordered)
