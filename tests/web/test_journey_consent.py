"""Two archivists and two narrators: evidence survives a change of mind, the desk says whose word is missing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from archive.services import deposit
from tests.worlds_db import make_testimony
from tests.worlds_site import Site, build_site, form_token, upload

OPEN_TO_ALL = {"level": "OPEN", "card-NAME": "yes", "method": "audio", "comprehension": "All may hear it."}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return build_site(tmp_path)


@pytest.fixture
def told(site: Site) -> deposit.TestimonyMade:
    return make_testimony(site.archive, site.anna, "Chanthou Prak", "Bopha Keo")


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))


def send(client: FlaskClient, told: deposit.TestimonyMade, number: int = 0, **fields: Any) -> str:
    """Fill in the consent form of one narrator; the page that comes back."""
    address = f"/desk/{told.id}/consent?person={told.narrator_ids[number]}"
    token = form_token(client.get(address).get_data(as_text=True))
    answer = client.post(
        address,
        data={"csrf_token": token, **fields},
        content_type="multipart/form-data",
        follow_redirects=True,
    )
    return answer.get_data(as_text=True)


def record(client: FlaskClient, told: deposit.TestimonyMade, number: int = 0, **fields: Any) -> str:
    """Read back, then save what the read-back carried."""
    kept = hidden(send(client, told, number, **OPEN_TO_ALL, **fields, do="read-back"))
    return send(client, told, number, **kept | {"do": "save"})


def test_evidence_stays_when_something_is_changed_after_reading_back(
    site: Site, told: deposit.TestimonyMade
) -> None:
    anna = site.signed_in("anna")
    spoken = upload("yes.flac", b"fLaC a spoken yes")
    kept = hidden(send(anna, told, **OPEN_TO_ALL, evidence=spoken, do="read-back"))
    form = send(anna, told, **kept | {"do": "change"})
    assert "is sealed and kept with this form" in form
    again = {"evidence_id": hidden(form)["evidence_id"]}
    page = record(anna, told, **again)
    assert "Hear or see the evidence" in page
    assert "Somebody else must look at the evidence and confirm it." in page


def test_without_evidence_nobody_is_said_to_be_waited_for(site: Site, told: deposit.TestimonyMade) -> None:
    page = record(site.signed_in("anna"), told)
    assert "Not complete yet" in page
    assert "waiting for a second person" not in page
    desk = site.signed_in("boran").get("/desk").get_data(as_text=True)
    assert "Waits for a second person." not in desk
    assert "Confirm consent" not in desk


def test_the_day_on_the_form_is_the_day_of_the_reading_back(site: Site, told: deposit.TestimonyMade) -> None:
    anna = site.signed_in("anna")
    form = send(anna, told, do="cards")
    read_back = send(anna, told, **OPEN_TO_ALL, do="read-back")
    on_form = re.search(r"opens on ([^<]+?) at the earliest", form)
    on_read_back = re.search(r"opens doors: on ([^<]+?) at the earliest", read_back)
    assert on_form is not None
    assert on_read_back is not None
    assert on_form.group(1) == on_read_back.group(1)


def test_the_desk_leads_to_the_narrator_whose_word_is_missing(
    site: Site, told: deposit.TestimonyMade
) -> None:
    anna, boran = site.signed_in("anna"), site.signed_in("boran")
    record(anna, told, number=0, evidence=upload("yes.flac", b"fLaC one"))
    first, second = told.narrator_ids
    desk = boran.get("/desk").get_data(as_text=True)
    assert f"/desk/{told.id}/consent?person={first}" in desk
    assert "Confirm consent" in desk
    record(anna, told, number=1, evidence=upload("yes.flac", b"fLaC two"))
    page = boran.get(f"/desk/{told.id}/consent?person={second}").get_data(as_text=True)
    action = re.search(r'action="([^"]+)">\s*<input[^>]+>\s*<p>Look at the evidence', page)
    assert action is not None
    boran.post(action.group(1), data={"csrf_token": form_token(page), "do": "confirm"})
    desk = boran.get("/desk").get_data(as_text=True)  # the newest record is confirmed, the first still waits
    assert "Waits for a second person." in desk
    assert f"/desk/{told.id}/consent?person={first}" in desk


def test_what_only_closes_has_no_opening_day(site: Site, told: deposit.TestimonyMade) -> None:
    anna = site.signed_in("anna")
    for number in (0, 1):
        closed = {"level": "CLOSED", "method": "audio", "comprehension": "Nobody hears it."}
        spoken = upload("yes.flac", b"fLaC %d" % number)
        kept = hidden(send(anna, told, number, **closed, evidence=spoken, do="read-back"))
        send(anna, told, number, **kept | {"do": "save"})
    assert "Opens on" not in anna.get("/desk").get_data(as_text=True)


def test_a_word_saved_twice_is_recorded_once(site: Site, told: deposit.TestimonyMade) -> None:
    anna = site.signed_in("anna")
    spoken = upload("yes.flac", b"fLaC a spoken yes")
    kept = hidden(send(anna, told, **OPEN_TO_ALL, evidence=spoken, do="read-back"))
    for _ in range(2):
        page = send(anna, told, **kept | {"do": "save"})
    assert page.count("Hear or see the evidence") == 1
