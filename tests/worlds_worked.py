"""An archive with one film that was taken in, written down, published, hidden in part, agreed to and opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from archive.actors import Actor
from archive.db import models as m
from archive.services.consents import EvidenceFile, NewConsent
from archive.services.tasks import assign
from archive.wiring import Archive
from consent.rules import Limit, Span
from consent.vocabulary import Card, Level
from tests.worlds_db import (
    MovableClock,
    build_archive,
    make_actor,
    make_testimony,
    write_film,
    write_script,
    write_speech,
)

FILM_S = 14
SAID = ((500, 6000, "We walked along the river."), (9000, 13500, "In the evening we rested."))
HIDDEN_MS = (9500, 10500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """Ids of the one testimony, and who works on it."""

    archive: Archive
    clock: MovableClock
    first: Actor
    second: Actor
    testimony_id: str
    narrator_id: str
    original_id: str


def deposit_film(folder: Path) -> Film:
    """The film is sealed; nothing was done with it yet."""
    clock = MovableClock()
    archive = build_archive(folder, clock)
    first, second = make_actor(archive, "first"), make_actor(archive, "second")
    made = make_testimony(archive, first)
    write_script(archive, *SAID)
    film = write_film(
        folder / "film.mp4", seconds=FILM_S, voice=write_speech(folder / "voice.wav", seconds=FILM_S)
    )
    original_id = archive.deposits.add_recording(first, made.id, film, name="film.mp4", language="en")
    return Film(
        archive=archive, clock=clock, first=first, second=second, testimony_id=made.id,
        narrator_id=made.narrator_ids[0], original_id=original_id,
    )  # fmt: skip


def publish_and_agree(film: Film, folder: Path) -> None:
    """Publish the draft, hide one second of it, record an open consent and confirm it; its time comes at once."""
    archive = film.archive
    with archive.database.snapshot() as look:
        revision_id = look.scalars(select(m.Revision.id)).one()
    archive.transcripts.publish(film.first, revision_id, [], speakers={})
    with archive.database.uow() as tx:
        assign(tx, film.testimony_id, film.second.id, "check", given_by=film.first.id)
    start_ms, end_ms = HIDDEN_MS
    span = Span(original=film.original_id, start_ms=start_ms, end_ms=end_ms)
    asked = Limit(by=f"narrator:{film.narrator_id}", reason="asked", scope=span)
    limit_id = archive.limits.add(film.first, film.testimony_id, asked)
    archive.limits.found_free(film.first, film.testimony_id, ["title", "summary", "tags"], limit_id=limit_id)
    archive.limits.found_free(film.first, film.testimony_id, ["entry"], limit_id=None)
    paper = folder / "paper.png"
    paper.write_bytes(b"\x89PNG invented")
    recorded = archive.consents.record(
        film.first,
        NewConsent(
            testimony_id=film.testimony_id, person_id=film.narrator_id, level=Level.OPEN,
            cards=[Card.NAME, Card.FACE, Card.VOICE], evidence=EvidenceFile(path=paper, mime="image/png"),
            comprehension="She said it in her own words.",
        ),
    )  # fmt: skip
    archive.consents.confirm(film.second, recorded.record_id)
    film.clock.move(days=16)
