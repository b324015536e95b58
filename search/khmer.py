"""Khmer: put the marks of each orthographic cluster in one order, fold look-alikes, cut runs into words.

Khmer is written without spaces and the same cluster can be typed in many orders that look alike. Matching
uses the normal form below; what is shown and kept is always what was typed. Rules: docs/search.md, "Khmer";
the order of marks follows The Unicode Standard, chapter 16.4 (Khmer). Words come from khmercut (a CRF),
loaded on first use; where it is missing, clusters serve as words, and the back-off of the query finds them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import regex

Segment = Callable[[str], list[str]]
"""Cuts a run of normalised Khmer into words; joined again they give the run."""

ZERO_WIDTH = "\u200b-\u200d\u2060\ufeff"
LETTERS = "\u1780-\u17d3\u17dd"
RUN = rf"[{LETTERS}](?:[{ZERO_WIDTH}]*[{LETTERS}])*"
"""A run of Khmer letters and marks; digits and punctuation are not in it, stray zero-width signs are."""

_COENG = "\u17d2"
_BASE = "\u1780-\u17b3"
_MARK = rf"(?:{_COENG}[{ZERO_WIDTH}]*[{_BASE}]|[\u17b4-\u17d3\u17dd]|[{ZERO_WIDTH}])"
_CLUSTER = regex.compile(rf"[{_BASE}]{_MARK}*|{_MARK}+")
_UNIT = regex.compile(rf"{_COENG}[{ZERO_WIDTH}]*[{_BASE}]|.", regex.DOTALL)
_IS_KHMER = regex.compile(rf"[{LETTERS}]")

_ROBAT = "\u17cc"
_RO = "\u179a"
_SHIFTERS = frozenset("\u17c9\u17ca")
_UPPER_VOWELS = frozenset("\u17b7\u17b8\u17b9\u17ba\u17be")
_SIGN_U = "\u17bb"
_INVISIBLE = frozenset("\u17b4\u17b5\u17d2\u200b\u200c\u200d\u2060\ufeff")
_BASE_FOLDS = {"\u17b2": "\u17b1", "\u17a3": "\u17a2", "\u17a4": "\u17a2\u17b6"}
_COENG_FOLDS = {"\u178a": "\u178f"}  # coeng DA and coeng TA look the same
_SPLIT_VOWELS = (("\u17c1", "\u17b8", "\u17be"), ("\u17c1", "\u17b6", "\u17c4"))
_VOWELS = frozenset(chr(c) for c in range(0x17B6, 0x17C6))

_tagging = threading.Lock()  # khmercut holds one tagger for the whole process, and it is not re-entrant


class Cluster(NamedTuple):
    """One cluster: its normal form, and where it stands in the text it came from."""

    normal: str
    start: int
    end: int


def is_khmer(text: str) -> bool:
    """Whether any Khmer letter or mark is in `text`; digits alone are not."""
    return _IS_KHMER.search(text) is not None


@lru_cache(maxsize=20_000)
def normal_cluster(cluster: str) -> str:
    """The normal form of one cluster: base, robat, coengs (RO last), shifter, vowels, signs; folded.

    Marks are a set: order and doubles do not count. Empty when nothing visible is in it.
    """
    base = ""
    coengs: set[str] = set()
    marks: set[str] = set()
    for unit in _UNIT.findall(cluster):
        if len(unit) > 1:
            letter = unit[-1]
            coengs.add(_COENG_FOLDS.get(letter, letter))
        elif unit in _INVISIBLE:
            continue
        elif not base and not marks and "\u1780" <= unit <= "\u17b3":
            base = unit
        else:
            marks.add(unit)
    folded = _BASE_FOLDS.get(base, base)
    base, marks = folded[:1], marks | set(folded[1:])
    for first, second, whole in _SPLIT_VOWELS:
        if first in marks and second in marks:
            marks = (marks - {first, second}) | {whole}
    if (
        marks & _UPPER_VOWELS
    ):  # beside an upper vowel the shifter is drawn like sign U, and people type either
        marks -= _SHIFTERS | {_SIGN_U}
    robat = _ROBAT if _ROBAT in marks else ""
    shifters = sorted(marks & _SHIFTERS)
    vowels = sorted(marks & _VOWELS)
    signs = sorted(marks - _SHIFTERS - _VOWELS - {_ROBAT})
    below = sorted(coengs, key=lambda letter: (letter == _RO, letter))
    return "".join([base, robat, *(_COENG + c for c in below), *shifters, *vowels, *signs])


def clusters(run: str, offset: int = 0) -> list[Cluster]:
    """The clusters of a Khmer run in order; their spans, shifted by `offset`, cover the run without gaps."""
    found: list[Cluster] = []
    for match in _CLUSTER.finditer(run):
        normal = normal_cluster(match.group())
        start, end = match.start() + offset, match.end() + offset
        if not normal and found:
            found[-1] = found[-1]._replace(end=end)
        elif normal:
            found.append(Cluster(normal, start, end))
    return found


def normalise(run: str) -> str:
    """The normal form of a Khmer run."""
    return "".join(c.normal for c in clusters(run))


def words(run: str, offset: int = 0, *, segment: Segment | None = None) -> list[Cluster]:
    """The words of a Khmer run: normal form and span each; borders always fall between clusters.

    The segmenter now and then puts a border inside a cluster (0.5 % of words); it moves to the cluster's end.
    """
    parts = clusters(run, offset)
    if not parts:
        return []
    ends = list(accumulate(len(c.normal) for c in parts))
    cuts = set(accumulate(len(w) for w in (segment or segmenter())("".join(c.normal for c in parts))))
    found: list[Cluster] = []
    first, seen = 0, 0
    for index, end in enumerate(ends):
        begin, seen = seen, end
        if index + 1 == len(ends) or any(cut in cuts for cut in range(begin + 1, end + 1)):
            piece = parts[first : index + 1]
            found.append(Cluster("".join(c.normal for c in piece), piece[0].start, piece[-1].end))
            first = index + 1
    return found


def by_clusters(normal_run: str) -> list[str]:
    """Each cluster as a word of its own: what is used where khmercut is not installed."""
    return [c.normal for c in clusters(normal_run)]


@lru_cache(maxsize=1)
def segmenter() -> Segment:
    """khmercut behind a lock, or `by_clusters` where it is not installed. Loads about 18 MB once."""
    try:
        from khmercut import tokenize
    except ImportError:
        return by_clusters

    def segment(normal_run: str) -> list[str]:
        with _tagging:
            return list(tokenize(normal_run))

    return segment
