"""Index points and content notes of an original, as one viewer may see them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from archive.db import models as m
from archive.gate import Looking
from archive.reading.catalogue import InLanguage
from archive.services.owners import Fields, testimony_key
from consent.vocabulary import Action, Medium


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One line of the contents list."""

    start_ms: int
    title: InLanguage
    synopsis: InLanguage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A plain fact about a stretch that may be hard to hear."""

    start_ms: int
    end_ms: int
    text: str


def points(looking: Looking, fields: Fields, original_id: str) -> tuple[Point, ...]:
    """The index points that may be read whole, in order of time."""
    original = looking.session.get_one(m.Original, original_id)
    owner = testimony_key(original.testimony_id)
    rows = looking.session.scalars(
        select(m.IndexPoint).where(m.IndexPoint.original_id == original_id).order_by(m.IndexPoint.start_ms)
    )
    found = []
    for row in rows:
        if looking.decide(Action.READ, looking.policies.point(original, row)).allowed:
            title = fields.open(owner, row.id, "title", row.title_sealed)
            synopsis = fields.open_or_empty(owner, row.id, "synopsis", row.synopsis_sealed)
            found.append(
                Point(
                    start_ms=row.start_ms,
                    title=InLanguage(text=title, language=row.language),
                    synopsis=InLanguage(text=synopsis, language=row.language) if synopsis else None,
                )
            )
    return tuple(found)


def text_of(fields: Fields, point: m.IndexPoint) -> str:
    """An index point as one text: title, synopsis, keywords; only for callers that hold a decision about it."""
    owner = testimony_key(point.testimony_id)
    parts = (
        ("title", point.title_sealed),
        ("synopsis", point.synopsis_sealed),
        ("keywords", point.keywords_sealed),
    )
    said = (fields.open_or_empty(owner, point.id, name, value).strip() for name, value in parts)
    return ". ".join(text.rstrip(".") for text in said if text)


def notes(looking: Looking, fields: Fields, original_id: str) -> tuple[Note, ...]:
    """Content notes, except one that touches a part this viewer may not have: it would name what is in it."""
    original = looking.session.get_one(m.Original, original_id)
    decision = looking.decide(Action.READ, looking.policies.media(original, Medium.TEXT, None))
    if decision.denied:
        return ()
    owner = testimony_key(original.testimony_id)
    rows = looking.session.scalars(
        select(m.ContentNote).where(m.ContentNote.original_id == original_id).order_by(m.ContentNote.start_ms)
    )
    return tuple(
        Note(
            start_ms=row.start_ms,
            end_ms=row.end_ms,
            text=fields.open(owner, row.id, "note", row.text_sealed),
        )
        for row in rows
        if not any(row.start_ms < span.end_ms and span.start_ms < row.end_ms for span in decision.spans)
    )
