"""Random small archives for the search contract, and a brute-force answer without any code of an engine."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from search.analysis import analyse, clusters_of, joined
from search.moments import AnalysedMoment, Batch, Overlay, Visibility
from search.query import parse
from search.tree import And, Column, Field, Filter, Near, Node, Not, Or, Query, Words
from search.tree import Sequence as Terms

WORDS = (
    "hunger", "hungry", "rice", "dam", "dams", "village", "mother", "brother", "walking", "été", "d'été",
    "ete", "œuvre", "chiến", "tranh", "chien", "Đà", "da", "má", "ma", "1975",
    "ខ្មែរ", "ក្រហម", "ភូមិ", "អង្គការ", "ម្តាយ",
)  # fmt: skip
CLASSES = ("research", "education", "community", "family", "press")
PLACES = (None, "kampot", "takeo", "kandal")
TOPICS = ("hunger", "work", "return")
LANGUAGES = ("en", "fr", "vi", "km", "")
T0 = 1_000_000


def moment(
    moment_id: str, testimony_id: str, text: str, language: str = "en", class_key: str = "pub", **more: object
) -> AnalysedMoment:
    """A moment whose text is analysed as the archive would."""
    tokens = analyse(text, language)
    return AnalysedMoment(
        moment_id=moment_id,
        testimony_id=testimony_id,
        class_key=class_key,
        language=language,
        tokens=tokens,
        clusters=clusters_of(tokens),
        **more,  # type: ignore[arg-type]
    )


def batch(
    testimony_id: str,
    version: int,
    open: Iterable[AnalysedMoment] = (),  # noqa: A002
    guarded: Iterable[AnalysedMoment] = (),
) -> Batch:
    return Batch(testimony_id=testimony_id, index_version=version, open=tuple(open), guarded=tuple(guarded))


def seen(*classes: str, public: bool = True, at_ms: int = T0, **within: Iterable[str]) -> Visibility:
    return Visibility(
        open=public,
        classes=frozenset(classes),
        within={t: frozenset(keys) for t, keys in within.items()},
        at_ms=at_ms,
        expires_ms=at_ms + 60_000,
    )


def random_moment(rng: random.Random, moment_id: str, testimony_id: str) -> AnalysedMoment:
    tracks = [
        analyse(" ".join(rng.choices(WORDS, k=rng.randint(0, 9))), rng.choice(LANGUAGES))
        for _ in range(rng.choice((1, 1, 1, 2)))
    ]
    tokens = joined(tracks)
    return AnalysedMoment(
        moment_id=moment_id,
        testimony_id=testimony_id,
        class_key=rng.choice(CLASSES),
        closes_at_ms=rng.choice((None, None, None, T0 - 1, T0, T0 + 1)),
        language=rng.choice(LANGUAGES),
        year=rng.choice((None, 1975, 1976, 1979)),
        place=rng.choice(PLACES),
        topics=tuple(rng.choices(TOPICS, k=rng.randint(0, 3))),
        speaker=rng.choice((None, "narrator", "interpreter")),
        tokens=tokens,
        clusters=clusters_of(tokens),
    )


def random_batch(rng: random.Random, testimony_id: str, version: int) -> Batch:
    moments = [random_moment(rng, f"{testimony_id}-{n}", testimony_id) for n in range(rng.randint(0, 6))]
    cut = rng.randint(0, len(moments))
    return batch(testimony_id, version, moments[:cut], moments[cut:])


def random_query(rng: random.Random) -> Query:
    filters = tuple(_random_filter(rng) for _ in range(rng.choice((0, 0, 0, 1, 2))))
    kind = rng.random()
    if kind < 0.1:
        return Query(filters=filters, everything=True)
    if kind < 0.5:
        signs = ["", "", "", "-", '"', "*", "(", ")", " OR ", " NEAR ", " NOT "]
        typed = " ".join(
            rng.choice(signs) + rng.choice(WORDS) + rng.choice(signs) for _ in range(rng.randint(1, 5))
        )
        parsed = parse(typed)
        return Query(
            tree=parsed.tree,
            back_off=parsed.back_off,
            filters=parsed.filters + filters,
            everything=parsed.everything,
        )
    return Query(tree=_random_node(rng, 3), filters=filters)


def random_visibility(rng: random.Random, testimonies: Sequence[str]) -> Visibility:
    classes = rng.sample(CLASSES, rng.choice((0, 0, 1, 2, 5)))
    within = {
        t: rng.sample(CLASSES, rng.randint(0, 3)) for t in rng.sample(testimonies, rng.choice((0, 0, 1, 2)))
    }
    return seen(*classes, public=rng.random() < 0.8, **within)


def random_overlay(rng: random.Random, versions: dict[str, int]) -> Overlay:
    chosen = rng.sample(sorted(versions), min(len(versions), rng.choice((0, 0, 1, 3))))
    return frozenset((t, versions[t] + rng.choice((-1, 0, 1))) for t in chosen)


def _random_filter(rng: random.Random) -> Filter:
    name = rng.choice(tuple(Field))
    values: tuple[str, ...] = {
        Field.LANGUAGE: ("en", "km"),
        Field.YEAR: ("1975", "1979", "01976", "x"),
        Field.PLACE: ("kampot", "nowhere"),
        Field.TOPIC: TOPICS,
        Field.SPEAKER: ("narrator",),
    }[name]
    return Filter(
        field=name,
        values=tuple(rng.sample(values, rng.randint(1, len(values)))),
        negated=rng.random() < 0.3,
    )


def _random_words(rng: random.Random, *, prefix: bool) -> Words:
    alternatives = []
    for _ in range(rng.randint(1, 2)):
        tokens = analyse(" ".join(rng.choices(WORDS, k=1 if prefix else rng.choice((1, 1, 2)))), "en")
        column = rng.choice((Column.TERM, Column.TERM, Column.EXACT, Column.CLUSTER))
        if column is Column.CLUSTER:
            terms = clusters_of(tokens) or ("ម",)
        else:
            terms = tuple(t.term if column is Column.TERM else t.exact for t in tokens)
        alternatives.append(Terms(column=column, terms=(terms[0][:3],) if prefix else terms))
    return Words(alternatives=tuple(alternatives), prefix=prefix)


def _random_node(rng: random.Random, depth: int) -> Node:
    kind = rng.random() if depth else 0.0
    if kind < 0.4:
        return _random_words(rng, prefix=rng.random() < 0.1)
    if kind < 0.55:
        return Near(
            left=_random_words(rng, prefix=False),
            right=_random_words(rng, prefix=False),
            distance=rng.randint(0, 4),
        )
    parts = tuple(_random_node(rng, depth - 1) for _ in range(rng.randint(2, 3)))
    if kind < 0.75:
        return And(parts=parts)
    if kind < 0.9:
        return Or(parts=parts)
    return Not(keep=parts[0], drop=parts[1])


@dataclass(slots=True)
class Expected:
    """What a brute-force reader finds."""

    open: set[tuple[str, str]] = field(default_factory=set)
    guarded: set[tuple[str, str]] = field(default_factory=set)
    facets: dict[str, Counter[str]] = field(default_factory=dict)

    @property
    def found(self) -> set[tuple[str, str]]:
        return self.open | self.guarded

    @property
    def testimonies(self) -> set[str]:
        return {t for t, _ in self.found}

    def guarded_order(self) -> list[str]:
        """Testimonies that only the guarded half holds, by number of matching moments, then id."""
        counts = Counter(t for t, _ in self.guarded)
        public = {t for t, _ in self.open}
        return sorted(set(counts) - public, key=lambda t: (-counts[t], t))


def brute_force(
    world: dict[str, Batch], query: Query, visibility: Visibility, overlay: Overlay, tree: Node | None = None
) -> Expected:
    """Look at every moment of a world (testimony id to its batch now) and keep what the rules allow."""
    tree = tree or query.tree
    expected = Expected(facets={str(name): Counter() for name in Field})
    if tree is None and not query.everything:
        return expected
    for testimony_id, one in world.items():
        if any(t == testimony_id and one.index_version <= version for t, version in overlay):
            continue
        classes = set(visibility.classes) | set(visibility.within.get(testimony_id, ()))
        for is_open, moments in ((True, one.open), (False, one.guarded)):
            for m in moments:
                if not (visibility.open if is_open else m.class_key in classes):
                    continue
                if not is_open and tree is not None and _has_prefix(tree):
                    continue
                if m.closes_at_ms is not None and m.closes_at_ms <= visibility.at_ms:
                    continue
                if not all(_keeps(f, m) for f in query.filters) or not (tree is None or _holds(tree, m)):
                    continue
                (expected.open if is_open else expected.guarded).add((testimony_id, m.moment_id))
                for name, values in _fields(m).items():
                    expected.facets[name].update(values)
    return expected


def _fields(m: AnalysedMoment) -> dict[str, set[str]]:
    every = {
        "language": {m.language},
        "year": {str(m.year)} if m.year else set(),
        "place": {m.place},
        "topic": set(m.topics),
        "speaker": {m.speaker},
    }
    return {name: {v for v in values if v} for name, values in every.items()}


def _keeps(condition: Filter, m: AnalysedMoment) -> bool:
    has = not _fields(m)[str(condition.field)].isdisjoint(condition.values)
    return not has if condition.negated else has


def _has_prefix(node: Node) -> bool:
    return "prefix=True" in repr(node)


def _text(m: AnalysedMoment, column: Column) -> str:
    """The column as one string with a space before and behind each token."""
    if column is Column.CLUSTER:
        return "".join(f" {c} " for c in m.clusters)
    if column is Column.TERM:
        return "".join(f" {t.term} " for t in m.tokens)
    plain = all(t.exact == _plain(t.exact) for t in m.tokens)
    return "" if plain else "".join(f" {t.exact} " for t in m.tokens)


def _plain(word: str) -> str:
    return word.translate(str.maketrans("éàáếđœ", "eaaedo"))


def _starts(text: str, terms: tuple[str, ...]) -> list[int]:
    """Token numbers at which the sequence begins."""
    tokens = text.split()
    return [n for n in range(len(tokens)) if tuple(tokens[n : n + len(terms)]) == terms]


def _holds(node: Node, m: AnalysedMoment) -> bool:
    match node:
        case Words():
            needle = (
                (lambda a: f" {a.terms[0]}")
                if node.prefix
                else (lambda a: "".join(f" {t} " for t in a.terms))
            )
            return any(needle(a) in _text(m, a.column) for a in node.alternatives)
        case Near():
            for a in node.left.alternatives:
                for b in node.right.alternatives:
                    text = _text(m, a.column)
                    for x in _starts(text, a.terms) if a.column == b.column else ():
                        for y in _starts(text, b.terms):
                            between = y - x - len(a.terms) if x < y else x - y - len(b.terms)
                            if between <= node.distance:
                                return True
            return False
        case And():
            return all(_holds(part, m) for part in node.parts)
        case Or():
            return any(_holds(part, m) for part in node.parts)
        case Not():
            return _holds(node.keep, m) and not _holds(node.drop, m)
