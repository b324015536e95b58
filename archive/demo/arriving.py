"""Examples arrive as real testimonies would: created, taken in, consent recorded with evidence and confirmed.

All of it happens by a clock that stands thirty days back, so that the time to think is over when the site opens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from archive.actors import Actor
from archive.db.models import Role
from archive.demo.paper import consent_form
from archive.services.consents import NewConsent
from archive.services.deposit import NewPerson, NewTestimony
from archive.services.evidence import EvidenceFile
from archive.services.transcripts import NewSegment
from archive.wiring import Archive
from consent.vocabulary import Answer, Card, Door, Level

if TYPE_CHECKING:
    from examples.catalogue import ExampleTestimony, Place

COLLECTION = "Invented examples"
AGREEMENT = "All of these testimonies are invented, and the voices are machines."
UNDERSTOOD = "Invented: she said in her own words who may hear it, and that she can close it with her card."


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """An example in the archive: ids of the testimony, of its one original and of its people by name.

    `revisions` are ids of revisions that are complete already (a text without a recording), by language.
    """

    example: ExampleTestimony
    id: str
    code: str
    original_id: str
    people: Mapping[str, str]
    narrator_ids: tuple[str, ...]
    revisions: Mapping[str, str]


def arrive(archive: Archive, archivist: Actor, collection_id: str, example: ExampleTestimony) -> Arrived:
    """Create the testimony and take in its recording, or its text in all its languages."""
    narrators = [s.name for s in example.speakers if s.role == "narrator"]
    interviewers = [s.name for s in example.speakers if s.role == "interviewer"]
    named = Card.NAME in example.cards
    made = archive.deposits.create(
        archivist,
        NewTestimony(
            collection_id=collection_id,
            narrators=[NewPerson(name=name, publication=name if named else "") for name in narrators],
            interviewers=[NewPerson(name=name) for name in interviewers],
            titles=example.title, summaries=example.summary,
            context_notes={"en": example.remark} if example.remark else {},
            date_edtf=example.session_date, date_said=example.session_date_words,
            place_said=example.session_place.name, place_id=province_id(example.session_place),
            place_allowed=str(example.level) == str(Level.OPEN),
        ),
    )  # fmt: skip
    revisions: dict[str, str] = {}
    if example.recording is not None:
        original_id = archive.deposits.add_recording(
            archivist, made.id, example.recording, name=example.recording.name, language=example.languages[0]
        )
    else:
        original_id, revisions = _take_text(archive, archivist, made.id, example)
    return Arrived(
        example=example, id=made.id, code=made.code, original_id=original_id, narrator_ids=made.narrator_ids,
        people=dict(zip([*narrators, *interviewers], _people(archive, made.id), strict=True)), revisions=revisions,
    )  # fmt: skip


def province_id(place: Place) -> str:
    """The gazetteer's id of a province from its ISO 3166-2 code: KH-3 is kh:03."""
    return f"kh:{int(place.code.removeprefix('KH-')):02d}"


def _people(archive: Archive, testimony_id: str) -> list[str]:
    with archive.database.snapshot() as look:
        return list(
            look.scalars(
                select(Role.person_id).where(Role.testimony_id == testimony_id).order_by(Role.ordinal)
            )
        )


def _take_text(
    archive: Archive, archivist: Actor, testimony_id: str, example: ExampleTestimony
) -> tuple[str, dict[str, str]]:
    """The narrator's own text, and translations in step with it, line by line."""
    own, *others = example.languages
    lines = [NewSegment(text=line[own], language=own) for line in example.lines]
    original_id, revision_id = archive.transcripts.add_text_original(
        archivist, testimony_id, language=own, segments=lines
    )
    revisions = {own: revision_id}
    for language in others:
        lines = [
            NewSegment(text=line[language], language=language, renders_ordinal=number)
            for number, line in enumerate(example.lines, start=1)
        ]
        revisions[language] = archive.transcripts.add_translation(
            archivist, revision_id, language=language, segments=lines, aligned=True
        )
    return original_id, revisions


def agree(archive: Archive, first: Actor, second: Actor, arrived: Arrived, scratch: Path) -> None:
    """What each narrator decided, recorded with evidence by one archivist and confirmed by the other."""
    example = arrived.example
    for name in example.narrators:
        form = consent_form(scratch / "form.png", name, example.level)
        recorded = archive.consents.record(
            first,
            NewConsent(
                testimony_id=arrived.id, person_id=arrived.people[name], level=Level(example.level),
                doors=[Door(door) for door in example.doors], cards=[Card(card) for card in example.cards],
                family=Answer(example.family) if example.family else None,
                communities=[example.community] if example.community else [], method="form_scan",
                evidence=EvidenceFile(path=form, mime="image/png"), comprehension=UNDERSTOOD, work_goes_on=True,
            ),
        )  # fmt: skip
        archive.consents.confirm(second, recorded.record_id)
        form.unlink()
