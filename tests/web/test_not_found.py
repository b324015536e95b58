"""What is hidden and what never was are one answer: status, headers in their order, and every byte of the body."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from waitress.server import create_server
from werkzeug.test import TestResponse

from archive.db import models as m
from archive.identifiers import new_id
from tests.leaks.telling import World
from tests.leaks.world import shared
from tests.worlds_site import form_token

pytestmark = pytest.mark.slow

Answer = tuple[str, tuple[tuple[str, str], ...], bytes]
ROUNDS = 50
HIDDEN = ("sealed", "closed", "draft", "raw", "thinking", "narrowed", "family", "study")
ROUTES = (
    "/t/{testimony}",
    "/t/{testimony}/{original}",
    "/t/{testimony}/moments?q=river",
    "/t/{testimony}/moments",
    "/m/{rendition}",
    "/i/{rendition}",
    "/c/{revision}.vtt",
    "/api/v1/testimonies/{testimony}",
    "/api/v1/transcripts/{revision}",
)
DESK = (
    "/desk/{testimony}/files",
    "/desk/{testimony}/words",
    "/desk/{testimony}/consent",
    "/desk/{testimony}/add",
)
ACTS = (
    "/desk/{testimony}/words",
    "/desk/{testimony}/add",
    "/desk/{testimony}/consent",
    "/desk/{testimony}/consent/{record}",
    "/desk/{testimony}/close",
    "/desk/{testimony}/card",
    "/desk/{testimony}/steps/{step}/again",
    "/desk/{testimony}/masks/{rendition}",
)
CONDITIONS: tuple[dict[str, str], ...] = (
    {},
    {"Range": "bytes=0-"},
    {"Range": "bytes=-5"},
    {"Range": "nonsense"},
    {"If-None-Match": "*"},
    {"If-None-Match": '"abc"', "Range": "bytes=0-1,5-9"},
    {"If-Modified-Since": "Wed, 01 Jan 2031 00:00:00 GMT"},
    {"If-Match": '"abc"'},
    {"If-Range": '"abc"', "Range": "bytes=99999999-"},
    {"Accept": "application/json", "Accept-Language": "km"},
    {"Save-Data": "on", "Accept-Encoding": "gzip, br"},
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return shared(lambda: tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def hidden(world: World) -> list[dict[str, str]]:
    """Ids of things that are there, none of them for anybody from outside."""
    found = []
    with world.site.archive.database.snapshot() as look:
        for key in HIDDEN:
            told = world.told[key]
            of = m.Rendition.testimony_id == told.id
            found.append(
                {
                    "testimony": told.id,
                    "original": told.opened.original_id,
                    "revision": str(told.opened.revision_id),
                    "rendition": look.scalar(select(m.Rendition.id).where(of).limit(1)) or new_id(),
                    "record": look.scalar(
                        select(m.ConsentRecord.id).where(m.ConsentRecord.testimony_id == told.id).limit(1)
                    )
                    or new_id(),
                    "step": look.scalar(select(m.Step.id).where(m.Step.testimony_id == told.id).limit(1))
                    or new_id(),
                }
            )
    return found


def never() -> dict[str, str]:
    return {name: new_id() for name in ("testimony", "original", "revision", "rendition", "record", "step")}


def malformed() -> Iterator[dict[str, str]]:
    """Addresses that no id ever has."""
    real = new_id()
    wrong = real[:-1] + ("0" if real[-1] != "0" else "1")
    odd = (
        "x",
        wrong,
        real.upper(),
        "0" * 27,
        real + real,
        "%00",
        "%F0%9F%98%80",
        "a" * 3000,
        real[:26],
        "..%2e",
        "~",
    )
    for text in itertools.cycle(odd):
        yield dict.fromkeys(never(), text)


def same(got: TestResponse) -> Answer:
    """All of an answer that anybody could compare."""
    return got.status, tuple((k, v) for k, v in got.headers if k != "Date"), got.data


def answers(
    client: FlaskClient,
    method: str,
    route: str,
    hidden: list[dict[str, str]],
    rounds: int,
    data: dict[str, str] | None = None,
) -> set[Answer]:
    """The distinct answers to hidden, never-existing and malformed ids, under all conditions."""
    odd = malformed()
    found: set[Answer] = set()
    for number in range(rounds):
        headers = CONDITIONS[number % len(CONDITIONS)]
        for ids in (hidden[number % len(hidden)], never(), next(odd)):
            found.add(same(client.open(route.format(**ids), method=method, headers=headers, data=data)))
    return found


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_hidden_is_absent(world: World, hidden: list[dict[str, str]], method: str) -> None:
    for route in ROUTES:
        found = answers(world.visit("anonymous"), method, route, hidden, ROUNDS)
        assert len(found) == 1, (route, sorted(str(each)[:300] for each in found))
        status = next(iter(found))[0]
        expected = {"GET": "404", "HEAD": "404", "OPTIONS": "200"}.get(method, "403")
        assert status.startswith(expected), (route, status)


def test_post_with_a_token_says_no_more(world: World, hidden: list[dict[str, str]]) -> None:
    client = world.visit("anonymous")
    token = form_token(client.get("/close").get_data(as_text=True))
    for route in ROUTES:
        found = answers(client, "POST", route, hidden, 10, {"csrf_token": token})
        assert [each[0] for each in found] == ["404 NOT FOUND"], route


@pytest.mark.parametrize("who", ["expired", "other-family", "community"])
def test_hidden_is_absent_for_those_who_signed_in(
    world: World, hidden: list[dict[str, str]], who: str
) -> None:
    shut = [ids for ids, key in zip(hidden, HIDDEN, strict=True) if key not in {"family", "study"}]
    for route in ROUTES:
        assert len(answers(world.visit(who), "GET", route, shut, 12)) == 1, route


def test_absent_pages_are_one_page(world: World) -> None:
    """An address that is no route at all looks like one of a hidden testimony, and pages like pages for staff."""
    client = world.visit("anonymous")
    page = same(client.get(f"/t/{new_id()}"))
    for address in (
        "/nothing",
        "/t",
        "/t/",
        "/t/a/b/c",
        "/desk/x/y",
        "/static/nothing.css",
        "/index.php",
        "/favicon.ico",
    ):
        assert same(client.get(address)) == page, address
    assert same(world.visit("colleague").get(f"/t/{new_id()}")) == page
    assert b"zq" not in page[2]


@pytest.mark.parametrize("who", ["colleague", "transcriber"])
def test_the_desk_hides_what_is_not_hers(world: World, hidden: list[dict[str, str]], who: str) -> None:
    client = world.visit(who)
    shut = [
        i
        for i, key in zip(hidden, HIDDEN, strict=True)
        if who == "colleague" or key in {"sealed", "narrowed"}
    ]
    token = form_token(client.get("/desk").get_data(as_text=True))
    for route in DESK:
        found = answers(client, "GET", route, shut, 11)
        assert [each[0] for each in found] == ["404 NOT FOUND"], route
    for route in ACTS:
        for act in ("confirm", "save", ""):
            found = answers(client, "POST", route, shut, 4, {"csrf_token": token, "do": act})
            assert [each[0] for each in found] == ["404 NOT FOUND"], (route, act, {e[0] for e in found})


@pytest.fixture
def served(world: World) -> Iterator[int]:
    """The site behind the server that people meet; its port."""
    server = create_server(world.site.app, host="127.0.0.1", port=0, threads=2, ident="")
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.close()
    server.task_dispatcher.shutdown()
    server.asyncore.close_all(server._map)
    thread.join(timeout=5)


def raw(port: int, method: str, address: str) -> list[bytes]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(f"{method} {address} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        content = b""
        while block := line.recv(65536):
            content += block
    return [part for part in content.split(b"\r\n") if not part.startswith(b"Date: ")]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_on_the_wire_too(served: int, hidden: list[dict[str, str]], method: str) -> None:
    for route in ROUTES:
        found = {tuple(raw(served, method, route.format(**ids))) for ids in [*hidden, never(), never()]}
        assert len(found) == 1, route
