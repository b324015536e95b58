"""Headers, cookies and markup of every answer: nothing is kept, nothing runs inline, nothing comes from elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from archive.app import create_app
from archive.identifiers import new_id
from archive.web.security import HEADERS
from tests.leaks.telling import World
from tests.leaks.world import shared
from tests.worlds_db import PASSWORD, make_actor
from tests.worlds_site import build_site, form_token

pytestmark = pytest.mark.slow

EXPECTED = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; media-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TELLING = {"ETag", "Last-Modified", "Expires", "Content-Disposition", "Link", "X-Powered-By", "Allow"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return shared(lambda: tmp_path_factory.mktemp("world"))


def pages(world: World) -> list[tuple[str, str]]:
    """(visitor, address) of every kind of page, good and bad."""
    told, film, closed, listed = (world.told[key] for key in ("open", "film", "closed", "listed"))
    seen = [
        ("anonymous", address)
        for address in (
            "/", "/listen", "/search", "/search?q=river", "/search?q=zzz", f"/t/{told.id}", f"/t/{film.id}",
            f"/t/{world.told['text'].id}", f"/t/{told.id}/moments?q=river", f"/c/{told.opened.revision_id}.vtt",
            "/health", "/sign-in", "/close", "/left", f"/api/v1/testimonies/{told.id}", "/api/v1/search?q=river",
            f"/api/v1/transcripts/{told.opened.revision_id}", "/api/v1/openapi.json", "/api/v1/search",
            f"/t/{closed.id}", f"/t/{listed.id}", f"/t/{new_id()}", "/nothing", "/m/x", "/api/v1/testimonies/x",
            "/desk",
        )
    ]  # fmt: skip
    work = [f"/desk/{told.id}/{page}" for page in ("files", "words", "add")]
    seen += [("transcriber", address) for address in ("/desk", "/desk/new", *work)]
    return [*seen, ("custodian", f"/desk/{told.id}/consent"), ("custodian", "/desk")]


def test_every_answer_has_every_header(world: World) -> None:
    assert EXPECTED.items() <= HEADERS.items()
    for who, address in pages(world):
        for method in ("GET", "HEAD"):
            got = world.visit(who).open(address, method=method)
            assert EXPECTED.items() <= dict(got.headers).items(), address
            assert got.headers["Cache-Control"] == "private, no-store", address
            assert not TELLING & set(got.headers.keys()), address
            assert "Set-Cookie" not in got.headers, address


@pytest.mark.parametrize(("status", "ask"), [
    (403, lambda client: client.post("/close", data={})),
    (413, lambda client: client.post("/close", data={"code": "1" * (2 << 20)})),
    (404, lambda client: client.get("/nothing")),
    (303, lambda client: client.get("/desk")),
    (400, lambda client: client.get("/api/v1/search")),
])  # fmt: skip
def test_errors_have_them_too(world: World, status: int, ask) -> None:  # type: ignore[no-untyped-def]
    got = ask(world.visit("anonymous"))
    assert got.status_code == status
    assert EXPECTED.items() <= dict(got.headers).items()
    assert got.headers["Cache-Control"] == "private, no-store"


def test_a_failure_of_ours_has_them_too_and_tells_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("zqsecret inside a trace")

    monkeypatch.setattr("archive.web.pages.public.home_page", broken)
    got = world.visit("anonymous").get("/")
    assert got.status_code == 500
    assert EXPECTED.items() <= dict(got.headers).items()
    assert "zqsecret" not in got.get_data(as_text=True)
    assert "Traceback" not in got.get_data(as_text=True)


def test_nothing_runs_inline_and_nothing_comes_from_elsewhere(world: World) -> None:
    for who, address in pages(world):
        got = world.visit(who).get(address)
        if got.mimetype != "text/html":
            continue
        page = BeautifulSoup(got.get_data(as_text=True), "html.parser")
        for script in page.find_all("script"):
            assert str(script.get("src", "")).startswith("/static/"), address
            assert not script.text.strip(), address
        assert not page.find_all("style"), address
        assert not page.find_all(["iframe", "object", "embed", "base"]), address
        for element in page.find_all(True):
            assert not [name for name in element.attrs if name.startswith("on") or name == "style"], (
                address,
                element.name,
            )
            for name in ("src", "action", "poster", "data"):
                assert not re.match(r"[a-z]*:?//", str(element.get(name, ""))), (address, element)
            assert not str(element.get("href", "")).startswith(("javascript:", "data:")), address
        for link in page.find_all("link"):
            assert str(link["href"]).startswith("/static/"), address
        for form in page.find_all("form", method="post"):
            assert form.find("input", attrs={"name": "csrf_token"}), address


def test_names_of_files_carry_a_digest_and_are_kept_for_long(world: World) -> None:
    client = world.visit("anonymous")
    page = client.get("/").get_data(as_text=True)
    addresses = set(re.findall(r'"(/static/[^"]+)"', page))
    assert addresses
    for address in addresses:
        got = client.get(address)
        assert got.status_code == 200
        assert got.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert EXPECTED.items() <= dict(got.headers).items()


def sign_in(client: FlaskClient, base_url: str = "http://localhost") -> str:
    """Sign in as anna; returns the cookie header."""
    token = form_token(client.get("/sign-in", base_url=base_url).get_data(as_text=True))
    form = {"csrf_token": token, "login": "anna", "password": PASSWORD}
    got = client.post("/sign-in", base_url=base_url, data=form)
    assert got.status_code == 303
    assert len(got.headers.getlist("Set-Cookie")) == 1
    return got.headers["Set-Cookie"]


def flags(cookie: str) -> set[str]:
    return {part.strip() for part in cookie.split(";")[1:]}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return build_site(tmp_path_factory.mktemp("small")).app


def test_the_cookie_on_this_machine(small: Flask) -> None:
    cookie = sign_in(small.test_client())
    assert cookie.startswith("saksi=")
    assert flags(cookie) == {"HttpOnly", "Path=/", "SameSite=Strict"}


def test_the_cookie_over_https(tmp_path: Path) -> None:
    site = build_site(tmp_path)
    archive = replace(
        site.archive, settings=replace(site.archive.settings, base_url="https://archive.example")
    )
    client = create_app(archive).test_client()
    cookie = sign_in(client, "https://archive.example")
    assert cookie.startswith("__Host-saksi=")
    assert flags(cookie) == {"HttpOnly", "Path=/", "SameSite=Strict", "Secure"}
    got = client.get("/desk", base_url="https://archive.example")
    assert got.status_code == 200
    assert "max-age=63072000" in got.headers["Strict-Transport-Security"]


def test_a_session_ends_on_the_server(small: Flask) -> None:
    client, other = small.test_client(), small.test_client()
    cookie = sign_in(client).split(";")[0].partition("=")[2]
    other.set_cookie("saksi", cookie)
    assert other.get("/desk").status_code == 200
    token = form_token(client.get("/desk").get_data(as_text=True))
    got = client.post("/sign-out", data={"csrf_token": token})
    assert got.status_code == 303
    assert "Max-Age=0" in got.headers["Set-Cookie"]
    assert other.get("/desk").status_code == 303


def test_leaving_ends_it_too(small: Flask) -> None:
    client = small.test_client()
    sign_in(client)
    kept = client.get_cookie("saksi")
    assert kept is not None
    token = form_token(client.get("/close").get_data(as_text=True))
    assert client.post("/leave", data={"csrf_token": token}).status_code == 200
    client.set_cookie("saksi", kept.value)
    assert client.get("/desk").status_code == 303


def test_sign_in_leads_only_inside(small: Flask) -> None:
    make_actor(small.extensions["saksi"], "cara")
    for wanted in (
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:x",
        "\t//evil.example",
    ):
        client = small.test_client()
        token = form_token(client.get("/sign-in").get_data(as_text=True))
        form = {"csrf_token": token, "login": "cara", "password": PASSWORD, "next": wanted}
        assert client.post("/sign-in", data=form).headers["Location"] == "/desk", wanted


def test_wrong_sign_in_is_one_answer_and_slowed(small: Flask) -> None:
    client = small.test_client()

    def attempt(login: str) -> tuple[int, str]:
        token = form_token(client.get("/sign-in").get_data(as_text=True))
        got = client.post(
            "/sign-in", data={"csrf_token": token, "login": login, "password": "wrong words here"}
        )
        text = re.sub(
            r'(name="csrf_token" value=|name="login" value=)"[^"]*"', "", got.get_data(as_text=True)
        )
        return got.status_code, text

    assert attempt("anna") == attempt("nobody-at-all")
    assert [attempt("anna")[0] for _ in range(5)] == [401] * 4 + [429]
    sign_in(small.test_client())  # a right password is never locked out
