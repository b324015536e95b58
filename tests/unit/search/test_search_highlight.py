"""Snippets show what answers a query and nothing that is hidden."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from search.analysis import analyse
from search.highlight import CUT, HIDDEN, Piece, marks, snippet
from search.query import parse

STORY = "My brother Sok went to the dam. We were hungry, and my mother cooked rice."


def cut(text: str, typed: str, hidden: list[tuple[int, int]] | None = None, length: int = 220) -> str:
    """The snippet with brackets around what is marked."""
    made = snippet(text, analyse(text, "en"), parse(typed), hidden or [], length=length)
    return "".join(f"<{p.text}>" if p.marked else p.text for p in made.pieces)


def test_words_are_marked_in_the_text_as_it_was_written() -> None:
    assert cut(STORY, "hungry mothers").endswith("We were <hungry>, and my <mother> cooked rice.")
    assert cut("L’ÉTÉ à Đà Nẵng", "ete da") == "L’<ÉTÉ> à <Đà> Nẵng"


def test_phrases_are_marked_whole_and_nothing_beside_them() -> None:
    assert cut("the dam, the road, the dam road", '"dam road"') == "the dam, the road, the <dam road>"


def test_excluded_words_are_not_marked() -> None:
    assert cut("rice and dam", "rice -dam") == "<rice> and dam"


def test_what_is_hidden_is_neither_shown_nor_marked() -> None:
    start = STORY.index("Sok")
    made = cut(STORY, "sok dam", [(start, start + 3)])
    assert made.startswith(f"My brother {HIDDEN} went to the <dam>.")
    assert "Sok" not in made


def test_no_phrase_is_found_across_a_hidden_stretch() -> None:
    assert cut("my brother Sok Sann came", '"brother came"', [(11, 19)]) == f"my brother {HIDDEN} came"
    whole = "ខ្មែរ Sok ក្រហម"
    made = snippet(whole, analyse(whole, "km"), parse("ខ្មែរក្រហម").loosened, [(6, 9)])
    assert not any(p.marked for p in made.pieces)


def test_a_word_hidden_in_part_is_not_marked() -> None:
    assert cut("the brothers", "brothers", [(4, 6)]) == f"the {HIDDEN}others"


def test_a_hidden_stretch_has_one_length() -> None:
    short, long = "a Sok b dam", "a Sokunthea Rattana b dam"
    assert cut(short, "dam", [(2, 5)]) == cut(long, "dam", [(2, 19)])


def test_a_long_text_is_cut_around_the_marks() -> None:
    text = "road " * 200 + "we were hungry at the dam " + "road " * 200
    made = cut(text, "hungry dam", length=120)
    assert "<hungry> at the <dam>" in made
    assert made.startswith(CUT)
    assert made.endswith(CUT)
    assert len(made) <= 120 + 8


def test_khmer_marks_follow_what_was_typed() -> None:
    text = "ខ្មែរ\u200bក្រហម"
    assert [p.text for p in marks(text, parse("ក្រហម").loosened, "km") if p.marked] == ["ក្រហម"]


@given(
    st.text("ab éក្ម១.", max_size=80),
    st.lists(st.tuples(st.integers(-5, 90), st.integers(-5, 90)), max_size=4),
)
@settings(max_examples=500, deadline=None)
def test_nothing_hidden_comes_out_and_all_else_does(text: str, hidden: list[tuple[int, int]]) -> None:
    made = snippet(text, analyse(text, "fr"), parse("a ab ម"), hidden, length=1_000)
    kept = [c for i, c in enumerate(text) if not any(start <= i < end for start, end in hidden)]
    assert made.text.replace(HIDDEN, "") == "".join(kept)


def test_marks_of_a_whole_text_make_up_the_text() -> None:
    pieces = marks(STORY, parse("hungry"), "en")
    assert "".join(p.text for p in pieces) == STORY
    assert Piece("hungry", True) in pieces
