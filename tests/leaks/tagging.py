"""Recordings whose own tags, evidence and staff fields carry marker words, besides all that is said in them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from sqlalchemy import select

from archive.db import models as m
from archive.services.consents import NewConsent
from archive.services.deposit import NewPerson, NewTestimony
from archive.services.evidence import EvidenceFile
from consent.vocabulary import Level
from tests.leaks.telling import PARTS, Told, World, collection_of, lines_of, marker, with_contents
from tests.worlds_db import write_script
from tests.worlds_site import EVERY_CARD, Opened, speak

TAGS = ("tagtitle", "tagartist", "tagcomment", "tagplace")
STAFF_FIELDS = ("accession", "asker", "birth", "file", "giver", "village")
SEALED = ("evidence", "understood", "contact")
KEYS = ("stays", "goes", "never")


def everything(key: str) -> list[str]:
    return [marker(key, part) for part in (*PARTS, *TAGS, *SEALED)]


def take_tagged(world: World, key: str, *, film: bool = False) -> Told:
    """As `take`, from a file whose own tags name things: title, artist, comment and a place on the map."""
    archive, anna = world.site.archive, world.site.anna
    made = archive.deposits.create(
        anna,
        NewTestimony(
            collection_id=collection_of(world),
            narrators=[NewPerson(name=marker(key, "birth"), publication=marker(key, "called"))],
            interviewers=[NewPerson(name=marker(key, "asker"))],
            titles={"en": marker(key, "title")},
            summaries={"en": marker(key, "summary")},
            date_said="in the year " + marker(key, "village"),
            place_said=marker(key, "village"),
            accession={"number": marker(key, "accession"), "received_from": marker(key, "giver")},
        ),
    )
    lines = lines_of(key)
    write_script(
        archive, *((start, end, text.format(name=marker(key, "name"))) for start, end, text in lines)
    )
    path = tagged_file(world.folder, key, film=film)
    original_id = archive.deposits.add_recording(
        anna, made.id, path, name=f"{marker(key, 'file')}{path.suffix}", language="en"
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


def tagged_file(folder: Path, key: str, *, film: bool) -> Path:
    """An MP3 with ID3 tags, or an MP4 whose atoms say where it was filmed."""
    sound = folder / f"{key}.wav"
    speak(sound, lines_of(key), speed=120 + 7 * KEYS.index(key))
    path = folder / f"{key}{'.mp4' if film else '.mp3'}"
    picture = ["-f", "lavfi", "-i", "testsrc=size=320x240:rate=10:duration=10"] if film else []
    tags = {
        "title": marker(key, "tagtitle"),
        "artist": marker(key, "tagartist"),
        "comment": marker(key, "tagcomment"),
        "location": f"+11.5564+104.9282/{marker(key, 'tagplace')}" if film else marker(key, "tagplace"),
    }
    named = [part for name, value in tags.items() for part in ("-metadata", f"{name}={value}")]
    extra = ["-movflags", "use_metadata_tags", "-pix_fmt", "yuv420p", "-shortest"] if film else []
    argv = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(sound), *picture, *named, *extra, "-y", str(path)]
    subprocess.run(argv, check=True)
    sound.unlink()
    assert not [tag for tag in TAGS[:3] if marker(key, tag).encode() not in path.read_bytes()]
    return path


def says_yes(world: World, told: Told, level: Level) -> None:
    """Consent with marked evidence, marked words of hers and a marked way to reach her."""
    site, evidence = world.site, world.folder / "evidence.wav"
    evidence.write_bytes(b"RIFF" + told.word("evidence").encode() * 20)
    new = NewConsent(
        testimony_id=told.id,
        person_id=told.narrators[0],
        level=level,
        cards=EVERY_CARD if level is Level.OPEN else (),
        method="audio",
        evidence=EvidenceFile(path=evidence, mime="audio/wav"),
        comprehension=f"She said {told.word('understood')}.",
        contact_rule=f"Call {told.word('contact')}.",
    )
    record = site.archive.consents.record(site.anna, new)
    site.archive.consents.confirm(site.boran, record.record_id)
    evidence.unlink()
