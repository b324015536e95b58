"""How much the consent filter costs a search, and what the index weighs: ratios of one run on one machine.

Run: `python -m bench.search` (200,000 invented moments, about three minutes) or with `--moments 20000`. Words are
drawn from a Zipf distribution; a third of the testimonies are open, the rest carries 1,240 classes. Every query
is asked of each viewer in turn, in an order that changes, so that a busy machine slows all alike.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from search import sqlite_asking
from search.index import PageRequest
from search.moments import NO_OVERLAY, AnalysedMoment, Batch, Token, Visibility
from search.sqlite import SqliteIndex
from search.tree import And, Column, Field, Query, Sequence, Words

WORDS = 60_000
TOKENS = 38
MOMENTS_A_TESTIMONY = 50
CLASSES = [f"class-{n}" for n in range(1_240)]
RESEARCHER = frozenset(CLASSES[:16])
FACETS = (Field.LANGUAGE, Field.YEAR, Field.PLACE, Field.TOPIC)
AT = 1_000


class Keys:
    """Keys for one run, in memory."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def make(self, build: str, part: str) -> bytes:
        return self._kept.setdefault((build, part), random.randbytes(32))

    def key(self, build: str, part: str) -> bytes:
        return self._kept[build, part]

    def drop(self, build: str) -> None:
        self._kept = {one: key for one, key in self._kept.items() if one[0] != build}


class Corpus:
    """Invented testimonies, the same in every run; `open_too`: public ones lie in `open`, else all in `guarded`."""

    def __init__(self, moments: int, *, open_too: bool) -> None:
        self.moments = moments
        self._open_too = open_too
        self.tokens = [Token(f"w{n:x}", f"w{n:x}", 0, 1) for n in range(WORDS)]
        self.weights = list(itertools.accumulate(1 / (n + 2.7) for n in range(WORDS)))

    def testimonies(self) -> Iterator[Batch]:
        rng = random.Random(1)
        for number in range(self.moments // MOMENTS_A_TESTIMONY):
            name = f"t{number}"
            public = rng.random() < 0.28
            # a few classes hold most of what is not open, as levels do; families and communities have their own
            class_key = "open" if public else CLASSES[min(int(rng.paretovariate(0.35)) - 1, len(CLASSES) - 1)]
            rows = tuple(self._moment(rng, name, n, class_key) for n in range(MOMENTS_A_TESTIMONY))
            in_open = public and self._open_too
            yield Batch(
                testimony_id=name,
                index_version=1,
                open=rows if in_open else (),
                guarded=() if in_open else rows,
            )

    def again(self, testimony_id: str) -> Batch | None:
        raise NotImplementedError(testimony_id)

    def _moment(self, rng: random.Random, testimony: str, number: int, class_key: str) -> AnalysedMoment:
        return AnalysedMoment(
            moment_id=f"{testimony}-{number}",
            testimony_id=testimony,
            class_key=class_key,
            tokens=tuple(rng.choices(self.tokens, cum_weights=self.weights, k=TOKENS)),
            language=rng.choice(("km", "vi", "en", "fr")),
            year=rng.randint(1970, 1980),
            place=f"place-{rng.randint(1, 24)}",
            topics=(f"topic-{rng.randint(1, 40)}",),
        )

    def queries(self, many: int) -> dict[str, list[Query]]:
        """One word, three words, a phrase: words log-uniform in rank, phrases from moments that exist."""
        rng = random.Random(2)
        texts = [m for b in itertools.islice(self.testimonies(), 60) for m in (*b.open, *b.guarded)]

        def word() -> Words:
            return leaf(self.tokens[int(WORDS ** rng.uniform(0.15, 0.85))].term)

        def phrase() -> Words:
            tokens, at = rng.choice(texts).tokens, rng.randrange(TOKENS - 1)
            return leaf(tokens[at].term, tokens[at + 1].term)

        return {
            "one word": [Query(tree=word()) for _ in range(many)],
            "three words": [
                Query(tree=And(parts=(leaf("w0"), leaf(f"w{rng.randint(1, 40):x}"), word())))
                for _ in range(many)
            ],
            "phrase": [Query(tree=phrase()) for _ in range(many)],
        }


def leaf(*terms: str) -> Words:
    return Words(alternatives=(Sequence(column=Column.TERM, terms=terms),))


def viewer(classes: frozenset[str], *, public: bool = True) -> Visibility:
    return Visibility(open=public, classes=classes, at_ms=AT, expires_ms=AT + 1)


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1_000


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def build(corpus: Corpus, folder: Path) -> SqliteIndex:
    index = SqliteIndex(folder, Keys())
    seconds = timed(lambda: index.rebuild(corpus, "bench")) / 1_000
    size = sum(path.stat().st_size for path in folder.glob("*.db"))
    print(
        f"  built in {seconds:.1f} s (making the words included): "
        f"{corpus.moments / seconds:,.0f} moments/s, {size / corpus.moments:.0f} bytes a moment"
    )
    return index


def compare(
    asked: dict[str, Callable[[Query], object]], queries: dict[str, list[Query]], seconds: float
) -> None:
    """Ask everyone every query; print times and the ratio of each to the first of `asked`."""
    rng = random.Random(3)
    names = list(asked)
    everything: dict[str, list[float]] = {name: [] for name in names}
    for kind, many in queries.items():
        times: dict[str, list[float]] = {name: [] for name in names}
        ratios: dict[str, list[float]] = {name: [] for name in names}
        end = time.monotonic() + seconds / len(queries)
        for query in many:
            if time.monotonic() > end:
                break
            best = dict.fromkeys(names, float("inf"))
            for _ in range(3):
                for name in rng.sample(names, len(names)):
                    best[name] = min(best[name], timed(lambda n=name, q=query: asked[n](q)))
            for name in names:
                times[name].append(best[name])
                everything[name].append(best[name])
                ratios[name].append(best[name] / best[names[0]])
        for name in names:
            print(
                f"  {kind:12} {name:34} p50 {percentile(times[name], 0.5):7.2f} ms  p95 "
                f"{percentile(times[name], 0.95):7.2f} ms  ratio {statistics.median(ratios[name]):.2f}"
            )
    for name in names:
        total = sum(everything[name]) / sum(everything[names[0]])
        print(f"  all kinds    {name:34} total time, as a ratio to the first: {total:.2f}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--moments", type=int, default=200_000)
    options.add_argument("--queries", type=int, default=40, help="of each kind")
    options.add_argument("--seconds", type=float, default=60, help="for the questions of each comparison")
    chosen = options.parse_args()
    page = PageRequest()
    with tempfile.TemporaryDirectory(prefix="saksi-bench-") as scratch:
        print(f"{chosen.moments:,} moments of {TOKENS} words, {len(CLASSES):,} classes")
        corpus = Corpus(chosen.moments, open_too=True)
        queries = corpus.queries(chosen.queries)
        index = build(corpus, Path(scratch) / "two")
        everyone = viewer(frozenset(CLASSES))
        researcher = viewer(RESEARCHER)

        def ask(where: SqliteIndex, who: Visibility) -> Callable[[Query], object]:
            return lambda query: where.search(query, who, NO_OVERLAY, page, FACETS)

        print("The consent filter: a viewer's page against the same page with all classes (goal 1.05)")
        compare(
            {"all classes": ask(index, everyone), "researcher, 16 classes": ask(index, researcher)},
            queries,
            chosen.seconds,
        )
        print("One testimony changed, and withdrawn (50 moments)")
        one = next(corpus.testimonies())
        changes = [
            timed(
                lambda v=v: index.apply(
                    Batch(
                        testimony_id="new",
                        index_version=v,
                        guarded=tuple(
                            AnalysedMoment(
                                moment_id=f"{n}", testimony_id="new", class_key="c", tokens=m.tokens
                            )
                            for n, m in enumerate((*one.open, *one.guarded))
                        ),
                    )
                )
            )
            for v in range(1, 12)
        ]
        gone = timed(lambda: index.withdraw("new", 99))
        print(
            f"  change p50 {statistics.median(changes):.1f} ms, worst {max(changes):.1f} ms; withdraw {gone:.1f} ms"
        )
        print("A visitor without login: `open` by itself against one index for all, filtered (goal 0.7)")
        single = build(Corpus(chosen.moments, open_too=False), Path(scratch) / "one")
        public = viewer(frozenset({"open"}), public=False)
        ranked_up_to = sqlite_asking.RANKED_MATCHES
        plain = ask(index, viewer(frozenset()))

        def unranked(query: Query) -> object:
            """The open index put on the same footing: `guarded` is never ranked by relevance."""
            sqlite_asking.RANKED_MATCHES = 0
            try:
                return plain(query)
            finally:
                sqlite_asking.RANKED_MATCHES = ranked_up_to

        visitors = {
            "one index, filtered": ask(single, public),
            "open index": unranked,
            "open index, ranked by relevance": plain,
        }
        compare(visitors, queries, chosen.seconds)


if __name__ == "__main__":
    main()
