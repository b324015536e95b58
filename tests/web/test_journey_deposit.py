"""An archivist makes a testimony with files and dates that are not as they should be, and loses nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from archive.db import models as m
from archive.errors import FormInvalid
from archive.web.forms import DepositForm, load
from tests.worlds_db import write_tone
from tests.worlds_site import Site, build_site, form_token, upload

NEW = "/desk/new"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = build_site(tmp_path)
    site.archive.deposits.create_collection("test", "Riverside")
    return site


def send(site: Site, content: bytes | None, name: str = "tape.mp4", **fields: str):  # type: ignore[no-untyped-def]
    client = site.signed_in("anna")
    page = client.get(NEW).get_data(as_text=True)
    data: dict[str, object] = {
        "csrf_token": form_token(page),
        "collection": collection_of(page),
        "do": "save",
    }
    data |= {"narrator": "Chanthou Prak"} | fields
    if content is not None:
        data["file"] = upload(name, content)
    return client.post(NEW, data=data, content_type="multipart/form-data")


def collection_of(page: str) -> str:
    found = re.search(r'<option value="(\w{27})"', page)
    assert found is not None
    return found.group(1)


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.split("<h1>")[1]))


def how_many(site: Site) -> int:
    with site.archive.database.snapshot() as look:
        return look.scalar(select(func.count(m.Testimony.id))) or 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty"),
        (b"This is only text.\n" * 9, "This is text, not a recording"),
        (b"#EXTM3U\n#EXTINF:10,\nfile:///etc/hostname\n", "playlist"),
    ],
    ids=["empty", "text", "playlist"],
)
def test_a_refused_file_leaves_no_empty_testimony(site: Site, content: bytes, sentence: str) -> None:
    answer = send(site, content, title="Nets at dawn")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert sentence in page
    assert 'value="Nets at dawn"' in page
    assert 'value="Chanthou Prak"' in page
    assert how_many(site) == 0


def test_the_same_file_again_leaves_no_empty_testimony(site: Site, tmp_path: Path) -> None:
    tone = write_tone(tmp_path / "tone.wav").read_bytes()
    assert send(site, tone).status_code == 303
    again = send(site, tone)
    assert again.status_code == 400
    assert "in the archive already" in again.get_data(as_text=True)
    assert how_many(site) == 1


def test_a_narrator_left_out_is_asked_for_at_her_own_field(site: Site) -> None:
    page = send(site, None, narrator=" ").get_data(as_text=True)
    assert 'href="#f-narrator"' in page
    assert re.search(r'id="f-narrator"[^>]*aria-invalid="true"', page)


@pytest.mark.parametrize("text", ["2014-02-30", "2014-13", "20140302", "2014-3-2", "yesterday", "2014////"])
def test_a_day_that_does_not_exist_is_refused_with_what_was_typed(site: Site, text: str) -> None:
    answer = send(site, None, session_date=text)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "Write a day that exists" in page
    assert f'value="{text}"' in page
    assert how_many(site) == 0


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2014-03-02", "2014-03-02"), ("1977~", "1977~"), ("197X", "197X"), ("1975-04/1979-01", "1975-04/1979-01"),
        ("២០១៤-០៣", "2014-03"), (" 2014 ", "2014"), ("", ""),
    ],
)  # fmt: skip
def test_dates_as_they_are_known_are_kept(typed: str, kept: str) -> None:
    values = load(DepositForm, MultiDict({"collection": "c", "session_date": typed}))
    assert values["session_date"] == kept


def test_a_date_in_no_form_is_said_at_its_field() -> None:
    with pytest.raises(FormInvalid) as told:
        load(DepositForm, MultiDict({"collection": "c", "received_on": "٩"}))
    assert set(told.value.fields) == {"received_on"}


def test_a_double_click_makes_one_testimony_and_leads_to_it_twice(site: Site, tmp_path: Path) -> None:
    tone = write_tone(tmp_path / "tone.wav").read_bytes()
    client = site.signed_in("anna")
    page = client.get(NEW).get_data(as_text=True)
    data = hidden(page) | {"collection": collection_of(page), "narrator": "Chanthou Prak", "do": "save"}
    first, second = (
        client.post(NEW, data=data | {"file": upload("a.wav", tone)}, content_type="multipart/form-data")
        for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert how_many(site) == 1


def test_two_forms_alike_are_two_testimonies(site: Site) -> None:
    assert send(site, None).location != send(site, None).location
    assert how_many(site) == 2


def test_a_form_shown_again_with_errors_can_be_sent_after_all(site: Site) -> None:
    client = site.signed_in("anna")
    page = client.get(NEW).get_data(as_text=True)
    data = hidden(page) | {"collection": collection_of(page), "do": "save"}
    wrong = client.post(NEW, data=data | {"narrator": ""})
    assert wrong.status_code == 400
    kept = hidden(wrong.get_data(as_text=True))
    assert client.post(NEW, data=data | kept | {"narrator": "Chanthou Prak"}).status_code == 303


def test_one_more_narrator_sends_no_file_and_says_that_it_must_be_chosen_again(site: Site) -> None:
    client = site.signed_in("anna")
    page = client.get(NEW).get_data(as_text=True)
    assert re.search(
        r'value="add-narrator" formnovalidate formenctype="application/x-www-form-urlencoded"', page
    )
    data = hidden(page) | {"narrator": "Chanthou Prak", "do": "add-narrator"}
    without = client.post(NEW, data=data).get_data(as_text=True)
    assert without.count('name="narrator"') == 2
    assert "Choose the file again" not in without
    assert "Choose the file again" in client.post(NEW, data=data | {"file": "tape.mp4"}).get_data(
        as_text=True
    )


def test_what_is_too_long_is_refused_in_words_and_not_cut(site: Site) -> None:
    long = "ក" * 301
    page = send(site, None, title=long).get_data(as_text=True)
    assert "This is too long: at most 300 characters fit here." in page
    assert long in page
    assert how_many(site) == 0
