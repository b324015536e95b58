"""What an index finds is exactly what `decide(FIND)` allows: 100,000 pairs of viewer and moment, both ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest

from archive.reading.visibility import compose
from consent.classes import IndexClass, index_class, persons_bound, persons_in_rules
from consent.decision import decide
from consent.rules import Part, Testimony, Viewer
from consent.vocabulary import Action, Effect
from search.analysis import analyse
from search.index import PageRequest, SearchIndex
from search.memory import MemoryIndex
from search.moments import NO_OVERLAY, AnalysedMoment, Batch
from search.query import parse
from search.sqlite import SqliteIndex
from tests.contracts.search_keys import KeysInMemory
from tests.worlds import NOW, random_testimony, viewer
from tests.worlds_parts import moment

TESTIMONIES, MOMENTS, VIEWERS = 125, 8, 100
WORD = "river"


@dataclass(frozen=True, slots=True)
class Findable:
    """A moment that stands in the index, with its class."""

    id: str
    part: Part
    rules: IndexClass


def worlds(rng: Random) -> tuple[list[Testimony], list[Findable]]:
    testimonies = [random_testimony(rng, f"t{number}") for number in range(TESTIMONIES)]
    found = []
    for testimony in testimonies:
        for number in range(MOMENTS):
            part = replace(moment(rng, testimony), index_version=testimony.index_version)
            rules = index_class(part, NOW)
            if rules is not None and rules.indexable:
                found.append(Findable(f"{testimony.id}m{number}", part, rules))
    return testimonies, found


def fill(index: SearchIndex, testimonies: list[Testimony], found: list[Findable]) -> None:
    tokens = analyse(f"by the {WORD}", "en")
    for testimony in testimonies:
        rows: dict[bool, list[AnalysedMoment]] = {True: [], False: []}
        for each in found:
            if each.part.testimony.id == testimony.id:
                closes = each.rules.closes_at
                rows[each.rules.open].append(
                    AnalysedMoment(
                        moment_id=each.id, testimony_id=testimony.id, class_key=each.rules.key, tokens=tokens,
                        closes_at_ms=None if closes is None else int(closes.timestamp() * 1000),
                    )
                )  # fmt: skip
        index.apply(
            Batch(
                testimony_id=testimony.id,
                index_version=testimony.index_version + 1,
                open=tuple(rows[True]),
                guarded=tuple(rows[False]),
            )
        )


def found_by(
    index: SearchIndex, who: Viewer, testimonies: list[Testimony], found: list[Findable]
) -> set[str]:
    classes = {each.rules.key: each.rules for each in found}
    bound = persons_bound(who, NOW)
    near = [
        (
            testimony,
            tuple({e.rules.key: e.rules for e in found if e.part.testimony.id == testimony.id}.values()),
        )
        for testimony in testimonies
        if bound & persons_in_rules(testimony)
    ]
    visible = compose(who, classes.values(), near, NOW)
    ids: set[str] = set()
    for number in range(1, 3):
        page = index.search(parse(WORD), visible, NO_OVERLAY, PageRequest(number=number, size=100))
        ids |= {moment_id for hit in page.hits for moment_id in hit.moment_ids}
    assert page.moments == len(ids)
    return ids


@pytest.fixture(params=["memory", "sqlite"])
def make_index(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], SearchIndex]:
    def make() -> SearchIndex:
        if request.param == "memory":
            return MemoryIndex()
        (tmp_path / "index").mkdir()
        index = SqliteIndex(tmp_path / "index", KeysInMemory())
        index.ensure("first")
        return index

    return make


@pytest.mark.slow
def test_an_index_finds_what_the_policy_allows_and_nothing_else(
    make_index: Callable[[], SearchIndex],
) -> None:
    rng = Random(20261125)
    testimonies, found = worlds(rng)
    index = make_index()
    fill(index, testimonies, found)
    tally: Counter[str] = Counter()
    for _ in range(VIEWERS):
        who = viewer(rng, f"t{rng.randrange(TESTIMONIES)}")
        allowed = {e.id for e in found if decide(who, Action.FIND, e.part, NOW).effect is Effect.ALLOW}
        got = found_by(index, who, testimonies, found)
        tally.update(
            pairs=TESTIMONIES * MOMENTS,
            allowed=len(allowed),
            leaked=len(got - allowed),
            lost=len(allowed - got),
        )
    index.close()
    print(dict(tally))
    assert tally["pairs"] >= 100_000
    assert (tally["leaked"], tally["lost"]) == (0, 0)
    assert tally["allowed"] > 1_000
