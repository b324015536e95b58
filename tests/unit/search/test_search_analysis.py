"""Analysis: tokens are what docs/search.md promises, and their offsets lead back to the same word."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search import khmer
from search.analysis import (
    ANALYSIS_VERSION,
    analyse,
    checked,
    clusters_of,
    columns,
    joined,
    pack_tokens,
    packed_version,
    unpack_tokens,
)
from search.errors import PackedTokensDamaged, TokenInvalid
from search.moments import SEPARATOR, AnalysedMoment, Token
from search.tree import Column

ALPHABETS = st.one_of(
    st.text(max_size=60),
    st.text("abcdeéèàçœđươếệ'’-. 019\u0301\u00ad*\"", max_size=60),
    st.text(
        [chr(c) for c in (*range(0x1780, 0x17DE), *range(0x17E0, 0x17EA), 0x200B, 0x20, 0x61)], max_size=60
    ),
    st.text([chr(c) for c in range(0xAA00, 0xAA60)] + [" "], max_size=40),
)
LANGUAGES = st.sampled_from(["en", "fr", "vi", "km", "", "fr-FR", "xx"])


def terms(text: str, language: str = "en") -> list[str]:
    return [t.term for t in analyse(text, language)]


@given(ALPHABETS, LANGUAGES)
@settings(max_examples=1_500, deadline=None)
def test_offsets_lead_back_to_the_same_term(text: str, language: str) -> None:
    last = 0
    for token in analyse(text, language):
        assert last <= token.start < token.end <= len(text)
        last = token.end
        assert checked(token.term)
        assert checked(token.exact)
        again = analyse(text[token.start : token.end], language)
        if khmer.is_khmer(token.exact):  # a word alone may be cut further: together it is the same
            assert "".join(t.term for t in again)[:60] == token.term
        else:
            assert [(t.term, t.exact) for t in again] == [(token.term, token.exact)]


@given(ALPHABETS, LANGUAGES)
@settings(max_examples=500, deadline=None)
def test_packed_tokens_come_back(text: str, language: str) -> None:
    tokens = analyse(text, language)
    packed = pack_tokens(tokens)
    assert unpack_tokens(packed) == tokens
    assert packed_version(packed) == ANALYSIS_VERSION


@given(st.binary(max_size=80))
@settings(max_examples=1_000, deadline=None)
def test_damaged_bytes_raise_one_error(damaged: bytes) -> None:
    try:
        unpack_tokens(damaged)
    except PackedTokensDamaged:
        return
    assert damaged[:1] == bytes([ANALYSIS_VERSION])


def test_other_versions_and_cut_values_do_not_unpack() -> None:
    packed = pack_tokens(analyse("walking home", "en"))
    for broken in (b"", packed[:-1], packed + b"\x00", bytes([ANALYSIS_VERSION + 1]) + packed[1:]):
        with pytest.raises(PackedTokensDamaged):
            unpack_tokens(broken)


def test_offsets_cost_a_few_bytes_a_token() -> None:
    tokens = analyse("we walked to the village and slept beside the road for many nights " * 5, "en")
    letters = sum(len(t.exact) for t in tokens)
    assert len(pack_tokens(tokens)) <= letters + 6 * len(tokens)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Đường về làng", "vi", ["duong", "ve", "lang"]),
        ("L’homme n'aime pas l’été", "fr", ["homm", "aim", "pas", "ete"]),
        ("qu'elle jusqu’à", "fr", ["elle", "jusqua"]),
        ("mother's mothers MOTHER", "en", ["mother"] * 3),
        ("don't S-21 3.5", "en", ["dont", "s", "21", "3", "5"]),
        ("ឆ្នាំ១៩៧៥ដែល", "km", [khmer.normalise("ឆ្នាំ"), "1975", "ដែល"]),
        ("straße œuvre æther ŁÓDŹ smørrebrød", "", ["strasse", "oeuvre", "aether", "lodz", "smorrebrod"]),
        ("co\u00adoperate", "", ["cooperate"]),
        ("_ . ' \x00 \ud800 \u0301", "", []),
    ],
)
def test_words_become_terms(text: str, language: str, expected: list[str]) -> None:
    assert terms(text, language) == expected


def test_cham_and_khmer_keep_their_vowel_signs() -> None:
    assert terms("ꨀꨇꩉ ꨌꩌ", "") == ["ꨀꨇꩉ", "ꨌꩌ"]
    assert terms("កា កី", "km") == ["កា", "កី"]


def test_exact_words_keep_diacritics() -> None:
    assert [t.exact for t in analyse("Chiến tranh đã qua", "vi")] == ["chiến", "tranh", "đã", "qua"]
    assert [t.exact for t in analyse("Chie\u0302\u0301n", "vi")] == ["chiến"]  # typed as letter and marks


def test_the_exact_column_is_filled_where_there_are_diacritics() -> None:
    def row(text: str) -> AnalysedMoment:
        return AnalysedMoment(moment_id="a", testimony_id="t", class_key="p", tokens=analyse(text, "vi"))

    assert columns(row("chien tranh"))[Column.EXACT] == ()
    assert columns(row("chiến tranh"))[Column.EXACT] == ("chiến", "tranh")


def test_clusters_are_divided_by_other_scripts_only() -> None:
    assert clusters_of(analyse("ក្រ ហម", "km")) == ("ក្រ", "ហ", "ម")
    assert clusters_of(analyse("ក្រ rice dam ហម", "km")) == ("ក្រ", SEPARATOR, "ហ", "ម")
    assert clusters_of(analyse("rice", "km")) == ()


def test_tracks_are_joined_by_one_separator() -> None:
    row = joined([analyse("faim", "fr"), (), analyse("hunger", "en")])
    assert [t.exact for t in row] == ["faim", SEPARATOR, "hunger"]
    assert not any(t.exact == SEPARATOR for t in analyse(SEPARATOR, ""))


def test_a_long_word_is_cut() -> None:
    (token,) = analyse("a" * 500, "")
    assert (len(token.term), token.end) == (60, 500)
    with pytest.raises(TokenInvalid):
        checked("a" * 61)


def test_tokens_out_of_order_are_not_packed() -> None:
    with pytest.raises(ValueError, match="order"):
        pack_tokens([Token("a", "a", 5, 6), Token("b", "b", 1, 2)])
