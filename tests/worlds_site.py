"""Testimonies taken the whole way by the archive's own services, and clients that visit them."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from archive.actors import Actor
from archive.app import create_app
from archive.db import models as m
from archive.services.consents import NewConsent
from archive.services.evidence import EvidenceFile
from archive.services.tasks import assign
from archive.services.transcripts import MarkedName, NewSegment
from archive.wiring import Archive
from consent.vocabulary import Answer, Card, Door, Level
from tests.worlds_db import (
    PASSWORD,
    build_archive,
    make_actor,
    make_testimony,
    runner_of,
    write_film,
    write_script,
)

LINES = (
    (500, 2500, "We walked along the river in the morning."),
    (3000, 5500, "My brother {name} carried the rice."),
    (6000, 9500, "In the evening we rested under the tamarind tree."),
)
EVERY_CARD = (Card.NAME, Card.NAME_STUDY, Card.FACE, Card.VOICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A testimony as a test knows it."""

    id: str
    code: str
    narrator_id: str
    original_id: str
    revision_id: str | None
    record_id: str | None = None


@dataclass(slots=True, kw_only=True)
class Site:
    """An archive with two archivists and a Flask application."""

    archive: Archive
    app: Flask
    anna: Actor
    boran: Actor

    def visitor(self) -> FlaskClient:
        """A browser without an account."""
        return self.app.test_client()

    def signed_in(self, login: str) -> FlaskClient:
        """A browser of someone with an account."""
        client = self.app.test_client()
        token = form_token(client.get("/sign-in").get_data(as_text=True))
        answer = client.post("/sign-in", data={"csrf_token": token, "login": login, "password": PASSWORD})
        assert answer.status_code == 303, answer.status_code
        return client

    def work(self) -> None:
        """Let the worker do all that can be done now."""
        runner_of(self.archive).run_until_idle()


def build_site(folder: Path, **changes: object) -> Site:
    """An empty archive under `folder` with its site; the clock stands still until it is moved."""
    archive = build_archive(folder, **changes)
    anna, boran = make_actor(archive, "anna"), make_actor(archive, "boran")
    return Site(archive=archive, app=create_app(archive), anna=anna, boran=boran)


def form_token(page: str) -> str:
    """The token of the first form on a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def post(client: FlaskClient, page: str, action: str, **values: object):  # type: ignore[no-untyped-def]
    """Fill in the form on `page` and send it to `action`."""
    token = form_token(client.get(page).get_data(as_text=True))
    return client.post(action, data={"csrf_token": token, **values})


def take_in(
    site: Site,
    folder: Path,
    *,
    title: str = "By the river",
    name: str = "Sovannarith",
    film: bool = False,
    narrators: Sequence[str] = ("Chanthou Prak",),
    lines: Sequence[tuple[int, int, str]] = LINES,
    **more: object,
) -> Opened:
    """Deposit a recording and let the worker write its words."""
    archive = site.archive
    made = make_testimony(archive, site.anna, *narrators, title=title, **more)
    write_script(archive, *((start, end, text.format(name=name)) for start, end, text in lines))
    path = folder / f"in-{made.id}{'.mp4' if film else '.wav'}"
    if film:
        write_film(path, seconds=10)
        with path.open("ab") as out:  # no two test films are the same bytes
            out.write(made.id.encode())
    else:
        speak(path, lines, speed=120 + int.from_bytes(made.id.encode()[:3], "big") % 60)
    original_id = archive.deposits.add_recording(site.anna, made.id, path, name="tape.wav", language="en")
    site.work()
    with archive.database.snapshot() as look:
        revision_id = look.scalar(
            select(m.Revision.id)
            .join(m.Transcript, m.Transcript.id == m.Revision.transcript_id)
            .where(m.Transcript.testimony_id == made.id)
        )
    return Opened(
        id=made.id,
        code=made.code,
        narrator_id=made.narrator_ids[0],
        original_id=original_id,
        revision_id=revision_id,
    )


def told_in_words(site: Site, level: Level | None = Level.OPEN, **more: object) -> Opened:
    """A testimony in words, without a recording, published, and open unless no level is given: quick to make."""
    archive = site.archive
    made = make_testimony(archive, site.anna, "Chanthou Prak", **more)  # type: ignore[arg-type]
    said = [NewSegment(text="We walked along the river.", language="en")]
    original_id, revision_id = archive.transcripts.add_text_original(
        site.anna, made.id, language="en", segments=said
    )
    archive.transcripts.publish(site.anna, revision_id, (), speakers={})
    archive.limits.found_free(site.anna, made.id, ["entry"], limit_id=None)
    opened = Opened(
        id=made.id,
        code=made.code,
        narrator_id=made.narrator_ids[0],
        original_id=original_id,
        revision_id=revision_id,
    )
    if level is not None:
        agree(site, opened, level)
    return opened


def speak(path: Path, lines: Sequence[tuple[int, int, str]], *, speed: int) -> None:
    """A machine voice that fills ten seconds, so that there is speech for the scripted words to lie on."""
    said = " ".join(text for _, _, text in lines) * 3
    voice = subprocess.run(
        ["espeak-ng", "-v", "en", "-s", str(speed), "--stdout", said], check=True, capture_output=True
    ).stdout
    own = ("-metadata", f"comment={path.stem}")  # no two recordings are the same bytes
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-i", "pipe:", "-t", "10", "-ar", "16000", *own, "-y", str(path)],
        input=voice,
        check=True,
    )


def publish(site: Site, opened: Opened, *, named: str = "", person_class: str = "unknown") -> None:
    """Publish the machine's words; `named` is marked wherever it is said."""
    with site.archive.gate.looking(site.anna, opened.id) as looking:
        from archive.reading import words

        lines = words.shown(words.read(looking, site.archive.fields, str(opened.revision_id)))
    marks = [
        MarkedName(
            segment_id=x.segment_id,
            start_char=x.text.index(named),
            end_char=x.text.index(named) + len(named),
            person_class=person_class,
        )
        for x in lines
        if named and named in x.text
    ]
    speakers = {line.segment_id: opened.narrator_id for line in lines}
    site.archive.transcripts.publish(site.anna, str(opened.revision_id), marks, speakers=speakers)
    site.archive.limits.found_free(site.anna, opened.id, ["entry"], limit_id=None)


def agree(
    site: Site,
    opened: Opened,
    level: Level,
    *,
    cards: Collection[Card] = EVERY_CARD,
    doors: Collection[Door] = (),
    family: Answer | None = Answer.NO,
    person_id: str = "",
    confirm: bool = True,
    wait: bool = True,
) -> str:
    """Record consent with evidence, confirm it as the second person, and let the waiting time pass."""
    evidence = site.archive.settings.scratch / "evidence.txt"
    evidence.write_bytes(b"RIFF a spoken yes")
    recorded = site.archive.consents.record(
        site.anna,
        NewConsent(
            testimony_id=opened.id,
            person_id=person_id or opened.narrator_id,
            level=level,
            doors=doors,
            cards=cards,
            family=family,
            communities=("riverside",),
            method="audio",
            evidence=EvidenceFile(path=evidence, mime="audio/wav"),
            work_goes_on=True,
            comprehension="People will hear me and I can close it again.",
        ),
    )
    if confirm and recorded.direction != "narrower":
        site.archive.consents.confirm(site.boran, recorded.record_id)
    if wait:
        site.archive.clock.move(days=16)  # type: ignore[attr-defined]
    site.work()
    return recorded.record_id


def open_testimony(
    site: Site,
    folder: Path,
    level: Level = Level.OPEN,
    *,
    named: str = "",
    cards: Collection[Card] = EVERY_CARD,
    **more: object,
) -> Opened:
    """The whole way: deposit, words, names, consent, waiting time."""
    opened = take_in(site, folder, **more)  # type: ignore[arg-type]
    publish(site, opened, named=named)
    agree(site, opened, level, cards=cards)
    return opened


def give_task(site: Site, opened: Opened, actor: Actor, task: str) -> None:
    """An assignment, as the desk gives it."""
    with site.archive.database.uow() as tx:
        assign(tx, opened.id, actor.id, task, given_by=site.anna.id)


def check_masks(site: Site, opened: Opened) -> int:
    """The second archivist hears and confirms every masked copy; returns how many there were."""
    give_task(site, opened, site.boran, "check")
    with site.archive.database.snapshot() as look:
        waiting = look.scalars(
            select(m.Rendition.id).where(
                m.Rendition.testimony_id == opened.id,
                m.Rendition.mask != "",
                m.Rendition.profile != "peaks",
                m.Rendition.checked_at.is_(None),
            )
        ).all()
    for rendition_id in waiting:
        site.archive.renditions.check_mask(site.boran, rendition_id)
    return len(waiting)


def upload(name: str, content: bytes) -> tuple[io.BytesIO, str]:
    """A file as a form sends it."""
    return io.BytesIO(content), name
