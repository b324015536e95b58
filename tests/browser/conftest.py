"""One Chromium and one served archive for all browser checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.screens import Visit
from tests.browser.site_fixture import World, add_people, build_world, free_port, served
from tests.worlds_db import PASSWORD

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 30_000

Opens = Callable[..., Visit]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    assert Path(CHROMIUM).exists(), "browser tests need Debian's Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The archive, served for as long as the tests run."""
    made = build_world(tmp_path_factory.mktemp("world"), free_port())
    add_people(made.site)
    with served(made):
        yield made


@pytest.fixture(scope="session")
def sessions(browser: Browser, world: World) -> dict[str, Any]:
    """Cookies of everybody with an account, by login; each signed in through the form."""
    kept: dict[str, Any] = {"": None}
    for login in ("anna", "boran", "chan", "dara"):
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{world.address}/sign-in")
        page.fill("[name=login]", login)
        page.fill("[name=password]", PASSWORD)
        page.click("main button")
        page.wait_for_url(lambda address: "/sign-in" not in address)
        kept[login] = context.storage_state()
        context.close()
    return kept


@pytest.fixture
def opens(
    browser: Browser, world: World, sessions: dict[str, Any], request: pytest.FixtureRequest
) -> Iterator[Opens]:
    """Opens a browser of its own for one person; keeps a picture of every page if the test fails."""
    visits: list[Visit] = []

    def open_(who: str = "", *, width: int = 1280, height: int = 800, **options: Any) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": height}, storage_state=sessions[who], **options
        )
        context.set_default_timeout(PATIENCE_MS)
        page: Page = context.new_page()
        visit = Visit(page=page, world=world)
        page.add_init_script(
            "window.refused = [];"
            "addEventListener('securitypolicyviolation', e => refused.push(e.violatedDirective + ' ' + e.blockedURI));"
        )
        page.on("request", lambda asked: visit.asked.append(asked.url))
        visits.append(visit)
        return visit

    yield open_
    for visit in visits:
        visit.page.context.close()
