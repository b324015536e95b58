"""What nobody sends by hand: requests made to break a page, to lead elsewhere, or to fill the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds_db import PASSWORD
from tests.worlds_site import Site, build_site, form_token, upload


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return build_site(tmp_path)


@pytest.mark.parametrize("elsewhere", ["//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example"])
def test_signing_in_leads_nowhere_else(site: Site, elsewhere: str) -> None:
    client = site.visitor()
    token = form_token(client.get("/sign-in").get_data(as_text=True))
    sent = {"csrf_token": token, "login": "anna", "password": PASSWORD, "next": elsewhere}
    assert client.post("/sign-in", data=sent).headers["Location"] == "/desk"


@pytest.mark.parametrize("token", ["", "1.é", "9" * 5000 + ".0", "٣.0", "0." + "0" * 40], ids=range(5))
def test_a_form_token_that_is_none_is_refused(site: Site, token: str) -> None:
    assert site.visitor().post("/close", data={"csrf_token": token, "code": "1", "secret": "1"}).status_code == 403


def test_a_stranger_s_file_is_not_even_parsed(site: Site) -> None:
    sent = {"csrf_token": "none", "file": upload("tape.mp4", b"0" * 1000)}
    answer = site.visitor().post("/desk/new", data=sent, content_type="multipart/form-data")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/desk/new&unsaved=1")


@pytest.mark.parametrize("address", ["/api/v1/search?q={}", "/t/" + "0" * 27 + "/moments?q={}", "/search?q={}"])
def test_a_search_that_is_too_long_is_no_failure_of_ours(site: Site, address: str) -> None:
    answer = site.visitor().get(address.format("(" * 240))
    assert answer.status_code in {200, 400, 404}


def test_the_api_lists_only_so_many(site: Site) -> None:
    assert site.visitor().get("/api/v1/search?q=a&page=500").status_code in {200, 400}
