"""From the first form to the open door and back, by forms alone: an archivist, her colleague and a visitor."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.db import models as m
from tests.web.browsing import Browser
from tests.worlds_db import PASSWORD, make_actor, write_script
from tests.worlds_site import Site, build_site, speak, upload

pytestmark = pytest.mark.slow

LINES = (
    (200, 1800, "zqdawn came over the wide river"),
    (3000, 5500, "Then my brother Sovannarith carried the rice"),
    (8000, 9800, "and we rested under the zqdusk tree"),
)


def sign_in(site: Site, login: str) -> Browser:
    browser = Browser(site.visitor()).open("/desk")
    assert browser.address.startswith("/sign-in")
    browser.fill("login", login=login, password=PASSWORD)
    assert browser.address == "/desk"
    return browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """An archive with one collection, which no page makes, and a member of staff who only takes in."""
    site = build_site(tmp_path_factory.mktemp("desk"))
    site.archive.deposits.create_collection(site.anna.id, "Riverside")
    make_actor(site.archive, "intern", duties=("intake",))
    return site


def deposit(site: Site, browser: Browser, folder: Path, title: str) -> str:
    """A new testimony with its recording; returns its id."""
    browser.open("/desk").follow("New testimony")
    collection = browser.form_with("collection").find("select", attrs={"name": "collection"})
    assert collection is not None
    riverside = next(o["value"] for o in collection.find_all("option") if "Riverside" in o.get_text())
    write_script(site.archive, *LINES)
    path = folder / f"{title}.wav"
    speak(path, LINES, speed=130)
    browser.press(
        "Save and send",
        collection=riverside,
        title=title,
        narrator="Chanthou Prak",
        language="en",
        session_date="2014-03",
        place_as_said="zqvillage",
        file=upload("zqtape.wav", path.read_bytes()),
    )
    assert browser.status == 200
    found = re.fullmatch(r"/desk/(\w{27})/files", browser.address)
    assert found is not None
    return found.group(1)


def read_back(browser: Browser, testimony_id: str, **chosen: object) -> Browser:
    """The consent form with evidence and her own words, as far as the reading back."""
    browser.open(f"/desk/{testimony_id}/consent")
    return browser.press(
        "Read it back",
        method="audio",
        comprehension="People will hear me and I can close it again.",
        evidence=upload("yes.wav", b"RIFF a spoken yes"),
        **chosen,
    )


def seen(site: Site, testimony_id: str) -> int:
    return site.visitor().get(f"/t/{testimony_id}").status_code


def test_from_the_first_form_to_the_open_door_and_shut_again(site: Site, tmp_path: Path) -> None:
    anna = sign_in(site, "anna")
    testimony_id = deposit(site, anna, tmp_path, "zqtitle by the river")
    assert "zqtitle by the river" in anna.text
    assert "waiting" in anna.text
    assert seen(site, testimony_id) == 404
    site.work()
    anna.open(anna.address)
    assert "done" in anna.text
    assert "Stopped" not in anna.text
    anna.follow("Hear it, mark names")

    # A name is marked where it is said; publishing needs a word that all was heard
    assert "zqdawn" in anna.text
    named, number = segment_of(anna, "Sovannarith")
    fields: dict[str, object] = {
        "named": named,
        f"first__{named}": number,
        f"last__{named}": number,
        f"whose__{named}": "other",
    }
    anna.press("Save, go on later", **fields)
    assert "Sovannarith" in str(anna.page.find("p", class_="mark"))
    anna.press("Publish")
    assert anna.status == 400
    assert "Tick this when you have heard all of it" in anna.text
    anna.press("Publish", names_checked="yes", entry_checked="yes")
    assert anna.status == 200
    assert seen(site, testimony_id) == 404

    # Consent: read back, saved, confirmed by somebody else
    read_back(anna, testimony_id, level="OPEN", card__NAME="yes")
    assert anna.status == 200
    assert seen(site, testimony_id) == 404
    anna.press("Yes: propose it")
    assert "Recorded" in anna.text
    assert not [b for b in anna.page.find_all("button") if b.get("value") == "confirm"]
    own = anna.client.post(
        f"/desk/{testimony_id}/consent/{record_of(site, testimony_id)}",
        data={"csrf_token": token_on(anna), "do": "confirm"},
    )
    assert own.status_code == 403
    assert "A second person must confirm" in own.get_data(as_text=True)
    boran = sign_in(site, "boran")
    boran.follow("Confirm consent")
    boran.press("I have seen the evidence: confirm")
    assert boran.status == 200
    site.work()
    assert seen(site, testimony_id) == 404

    # Fourteen days are not over one day too early
    site.archive.clock.move(days=13)  # type: ignore[attr-defined]
    site.work()
    assert seen(site, testimony_id) == 404
    site.archive.clock.move(days=2)  # type: ignore[attr-defined]
    site.work()
    assert seen(site, testimony_id) == 200
    visitor = Browser(site.visitor()).open(f"/t/{testimony_id}")
    assert "zqdawn" in visitor.text
    assert "Sovannarith" not in visitor.text
    assert "zqvillage" not in visitor.text
    assert "This part is not shown" in visitor.text
    visitor.open("/search?q=zqdusk")
    assert testimony_id in str(visitor.page)

    # Narrowing acts at once, by one person
    anna = sign_in(site, "anna")
    read_back(anna, testimony_id, level="FAMILY")
    anna.press("Yes: close these doors now")
    assert "Recorded" in anna.text
    assert seen(site, testimony_id) == 404
    assert testimony_id not in str(visitor.open("/search?q=zqdusk").page)

    # And closing on her behalf shuts it for the desk, too
    anna.press("Close now")
    assert anna.address == "/desk"
    assert testimony_id not in str(anna.page)
    assert anna.open(f"/desk/{testimony_id}/consent").status == 404
    assert anna.open(f"/t/{testimony_id}").status == 404


def segment_of(browser: Browser, word: str) -> tuple[str, str]:
    """The id of the segment in which a word stands, as the form names it, and the number of the word."""
    for block in browser.page.select("ol.review > li"):
        words = [item.get_text() for item in block.select("ol.numbered > li")]
        box = block.find("input", attrs={"name": "named"})
        if word in words and box is not None:
            return str(box["value"]), str(words.index(word) + 1)
    raise AssertionError(f"{word} is in no segment")


def record_of(site: Site, testimony_id: str) -> str:
    with site.archive.database.snapshot() as look:
        found = look.scalar(select(m.ConsentRecord.id).where(m.ConsentRecord.testimony_id == testimony_id))
    assert found is not None
    return found


def token_on(browser: Browser) -> str:
    field = browser.page.find("input", attrs={"name": "csrf_token"})
    assert field is not None
    return str(field["value"])


def test_a_wrong_form_keeps_what_was_typed(site: Site) -> None:
    anna = sign_in(site, "anna").follow("New testimony")
    typed = {"title": "zqkept title", "place_as_said": "zqkept place", "accession": "zqkept number"}
    anna.press("Save and send", narrator="", session_date="yesterday", **typed)
    assert anna.status == 400
    form = anna.form_with("title")
    for name, value in typed.items():
        assert form.find("input", attrs={"name": name, "value": value}), name
    assert form.find("input", attrs={"name": "session_date", "value": "yesterday"})
    assert anna.page.select_one(".problem, [role=alert]")


def test_a_wrong_file_keeps_what_was_typed_and_says_what_is_wrong(site: Site) -> None:
    anna = sign_in(site, "anna").follow("New testimony")
    collection = anna.form_with("collection").find("select", attrs={"name": "collection"})
    assert collection is not None
    value = next(o["value"] for o in collection.find_all("option") if o.get("value"))
    anna.press(
        "Save and send",
        title="zqkept",
        narrator="Somebody",
        collection=value,
        file=upload("a.mp4", b"no media at all" * 99),
    )
    assert anna.status == 400
    assert anna.form_with("title").find("input", attrs={"name": "title", "value": "zqkept"})
    assert anna.page.find("input", attrs={"name": "narrator", "value": "Somebody"})


def test_an_open_question_keeps_what_was_chosen(site: Site, tmp_path: Path) -> None:
    anna = sign_in(site, "anna")
    testimony_id = deposit(site, anna, tmp_path, "zqstudy")
    read_back(anna, testimony_id, level="STUDY")
    assert anna.status == 400
    assert "family" in anna.text.lower()
    form = anna.form_with("comprehension")
    level = form.find("input", attrs={"name": "level", "value": "STUDY"})
    assert level is not None
    assert level.has_attr("checked")
    assert "People will hear me" in form.get_text() + str(form)
    read_back(anna, testimony_id)
    assert anna.status == 400
    assert "Silence is no" in anna.text


def test_a_name_outside_its_segment_is_refused(site: Site, tmp_path: Path) -> None:
    anna = sign_in(site, "anna")
    testimony_id = deposit(site, anna, tmp_path, "zqwords")
    site.work()
    anna.open(f"/desk/{testimony_id}/words")
    named, _ = segment_of(anna, "Sovannarith")
    for first, last in (("0", "1"), ("5", "2"), ("x", ""), ("1", "999")):
        anna.open(f"/desk/{testimony_id}/words")
        anna.press("Save, go on later", named=named, **{f"first__{named}": first, f"last__{named}": last})
        assert anna.status == 400, (first, last)
        assert "word numbers" in anna.text.lower()


def test_each_duty_opens_its_own_pages(site: Site, tmp_path: Path) -> None:
    intern = sign_in(site, "intern")
    testimony_id = deposit(site, intern, tmp_path, "zqintern")
    assert intern.open(f"/desk/{testimony_id}/consent").status == 404
    assert intern.open(f"/desk/{testimony_id}/card?person=x").status == 404
    assert "Consent" not in intern.open("/desk").text
    site.work()
    assert intern.open(f"/desk/{testimony_id}/words").status == 200
    boran = sign_in(site, "boran")  # has every duty, but no task here
    assert boran.open(f"/desk/{testimony_id}/words").status == 404
    assert boran.open(f"/desk/{testimony_id}/consent").status == 200
    assert "zqdawn" not in boran.text


def test_the_card_is_shown_once(site: Site, tmp_path: Path) -> None:
    anna = sign_in(site, "anna")
    testimony_id = deposit(site, anna, tmp_path, "zqcard")
    anna.open(f"/desk/{testimony_id}/consent").follow("ard")
    assert not re.search(r"\b\d{4} \d{4} \d{4} \d{4}\b", anna.text)
    button = anna.page.find("main").find("form").find("button")  # type: ignore[union-attr]
    anna.press(button.get_text(" ").strip())  # type: ignore[union-attr]
    digits = re.findall(r"\b\d{4}\b", anna.text)
    assert len(digits) >= 6
    assert "zqcard" not in anna.text
    secret = digits[-4:]
    assert not [group for group in secret if group in anna.open(anna.address).text]


def test_nobody_signed_in_sees_no_desk(site: Site) -> None:
    for address in (
        "/desk",
        "/desk/new",
        "/desk/x/files",
        "/desk/x/words",
        "/desk/x/consent",
        "/desk/x/card",
        "/desk/x/add",
    ):
        visitor = Browser(site.visitor()).open(address)
        assert visitor.address.startswith("/sign-in?next=")
        assert visitor.page.find("input", attrs={"name": "password"})
