"""Two archives that differ in one closed testimony send the same bytes to everybody who may not know of it."""

from __future__ import annotations

import types
from pathlib import Path
from random import Random

import pytest

from archive import identifiers
from consent.vocabulary import Level
from tests.leaks.crawling import Sent, crawl
from tests.worlds_db import make_actor
from tests.worlds_site import Opened, Site, agree, build_site, publish, take_in

pytestmark = pytest.mark.slow

VISITORS = ("anonymous", "educator", "researcher", "relative")
HIDDEN_LINES = (
    (500, 2500, "We walked along the zqhiddenriver in the morning."),
    (3000, 5500, "My brother {name} carried the zqhiddenrice."),
    (6000, 9500, "In the evening we rested under the tamarind tree."),
)
ASKED = (
    "river",
    "rice",
    "tamarind",
    "zqhiddenriver",
    "zqhiddenrice",
    "Sovannarith",
    "zqhid*",
    '"carried the rice"',
)


def chance(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on, identifiers are drawn from a seed."""
    monkeypatch.setattr(identifiers, "secrets", types.SimpleNamespace(choice=Random(seed).choice))


def build(folder: Path, monkeypatch: pytest.MonkeyPatch, *, hidden: bool) -> tuple[Site, Opened | None]:
    """The same two open testimonies; in between, in one of the archives, a closed one is taken in."""
    folder.mkdir()
    chance(1, monkeypatch)
    site = build_site(folder)
    first = take_in(site, folder, title="By the river")
    chance(99, monkeypatch)
    closed = (
        take_in(site, folder, title="zqhiddentitle", lines=HIDDEN_LINES, place_id="KH-2") if hidden else None
    )
    chance(2, monkeypatch)
    second = take_in(site, folder, title="By the mill", film=True, place_id="KH-2")
    for opened in (first, second):
        publish(site, opened)
        agree(site, opened, Level.OPEN, wait=False)
    chance(99_000, monkeypatch)
    if closed is not None:
        publish(site, closed)
        agree(site, closed, Level.CLOSED, cards=(), wait=False)
    site.archive.clock.move(days=16)  # type: ignore[attr-defined]
    site.work()
    chance(3, monkeypatch)
    make_actor(site.archive, "educator", duties=(), doors=("edu",))
    make_actor(site.archive, "researcher", duties=(), doors=("res",), conditions="agreement")
    make_actor(site.archive, "relative", duties=(), doors=(f"fam:{first.narrator_id}",))
    return site, closed


def crawled(site: Site, visitor: str, also: list[str]) -> dict[str, Sent]:
    client = site.visitor() if visitor == "anonymous" else site.signed_in(visitor)
    return crawl(client, also)


def test_they_send_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_it, closed = build(tmp_path / "with", monkeypatch, hidden=True)
    without, _ = build(tmp_path / "without", monkeypatch, hidden=False)
    assert closed is not None
    also = [f"{page}?q={word}" for page in ("/search", "/api/v1/search") for word in ASKED]
    also += [f"/t/{closed.id}", f"/t/{closed.id}/{closed.original_id}", f"/t/{closed.id}/moments?q=river"]
    also += [
        f"/c/{closed.revision_id}.vtt",
        f"/api/v1/testimonies/{closed.id}",
        f"/api/v1/transcripts/{closed.revision_id}",
    ]
    also += ["/search?place=KH-2", "/listen?place=KH-2", "/listen?language=en", "/search?q=river&year=2014"]
    for visitor in VISITORS:
        one, other = (crawled(site, visitor, also) for site in (with_it, without))
        assert one.keys() == other.keys(), visitor
        assert len(one) > 60
        for address, sent in one.items():
            assert sent == other[address], (visitor, address)


def test_the_comparison_sees_a_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: opened to everybody, the same testimony makes the two differ."""
    with_it, closed = build(tmp_path / "with", monkeypatch, hidden=True)
    without, _ = build(tmp_path / "without", monkeypatch, hidden=False)
    assert closed is not None
    agree(with_it, closed, Level.OPEN)
    without.archive.clock.move(days=16)  # type: ignore[attr-defined]
    one, other = (crawled(site, "anonymous", []) for site in (with_it, without))
    assert one["/listen"].body != other["/listen"].body
    assert one.keys() - other.keys()
