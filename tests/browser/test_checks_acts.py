"""Checks 7, 20, 27, 37 and 39: what people do, done for real; the last one closes a testimony while it is heard."""

from __future__ import annotations

import http.client
import re
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from archive.db import models as m
from archive.identifiers import new_id
from tests.browser.conftest import Opens
from tests.browser.screens import SCREENS, Visit, type_card
from tests.browser.site_fixture import CANAL_MS, NETS, TELEPHONE, World, speak_for
from tests.worlds_db import write_script

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TIMES = 50
MEDIA_S = 15
KHMER_DIGITS = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")
WRONG = "These numbers do not open anything. Look at your paper again, or call."


def rendition_of(world: World, testimony_id: str) -> str:
    with world.site.archive.database.snapshot() as look:
        return look.scalars(
            select(m.Rendition.id).where(
                m.Rendition.testimony_id == testimony_id, m.Rendition.profile == "listening"
            )
        ).one()


def test_check_07_searching_reading_and_moving_about_without_script(opens: Opens, world: World) -> None:
    visit = opens(java_script_enabled=False)
    page = visit.go("/")
    page.fill("#q", "canal")
    page.click(".find button")
    page.click(".facet:first-of-type summary")
    page.click(".facet[open] li a")
    assert page.locator(".chosen .chip").count() >= 1
    page.go_back()
    page.click(f".moments a[href*='{world.river.original_id}']")
    assert page.locator("mark").first.inner_text() == "canal"
    source = page.locator("[data-player] source")
    assert source.get_attribute("src", timeout=1000).endswith(f"#t={CANAL_MS / 1000:g}")  # type: ignore[union-attr]
    page.click(".said li:last-child a")
    assert "t=65" in page.url
    assert page.locator("[data-player]").is_visible()
    assert page.locator("[data-bar]").is_hidden()


def test_check_07_one_file_is_deposited_without_script(opens: Opens, world: World, tmp_path: Path) -> None:
    lines = ((500, 4_000, "A small song about a canal."), (5_000, 9_000, "My mother sang it."))
    sound = tmp_path / "song.wav"
    speak_for(sound, NETS, seconds=12, pitch=95)
    write_script(world.site.archive, *lines)
    visit = opens("anna", java_script_enabled=False)
    page = visit.go("/desk")
    page.click("text=New testimony")
    page.set_input_files("[name=file]", sound)
    page.fill("[name=narrator]", "Somebody Invented")
    page.fill("[name=title]", "A small song")
    page.check("[name=language][value=en]")
    page.click("[name=do][value=save]")
    page.wait_for_url("**/files")
    assert page.locator("tr.is-done", has_text="Stored and read back").count() == 1
    world.site.work()
    page.click("text=Look again") if page.get_by_text("Look again").count() else page.reload()
    for step in ("Looked at", "Listening copy", "Wave form", "Words by machine"):
        assert page.locator("tr.is-done", has_text=step).count() == 1, step
    page.click("text=Hear it, mark names")
    assert page.get_by_role("heading", level=1).count() == 1
    page.click("text=Desk >> nth=0")
    assert page.locator("tr", has_text="A small song").count() == 1


def get(world: World, path: str, **headers: str) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    """Status, headers without the date, and body of one answer."""
    connection = http.client.HTTPConnection(urlsplit(world.address).netloc, timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    kept = tuple(sorted((name, value) for name, value in answer.getheaders() if name.lower() != "date"))
    return answer.status, kept, body


def test_check_20_hidden_and_absent_are_one_answer(world: World) -> None:
    hidden = [world.sealed, world.closed, world.draft, world.pending]
    media = rendition_of(world, world.sealed.id)
    paths = [f"/t/{opened.id}" for opened in hidden]
    paths += [f"/t/{world.sealed.id}/{world.sealed.original_id}", f"/t/{world.sealed.id}/moments?q=fish"]
    paths += [f"/m/{media}", f"/i/{media}", f"/c/{world.sealed.revision_id}.vtt"]
    absent = new_id()
    paths += [
        f"/t/{absent}",
        f"/t/{absent}/{new_id()}",
        f"/t/{absent}/moments?q=fish",
        "/t/nothing-like-an-id",
    ]
    paths += [f"/m/{absent}", f"/i/{absent}", f"/c/{absent}.vtt", "/never/was"]
    asks: list[dict[str, str]] = [{}, {"Range": "bytes=0-99"}, {"If-None-Match": '"x"'}]
    answers = {get(world, path, **asks[turn % len(asks)]) for turn in range(TIMES) for path in paths}
    assert len(answers) == 1
    assert next(iter(answers))[0] == 404


@pytest.mark.parametrize("name", ["deposit-errors", "consent-errors", "review-errors"])
@pytest.mark.parametrize("script", ["with script", "without script"])
def test_check_27_errors_take_focus_lead_to_the_field_and_keep_what_was_typed(
    opens: Opens, name: str, script: str
) -> None:
    screen = SCREENS[name]
    visit = opens(screen.who, java_script_enabled=script == "with script")
    screen.way(visit)
    page = visit.page
    visit.wait("document.activeElement.id === 'problems'")
    links = page.locator("#problems a")
    assert links.count() > 0
    for number in range(links.count()):
        links.nth(number).click()
        field = (links.nth(number).get_attribute("href") or "").removeprefix("#")
        assert page.evaluate("document.activeElement.id") == field
    if name == "deposit-errors":
        assert page.input_value("[name=session_date]") == "in the rainy season"
        assert page.input_value("[name=title]") == "A title that stays"


def said(visit: Visit) -> str:
    return visit.page.locator("#e-code").inner_text()


def test_check_37_a_card_is_typed_in_khmer_digits_and_wrong_ones_are_slowed_never_locked(
    opens: Opens, world: World
) -> None:
    code, secret = world.card(world.closed)
    visit = opens(java_script_enabled=False)
    page = visit.go("/close")
    sentences = set()
    for turn in range(5):
        type_card(visit, code, f"0000 1111 2222 000{turn}")
        sentences.add(said(visit))
    type_card(visit, "0" * len(code), "0000 1111 2222 3333")
    sentences.add(said(visit))
    assert sentences == {WRONG}, "a known code and an unknown one are told apart"
    with page.expect_response("**/close") as sixth:
        type_card(visit, code, "0000 1111 2222 0005")
    assert sixth.value.status == 429
    assert int(sixth.value.headers["retry-after"]) >= 2
    waits = re.search(r"wait (\d+) seconds", said(visit))
    assert waits is not None
    assert int(waits.group(1)) >= 2
    assert said(visit).startswith(WRONG)
    spaced = "  ".join(secret[i : i + 4] for i in range(0, 16, 4)).translate(KHMER_DIGITS)
    type_card(visit, f"{code[:3]} {code[3:]}".translate(KHMER_DIGITS), spaced)
    assert page.get_by_role("heading", level=1).inner_text() == "It is closed."


def test_check_39_closing_by_card_shuts_every_door_and_ends_what_is_being_heard(
    opens: Opens, world: World
) -> None:
    listener = opens()
    page = listener.go("/search?q=basket")
    assert page.locator(f".moments a[href*='{world.closing.original_id}']").count() == 2
    page.goto(world.page(world.closing))
    media = page.locator("[data-player] source").evaluate("s => s.src")
    page.click("[data-play]")
    listener.wait("document.querySelector('[data-player]').currentTime > 1")

    narrator = opens(java_script_enabled=False)
    narrator.go("/close")
    type_card(narrator, *world.closing_card)
    told = narrator.page.inner_text("main").replace("\u00a0", " ")
    closed_at = time.monotonic()

    for path in (f"/t/{world.closing.id}", urlsplit(media).path, f"/c/{world.closing.revision_id}.vtt"):
        assert get(world, path, Range="bytes=0-99")[0] == 404
    other = opens()
    assert other.go("/search?q=basket").locator(f"a[href*='{world.closing.id}']").count() == 0
    assert other.go("/listen").locator(f"a[href*='{world.closing.id}']").count() == 0
    page.get_by_role("heading", name="We could not find that page.").wait_for(timeout=MEDIA_S * 1000)
    assert time.monotonic() - closed_at < MEDIA_S
    assert page.locator("[data-player]").count() == 0

    code = world.closing_card[0]
    assert re.sub(r"\s", "", code) in re.sub(r"\s", "", told)
    assert re.search(r"Closed\s+\d{1,2} \w+ 20\d\d, \d\d:\d\d", told), "when"
    for sentence in (
        "Nobody can hear, read or find it here.",
        "We ask those who have a copy to give it back, by",
        "You can tell us later what should happen with it",
        "Copies that people have already made, and what they remember.",
        TELEPHONE,
    ):
        assert sentence in told
