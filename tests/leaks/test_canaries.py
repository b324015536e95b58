"""Marker words in every field, every tag and every minute: none is to be found where it must not be."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from archive.db import models as m
from archive.services import owners
from consent.rules import Limit, Mention, Span
from consent.vocabulary import Level
from tests.canaries import canaries_in, canary_scan
from tests.leaks.breaking import forget_limits
from tests.leaks.crawling import Sent, crawl, scan
from tests.leaks.tagging import KEYS, STAFF_FIELDS, TAGS, everything, says_yes, take_tagged
from tests.leaks.telling import Told, World, marker, publish
from tests.worlds_db import make_actor
from tests.worlds_site import Site, build_site, check_masks, give_task

pytestmark = pytest.mark.slow

VISITORS = ("anonymous", "educator", "researcher", "relative", "colleague", "anna")


@dataclass(slots=True, kw_only=True)
class Marked:
    """The world of the canaries, and everything that was logged while it was made and used."""

    world: World
    log: list[str]

    @property
    def site(self) -> Site:
        return self.world.site

    def told(self, key: str) -> Told:
        return self.world.told[key]

    def crawled(self) -> dict[str, dict[str, Sent]]:
        """Everything that each visitor can be sent: by links, by known addresses, and by searching every marker."""
        return {name: crawl(self.world.clients[name], self.addresses()) for name in VISITORS}

    def addresses(self) -> list[str]:
        found = [f"/api/v1/search?q={word}" for key in KEYS for word in everything(key)]
        found += [
            f"/search?q={marker(key, part)}" for key in KEYS for part in ("dawn", "noon", "name", "title")
        ]
        with self.site.archive.database.snapshot() as look:
            for row in look.scalars(select(m.Rendition)):
                found += [f"/m/{row.id}", f"/i/{row.id}"]
            for told in self.world.told.values():
                found += [
                    f"/t/{told.id}",
                    f"/c/{told.opened.revision_id}.vtt",
                    f"/api/v1/testimonies/{told.id}",
                ]
                found += [f"/api/v1/transcripts/{told.opened.revision_id}", f"/t/{told.id}/moments?q=river"]
        return found

    def forbidden(self, visitor: str, *, closed: bool) -> list[str]:
        """The markers that this visitor must never be sent."""
        words = [marker(key, part) for key in KEYS for part in (*TAGS, "understood", "contact")]
        if visitor != "anna":  # she took it in and has the duties for all of it, evidence and names included
            words += [marker(key, "evidence") for key in KEYS]
            words += [marker(key, part) for key in KEYS for part in STAFF_FIELDS]
            words += everything("never")
            words += [marker("stays", part) for part in ("noon", "name", "pointtwo", "note")]
        if closed:
            words += everything("goes")
        return words


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marked]:
    log: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            log.append(f"{record.name} {self.format(record)}")

    handler, root = Keeping(), logging.getLogger()
    before, levels = root.level, {}
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    for name in ("saksi", "werkzeug", "sqlalchemy", "waitress"):
        levels[name] = logging.getLogger(name).level
        logging.getLogger(name).setLevel(logging.DEBUG)
    folder = tmp_path_factory.mktemp("marked")
    world = World(site=build_site(folder), folder=folder)
    stays, goes, never = (
        take_tagged(world, "stays"),
        take_tagged(world, "goes", film=True),
        take_tagged(world, "never"),
    )
    for told in (stays, goes, never):
        publish(world, told)
        says_yes(world, told, Level.CLOSED if told is never else Level.OPEN)
    span = Span(original=stays.opened.original_id, start_ms=3000, end_ms=5400)
    limit = Limit(
        by="person:neighbour", reason="third_party", scope=Mention(person="neighbour", spans=(span,))
    )
    limit_id = world.site.archive.limits.add(world.site.anna, stays.id, limit)
    world.site.archive.limits.found_free(world.site.anna, stays.id, ["title", "summary"], limit_id=limit_id)
    world.site.archive.clock.move(days=16)  # type: ignore[attr-defined]
    world.site.work()
    assert check_masks(world.site, stays.opened)
    make_actor(world.site.archive, "educator", duties=(), doors=("edu",))
    make_actor(world.site.archive, "researcher", duties=(), doors=("res",), conditions="agreement")
    make_actor(world.site.archive, "relative", duties=(), doors=(f"fam:{goes.narrators[0]}",))
    make_actor(world.site.archive, "colleague", duties=("describe",))
    world.clients["anonymous"] = world.site.visitor()
    world.clients |= {name: world.site.signed_in(name) for name in VISITORS[1:]}
    yield Marked(world=world, log=log)
    root.removeHandler(handler)
    root.setLevel(before)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def nothing_on_disk(marked: Marked) -> None:
    """No marker in the data folder (database, index, queue, objects), beside the keys or in scratch."""
    settings = marked.site.archive.settings
    words = [word for key in KEYS for word in everything(key)]
    for folder in (settings.data, settings.keys, settings.keys.with_name("keys-recovery"), settings.scratch):
        assert canary_scan(folder, words) == [], folder.name
    assert (settings.data / "doorbell.sqlite").exists()
    assert not [path for path in settings.scratch.rglob("*") if path.is_file()]


def nothing_in_the_log(marked: Marked) -> None:
    words = [word for key in KEYS for word in everything(key)]
    assert canaries_in("\n".join(marked.log).encode(), words) == []


def test_1_nobody_is_sent_what_is_not_for_her(marked: Marked) -> None:
    found = marked.crawled()
    for name, sent in found.items():
        assert len(sent) > 100, name
        assert scan(sent.values(), marked.forbidden(name, closed=False)) == [], name
    heard = found["anonymous"]
    for word in (
        marker("goes", "dawn"),
        marker("goes", "title"),
        marker("stays", "dusk"),
        marker("stays", "title"),
    ):
        assert scan(heard.values(), [word]), f"{word} is open and nowhere to be found"
    media = [sent for address, sent in heard.items() if address.startswith("/m/") and sent.status == 206]
    assert {dict(sent.headers)["Content-Type"] for sent in media} >= {"video/mp4", "audio/mp4"}
    nothing_on_disk(marked)
    nothing_in_the_log(marked)


def test_2_a_guard_that_is_taken_away_is_seen(marked: Marked, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: where limits are forgotten, the same crawl finds what they hide."""

    forget_limits(monkeypatch)
    sent = crawl(marked.world.clients["anonymous"], marked.addresses())
    found = {each.word for each in scan(sent.values(), marked.forbidden("anonymous", closed=False))}
    assert {marker("stays", part) for part in ("noon", "name", "note", "pointtwo")} <= found


def test_2_the_searches_of_disk_log_and_media_see(marked: Marked) -> None:
    """The control: a marker put into each place is found there, and the original does hold its tags."""
    settings, told = marked.site.archive.settings, marked.told("goes")
    for folder in (settings.data, settings.keys, settings.scratch):
        (folder / "left.tmp").write_bytes(b"\0" * 5000 + told.word("noon").encode("utf-16-le"))
        assert canary_scan(folder, [told.word("noon")])
        (folder / "left.tmp").unlink()
    logging.getLogger("saksi.web").info("asked for %s", told.word("noon"))
    assert told.word("noon") in marked.log.pop()
    with marked.site.archive.database.snapshot() as look:
        size = look.get_one(m.Original, told.opened.original_id).size_bytes
    kept = marked.site.archive.vault.read(
        owners.testimony_key(told.id), told.opened.original_id, 1, "original", 0, size
    )
    assert {found.word for found in canaries_in(kept, [told.word(tag) for tag in TAGS])} >= {
        told.word(tag) for tag in TAGS[:3]
    }


def test_3_after_the_card_closed_it_nothing_is_left_even_before_the_index_knows(marked: Marked) -> None:
    site, told = marked.site, marked.told("goes")
    give_task(site, told.opened, site.boran, "check")
    card = site.archive.cards.make(site.anna, told.id, told.narrators[0])
    assert site.archive.index.confirmed(told.id)
    site.archive.cards.close(card.code, card.secret)
    for step in ("overlay", "index"):
        for name, sent in marked.crawled().items():
            assert scan(sent.values(), marked.forbidden(name, closed=True)) == [], (step, name)
            for each in sent.values():
                assert told.id not in each.body.decode(errors="replace"), (step, name, each.address)
        nothing_on_disk(marked)
        if step == "overlay":
            site.work()
    nothing_in_the_log(marked)
    assert scan(crawl(marked.world.clients["anonymous"]).values(), [marker("stays", "title")])


def test_4_searching_is_not_written_down(marked: Marked) -> None:
    client = marked.world.clients["anonymous"]
    for address in ("/search?q=zqsearchedfor", "/api/v1/search?q=zqsearchedfor", "/nothing?q=zqsearchedfor"):
        client.get(address, headers={"User-Agent": "zqagent", "X-Forwarded-For": "zqaddress"})
    words = ["zqsearchedfor", "zqagent", "zqaddress"]
    settings = marked.site.archive.settings
    assert canary_scan(settings.data, words) == []
    assert canaries_in("\n".join(marked.log).encode(), words) == []
    with marked.site.archive.database.snapshot() as look:
        for table in m.Base.metadata.sorted_tables:
            for row in look.execute(select(table)):
                assert not [word for word in words if word in repr(tuple(row))], table.name
