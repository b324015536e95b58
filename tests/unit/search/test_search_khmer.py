"""Khmer: any order of marks gives one normal form, folds are as listed, words end between clusters."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search import khmer

BASES = [chr(c) for c in range(0x1780, 0x17B4)]
COENGS = [f"\u17d2{b}" for b in BASES[:35]]
MARKS = [chr(c) for c in range(0x17B6, 0x17D2)] + ["\u17d3", "\u17dd"]
ZERO_WIDTH = ["\u200b", "\u200c", "\u200d"]
UNITS = st.sampled_from([*COENGS, *MARKS, *ZERO_WIDTH])
CLUSTERS = st.builds(
    lambda base, units: base + "".join(units), st.sampled_from(BASES), st.lists(UNITS, max_size=5)
)
RUNS = st.lists(CLUSTERS, min_size=1, max_size=12).map("".join)


@given(st.sampled_from(BASES), st.lists(UNITS, max_size=6), st.randoms())
@settings(max_examples=1_500, deadline=None)
def test_any_order_of_marks_is_the_same_cluster(base: str, units: list[str], rng: random.Random) -> None:
    shuffled = units.copy()
    rng.shuffle(shuffled)
    assert khmer.normalise(base + "".join(units)) == khmer.normalise(base + "".join(shuffled))


@given(RUNS)
@settings(max_examples=500, deadline=None)
def test_the_normal_form_is_its_own_normal_form(run: str) -> None:
    once = khmer.normalise(run)
    assert khmer.normalise(once) == once


@pytest.mark.parametrize(
    ("typed", "same_as"),
    [
        ("ស\u17d2រ\u17d2ត\u17b8", "ស\u17d2ត\u17d2រ\u17b8"),  # coeng RO stands last
        ("ក\u17c1\u17b8", "ក\u17be"),  # split vowels
        ("ក\u17c1\u17b6", "ក\u17c4"),
        ("ក\u17b6\u17c1", "ក\u17c4"),
        ("ក\u17d2ដ", "ក\u17d2ត"),  # coeng DA looks like coeng TA
        ("ស\u17ca\u17b8", "ស\u17bb\u17b8"),  # the shifter under an upper vowel looks like sign U
        ("ស\u17ca\u17b8", "ស\u17b8"),
        ("ឲ", "ឱ"),
        ("ឣ", "អ"),
        ("ឤ", "អ\u17b6"),
        ("ក\u200bា", "កា"),
    ],
)
def test_look_alikes_are_one(typed: str, same_as: str) -> None:
    assert khmer.normalise(typed) == khmer.normalise(same_as)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ដ", "ត"),
        ("ក\u17bb", "ក\u17bc"),
        ("ប\u17c9\u17b6", "ប\u17b6"),
        ("ក\u17bb\u17c6", "ក\u17c6"),
        ("ក", "ខ"),
    ],
)
def test_what_differs_stays_different(one: str, other: str) -> None:
    assert khmer.normalise(one) != khmer.normalise(other)


@given(RUNS, st.integers(1, 7))
@settings(max_examples=500, deadline=None)
def test_words_end_between_clusters_whatever_the_segmenter_does(run: str, width: int) -> None:
    def careless(normal: str) -> list[str]:
        return [normal[i : i + width] for i in range(0, len(normal), width)]

    ends = {c.end for c in khmer.clusters(run)}
    words = khmer.words(run, segment=careless)
    assert "".join(w.normal for w in words) == khmer.normalise(run)
    assert {w.end for w in words} <= ends
    assert all(before.end == after.start for before, after in pairwise(words))
    for word in words:
        assert khmer.normalise(run[word.start : word.end]) == word.normal


def test_khmercut_finds_the_words_of_a_sentence() -> None:
    assert khmer.segmenter() is not khmer.by_clusters
    found = [w.normal for w in khmer.words("កម្ពុជាប្រជាធិបតេយ្យ")]
    assert found == [khmer.normalise("កម្ពុជា"), khmer.normalise("ប្រជាធិបតេយ្យ")]


def test_without_a_segmenter_clusters_are_words() -> None:
    assert [w.normal for w in khmer.words("ខ្មែរ", segment=khmer.by_clusters)] == ["ខ្មែ", "រ"]


def test_signs_without_a_letter_are_no_word() -> None:
    assert khmer.words("\u17d2\u17b4", segment=khmer.by_clusters) == []
