"""The thesaurus looks up labels, widens queries and suggests; broken lists are refused."""

from __future__ import annotations

import pytest

from search.analysis import analyse
from search.concepts import Concept, Label, Thesaurus, read, shipped
from search.errors import ThesaurusInvalid
from search.index import PageRequest
from search.memory import MemoryIndex
from search.moments import NO_OVERLAY, AnalysedMoment, Batch, Visibility
from search.tree import Query


@pytest.fixture(scope="module")
def thesaurus() -> Thesaurus:
    return shipped()


def test_what_ships_can_be_read(thesaurus: Thesaurus) -> None:
    assert len(thesaurus.of("periods")) >= 12
    assert len(thesaurus.of("themes")) >= 25
    assert thesaurus["hunger"].label("fr") == "Faim"
    assert thesaurus["resistance"].label("km") == "Resistance"


def test_a_concept_is_found_by_any_label_and_form(thesaurus: Thesaurus) -> None:
    for typed in ("hunger", "famine", "đói", "ការអត់ឃ្លាន"):
        assert [c.id for c in thesaurus.named(typed)] == ["hunger"], typed
    assert [c.id for c in thesaurus.named("Dams")] == ["dams-and-canals"]
    assert thesaurus.named("zeppelin") == ()


def test_a_concept_brings_what_is_below_it(thesaurus: Thesaurus) -> None:
    assert [c.id for c in thesaurus.family("forced-labour")] == [
        "forced-labour",
        "dams-and-canals",
        "rice-work",
    ]
    assert {c.id for c in thesaurus.narrower("religion-forbidden")} == {"mosques", "pagodas"}


def test_a_query_widened_by_a_concept_finds_every_language(thesaurus: Thesaurus) -> None:
    index = MemoryIndex()
    texts = {"a": ("the dams", "en"), "b": ("le barrage", "fr"), "c": ("ទំនប់", "km"), "d": ("the road", "en")}
    rows = tuple(
        AnalysedMoment(moment_id=m, testimony_id="T", class_key="p", tokens=analyse(text, language))
        for m, (text, language) in texts.items()
    )
    index.apply(Batch(testimony_id="T", index_version=1, open=rows))
    query = Query(tree=thesaurus.words("forced-labour"))
    page = index.search(query, Visibility(open=True, at_ms=0, expires_ms=1), NO_OVERLAY, PageRequest())
    assert page.hits[0].moment_ids == ("a", "b", "c")
    assert len(thesaurus.words("forced-labour").alternatives) <= 50


def test_texts_suggest_concepts_in_order(thesaurus: Thesaurus) -> None:
    tokens = analyse("After the pagoda we dug canals; it was forced labour.", "en")
    assert thesaurus.found_in(tokens) == ("pagodas", "dams-and-canals", "forced-labour")
    assert thesaurus.found_in(()) == ()


def test_broken_lists_are_refused() -> None:
    label = Label(text="x", language="en", preferred=True)
    one = Concept(id="a", scheme="s", labels=(label,))
    for concepts in (
        [one, one],
        [Concept(id="b", scheme="s", labels=())],
        [Concept(id="b", scheme="s", labels=(label,), broader="nowhere")],
    ):
        with pytest.raises(ThesaurusInvalid):
            Thesaurus(concepts)
    for text in ("", "[]", '{"scheme": "s"}', '{"scheme": "s", "concepts": [{"id": "a", "labels": ["x"]}]}'):
        with pytest.raises(ThesaurusInvalid) as refused:
            read(text)
        assert "Nothing was changed" in refused.value.message
