"""Checks 13-17: hearing and reading in step, and coming from a search to the second it was said."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opens
from tests.browser.site_fixture import CANAL_MS, KHMER, RIVER, World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def media_asked(asked: list[str]) -> list[str]:
    return [address for address in asked if "/m/" in address]


@pytest.mark.parametrize("name", ["river", "film", "hidden"])
def test_check_13_no_media_plays_or_is_fetched_on_load(opens: Opens, world: World, name: str) -> None:
    for headers in ({}, {"Save-Data": "on"}):
        visit = opens(extra_http_headers=headers)
        visit.go(world.page(getattr(world, name)))
        visit.page.wait_for_load_state("networkidle")
        visit.page.wait_for_timeout(500)
        assert visit.player("paused") is True
        assert media_asked(visit.asked) == []
        visit.page.click("[data-play]")
        visit.wait("document.querySelector('[data-player]').currentTime > 0.3")
        assert media_asked(visit.asked) != []


def test_check_13_with_save_data_a_film_opens_as_sound(opens: Opens, world: World) -> None:
    visit = opens(extra_http_headers={"Save-Data": "on"})
    page = visit.go(world.page(world.film))
    assert page.locator("audio[data-player]").count() == 1
    assert page.get_by_role("link", name="With picture").count() == 1


def test_check_14_the_stretch_in_the_address_starts_and_ends_there(opens: Opens, world: World) -> None:
    visit = opens()
    page = visit.go(world.page(world.river, "?t=30&to=33"))
    page.click("[data-play]")
    visit.wait("document.querySelector('[data-player]').readyState > 0")
    assert abs(float(str(visit.player("currentTime"))) - 30) <= 1
    visit.wait("document.querySelector('[data-player]').currentTime > 31")
    visit.wait("document.querySelector('[data-player]').paused")
    assert abs(float(str(visit.player("currentTime"))) - 33) <= 0.5
    page.click("[data-play]")
    visit.wait("document.querySelector('[data-player]').currentTime > 34")


def test_check_15_one_segment_is_current_and_focus_stays(opens: Opens, world: World) -> None:
    visit = opens()
    page = visit.go(world.page(world.river, "?t=4"))
    page.evaluate(
        """() => { window.seen = []; const rows = document.querySelector('.said');
        const look = () => seen.push([rows.querySelectorAll('li[aria-current]').length,
          rows.querySelector('li[aria-current]')?.id, document.activeElement.hasAttribute('data-play')]);
        const changes = { subtree: true, attributes: true, attributeFilter: ['aria-current'] };
        new MutationObserver(look).observe(rows, changes);
        document.querySelector('[data-player]').addEventListener('timeupdate', look); }"""
    )
    page.focus("[data-play]")
    page.keyboard.press("Enter")
    visit.wait("document.querySelector('[data-player]').currentTime > 7")
    seen = page.evaluate("seen")
    assert {count for count, _, _ in seen} == {1}
    assert len({row for _, row, _ in seen}) >= 2, "the mark did not move"
    assert all(kept for _, _, kept in seen)


@pytest.mark.parametrize(("name", "lang"), [("river", "en"), ("khmer", "km")])
def test_check_16_segments_are_read_out_with_their_words_and_language(
    opens: Opens, world: World, name: str, lang: str
) -> None:
    visit = opens()
    page = visit.go(world.page(getattr(world, name)))
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in tree}

    def spoken(node: dict[str, object]) -> str:
        if node.get("ignored") is False and node["role"]["value"] == "StaticText":  # type: ignore[index]
            return str(node["name"]["value"])  # type: ignore[index]
        return "".join(spoken(by_id[child]) for child in node.get("childIds", ()) if child in by_id)  # type: ignore[union-attr]

    items = [spoken(node) for node in tree if not node["ignored"] and node["role"]["value"] == "listitem"]
    wanted = [text for _, _, text in RIVER] if name == "river" else [line for pair in KHMER for line in pair]
    for text in wanted:
        assert any(text in item for item in items), text
    langs = page.evaluate(
        "[...document.querySelectorAll('.said li > div > p[lang]:not(.also)')].map(e => e.lang)"
    )
    assert set(langs) == {lang}
    if name == "khmer":
        assert page.locator(".said p.also[lang=en]").count() == len(KHMER)


def test_check_17_a_moment_opens_where_the_word_was_said(opens: Opens, world: World) -> None:
    visit = opens(width=390, height=600)
    page = visit.go("/search?q=canal&language=en")
    moment = page.locator(f".moments a[href*='{world.river.original_id}']")
    moment.scroll_into_view_if_needed()
    before = page.url, page.evaluate("scrollY")
    moment.click()
    page.wait_for_url("**/t/**")
    assert abs(float(str(visit.player("currentTime"))) - CANAL_MS / 1000) <= 1
    page.click("[data-play]")
    visit.wait("document.querySelector('[data-player]').readyState > 1")
    assert abs(float(str(visit.player("currentTime"))) - CANAL_MS / 1000) <= 1.5
    row = page.locator("li[aria-current]")
    assert row.locator("mark").inner_text() == "canal"
    page.go_back()
    assert page.url == before[0]
    visit.wait(f"Math.abs(scrollY - {before[1]}) < 3")
    page.goto(page.locator(f".moments a[href*='{world.river.original_id}']").evaluate("a => a.href"))
    page.get_by_role("link", name="Back to the moments").click()
    assert page.url == before[0], "the link back keeps the filters, too"
