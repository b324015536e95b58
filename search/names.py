"""Names in their many spellings: a skeleton key for romanised Khmer, and an authority file asked with it.

Romanisations differ in vowels, aspiration and doubled letters (Kampong, Kompong; Phnum Pénh, Phnom Penh). The
skeleton keeps what they agree on; edit distance puts the candidates in order. Another name of the same person
or place is not a spelling: it stands in the authority file as a label of its own (docs/search.md, "Names").
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import regex

from search import khmer, latin
from search.moments import SEPARATOR

_LETTERS = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
_PAIRS = (
    ("tch", "c"), ("chh", "c"), ("ch", "c"), ("kh", "k"), ("gh", "k"), ("ph", "p"), ("bh", "p"),
    ("th", "t"), ("dh", "t"), ("nh", "n"), ("gn", "n"), ("ng", "n"), ("ck", "k"), ("qu", "k"),
    ("sh", "s"), ("rh", "r"), ("lh", "l"),
)  # fmt: skip
_SINGLE = str.maketrans(
    {"b": "p", "d": "t", "g": "k", "q": "k", "z": "s", "j": "c", "w": "v", "x": "s", "f": "p"}
)
_GLIDE = regex.compile(r"(?<=[aeiouy])[vw](?![aeiouy])")  # Khieu and Khiev end alike
_VOWELS = regex.compile(r"[aeiouy]+")
_DOUBLED = regex.compile(r"(.)\1+")
_SILENT_END = regex.compile(r"(?<=.)[hr]\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """One label of a person or place in the authority file; several share an `id`."""

    id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NameMatch:
    """A person or place that what was typed may mean, with the label that fits best and its edit distance."""

    id: str
    label: str
    distance: int


def plain(name: str) -> str:
    """The name in lower case without diacritics, spaces or signs; Khmer in its normal form."""
    parts = []
    for part in _LETTERS.split(name):
        exact = latin.exact(part)
        parts.append(khmer.normalise(exact) if khmer.is_khmer(exact) else latin.fold(exact))
    return "".join(parts)


def skeleton(name: str) -> str:
    """What the spellings of a name have in common: its consonants, aspiration and voice merged, vowels gone.

    A vowel at the beginning of the whole counts as one sign. Khmer script stays in its normal form.
    """
    folded = plain(name)
    if not folded or khmer.is_khmer(folded):
        return folded
    for pair, single in _PAIRS:
        folded = folded.replace(pair, single)
    folded = _GLIDE.sub("", folded)
    folded = _SILENT_END.sub("", folded).translate(_SINGLE)
    begins = "a" if _VOWELS.match(folded) else ""
    return begins + _DOUBLED.sub(r"\1", _VOWELS.sub("", folded).replace("h", "") or SEPARATOR)


def distance(one: str, other: str, most: int = 99) -> int:
    """Levenshtein distance, or anything above `most` once it must be greater."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        above, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            above, row[j] = row[j], min(above + (a != b), row[j] + 1, row[j - 1] + 1)
        if min(row) > most:
            return most + 1
    return row[-1]


class AuthorityFile:
    """Known names of persons or places, asked by any spelling. Whom they may be shown is the caller's."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._by_skeleton: dict[str, list[tuple[str, Name]]] = {}
        self._all: list[tuple[str, Name]] = []
        for name in names:
            entry = (plain(name.label), name)
            self._all.append(entry)
            self._by_skeleton.setdefault(skeleton(name.label), []).append(entry)

    def resolve(self, typed: str, limit: int = 5) -> tuple[NameMatch, ...]:
        """Persons or places in order of likeness: those with the same skeleton first, then near spellings."""
        asked = plain(typed)
        if not asked:
            return ()
        same = self._by_skeleton.get(skeleton(typed), [])
        most = max(1, len(asked) // 3)
        found: dict[str, tuple[tuple[bool, int, str], NameMatch]] = {}
        for kin, entries in ((True, same), (False, self._all)):
            for label, name in entries:
                away = distance(asked, label, 99 if kin else most)
                if not kin and away > most:
                    continue
                rank = (away > most or not kin, away, name.label)
                if name.id not in found or rank < found[name.id][0]:
                    found[name.id] = (rank, NameMatch(id=name.id, label=name.label, distance=away))
        return tuple(match for _, match in sorted(found.values(), key=lambda pair: pair[0])[:limit])
