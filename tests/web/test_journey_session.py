"""A session ends in the middle of a form: nothing is changed, nothing lost without a word, and it can still be sent."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from archive.services import deposit
from tests.worlds_db import PASSWORD, make_testimony
from tests.worlds_site import Site, build_site, form_token

OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
WORDS = 'She said: "let them <hear> it"'


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return build_site(tmp_path)


@pytest.fixture
def told(site: Site) -> deposit.TestimonyMade:
    return make_testimony(site.archive, site.anna)


def stale_form(site: Site, client: FlaskClient, address: str) -> dict[str, str]:
    """A form that was open while its session ended and another began."""
    token = form_token(client.get(address).get_data(as_text=True))
    site.archive.clock.move(minutes=45)  # type: ignore[attr-defined]
    page = client.get("/sign-in").get_data(as_text=True)
    client.post("/sign-in", data={"csrf_token": form_token(page), "login": "anna", "password": PASSWORD})
    return {"csrf_token": token}


def test_the_door_says_that_nothing_was_saved(site: Site, told: deposit.TestimonyMade) -> None:
    anna = site.signed_in("anna")
    address = f"/desk/{told.id}/consent"
    token = form_token(anna.get(address).get_data(as_text=True))
    site.archive.clock.move(minutes=45)  # type: ignore[attr-defined]
    answer = anna.post(address, data={"csrf_token": token, "comprehension": WORDS}, follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert "what you just sent was not saved" in page
    assert f'name="next" value="{address}"' in page
    assert "not saved" not in anna.get("/sign-in").get_data(as_text=True)


def test_what_only_takes_forms_leads_back_to_the_desk(site: Site, told: deposit.TestimonyMade) -> None:
    anna = site.signed_in("anna")
    token = form_token(anna.get("/desk").get_data(as_text=True))
    site.archive.clock.move(minutes=45)  # type: ignore[attr-defined]
    answer = anna.post(f"/desk/{told.id}/close", data={"csrf_token": token})
    assert answer.location == "/sign-in?next=/desk&unsaved=1"


def test_a_form_from_before_signing_in_anew_is_sent_by_one_press(
    site: Site, told: deposit.TestimonyMade
) -> None:
    anna = site.signed_in("anna")
    address = f"/desk/{told.id}/consent"
    typed = {"level": "OPEN", "method": "audio", "comprehension": WORDS, "do": "read-back"}
    first = anna.post(address, data=stale_form(site, anna, address) | typed, headers=OWN_PAGE)
    page = first.get_data(as_text=True)
    assert first.status_code == 403
    assert "What you typed is kept in this page." in page
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.split("<h1>")[1]))
    assert unescape(kept["comprehension"]) == WORDS
    again = anna.post(address, data={name: unescape(value) for name, value in kept.items()}, headers=OWN_PAGE)
    assert again.status_code == 200
    assert "Read this back to the narrator" in again.get_data(as_text=True)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
     OWN_PAGE | {"Origin": "https://elsewhere.example"}],
)  # fmt: skip
def test_a_form_from_anywhere_else_is_not_offered_again(
    site: Site, told: deposit.TestimonyMade, headers: dict[str, str]
) -> None:
    anna = site.signed_in("anna")
    address = f"/desk/{told.id}/consent"
    typed = {"level": "OPEN", "comprehension": WORDS, "do": "read-back"}
    answer = anna.post(address, data=stale_form(site, anna, address) | typed, headers=headers)
    assert answer.status_code == 403
    assert "let them" not in answer.get_data(as_text=True)
