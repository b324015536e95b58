"""What is typed becomes a tree of ours, within limits, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.analysis import checked
from search.errors import QueryTooComplex
from search.query import parse
from search.sqlite_asking import expression
from search.tree import And, Column, Field, Near, Node, Not, Or, Words, leaves, wanted

SIGNS = st.text('ab"“*()|-: NEARORNOTANDéក្ម១year:place:\x00\ud8001975', max_size=60)


def shown(node: Node | None) -> str:
    """A short notation: plain spelling of each leaf, operators between."""
    match node:
        case None:
            return ""
        case Words():
            return "_".join(node.alternatives[0].terms) + ("*" if node.prefix else "")
        case Near():
            return f"<{shown(node.left)} {shown(node.right)}>"
        case And():
            return "(" + " & ".join(map(shown, node.parts)) + ")"
        case Or():
            return "(" + " | ".join(map(shown, node.parts)) + ")"
        case Not():
            return f"{shown(node.keep)} ! {shown(node.drop)}"


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("rice dam", "(rice & dam)"),
        ("rice rice", "rice"),
        ("rice AND dam", "(rice & dam)"),
        ("rice OR dam", "(rice | dam)"),
        ("rice|dam", "(rice | dam)"),
        ("a b OR c", "((a & b) | c)"),
        ("a (b OR c)", "(a & (b | c))"),
        ("rice -dam NOT road", "rice ! (dam | road)"),
        ("rice NOT NOT dam", "(rice & dam)"),
        ("a -(b c)", "a ! (b & c)"),
        ('"rice field" dam', "(rice_field & dam)"),
        ("“rice field", "rice_field"),
        ("S-21", "s_21"),
        ("rice NEAR dam", "<rice dam>"),
        ('"rice field" NEAR dam NEAR road', "(<rice_field dam> & road)"),
        ("NEAR rice", "rice"),
        ("famil*", "famil*"),
        ("fa*", "fa"),
        ("http://a.b", "http_a_b"),
        ("((rice", "rice"),
        ("rice)) dam", "(rice & dam)"),
        ("-rice", ""),
        ("OR AND", ""),
        ("!!! ...", ""),
        ("", ""),
    ],
)
def test_typed_words_become_a_tree(typed: str, tree: str) -> None:
    query = parse(typed)
    assert shown(query.tree) == tree
    assert query.finds_nothing == (tree == "")


def test_the_language_is_unknown_so_each_stemmer_is_tried() -> None:
    (leaf,) = leaves(parse("villages").tree or pytest.fail("no tree"))
    assert {a.terms for a in leaf.alternatives} == {("villages",), ("villag",)}
    assert {a.column for a in leaf.alternatives} == {Column.TERM}


def test_an_accent_left_out_finds_the_accented_stem() -> None:
    accented = {a.terms for a in leaves(parse("aimée").tree or pytest.fail("no tree"))[0].alternatives}
    bare = {a.terms for a in leaves(parse("aimee").tree or pytest.fail("no tree"))[0].alternatives}
    assert ("aim",) in accented & bare


def test_exact_words_are_asked_only_if_the_query_has_diacritics() -> None:
    def held(typed: str) -> set[Column]:
        return {
            a.column for leaf in leaves(parse(typed).tree or pytest.fail("no")) for a in leaf.alternatives
        }

    assert held("chien tranh") == {Column.TERM}
    assert held("chiến tranh") == {Column.TERM, Column.EXACT}
    assert held('"chiến tranh"') == {Column.EXACT}
    assert held('"chien tranh"') == {Column.TERM}
    assert held("ខ្មែរ") == {Column.TERM}


def test_khmer_words_are_phrases_and_back_off_to_clusters() -> None:
    query = parse("ខ្មែរក្រហម rice")
    assert shown(query.back_off) == "(ខ្មែ_រ_ក្រ_ហ_ម & rice)"
    assert query.loosened.tree == query.back_off
    assert query.loosened.back_off is None
    assert parse("rice").back_off is None


def test_fields_become_filters() -> None:
    query = parse('rice year:1975-1977 -lang:km place:"Kampong Cham" TOPIC:hunger speaker: colour:red')
    assert [(f.field, f.values, f.negated) for f in query.filters] == [
        (Field.YEAR, ("1975", "1976", "1977"), False),
        (Field.LANGUAGE, ("km",), True),
        (Field.PLACE, ("Kampong Cham",), False),
        (Field.TOPIC, ("hunger",), False),
    ]
    assert shown(query.tree) == "(rice & colour_red)"
    assert parse("year:1975").everything
    assert not parse("year:1975 -rice").everything


def test_excluded_words_are_not_marked() -> None:
    query = parse("rice -(dam OR road)")
    assert [shown(w) for w in wanted(query.tree)] == ["rice"]


def test_too_much_is_refused_with_a_sentence() -> None:
    parse(" ".join(f"w{n}" for n in range(32)))
    parse("((((rice))))")
    for typed in (" ".join(f"w{n}" for n in range(33)), "(((((rice)))))", "x" * 2_001):
        with pytest.raises(QueryTooComplex) as refused:
            parse(typed)
        assert "Nothing was searched" in refused.value.message
        assert "w1" not in str(refused.value)


@given(st.one_of(SIGNS, st.text(max_size=80)))
@settings(max_examples=1_500, deadline=None)
def test_nothing_typed_raises_anything_else_or_becomes_syntax(typed: str) -> None:
    try:
        query = parse(typed)
    except QueryTooComplex:
        return
    for tree in (query.tree, query.back_off):
        if tree is None:
            continue
        for leaf in leaves(tree):
            for alternative in leaf.alternatives:
                assert all(checked(term) for term in alternative.terms)
        assert expression(tree).count('"') % 2 == 0


def test_words_without_terms_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="without a term"):
        Words(alternatives=())
