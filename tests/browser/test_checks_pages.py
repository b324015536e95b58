"""Checks 1-3 and 5-8 on every screen of the real site, each opened as a person opens it."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Opens
from tests.browser.looks import (
    BAD_FOCUS,
    CUT,
    DOUBLED,
    HIDDEN_SHOWN,
    INLINE,
    MOVES,
    OVERLAPS,
    PRESSED,
    SMALL_TARGETS,
)
from tests.browser.screens import SCREENS
from tests.browser.site_fixture import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ALL = sorted(SCREENS)
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
WITHOUT_COLOURS = ["results", "results-facets", "sound", "hidden-part", "text", "deposit-errors", "review"]
REVIEWED = {
    # arrows and ticks beside words that say the same
    ("color-contrast", "nonBmp"): "[aria-hidden=true]",
    # words over the waterline; both ends of it are measured below
    ("color-contrast", "bgGradient"): ".river *",
}
"""What axe could not decide and a person looked at: rule and reason, to the only elements where that is so."""


@pytest.mark.parametrize("name", ALL)
def test_check_01_axe_finds_nothing_and_is_unsure_only_where_reviewed(opens: Opens, name: str) -> None:
    screen = SCREENS[name]
    visit = opens(screen.who)
    screen.way(visit)
    for scheme in ("light", "dark"):
        visit.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour half-way
        found = Axe().run(visit.page, options=AXE)
        assert found.violations_count == 0, found.generate_report()
        for rule in found.response["incomplete"]:
            for node in rule["nodes"]:
                reason = (rule["id"], (node["any"][0].get("data") or {}).get("messageKey", ""))
                assert reason in REVIEWED, (reason, node["html"])
                where = visit.page.locator(node["target"][0])
                assert where.and_(visit.page.locator(REVIEWED[reason])).count(), (reason, node["html"])


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_check_01_words_over_the_waterline_stand_out_at_both_ends_of_it(opens: Opens, scheme: str) -> None:
    visit = opens(color_scheme=scheme)
    SCREENS["home"].way(visit)
    colour = "name => getComputedStyle(document.documentElement).getPropertyValue(name).trim()"
    for ground in ("--paper", "--river-wash"):
        for ink in ("--ink", "--soft", "--river-deep"):
            dark, light = sorted(_luminance(visit.page.evaluate(colour, name)) for name in (ground, ink))
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (ground, ink)


@pytest.mark.parametrize("name", ALL)
def test_check_02_policy_is_kept_and_nothing_comes_from_elsewhere(
    opens: Opens, world: World, name: str
) -> None:
    screen = SCREENS[name]
    visit = opens(screen.who)
    screen.way(visit)
    visit.page.wait_for_load_state("networkidle")
    assert visit.page.evaluate("refused") == []
    assert visit.page.evaluate(INLINE) == []
    assert [address for address in visit.asked if not address.startswith(world.address + "/")] == []


@pytest.mark.parametrize("name", ALL)
def test_check_03_fits_320_pixels_and_doubled_text(opens: Opens, name: str) -> None:
    screen = SCREENS[name]
    visit = opens(screen.who, width=320)
    screen.way(visit)
    page = visit.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(CUT) + page.evaluate(OVERLAPS) == []
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(DOUBLED)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CUT) + page.evaluate(OVERLAPS) == []


@pytest.mark.parametrize("name", ALL)
def test_check_05_focus_is_seen_and_never_covered(opens: Opens, name: str) -> None:
    screen = SCREENS[name]
    visit = opens(screen.who)
    screen.way(visit)
    for width, height in ((360, 740), (1280, 800)):
        visit.page.set_viewport_size({"width": width, "height": height})
        assert visit.page.evaluate(BAD_FOCUS, PRESSED) == []


@pytest.mark.parametrize("name", ALL)
def test_check_06_targets_are_44_pixels(opens: Opens, name: str) -> None:
    screen = SCREENS[name]
    visit = opens(screen.who)
    screen.way(visit)
    for width in (360, 1280):
        visit.page.set_viewport_size({"width": width, "height": 800})
        assert visit.page.evaluate(SMALL_TARGETS, PRESSED) == []


@pytest.mark.parametrize("name", ALL)
def test_check_07_without_script_every_screen_is_whole(opens: Opens, name: str) -> None:
    screen = SCREENS[name]
    visit = opens(screen.who, java_script_enabled=False)
    screen.way(visit)
    assert visit.page.evaluate(HIDDEN_SHOWN) == []
    assert visit.page.locator("h1").count() == 1


@pytest.mark.parametrize("name", WITHOUT_COLOURS)
def test_check_08_without_colours_and_motion(opens: Opens, name: str) -> None:
    screen = SCREENS[name]
    visit = opens(screen.who, forced_colors="active", reduced_motion="reduce")
    screen.way(visit)
    page = visit.page
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    assert page.evaluate(MOVES) == []
    assert page.evaluate(BAD_FOCUS, PRESSED) == []
    assert (
        page.evaluate(
            """() => [...document.querySelectorAll('.problem, .problems, .gap, mark, .note, .said > [aria-current]')]
        .filter(e => e.checkVisibility()).map(e => [e, getComputedStyle(e)])
        .filter(([, s]) => s.textDecorationLine === 'none'
          && !['Top', 'Left'].some(side => parseFloat(s[`border${side}Width`]) >= 1
            && s[`border${side}Style`] !== 'none'))
        .map(([e]) => 'only colour tells it apart: ' + e.outerHTML.slice(0, 90))"""
        )
        == []
    )
    if page.locator(".said > [aria-current]").count():
        differs = page.evaluate(
            """() => { const rows = [...document.querySelectorAll('.said > li:not(.gap)')];
            const look = e => { const s = getComputedStyle(e);
              return s.borderTopWidth + s.borderTopStyle + s.borderTopColor; };
            const now = rows.find(e => e.hasAttribute('aria-current'));
            return rows.filter(e => e !== now).every(e => look(e) !== look(now)); }"""
        )
        assert differs
