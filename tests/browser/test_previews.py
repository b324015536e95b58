"""Every page with invented values in a real browser: axe, policy, narrow screens, targets, focus."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from tests.browser.looks import BAD_FOCUS, PRESSED, SMALL_TARGETS
from tests.browser.preview import create_app
from tests.web.samples import SAMPLES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = sorted(SAMPLES)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def wait(page: Page, expression: str, seconds: float = 10) -> None:
    """Until `expression` holds; asked through the debugger, since the policy of the page refuses eval."""
    for _ in range(int(seconds * 20)):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never became true: {expression}")


def opened(browser: Browser, address: str, *, width: int = 1280, **options: object) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 800}, **options)  # type: ignore[arg-type]
    page = context.new_page()
    page.add_init_script(
        "window.refused = [];"
        "addEventListener('securitypolicyviolation', e => refused.push(e.violatedDirective));"
    )
    page.goto(address)
    return page


@pytest.mark.parametrize("name", NAMES)
def test_no_axe_violation_and_no_policy_violation(browser: Browser, site: str, name: str) -> None:
    for scheme in ("light", "dark"):
        page = opened(browser, f"{site}/p/{name}", color_scheme=scheme)
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("refused") == []
        page.context.close()


@pytest.mark.parametrize("name", NAMES)
def test_fits_narrow_screens_and_doubled_text(browser: Browser, site: str, name: str) -> None:
    page = opened(browser, f"{site}/p/{name}", width=320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()
    page = opened(browser, f"{site}/p/{name}", width=390)
    page.evaluate("document.documentElement.style.fontSize = '34px'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.close()


@pytest.mark.parametrize("name", NAMES)
def test_targets_are_large_and_focus_is_never_covered(browser: Browser, site: str, name: str) -> None:
    for width in (390, 1280):
        page = opened(browser, f"{site}/p/{name}", width=width)
        assert page.evaluate(SMALL_TARGETS, PRESSED) == []
        assert page.evaluate(BAD_FOCUS, PRESSED) == []
        page.context.close()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_hidden_shows_without_script(browser: Browser, site: str, name: str) -> None:
    page = opened(browser, f"{site}/p/{name}", java_script_enabled=False)
    assert page.locator("[hidden]:visible").count() == 0
    assert page.locator("h1").count() == 1
    page.context.close()


def test_khmer_lines_have_room(browser: Browser, site: str) -> None:
    page = opened(browser, f"{site}/p/testimony?lang=km")
    tight = page.evaluate(
        """() => [...document.querySelectorAll('p, li, button, label, input, h1, h2, h3')]
        .filter(e => e.matches(':lang(km)')).map(e => [e.tagName, getComputedStyle(e)])
        .map(([tag, style]) => [tag, parseFloat(style.lineHeight) / parseFloat(style.fontSize)])
        .filter(([tag, ratio]) => ratio < (tag === 'P' || tag === 'LI' ? 1.75 : 1.6))"""
    )
    assert tight == []
    page.context.close()


def test_player_stands_at_the_place_and_follows_without_moving_focus(browser: Browser, site: str) -> None:
    page = opened(browser, f"{site}/p/testimony")
    wait(page, "document.querySelector('[data-player]').readyState > 0")
    assert page.evaluate("document.querySelector('[data-player]').paused")
    assert abs(page.evaluate("document.querySelector('[data-player]').currentTime") - 754) <= 1
    assert page.locator("li[aria-current]").get_attribute("id") == "s754"
    page.focus("[data-back]")
    page.evaluate("document.querySelector('[data-player]').currentTime = 789")
    wait(page, "document.querySelector('li[aria-current]').id === 's788'")
    assert page.locator("li[aria-current]").count() == 1
    assert page.evaluate("document.activeElement.dataset.back !== undefined")
    page.keyboard.press("Alt+j")
    wait(page, "Math.abs(document.querySelector('[data-player]').currentTime - 779) < 1")
    page.context.close()


def test_played_stretch_ends_where_the_address_says(browser: Browser, site: str) -> None:
    page = opened(browser, f"{site}/p/testimony-stretch")
    page.click("[data-play]")
    wait(page, "document.querySelector('[data-player]').currentTime > 754.2")
    wait(page, "document.querySelector('[data-player]').paused")
    assert abs(page.evaluate("document.querySelector('[data-player]').currentTime") - 756) <= 0.5
    page.context.close()


def test_leave_empties_the_page_and_replaces_it(browser: Browser, site: str) -> None:
    page = opened(browser, f"{site}/p/signin")
    page.goto(f"{site}/p/close")
    page.fill("#f-code", "4021")
    page.click(".leave button")
    page.wait_for_url("**/left")
    page.go_back()
    assert page.url.endswith("/p/signin")
    page.context.close()
