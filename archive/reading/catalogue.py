"""The catalogue entry as one viewer may see it: label, title, facts; hidden fields are simply not there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from archive.db import models as m
from archive.errors import NotFound
from archive.gate import Looking
from archive.reading.provinces import place_is_public, spoken_in
from archive.services.owners import Fields, person_key, testimony_key
from consent.permit import Permit
from consent.vocabulary import Action

SOUND_KINDS = ("sound", "film")


@dataclass(frozen=True, slots=True, kw_only=True)
class InLanguage:
    """Words and the language they are in."""

    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalEntry:
    """One original of a testimony, as lists show it."""

    id: str
    ordinal: int
    kind: str
    length_ms: int | None
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """What may be said about a testimony. `name` is the one she chose for publication; None: "A narrator"."""

    id: str
    code: str
    name: InLanguage | None
    titles: tuple[InLanguage, ...]
    summaries: tuple[InLanguage, ...]
    context_notes: tuple[InLanguage, ...]
    languages: tuple[str, ...]
    date_edtf: str
    date_said: str
    place_id: str | None
    originals: tuple[OriginalEntry, ...]
    narrators: int
    invented: bool = False

    @property
    def length_ms(self) -> int:
        return sum(original.length_ms or 0 for original in self.originals)

    @property
    def has_film(self) -> bool:
        return any(original.kind == "film" for original in self.originals)


def entry(looking: Looking, fields: Fields, testimony_id: str) -> CatalogueEntry:
    """The entry of one testimony.

    :raises NotFound, NotOpen, Gone: see `Looking.permit`.
    """
    permit = looking.permit(Action.DESCRIBE, looking.policies.entry(testimony_id))
    return read_entry(looking, fields, permit)


def read_entry(looking: Looking, fields: Fields, permit: Permit) -> CatalogueEntry:
    """The entry that a permit covers, without the fields its decision hides.

    :raises NotFound: if the permit is for something else, or for another time.
    """
    testimony_id = permit.part.testimony.id
    if not permit.covers(testimony_id, Action.DESCRIBE, None, 0, 0, looking.now):
        raise NotFound
    row = looking.session.get_one(m.Testimony, testimony_id)
    hidden = permit.decision.fields
    texts = looking.session.scalars(
        select(m.TestimonyText)
        .where(m.TestimonyText.testimony_id == testimony_id)
        .order_by(m.TestimonyText.language)
    ).all()
    owner = testimony_key(testimony_id)

    def of(field: str) -> tuple[InLanguage, ...]:
        if field in hidden or (field == "context" and "summary" in hidden):
            return ()
        return tuple(
            InLanguage(text=fields.open(owner, t.id, field, t.text_sealed), language=t.language)
            for t in texts
            if t.field == field
        )

    meeting = looking.session.scalar(
        select(m.Session).where(m.Session.testimony_id == testimony_id).order_by(m.Session.ordinal).limit(1)
    )
    dated = meeting is not None and "date" not in hidden
    placed = (
        meeting is not None
        and "place" not in hidden
        and (place_is_public(looking.session, looking.policies, meeting, looking.now) or _cares(looking))
    )
    originals = tuple(_originals(looking, testimony_id))
    return CatalogueEntry(
        id=row.id,
        code=row.code,
        name=None if {"name", "names"} & hidden else _publication_name(looking, fields, permit),
        titles=of("title"),
        summaries=of("summary"),
        context_notes=of("context"),
        languages=spoken_in(looking.session, testimony_id),
        date_edtf=meeting.date_edtf if dated and meeting else "",
        date_said=fields.open_or_empty(owner, meeting.id, "date_said", meeting.date_said_sealed)
        if dated and meeting
        else "",
        place_id=meeting.place_id if placed and meeting else None,
        originals=originals,
        narrators=len(permit.part.testimony.narrators),
    )


def _cares(looking: Looking) -> bool:
    """Whether the viewer comes for care: staff of the collection or with a task, on this testimony's own pages."""
    return looking.assigned or any(fact.audience in {"arc", "cust"} for fact in looking.viewer.facts)


def _publication_name(looking: Looking, fields: Fields, permit: Permit) -> InLanguage | None:
    found = []
    for person_id in permit.part.testimony.narrators:
        name = looking.session.scalar(
            select(m.PersonName)
            .where(m.PersonName.person_id == person_id, m.PersonName.kind == "publication")
            .limit(1)
        )
        if name is None:
            return None
        found.append((fields.open(person_key(person_id), name.id, "name", name.name_sealed), name.script))
    if not found:
        return None
    return InLanguage(text=" · ".join(text for text, _ in found), language=found[0][1])


def _originals(looking: Looking, testimony_id: str) -> Iterator[OriginalEntry]:
    for row in looking.session.scalars(
        select(m.Original).where(m.Original.testimony_id == testimony_id).order_by(m.Original.ordinal)
    ):
        yield OriginalEntry(
            id=row.id,
            ordinal=row.ordinal,
            kind=row.kind,
            length_ms=row.length_ms or row.declared_ms,
            language=row.language,
        )


def listing(looking: Looking, fields: Fields) -> tuple[CatalogueEntry, ...]:
    """The testimonies that this visitor may see described, newest opening first."""
    rows = looking.session.scalars(
        select(m.Testimony.id)
        .where(m.Testimony.state == "active")
        .order_by(m.Testimony.state_since.desc(), m.Testimony.id)
    ).all()
    return tuple(
        entry(looking, fields, testimony_id)
        for testimony_id in rows
        if not looking.decide(Action.DESCRIBE, looking.policies.entry(testimony_id)).denied
    )
