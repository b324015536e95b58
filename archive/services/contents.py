"""Contents of an original: index points (titled stretches, findable without words) and content notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from archive.actors import Actor
from archive.db.models import ContentNote, IndexPoint, Original, Tag
from archive.db.uow import Database, UnitOfWork
from archive.errors import FormInvalid, NotFound
from archive.identifiers import new_id
from archive.services.owners import Fields, testimony_key
from archive.services.tasks import need_task


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPoint:
    """A titled stretch of an original, in milliseconds; `concepts` are ids of the thesaurus, accepted as tags."""

    start_ms: int
    end_ms: int
    language: str
    title: str
    synopsis: str = ""
    keywords: Sequence[str] = ()
    concepts: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNote:
    """What a listener may wish to know before a stretch is heard."""

    start_ms: int
    end_ms: int
    language: str
    text: str


class Contents:
    """Writes index points and content notes; whoever has a task on the testimony may."""

    def __init__(self, database: Database, fields: Fields) -> None:
        self._database = database
        self._fields = fields

    def add_points(self, actor: Actor, original_id: str, points: Sequence[NewPoint]) -> tuple[str, ...]:
        """Add index points; returns their ids. They are shown to nobody who must not read names before they
        were checked (`check_names`).

        :raises NotFound: without an assignment. :raises FormInvalid: for an empty title or stretch.
        """
        with self._database.uow() as tx:
            original = self._original(tx, actor, original_id)
            ids = tuple(self._point(tx, actor, original, point) for point in points)
            tx.shown_changed(original.testimony_id)
            tx.audit(actor.id, "index_points_added", original_id, points=len(ids))
            return ids

    def add_notes(self, actor: Actor, original_id: str, notes: Sequence[NewNote]) -> None:
        """Add content notes. Raises as `add_points`."""
        with self._database.uow() as tx:
            original = self._original(tx, actor, original_id)
            for note in notes:
                _check_stretch(note.start_ms, note.end_ms, note.text)
                row_id = new_id()
                sealed = self._fields.seal(testimony_key(original.testimony_id), row_id, "note", note.text)
                tx.session.add(
                    ContentNote(
                        id=row_id, testimony_id=original.testimony_id, original_id=original_id, language=note.language,
                        start_ms=note.start_ms, end_ms=note.end_ms, text_sealed=sealed,
                    )
                )  # fmt: skip
            tx.shown_changed(original.testimony_id)
            tx.audit(actor.id, "content_notes_added", original_id, notes=len(notes))

    def check_names(self, actor: Actor, original_id: str) -> None:
        """Somebody read the index points of an original and found that they name nobody who must not be named.

        :raises NotFound: without an assignment.
        """
        with self._database.uow() as tx:
            original = self._original(tx, actor, original_id)
            for point in tx.session.scalars(select(IndexPoint).where(IndexPoint.original_id == original_id)):
                point.names_checked_at, point.names_checked_by = tx.now, actor.id
            tx.shown_changed(original.testimony_id)
            tx.audit(actor.id, "index_points_checked", original_id)

    def _original(self, tx: UnitOfWork, actor: Actor, original_id: str) -> Original:
        original = tx.session.get(Original, original_id)
        if original is None:
            raise NotFound
        need_task(tx, actor, original.testimony_id)
        return original

    def _point(self, tx: UnitOfWork, actor: Actor, original: Original, new: NewPoint) -> str:
        _check_stretch(new.start_ms, new.end_ms, new.title)
        point_id, owner = new_id(), testimony_key(original.testimony_id)
        tx.session.add(
            IndexPoint(
                id=point_id, testimony_id=original.testimony_id, original_id=original.id, start_ms=new.start_ms,
                end_ms=new.end_ms, language=new.language, made_by=actor.id, concepts=" ".join(new.concepts),
                title_sealed=self._fields.seal(owner, point_id, "title", new.title.strip()),
                synopsis_sealed=self._fields.seal_or_none(owner, point_id, "synopsis", new.synopsis.strip()),
                keywords_sealed=self._fields.seal_or_none(owner, point_id, "keywords", ", ".join(new.keywords)),
            )
        )  # fmt: skip
        tx.session.flush()  # tags refer to the point
        for concept in new.concepts:
            tx.session.add(
                Tag(
                    id=new_id(), testimony_id=original.testimony_id, index_point_id=point_id, concept=concept,
                    status="accepted", suggested_by=actor.id, decided_by=actor.id, decided_at=tx.now,
                )
            )  # fmt: skip
        return point_id


def _check_stretch(start_ms: int, end_ms: int, text: str) -> None:
    if not 0 <= start_ms < end_ms:
        raise FormInvalid({"start_ms": "The stretch ends before it begins. Nothing was saved."})
    if not text.strip():
        raise FormInvalid({"text": "Some words are needed. Nothing was saved."})
