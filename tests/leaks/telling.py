"""Testimonies whose every field carries a word of its own, so that whatever is served tells where it came from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import select

from archive.db import models as m
from archive.services.contents import NewNote, NewPoint
from archive.services.deposit import NewPerson, NewTestimony
from archive.services.owners import testimony_key
from archive.services.transcripts import MarkedName, NewSegment
from tests.worlds_db import write_film, write_script
from tests.worlds_site import Opened, Site, speak


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


PARTS = (
    "accession", "asker", "birth", "called", "dawn", "dusk", "engdawn", "engnoon", "file", "giver", "name", "noon",
    "note", "pointone", "pointtwo", "summary", "title", "village",
)  # fmt: skip
MARKER = re.compile(rf"zq[a-z]+?(?:{'|'.join(PARTS)})(?![a-z])")


def markers(text: str) -> frozenset[str]:
    """The marked words in a page or answer; emphasis inside one does not hide it."""
    return frozenset(MARKER.findall(re.sub(r"</?mark>", "", text)))


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
    write_script(
        archive, *((start, end, text.format(name=marker(key, "name"))) for start, end, text in lines)
    )
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
    told_en = [
        f"We walked by the river {marker(key, 'engdawn')}",
        f"My brother had rice {marker(key, 'engnoon')}",
    ]
    who = made.narrator_ids[0]
    written = [NewSegment(text=t, language="km", speaker="narrator", speaker_id=who) for t in told_km]
    original_id, revision_id = archive.transcripts.add_text_original(
        anna, made.id, language="km", segments=written
    )
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
