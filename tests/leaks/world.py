"""A whole archive for the fences: testimonies in every state that matters, and a visitor at every door."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from archive.actors import WORKER
from archive.db import models as m
from archive.services.accounts import NewAccount
from archive.services.consents import NewConsent
from archive.services.renditions import LISTENING, MadeFile
from consent.rules import Limit, Mention, Span
from consent.vocabulary import Answer, Card, Level
from tests.leaks.telling import Told, World, publish, take, take_text
from tests.worlds_db import PASSWORD, actor_now
from tests.worlds_site import EVERY_CARD, Site, agree, build_site, check_masks, give_task

COMMUNITY = "riverside"
FAMILIES = ("family", "community", "study", "closed", "two", "limited", "open")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who comes to the site. `doors` may hold the key of a testimony in place of its narrator."""

    name: str
    doors: tuple[str, ...] = ()
    conditions: str = ""
    duties: tuple[str, ...] = ()
    until: timedelta | None = None
    task: str = ""
    purpose: str = "personal"


VISITORS = (
    Visitor(name="anonymous"),
    Visitor(name="educator", doors=("edu",), purpose="classroom"),
    Visitor(name="researcher", doors=("res",), conditions="agreement", purpose="research"),
    Visitor(name="no-agreement", doors=("res",), purpose="research"),
    Visitor(name="family", doors=tuple(f"fam:{key}" for key in FAMILIES)),
    Visitor(name="other-family", doors=("fam:masked",)),
    Visitor(name="teacher-daughter", doors=("edu", "fam:family"), purpose="classroom"),
    Visitor(name="community", doors=(f"com:{COMMUNITY}",)),
    Visitor(
        name="narrator", doors=tuple(f"self:{key}" for key in (*FAMILIES, "sealed", "draft", "narrowed"))
    ),
    Visitor(name="checker", duties=("describe",), task="check"),
    Visitor(name="transcriber", duties=("transcribe",), task="transcribe"),
    Visitor(name="colleague", duties=("describe",)),
    Visitor(name="custodian", duties=("custodian",)),
    Visitor(
        name="expired",
        doors=("edu", "res"),
        conditions="agreement",
        until=timedelta(days=1),
        purpose="classroom",
    ),
)


def build(folder: Path) -> World:
    """Everything at its place, the worker idle, everybody signed in."""
    world = World(site=build_site(folder), folder=folder)
    for key, level, classed in PLAN:
        told = take(world, key, narrators=2 if key == "two" else 1, film=key == "film")
        if level is not None or key == "draft":
            publish(world, told, person_class=classed)
    take_text(world, "text")
    everyone_agrees(world)
    make_accounts(world)
    later(world)
    for visitor in VISITORS:
        known = world.site.visitor() if visitor.name == "anonymous" else world.site.signed_in(visitor.name)
        world.clients[visitor.name] = known
    return world


NO_NAME = tuple(card for card in EVERY_CARD if card not in {Card.NAME, Card.NAME_STUDY})
PLAN: tuple[tuple[str, Level | None, str], ...] = (
    ("open", Level.OPEN, ""),
    ("masked", Level.OPEN, "private"),
    ("unchecked", Level.OPEN, "private"),
    ("replaced", Level.OPEN, "permitted"),
    ("film", Level.OPEN, ""),
    ("limited", Level.OPEN, ""),
    ("learn", Level.LEARN, ""),
    ("study", Level.STUDY, "narrator"),
    ("community", Level.COMMUNITY, ""),
    ("family", Level.FAMILY, ""),
    ("closed", Level.CLOSED, ""),
    ("listed", Level.CLOSED, ""),
    ("two", Level.OPEN, ""),
    ("draft", None, ""),
    ("raw", None, ""),
    ("thinking", Level.OPEN, ""),
    ("sealed", Level.OPEN, ""),
    ("narrowed", Level.OPEN, ""),
)


def cards_of(key: str) -> Collection[Card]:
    return {"study": NO_NAME, "listed": (Card.LISTED,), "closed": ()}.get(key, EVERY_CARD)


def everyone_agrees(world: World) -> None:
    """All waiting times run at once; who only thinks about it is asked after they are over."""
    agreed = [(key, level) for key, level, _ in PLAN if level is not None and key != "thinking"]
    for key, level in [*agreed, ("text", Level.OPEN)]:
        say_yes(world, key, level)
    two = world.told["two"]
    say_yes(world, "two", Level.FAMILY, person_id=two.narrators[1])
    world.site.archive.clock.move(days=16)  # type: ignore[attr-defined]
    world.site.work()
    say_yes(world, "thinking", Level.OPEN)
    world.site.work()


def say_yes(world: World, key: str, level: Level, *, person_id: str = "") -> str:
    family = Answer.YES if key == "study" else Answer.NO
    return agree(
        world.site,
        world.told[key].opened,
        level,
        cards=cards_of(key),
        family=family,
        person_id=person_id,
        wait=False,
    )


def make_accounts(world: World) -> None:
    """An account for every visitor; facts that name a narrator are resolved to her id."""
    archive = world.site.archive
    for visitor in VISITORS[1:]:
        until = None if visitor.until is None else archive.clock.now() + visitor.until
        new = NewAccount(
            login=visitor.name,
            display=visitor.name.title(),
            password=PASSWORD,
            duties=visitor.duties,
            doors=[resolved(world, door) for door in visitor.doors],
            conditions=visitor.conditions,
            until=until,
        )
        world.accounts[visitor.name] = archive.accounts.create("test", new)


def resolved(world: World, door: str) -> str:
    kind, colon, key = door.partition(":")
    if kind not in {"fam", "self"}:
        return door
    people = world.told[key].narrators
    return f"{kind}{colon}{people[-1] if kind == 'fam' else people[0]}"


def later(world: World) -> None:
    """Tasks are given; then a mention is limited, a card closes, consent is narrowed, a file is made anew."""
    site = world.site
    for visitor in VISITORS:
        if visitor.task:
            for told in world.told.values():
                give_task_to(site, told, world.accounts[visitor.name], visitor.task)
    limited = world.told["limited"].opened
    span = Span(original=limited.original_id, start_ms=3500, end_ms=4500)
    mention = Mention(person="neighbour", spans=(span,))
    site.archive.limits.add(
        site.anna, limited.id, Limit(by="person:neighbour", reason="third_party", scope=mention)
    )
    site.work()
    for key in ("masked", "study", "limited"):
        assert check_masks(site, world.told[key].opened), f"{key} has no masked copy"
    close_by_card(world, "sealed")
    narrow(world, "narrowed")
    replace_listening_copy(world, "replaced")
    site.archive.clock.move(days=2)  # type: ignore[attr-defined]  # what lasted a day is over
    site.work()


def give_task_to(site: Site, told: Told, account_id: str, task: str) -> None:
    give_task(site, told.opened, actor_now(site.archive, account_id), task)


def close_by_card(world: World, key: str) -> None:
    told, site = world.told[key], world.site
    made = site.archive.cards.make(site.anna, told.id, told.narrators[0])
    site.archive.cards.close(made.code, made.secret)


def narrow(world: World, key: str) -> None:
    """She says CLOSED, and not that work goes on: assignments end with it."""
    told = world.told[key]
    new = NewConsent(testimony_id=told.id, person_id=told.narrators[0], level=Level.CLOSED)
    assert world.site.archive.consents.record(world.site.anna, new).direction == "narrower"


def replace_listening_copy(world: World, key: str) -> None:
    """Another listening copy takes the place of the first; the old address is gone."""
    site, told = world.site, world.told[key]
    path = site.archive.settings.scratch / "again.m4a"
    path.write_bytes(b"\0\0\0\x18ftypM4A again" + bytes(5000))
    made = MadeFile(path=path, profile=LISTENING, mime="audio/mp4", length_ms=10_000)
    sealed = site.archive.renditions.seal(told.id, made)
    with site.archive.database.uow() as tx:
        original = tx.session.get_one(m.Original, told.opened.original_id)
        site.archive.renditions.write_down(tx, original, sealed, made_by=WORKER)
    path.unlink()


_built: dict[str, World] = {}


def shared(folder: Callable[[], Path]) -> World:
    """The world that tests look at without changing it; built once for all of them."""
    if "world" not in _built:
        _built["world"] = build(folder())
    return _built["world"]
