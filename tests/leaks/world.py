"""A whole archive for the fences: seventeen testimonies in every state that matters, and a visitor at every door.

Each testimony carries words that occur nowhere else, so that whatever is served can be traced to where it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import select

from archive.actors import WORKER
from archive.db import models as m
from archive.services.accounts import NewAccount
from archive.services.contents import NewNote, NewPoint
from archive.services.deposit import NewPerson, NewTestimony
from archive.services.renditions import LISTENING, MadeFile
from archive.services.transcripts import MarkedName, NewSegment
from consent.rules import Limit, Mention, Span
from consent.vocabulary import Answer, Card, Level
from tests.worlds_db import PASSWORD, actor_now, make_actor, write_film, write_script
from tests.worlds_site import EVERY_CARD, Opened, Site, agree, build_site, check_masks, give_task, speak

COMMUNITY = "riverside"
FAMILIES = ("family", "community", "study", "closed", "two", "limited", "open")
DESK_DUTIES = ("intake", "describe", "transcribe", "translate", "tag")


@dataclass(slots=True, kw_only=True)
class Told:
    """One testimony of the world: its ids and the words by which it is known."""

    key: str
    opened: Opened
    narrators: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.opened.id

    def word(self, part: str) -> str:
        return marker(self.key, part)


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
    Visitor(name="family", doors=tuple(f"fam:{key}" for key in FAMILIES), purpose="family"),
    Visitor(name="other-family", doors=("fam:masked",), purpose="family"),
    Visitor(name="community", doors=(f"com:{COMMUNITY}",)),
    Visitor(name="narrator", doors=tuple(f"self:{key}" for key in (*FAMILIES, "sealed", "draft", "narrowed"))),
    Visitor(name="checker", duties=("describe",), task="check"),
    Visitor(name="transcriber", duties=("transcribe",), task="transcribe"),
    Visitor(name="colleague", duties=("describe",)),
    Visitor(name="custodian", duties=("custodian",)),
    Visitor(name="expired", doors=("edu", "res"), conditions="agreement", until=timedelta(days=1), purpose="classroom"),
)


@dataclass(slots=True, kw_only=True)
class World:
    """The archive, what was told in it, and who visits."""

    site: Site
    folder: Path
    told: dict[str, Told] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    clients: dict[str, FlaskClient] = field(default_factory=dict)

    def visit(self, name: str) -> FlaskClient:
        return self.clients[name]


def marker(key: str, part: str) -> str:
    """A word that occurs in one place only."""
    return f"zq{key}{part}"


def lines_of(key: str) -> tuple[tuple[int, int, str], ...]:
    """Ten seconds of speech. The middle line says a name; around it two seconds are hidden where names are."""
    return (
        (200, 1600, f"{marker(key, 'dawn')} came over the wide river"),
        (3000, 5500, f"Then {marker(key, 'noon')} my brother {{name}} carried the rice"),
        (7600, 9700, f"and in the end we rested under {marker(key, 'dusk')}"),
    )


def take(world: World, key: str, *, narrators: int = 1, film: bool = False) -> Told:
    """Deposit one testimony whose every field is marked, and let the worker do all of its steps."""
    archive, anna = world.site.archive, world.site.anna
    made = archive.deposits.create(
        anna,
        NewTestimony(
            collection_id=collection_of(world),
            narrators=[
                NewPerson(name=f"{marker(key, 'birth')} {n}", publication=f"{marker(key, 'called')} {n}")
                for n in range(narrators)
            ],
            interviewers=[NewPerson(name=marker(key, "asker"))],
            titles={"en": f"{marker(key, 'title')} at the river"},
            summaries={"en": f"{marker(key, 'summary')} in short"},
            place_said=marker(key, "village"),
            date_edtf="2014-03",
            accession={"number": marker(key, "accession"), "received_from": marker(key, "giver")},
        ),
    )
    lines = lines_of(key)
    write_script(archive, *((start, end, text.format(name=marker(key, "name"))) for start, end, text in lines))
    path = world.folder / f"in-{key}{'.mp4' if film else '.wav'}"
    if film:
        write_film(path, seconds=10)
    else:
        speak(path, lines, speed=120 + len(world.told) * 3)
    original_id = archive.deposits.add_recording(
        anna, made.id, path, name=f"{marker(key, 'file')}.wav", language="en"
    )
    path.unlink()
    world.site.work()
    with archive.database.snapshot() as look:
        wanted = select(m.Revision.id).join(m.Transcript, m.Transcript.id == m.Revision.transcript_id)
        revision_id = look.scalar(wanted.where(m.Transcript.testimony_id == made.id))
    opened = Opened(
        id=made.id,
        code=made.code,
        narrator_id=made.narrator_ids[0],
        original_id=original_id,
        revision_id=revision_id,
    )
    told = Told(key=key, opened=opened, narrators=made.narrator_ids)
    with_contents(world, told)
    world.told[key] = told
    return told


def collection_of(world: World) -> str:
    """The one collection; made when it is first asked for."""
    with world.site.archive.database.snapshot() as look:
        found = look.scalar(select(m.Collection.id).limit(1))
    return found or world.site.archive.deposits.create_collection(world.site.anna.id, "Riverside voices")


def with_contents(world: World, told: Told) -> None:
    """Two index points and a note: one of each beside the name, and one point far from it."""
    archive, anna = world.site.archive, world.site.anna
    points = [
        NewPoint(start_ms=0, end_ms=900, language="en", title=told.word("pointone")),
        NewPoint(start_ms=3000, end_ms=5000, language="en", title=told.word("pointtwo")),
    ]
    archive.contents.add_points(anna, told.opened.original_id, points)
    archive.contents.check_names(anna, told.opened.original_id)
    note = NewNote(start_ms=3000, end_ms=5000, language="en", text=told.word("note"))
    archive.contents.add_notes(anna, told.opened.original_id, [note])


def publish(world: World, told: Told, *, person_class: str = "") -> None:
    """Publish the machine's words; the name is marked as `person_class`, or not at all."""
    archive, anna = world.site.archive, world.site.anna
    marks, speakers, name = [], {}, told.word("name")
    for segment_id, text in segments(world, str(told.opened.revision_id)):
        speakers[segment_id] = told.narrators[0]
        if person_class and name in text:
            start = text.index(name)
            person = told.narrators[0] if person_class == "narrator" else None
            marks.append(
                MarkedName(
                    segment_id=segment_id,
                    start_char=start,
                    end_char=start + len(name),
                    person_id=person,
                    person_class=person_class,
                )
            )
    archive.transcripts.publish(anna, str(told.opened.revision_id), marks, speakers=speakers)
    archive.limits.found_free(anna, told.id, ["entry"], limit_id=None)


def segments(world: World, revision_id: str) -> list[tuple[str, str]]:
    """Ids and texts of a revision's segments, unsealed."""
    from archive.services.owners import testimony_key

    with world.site.archive.database.snapshot() as look:
        rows = look.scalars(
            select(m.Segment).where(m.Segment.revision_id == revision_id).order_by(m.Segment.ordinal)
        ).all()
        fields = world.site.archive.fields
        return [(r.id, fields.open(testimony_key(r.testimony_id), r.id, "text", r.text_sealed)) for r in rows]


def take_text(world: World, key: str) -> Told:
    """A Khmer text without a recording, with an English translation in step, both published."""
    archive, anna = world.site.archive, world.site.anna
    made = archive.deposits.create(
        anna,
        NewTestimony(
            collection_id=collection_of(world),
            narrators=[NewPerson(name=marker(key, "birth"), publication=marker(key, "called"))],
            titles={"en": marker(key, "title")},
            summaries={"en": marker(key, "summary")},
        ),
    )
    told_km = [f"យើងដើរតាមទន្លេ {marker(key, 'dawn')}", f"បងប្រុសខ្ញុំលីអង្ករ {marker(key, 'noon')}"]
    told_en = [f"We walked by the river {marker(key, 'engdawn')}", f"My brother had rice {marker(key, 'engnoon')}"]
    who = made.narrator_ids[0]
    written = [NewSegment(text=t, language="km", speaker="narrator", speaker_id=who) for t in told_km]
    original_id, revision_id = archive.transcripts.add_text_original(anna, made.id, language="km", segments=written)
    in_step = [
        NewSegment(text=t, language="en", speaker="narrator", speaker_id=who, renders_ordinal=n)
        for n, t in enumerate(told_en, start=1)
    ]
    translation = archive.transcripts.add_translation(
        anna, revision_id, language="en", segments=in_step, aligned=True
    )
    for each in (revision_id, translation):
        archive.transcripts.publish(anna, each, [], speakers={})
    archive.limits.found_free(anna, made.id, ["entry"], limit_id=None)
    opened = Opened(
        id=made.id, code=made.code, narrator_id=who, original_id=original_id, revision_id=revision_id
    )
    told = Told(key=key, opened=opened, narrators=(who,))
    world.told[key] = told
    return told


def build(folder: Path) -> World:
    """Everything at its place, the worker idle, everybody signed in."""
    world = World(site=build_site(folder), folder=folder)
    for key, level, classed, more in PLAN:
        told = take(world, key, **more)
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
PLAN: tuple[tuple[str, Level | None, str, dict[str, object]], ...] = (
    ("open", Level.OPEN, "", {}),
    ("masked", Level.OPEN, "private", {}),
    ("unchecked", Level.OPEN, "private", {}),
    ("replaced", Level.OPEN, "permitted", {}),
    ("film", Level.OPEN, "", {"film": True}),
    ("limited", Level.OPEN, "", {}),
    ("learn", Level.LEARN, "", {}),
    ("study", Level.STUDY, "narrator", {}),
    ("community", Level.COMMUNITY, "", {}),
    ("family", Level.FAMILY, "", {}),
    ("closed", Level.CLOSED, "", {}),
    ("listed", Level.CLOSED, "", {}),
    ("two", Level.OPEN, "", {"narrators": 2}),
    ("draft", None, "", {}),
    ("raw", None, "", {}),
    ("thinking", Level.OPEN, "", {}),
    ("sealed", Level.OPEN, "", {}),
    ("narrowed", Level.OPEN, "", {}),
)


def cards_of(key: str) -> Collection[Card]:
    return {"study": NO_NAME, "listed": (Card.LISTED,), "closed": ()}.get(key, EVERY_CARD)


def everyone_agrees(world: World) -> None:
    """All waiting times run at once; who only thinks about it is asked after they are over."""
    agreed = [(key, level) for key, level, _, _ in PLAN if level is not None and key != "thinking"]
    for key, level in [*agreed, ("text", Level.OPEN)]:
        say_yes(world, key, level)
    two = world.told["two"]
    say_yes(world, "two", Level.FAMILY, person_id=two.narrators[1])
    world.site.archive.clock.move(days=16)  # type: ignore[attr-defined]
    world.site.work()
    say_yes(world, "thinking", Level.OPEN)
    world.site.work()


def say_yes(world: World, key: str, level: Level, **more: str) -> str:
    family = Answer.YES if key == "study" else Answer.NO
    return agree(
        world.site, world.told[key].opened, level, cards=cards_of(key), family=family, wait=False, **more
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
    from archive.services.consents import NewConsent

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


def second_account(world: World, login: str, duties: Sequence[str]) -> None:
    """One more member of staff, for tests that need another pair of hands."""
    make_actor(world.site.archive, login, duties=duties)


_built: dict[str, World] = {}


def shared(folder: Callable[[], Path]) -> World:
    """The world that tests look at without changing it; built once for all of them."""
    if "world" not in _built:
        _built["world"] = build(folder())
    return _built["world"]
