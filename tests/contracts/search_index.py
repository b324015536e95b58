"""What every search index must do. An adapter's test class supplies the fixture `index` and nothing else."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

from search.errors import PageOutOfReach, QueryTooComplex, TokenInvalid, VisibilityExpired
from search.index import Page, PageRequest, SearchIndex
from search.moments import NO_OVERLAY, AnalysedMoment, Batch, Token, Visibility
from search.query import browse, parse
from search.tree import Field, Filter, Query
from tests.contracts.search_worlds import (
    T0,
    batch,
    brute_force,
    moment,
    random_batch,
    random_overlay,
    random_query,
    random_visibility,
    seen,
)

ALL = PageRequest(size=100)
EVERY_FACET = tuple(Field)

HOSTILE = (
    '"', "'", "\\", "*", "* *", '"*"', "(", ")", "((((", ")(", "a OR", "OR", "AND AND", "NOT", "NEAR",
    "NEAR(a b, 3)", "t:hunger", "{t x}: hunger", "^hunger", "hunger + rice", "fts", "x\x00y", "\ud800",
    "🙂", "'; DROP TABLE seg; --", '" OR 1=1 --', "hunger*rice*", "-", "--", "- -hunger", "place:",
    'place:"', "year:9999999999999999999999-1", "year:1975-2999", "\u17d2", "\u17d2\u17d2\u200b",
    "\u0301\u0301", "%", "_", "a_b", "\u202e", "İİİ", "ß", "NEAR NEAR hunger", "hunger NEAR",
    "hunger NEAR -rice", "hunger NEAR (rice OR dam)", "\u241e", "\u241e \u241e", '"\u241e"',
    "lang:\ud800", "k:ម", "a" * 1_999, "(" * 1_999, "ក" * 1_500, "\u17b6" * 1_500,
    "hunger " + "-x " * 31, "x:y:z", "|", "||", "a|b|c",
)  # fmt: skip


def ids(page: Page) -> set[tuple[str, str]]:
    return {(hit.testimony_id, moment_id) for hit in page.hits for moment_id in hit.moment_ids}


def facets(page: Page) -> dict[str, Counter[str]]:
    return {name: Counter({f.value: f.count for f in counts}) for name, counts in page.facets.items()}


def find(index: SearchIndex, typed: str, visibility: Visibility | None = None) -> set[tuple[str, str]]:
    return ids(index.search(parse(typed), visibility or seen(), NO_OVERLAY, ALL))


class Source:
    """A rebuild source over a dictionary of batches; `during` runs once while it is being read."""

    def __init__(self, world: dict[str, Batch], now: dict[str, Batch] | None = None) -> None:
        self.world = world
        self.now = world if now is None else now
        self.during = lambda: None

    def testimonies(self) -> Iterator[Batch]:
        yield from list(self.world.values())
        self.during()

    def again(self, testimony_id: str) -> Batch | None:
        return self.now.get(testimony_id)


class SearchIndexContract:
    """Bound to an engine by a subclass with a fixture `index`: an empty index, closed by the fixture."""

    def test_nothing_is_found_in_an_empty_index(self, index: SearchIndex) -> None:
        assert index.search(parse("hunger"), seen(), NO_OVERLAY, ALL) == Page()
        assert index.confirmed("T1") is None

    def test_open_moments_are_found_by_everyone(self, index: SearchIndex) -> None:
        index.apply(batch("T1", 1, [moment("a", "T1", "we were hungry"), moment("b", "T1", "we walked")]))
        page = index.search(parse("hungry"), seen(), NO_OVERLAY, ALL)
        assert ids(page) == {("T1", "a")}
        assert (page.moments, page.testimonies) == (1, 1)

    def test_guarded_moments_need_their_class(self, index: SearchIndex) -> None:
        index.apply(batch("T1", 1, guarded=[moment("a", "T1", "hunger", class_key="research")]))
        assert find(index, "hunger") == set()
        assert find(index, "hunger", seen("education")) == set()
        assert find(index, "hunger", seen("research")) == {("T1", "a")}
        assert find(index, "hunger", seen("research", public=False)) == {("T1", "a")}

    def test_a_class_within_one_testimony_opens_no_other(self, index: SearchIndex) -> None:
        for t in ("T1", "T2"):
            index.apply(batch(t, 1, guarded=[moment("a", t, "hunger", class_key="family")]))
        assert find(index, "hunger", seen(T1=["family"])) == {("T1", "a")}
        assert find(index, "hunger", seen(T1=["community"], T9=["family"])) == set()

    def test_an_empty_visibility_finds_nothing(self, index: SearchIndex) -> None:
        index.apply(batch("T1", 1, [moment("a", "T1", "hunger")], [moment("b", "T1", "hunger")]))
        nobody = seen(public=False)
        assert index.search(parse("hunger"), nobody, NO_OVERLAY, ALL) == Page()
        assert index.moments("T1", parse("hunger"), nobody, NO_OVERLAY) == ()
        assert index.suggest("hun", nobody, NO_OVERLAY) == ()

    def test_a_visibility_runs_out(self) -> None:
        with pytest.raises(VisibilityExpired):
            seen().at(T0 + 60_000)
        assert seen().at(T0 + 59_999).at_ms == T0 + 59_999

    def test_applying_twice_changes_nothing(self, index: SearchIndex) -> None:
        one = batch(
            "T1", 3, [moment("a", "T1", "hunger")], [moment("b", "T1", "hunger", class_key="research")]
        )
        index.apply(one)
        index.apply(one)
        page = index.search(parse("hunger"), seen("research"), NO_OVERLAY, ALL, EVERY_FACET)
        assert page.moments == 2
        assert facets(page)["language"] == Counter(en=2)
        assert index.confirmed("T1") == 3

    def test_a_higher_version_replaces_and_a_lower_one_is_ignored(self, index: SearchIndex) -> None:
        index.apply(batch("T1", 5, [moment("a", "T1", "rice")]))
        index.apply(batch("T1", 4, [moment("a", "T1", "hunger"), moment("b", "T1", "hunger")]))
        assert find(index, "hunger") == set()
        assert index.confirmed("T1") == 5
        index.apply(batch("T1", 6, [moment("b", "T1", "hunger")]))
        assert find(index, "rice OR hunger") == {("T1", "b")}
        assert index.confirmed("T1") == 6

    def test_a_moment_moves_between_open_and_guarded_whole(self, index: SearchIndex) -> None:
        row = moment("a", "T1", "hunger", class_key="research")
        index.apply(batch("T1", 1, [row]))
        index.apply(batch("T1", 2, guarded=[row]))
        assert find(index, "hunger") == set()
        assert index.search(parse("hunger"), seen("research"), NO_OVERLAY, ALL).moments == 1
        index.apply(batch("T1", 3, [row]))
        assert index.search(parse("hunger"), seen("research"), NO_OVERLAY, ALL).moments == 1
        assert find(index, "hunger") == {("T1", "a")}

    def test_what_is_withdrawn_stays_away(self, index: SearchIndex) -> None:
        index.apply(
            batch("T1", 1, [moment("a", "T1", "hunger")], [moment("b", "T1", "hunger", class_key="press")])
        )
        index.withdraw("T1", 4)
        index.withdraw("T1", 4)
        for version in (1, 3, 4):
            index.apply(batch("T1", version, [moment("a", "T1", "hunger")]))
            assert find(index, "hunger", seen("press")) == set()
        assert index.confirmed("T1") == 4
        index.withdraw("T1", 2)
        assert index.confirmed("T1") == 4
        index.apply(batch("T1", 5, [moment("a", "T1", "hunger")]))
        assert find(index, "hunger") == {("T1", "a")}

    def test_an_old_withdrawal_does_not_undo_a_newer_version(self, index: SearchIndex) -> None:
        index.apply(batch("T1", 5, [moment("a", "T1", "hunger")]))
        index.withdraw("T1", 4)
        assert find(index, "hunger") == {("T1", "a")}

    def test_something_never_indexed_can_be_withdrawn(self, index: SearchIndex) -> None:
        index.withdraw("T1", 2)
        index.apply(batch("T1", 1, [moment("a", "T1", "hunger")]))
        assert find(index, "hunger") == set()
        assert index.confirmed("T1") == 2

    def test_the_overlay_hides_up_to_its_version(self, index: SearchIndex) -> None:
        index.apply(
            batch("T1", 3, [moment("a", "T1", "hunger")], [moment("b", "T1", "hunger", class_key="press")])
        )
        index.apply(batch("T2", 3, [moment("a", "T2", "hunger")]))
        viewer, query = seen("press"), parse("hunger")
        for version, hidden in ((2, False), (3, True), (4, True)):
            overlay = frozenset({("T1", version), ("T7", 9)})
            page = index.search(query, viewer, overlay, ALL, EVERY_FACET)
            assert page.testimonies == (1 if hidden else 2)
            assert facets(page)["language"]["en"] == page.moments == (1 if hidden else 3)
            assert index.moments("T1", query, viewer, overlay) == (() if hidden else ("a", "b"))

    def test_a_closing_date_is_tested_in_every_question(self, index: SearchIndex) -> None:
        rows = [moment(str(n), "T1", "hunger", closes_at_ms=T0 + n) for n in (-1, 0, 1)]
        index.apply(batch("T1", 1, rows[:2], rows[2:]))
        index.apply(batch("T2", 1, guarded=rows_of("T2", closes_at_ms=T0)))
        assert find(index, "hunger", seen("pub")) == {("T1", "1")}
        assert find(index, "hunger", seen("pub", at_ms=T0 - 5)) == {
            ("T1", "-1"),
            ("T1", "0"),
            ("T1", "1"),
            ("T2", "a"),
        }
        assert index.moments("T1", parse("hunger"), seen("pub"), NO_OVERLAY) == ("1",)

    def test_guarded_is_ordered_by_number_then_id_and_stands_behind_open(self, index: SearchIndex) -> None:
        for t, n in (("T3", 1), ("T1", 2), ("T4", 3), ("T2", 2)):
            index.apply(
                batch(t, 1, guarded=[moment(str(i), t, "hunger", class_key="press") for i in range(n)])
            )
        index.apply(
            batch("T9", 1, [moment("a", "T9", "hunger")], [moment("b", "T9", "hunger", class_key="press")])
        )
        page = index.search(parse("hunger"), seen("press"), NO_OVERLAY, ALL)
        assert [h.testimony_id for h in page.hits] == ["T9", "T4", "T1", "T2", "T3"]
        assert page.hits[0].moment_ids == ("a", "b")
        assert (page.moments, page.testimonies) == (10, 5)

    def test_pages_together_are_the_whole_in_one_order(self, index: SearchIndex) -> None:
        for n in range(23):
            index.apply(batch(f"T{n}", 1, guarded=[moment("a", f"T{n}", "hunger", class_key="press")]))
            index.apply(batch(f"O{n}", 1, [moment("a", f"O{n}", "hunger rice" if n % 2 else "hunger")]))
        viewer = seen("press")
        whole = [h.testimony_id for h in index.search(parse("hunger"), viewer, NO_OVERLAY, ALL).hits]
        pieces = [
            index.search(parse("hunger"), viewer, NO_OVERLAY, PageRequest(number=n, size=10))
            for n in range(1, 7)
        ]
        assert [h.testimony_id for p in pieces for h in p.hits] == whole
        assert len(whole) == len(set(whole)) == 46
        assert {p.testimonies for p in pieces} == {46}

    def test_nobody_pages_beyond_ten_thousand(self) -> None:
        assert PageRequest(number=100, size=100).start == 9_900
        with pytest.raises(PageOutOfReach):
            PageRequest(number=101, size=100)

    def test_facets_count_visible_matches_only(self, index: SearchIndex) -> None:
        index.apply(
            batch(
                "T1",
                1,
                [moment("a", "T1", "hunger", year=1975, place="kampot", topics=("hunger", "work", "hunger"))],
                [
                    moment(
                        "b",
                        "T1",
                        "hunger",
                        class_key="press",
                        year=1975,
                        topics=("work",),
                        speaker="narrator",
                    ),
                    moment("c", "T1", "hunger", class_key="family", year=1979, topics=("secret",)),
                ],
            )
        )
        page = index.search(parse("hunger"), seen("press"), NO_OVERLAY, ALL, EVERY_FACET)
        assert facets(page) == {
            "language": Counter(en=2),
            "year": Counter({"1975": 2}),
            "place": Counter(kampot=1),
            "topic": Counter(work=2, hunger=1),
            "speaker": Counter(narrator=1),
        }
        assert [f.value for f in page.facets["topic"]] == ["work", "hunger"]
        assert set(index.search(parse("hunger"), seen(), NO_OVERLAY, ALL, (Field.YEAR,)).facets) == {"year"}

    def test_filters_narrow_and_browse(self, index: SearchIndex) -> None:
        index.apply(batch("T1", 1, [moment("a", "T1", "hunger", year=1975), moment("b", "T1", "rice")]))
        assert find(index, "hunger year:1975") == {("T1", "a")}
        assert find(index, "hunger year:1970-1974") == set()
        assert find(index, "hunger -year:1975") == set()
        assert find(index, "year:1974-1976") == {("T1", "a")}
        everything = index.search(browse(), seen(), NO_OVERLAY, ALL)
        assert everything.moments == 2
        none = index.search(browse(Filter(field=Field.PLACE, values=("x",))), seen(), NO_OVERLAY, ALL)
        assert none.moments == 0

    def test_prefixes_are_asked_of_open_alone(self, index: SearchIndex) -> None:
        index.apply(
            batch(
                "T1", 1, [moment("a", "T1", "families")], [moment("b", "T1", "families", class_key="press")]
            )
        )
        page = index.search(parse("famil*"), seen("press"), NO_OVERLAY, ALL)
        assert ids(page) == {("T1", "a")}
        assert page.open_only
        assert index.moments("T1", parse("famil*"), seen("press"), NO_OVERLAY) == ("a",)
        assert not index.search(parse("families"), seen("press"), NO_OVERLAY, ALL).open_only

    def test_a_query_that_finds_nothing_backs_off_to_parts_of_khmer_words(self, index: SearchIndex) -> None:
        index.apply(batch("T1", 1, [moment("a", "T1", "សង្គមរាស្ត្រនិយម", "km")]))
        query = parse("រាស្ត្រនិ")
        page = index.search(query, seen(), NO_OVERLAY, ALL)
        assert (page.backed_off, ids(page)) == (True, {("T1", "a")})
        assert index.moments("T1", query.loosened, seen(), NO_OVERLAY) == ("a",)
        exact = index.search(parse("សង្គមរាស្ត្រនិយម"), seen(), NO_OVERLAY, ALL)
        assert (exact.backed_off, exact.moments) == (False, 1)
        assert not index.search(parse("ភូមិ"), seen(), NO_OVERLAY, ALL).backed_off

    def test_vietnamese_is_found_with_and_without_diacritics(self, index: SearchIndex) -> None:
        index.apply(
            batch("T1", 1, [moment("a", "T1", "chiến tranh đã qua", "vi"), moment("b", "T1", "chien", "vi")])
        )
        for typed in ("chien tranh", "CHIẾN tranh", '"chiến tranh"', "da"):
            assert find(index, typed) == {("T1", "a")}, typed
        assert find(index, "chien") == {("T1", "a"), ("T1", "b")}
        assert find(index, '"chiến"') == {("T1", "a")}

    def test_a_phrase_does_not_run_into_the_translation(self, index: SearchIndex) -> None:
        from search.analysis import analyse, joined

        tokens = joined([analyse("la faim", "fr"), analyse("hunger then", "en")])
        row = AnalysedMoment(moment_id="a", testimony_id="T1", class_key="pub", tokens=tokens)
        index.apply(batch("T1", 1, [row]))
        assert find(index, '"faim hunger"') == set()
        assert find(index, "faim hunger") == {("T1", "a")}

    def test_moments_of_one_testimony_are_all_its_hits(self, index: SearchIndex) -> None:
        for t in ("T1", "T2"):
            index.apply(batch(t, 1, [moment(f"m{n}", t, "hunger" if n % 2 else "rice") for n in range(6)]))
        assert index.moments("T1", parse("hunger"), seen(), NO_OVERLAY) == ("m1", "m3", "m5")
        assert index.moments("T3", parse("hunger"), seen(), NO_OVERLAY) == ()
        assert index.moments("T2", browse(), seen(), NO_OVERLAY) == tuple(f"m{n}" for n in range(6))

    def test_suggestions_come_from_open_words_of_three_testimonies(self, index: SearchIndex) -> None:
        for n in range(4):
            rows = [moment("a", f"T{n}", "hungry Đường dam" if n < 3 else "hungry")]
            dated = [moment("d", f"T{n}", "hundred", closes_at_ms=T0 + 5)]
            secret = [moment("s", f"T{n}", "hunted", class_key="press")]
            index.apply(batch(f"T{n}", 1, rows + dated, secret))
        offer = lambda typed, overlay=NO_OVERLAY: [  # noqa: E731
            (s.word, s.testimonies) for s in index.suggest(typed, seen("press"), overlay)
        ]
        assert offer("hun") == [("hungry", 4)]
        assert offer("duo") == offer("Đưo") == [("đường", 3)]
        assert offer("h") == offer("") == offer('"%') == []
        assert offer("hun", frozenset({("T0", 1), ("T1", 0)})) == [("hungry", 3)]
        assert offer("duo", frozenset({("T0", 1)})) == []
        index.withdraw("T0", 2)
        assert (offer("hun"), offer("duo")) == ([("hungry", 3)], [])
        index.apply(batch("T1", 2))
        assert offer("hun") == []

    def test_hostile_queries_raise_nothing_but_too_complex(self, index: SearchIndex) -> None:
        one = batch("T1", 1, [moment("a", "T1", "hunger ម a b x y z k t")], [moment("b", "T1", "hunger")])
        index.apply(one)
        for typed in HOSTILE:
            try:
                query = parse(typed)
            except QueryTooComplex:
                continue
            expected = brute_force({"T1": one}, query, seen("pub"), NO_OVERLAY)
            page = index.search(query, seen("pub"), NO_OVERLAY, ALL, EVERY_FACET)
            if not page.backed_off:
                assert ids(page) == expected.found, typed
            index.moments("T1", query, seen("pub"), NO_OVERLAY)
            index.suggest(typed.encode("utf-8", "ignore").decode(), seen(), NO_OVERLAY)

    def test_a_token_that_is_none_is_refused_and_nothing_is_written(self, index: SearchIndex) -> None:
        index.apply(batch("T1", 1, [moment("a", "T1", "hunger")]))
        for term in ("", "a b", 'a"b', "A", "x" * 61, "a\x00"):
            bad = AnalysedMoment(
                moment_id="b", testimony_id="T1", class_key="pub", tokens=(Token(term, "ok", 0, 1),)
            )
            with pytest.raises(TokenInvalid):
                index.apply(batch("T1", 2, [bad]))
        assert find(index, "hunger") == {("T1", "a")}
        assert index.confirmed("T1") == 1

    def test_purge_reports_what_is_left(self, index: SearchIndex) -> None:
        index.apply(batch("T1", 1, [moment("a", "T1", "zanzibar")], [moment("b", "T1", "quagga")]))
        index.apply(batch("T2", 1, [moment("a", "T2", "hunger")]))
        markers = ("zanzibar", "quagga", "hunger")
        assert index.purge(markers).still_there == markers  # the control: it does see them
        index.withdraw("T1", 2)
        assert index.purge(markers).still_there == ("hunger",)
        assert find(index, "hunger") == {("T2", "a")}

    def test_rebuild_takes_changes_and_withdrawals_of_the_meantime(self, index: SearchIndex) -> None:
        def one(t: str, version: int, word: str) -> Batch:
            return batch(t, version, [moment("a", t, word)], [moment("b", t, word, class_key="press")])

        index.apply(one("T1", 1, "hunger"))
        index.apply(one("T2", 1, "hunger"))
        index.apply(one("T3", 1, "hunger"))
        index.withdraw("T0", 7)
        source = Source({t: one(t, 1, "rice") for t in ("T1", "T2", "T3", "T4")}, {"T2": one("T2", 2, "dam")})

        def meanwhile() -> None:
            index.withdraw("T1", 2)
            index.apply(one("T2", 2, "dam"))

        source.during = meanwhile
        report = index.rebuild(source, "second")
        assert (report.testimonies, report.open, report.guarded) == (3, 3, 3)
        assert find(index, "rice", seen("press")) == {(t, m) for t in ("T3", "T4") for m in "ab"}
        assert find(index, "dam", seen("press")) == {("T2", "a"), ("T2", "b")}
        assert find(index, "hunger", seen("press")) == set()
        assert [index.confirmed(t) for t in ("T0", "T1", "T2", "T3", "T4", "T5")] == [7, 2, 2, 1, 1, None]
        index.apply(one("T1", 2, "hunger"))
        assert find(index, "hunger") == set()

    def test_a_rebuild_that_fails_leaves_the_old_index(self, index: SearchIndex) -> None:
        index.apply(batch("T1", 1, [moment("a", "T1", "hunger")]))
        source = Source({"T2": batch("T2", 1)})

        def broken() -> None:
            raise OSError("the database went away")

        source.during = broken
        with pytest.raises(OSError, match="went away"):
            index.rebuild(source, "second")
        assert find(index, "hunger") == {("T1", "a")}
        source.during = lambda: None
        index.rebuild(source, "second")

    def test_readers_see_a_testimony_at_one_version_while_it_changes(self, index: SearchIndex) -> None:
        rows = [moment(f"m{n}", "T1", "hunger", class_key="press") for n in range(5)]
        index.apply(batch("T1", 1, rows))
        viewer, query = seen("press"), parse("hunger")
        wrong: list[object] = []
        done = threading.Event()

        def read() -> None:
            try:
                while not done.is_set():
                    page = index.search(query, viewer, NO_OVERLAY, ALL)
                    if page.moments != 5 or page.testimonies != 1 or len(ids(page)) != 5:
                        wrong.append(page)
            except Exception as error:  # noqa: BLE001 - whatever a reader meets is the finding
                wrong.append(error)

        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        for version in range(2, 40):
            cut = version % 6
            index.apply(batch("T1", version, rows[:cut], rows[cut:]))
        done.set()
        for reader in readers:
            reader.join()
        assert wrong == []

    def test_random_worlds_agree_with_brute_force(self, index: SearchIndex) -> None:
        agree(index, random.Random(20), questions=600, change_every=6)

    @pytest.mark.slow
    def test_ten_thousand_random_worlds_agree_with_brute_force(self, index: SearchIndex) -> None:
        agree(index, random.Random(7), questions=10_000, change_every=10)


def rows_of(testimony_id: str, **more: object) -> Iterable[AnalysedMoment]:
    return [moment("a", testimony_id, "hunger", **more)]  # type: ignore[arg-type]


def agree(index: SearchIndex, rng: random.Random, *, questions: int, change_every: int) -> None:
    """Change the index at random, ask at random, compare sets, counts, facets and the order of guarded."""
    world: dict[str, Batch] = {}
    versions: dict[str, int] = {}
    names = [f"t{n}" for n in range(14)]
    found = 0
    for number in range(questions):
        if number % change_every == 0:
            _change(index, rng, world, versions, rng.choice(names))
        query = random_query(rng)
        viewer = random_visibility(rng, names)
        overlay = random_overlay(rng, versions)
        page = index.search(query, viewer, overlay, ALL, EVERY_FACET)
        expected = brute_force(world, query, viewer, overlay)
        if not expected.found and query.back_off is not None:
            expected = brute_force(world, query, viewer, overlay, tree=query.back_off)
            assert page.backed_off == bool(expected.found)
        note = (number, query, viewer, overlay)
        assert ids(page) == expected.found, note
        assert (page.moments, page.testimonies) == (len(expected.found), len(expected.testimonies)), note
        assert facets(page) == expected.facets, note
        order = [hit.testimony_id for hit in page.hits]
        behind = expected.guarded_order()
        assert order[len(order) - len(behind) :] == behind, note
        asked: Query = query.loosened if page.backed_off else query
        one = rng.choice(names)
        mine = tuple(sorted(m for t, m in expected.found if t == one))
        assert index.moments(one, asked, viewer, overlay) == mine, note
        found += bool(expected.found)
    assert found > questions / 6  # the questions are not all empty ones


def _change(
    index: SearchIndex, rng: random.Random, world: dict[str, Batch], versions: dict[str, int], t: str
) -> None:
    version = versions.get(t, 0) + rng.choice((-1, 0, 1, 1, 1, 2))
    if rng.random() < 0.15:
        index.withdraw(t, version)
        if version >= versions.get(t, version):
            world.pop(t, None)
            versions[t] = version
    else:
        one = random_batch(rng, t, version)
        index.apply(one)
        if t not in versions or version > versions[t]:
            world[t] = one
            versions[t] = version
    assert index.confirmed(t) == versions.get(t)
