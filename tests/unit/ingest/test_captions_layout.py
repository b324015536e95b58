"""Transcripts as cues: readable in time, word times kept, no word lost, letters never torn."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.captions import Passage, lay_out, width, words_by_space
from ingest.values import Cue, Word

LONG = (
    "In the morning they told us to leave the town for three days. We took rice and one pot. "
    "My grandmother could not walk, so my brother carried her on his back along the river road."
)


def timed(text: str, *, each_ms: int = 400, begin_ms: int = 0) -> tuple[Word, ...]:
    return tuple(
        Word(
            start_ms=begin_ms + at * each_ms,
            end_ms=begin_ms + at * each_ms + 300,
            text=" " + word,
            probability=1.0,
        )
        for at, word in enumerate(text.split())
    )


def check_readable(cues: Sequence[Cue]) -> None:
    for cue in cues:
        lines = cue.text.split("\n")
        assert 1 <= len(lines) <= 2
        assert all(0 < width(line) <= 42 for line in lines)
        assert 0 < cue.end_ms - cue.start_ms <= 7000


def test_cues_begin_and_end_with_their_words() -> None:
    words = timed(LONG, begin_ms=10_000)
    passage = Passage(start_ms=10_000, end_ms=10_000 + 400 * len(words), text=LONG, voice="Nuon", words=words)
    cues = lay_out([passage])
    check_readable(cues)
    assert " ".join(cue.text for cue in cues).replace("\n", " ") == LONG
    starts = {word.start_ms for word in words}
    ends = {word.end_ms for word in words}
    assert all(cue.start_ms in starts and cue.end_ms in ends for cue in cues)
    assert {cue.voice for cue in cues} == {"Nuon"}
    assert cues[0].text.endswith("three days.")


def test_an_edited_text_shares_the_time_out_by_length() -> None:
    passage = Passage(start_ms=0, end_ms=20_000, text=LONG.replace("rice", "husks"), words=timed(LONG))
    cues = lay_out([passage])
    check_readable(cues)
    assert cues[0].start_ms == 0
    assert cues[-1].end_ms == 20_000
    assert all(first.end_ms <= second.start_ms + 1 for first, second in pairwise(cues))


def test_two_lines_are_about_equal() -> None:
    (cue,) = lay_out(
        [Passage(start_ms=0, end_ms=5000, text="one two three four five six seven eight nine ten")]
    )
    first, second = cue.text.split("\n")
    assert abs(width(first) - width(second)) <= 6


def test_a_long_pause_ends_a_cue() -> None:
    words = (
        Word(start_ms=0, end_ms=500, text="Then", probability=1.0),
        Word(start_ms=30_000, end_ms=30_500, text="silence", probability=1.0),
    )
    cues = lay_out([Passage(start_ms=0, end_ms=31_000, text="Then silence", words=words)])
    assert [(cue.start_ms, cue.end_ms, cue.text) for cue in cues] == [
        (0, 500, "Then"),
        (30_000, 30_500, "silence"),
    ]


def test_khmer_breaks_only_where_the_split_says() -> None:
    words = ["ខ្ញុំ", "បាន", "រស់", "នៅ", "ភូមិ", "នេះ", "ជាមួយ", "ម្តាយ"] * 8
    text = "".join(words)
    cues = lay_out(
        [Passage(start_ms=0, end_ms=60_000, text=text, language="km")], split=lambda _text, _language: words
    )
    check_readable(cues)
    assert "".join(cue.text for cue in cues).replace("\n", "") == text
    for cue in cues:
        for line in cue.text.split("\n"):
            rest = line
            while rest:
                word = next(
                    word for word in sorted(set(words), key=len, reverse=True) if rest.startswith(word)
                )
                rest = rest[len(word) :]


def test_a_split_that_loses_signs_is_not_used() -> None:
    cues = lay_out(
        [Passage(start_ms=0, end_ms=2000, text="all words stay")], split=lambda _text, _language: ["all"]
    )
    assert [cue.text for cue in cues] == ["all words stay"]


def test_a_word_longer_than_a_line_is_cut_between_letters() -> None:
    text = "ក្រុ" * 120
    cues = lay_out([Passage(start_ms=0, end_ms=20_000, text=text, language="km")])
    check_readable(cues)
    lines = [line for cue in cues for line in cue.text.split("\n")]
    assert "".join(lines) == text
    assert not any(unicodedata.category(line[0]).startswith("M") for line in lines)
    assert not any(line.endswith("\u17d2") for line in lines)


@pytest.mark.parametrize("text", ["", "  \n "])
def test_nothing_said_makes_no_cue(text: str) -> None:
    assert lay_out([Passage(start_ms=0, end_ms=1000, text=text)]) == ()


def test_a_passage_without_time_makes_no_cue() -> None:
    assert lay_out([Passage(start_ms=1000, end_ms=1000, text="a")]) == ()


@given(
    st.text(st.sampled_from("abc .?។កខ្ិ\u200b-"), max_size=300),
    st.integers(0, 10_000_000),
    st.integers(1, 600_000),
)
def test_any_passage_is_readable_and_whole(text: str, start: int, long: int) -> None:
    cues = lay_out([Passage(start_ms=start, end_ms=start + long, text=text)])
    for cue in cues:
        lines = cue.text.split("\n")
        assert len(lines) <= 2
        assert all(width(line) <= 42 for line in lines)
        assert start <= cue.start_ms < cue.end_ms <= max(start + long, cue.start_ms + 1)
        assert cue.end_ms - cue.start_ms <= 7000
    assert "".join("".join(cue.text.split()) for cue in cues) == "".join(text.split())


@given(st.text(max_size=80))
def test_pieces_joined_are_the_text(text: str) -> None:
    even = " ".join(text.split())
    assert "".join(words_by_space(even, "en")) == even
