"""Deposits: a testimony is created, and what was received is sealed, read back and only then written down.

The object is always written before the row (docs/architecture.md, write order): a crash in between leaves a sealed
object that nothing names, never a row that points at nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session as DbSession

from archive.actors import WORKER, Actor
from archive.db.models import (
    Collection,
    Original,
    Person,
    PersonName,
    Role,
    Session,
    Testimony,
    TestimonyText,
)
from archive.db.uow import Database, UnitOfWork
from archive.errors import Conflict, FormInvalid, NotFound, SaksiError
from archive.identifiers import new_code, new_id
from archive.services.owners import Fields, evidence_key, known_accession, person_key, testimony_key
from archive.services.tasks import WORKED_ON, assign, has_task
from archive.steps import kinds
from archive.vault.errors import StoreError
from archive.vault.keys import KeyStore
from archive.vault.vault import SealedObject, Vault
from ingest.intake import take_in
from ingest.values import Intake

TASKS_OF_UPLOADER = ("describe", "transcribe")


class DuplicateOriginal(Conflict):
    """The same file lies in the archive already; keeping both would let one narrator's no miss a copy.

    `code` says where, for someone with a task there; for everybody else it is empty, since it may be closed.
    """

    def __init__(self, code: str) -> None:
        super().__init__(
            f"This file is in the archive already{', in ' + code if code else ''}. Nothing was stored twice and "
            f"nothing was changed. {'Look there, or choose' if code else 'Choose'} another file."
        )
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Someone in a role, as named at the talk. `publication` is the name she chose for publication, if any."""

    name: str
    publication: str = ""
    script: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTestimony:
    """What is known when a testimony is created; everything but one narrator may come later."""

    collection_id: str
    narrators: Sequence[NewPerson]
    interviewers: Sequence[NewPerson] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    summaries: Mapping[str, str] = field(default_factory=dict)
    context_notes: Mapping[str, str] = field(default_factory=dict)
    date_edtf: str = ""
    date_said: str = ""
    place_said: str = ""
    place_id: str = ""
    place_allowed: bool = False
    accession: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestimonyMade:
    """The ids of a new testimony and its narrators, in the order given."""

    id: str
    code: str
    session_id: str
    narrator_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Received:
    """A recording in the vault that no row names yet."""

    id: str
    intake: Intake
    sealed: SealedObject
    name: str
    language: str


class Deposits:
    """Creates testimonies and takes recordings in."""

    def __init__(
        self, database: Database, keys: KeyStore, vault: Vault, fields: Fields, duplicates_key: bytes
    ) -> None:
        self._database = database
        self._keys = keys
        self._vault = vault
        self._fields = fields
        self._duplicates_key = duplicates_key

    def create_collection(
        self, actor_id: str, name: str, *, agreement: str = "", rights_holder: str = ""
    ) -> str:
        """A new collection; returns its id."""
        with self._database.uow() as tx:
            collection = Collection(
                id=new_id(), name=name, agreement=agreement, rights_holder=rights_holder, created_at=tx.now
            )
            tx.session.add(collection)
            tx.audit(actor_id, "collection_made", collection.id)
            return collection.id

    def create(self, actor: Actor, new: NewTestimony) -> TestimonyMade:
        """A new testimony in the state draft: no door is open.

        :raises FormInvalid: without a narrator or a known collection. :raises NotYourDuty: without the duty intake.
        """
        actor.need_duty("intake", new.collection_id)
        narrators = [person for person in new.narrators if person.name.strip()]
        if not narrators:
            raise FormInvalid({"narrators": "Say who speaks; any name will do, and it is sealed."})
        with self._database.snapshot() as look:  # before there are keys that nothing names
            if look.get(Collection, new.collection_id) is None:
                raise FormInvalid({"collection_id": "There is no such collection."})
        testimony_id, code = new_id(), new_code()
        owner = testimony_key(testimony_id)
        everyone = [("narrator", p) for p in narrators] + [
            ("interviewer", p) for p in new.interviewers if p.name.strip()
        ]
        people = [(new_id(), role, person) for role, person in everyone]
        for key in (
            owner,
            evidence_key(testimony_id),
            *(person_key(person_id) for person_id, _, _ in people),
        ):
            self._keys.create(key)
        with self._database.uow() as tx:
            testimony = Testimony(
                id=testimony_id,
                code=code,
                collection_id=new.collection_id,
                state="draft",
                state_since=tx.now,
                created_at=tx.now,
            )
            accession = known_accession(new.accession)
            if accession:
                testimony.accession_sealed = self._fields.seal_json(
                    owner, testimony_id, "accession", accession
                )
            tx.session.add(testimony)
            tx.session.flush()  # texts, roles and the session refer to the testimony
            self._add_texts(tx, testimony_id, new)
            self._add_people(tx, testimony_id, people)
            session_id = new_id()
            tx.session.add(
                Session(
                    id=session_id,
                    testimony_id=testimony_id,
                    date_edtf=new.date_edtf,
                    place_id=new.place_id or None,
                    place_allowed=new.place_allowed,
                    date_said_sealed=self._fields.seal_or_none(owner, session_id, "date_said", new.date_said),
                    place_said_sealed=self._fields.seal_or_none(
                        owner, session_id, "place_said", new.place_said
                    ),
                )
            )
            for task in TASKS_OF_UPLOADER:
                assign(tx, testimony_id, actor.id, task, given_by=actor.id)
            assign(tx, testimony_id, WORKER, "transcribe", given_by=actor.id)
            tx.audit(actor.id, "testimony_made", testimony_id, narrators=len(narrators))
        narrator_ids = tuple(person_id for person_id, role, _ in people if role == "narrator")
        return TestimonyMade(id=testimony_id, code=code, session_id=session_id, narrator_ids=narrator_ids)

    def _add_texts(self, tx: UnitOfWork, testimony_id: str, new: NewTestimony) -> None:
        for name, by_language in (
            ("title", new.titles),
            ("summary", new.summaries),
            ("context", new.context_notes),
        ):
            for language, text in by_language.items():
                if text.strip():
                    row_id = new_id()
                    sealed = self._fields.seal(testimony_key(testimony_id), row_id, name, text.strip())
                    tx.session.add(
                        TestimonyText(
                            id=row_id,
                            testimony_id=testimony_id,
                            field=name,
                            language=language,
                            text_sealed=sealed,
                        )
                    )

    def _add_people(
        self, tx: UnitOfWork, testimony_id: str, people: Sequence[tuple[str, str, NewPerson]]
    ) -> None:
        for ordinal, (person_id, role, person) in enumerate(people, start=1):
            tx.session.add(Person(id=person_id, created_at=tx.now))
            tx.session.flush()  # names and role refer to the person
            for kind, text in (("birth", person.name), ("publication", person.publication)):
                if text.strip():
                    name_id = new_id()
                    sealed = self._fields.seal(person_key(person_id), name_id, "name", text.strip())
                    tx.session.add(
                        PersonName(
                            id=name_id,
                            person_id=person_id,
                            kind=kind,
                            script=person.script,
                            source="deposit",
                            name_sealed=sealed,
                        )
                    )
            tx.session.add(
                Role(id=new_id(), testimony_id=testimony_id, person_id=person_id, role=role, ordinal=ordinal)
            )

    def refuse_early(
        self, actor: Actor, path: Path, *, on_bytes: Callable[[int], None] | None = None
    ) -> None:
        """Look at a file before a testimony is made for it, so that a refused file leaves no empty testimony.

        `on_bytes` gets the number of bytes read so far.

        :raises IngestError: if it is empty, no recording, or of a kind the archive does not take.
        :raises DuplicateOriginal: if the same bytes are here already.
        """
        intake = take_in(path, key=self._duplicates_key, on_bytes=on_bytes)
        with self._database.snapshot() as look:
            _refuse_duplicate(look, actor, intake.mac, self._database.clock.now())

    def add_recording(
        self, actor: Actor, testimony_id: str, path: Path, *, name: str, language: str = ""
    ) -> str:
        """Seal the recording at `path` (read only, never altered), read it back, then write it down; returns its id.

        :raises IngestError: if it is empty, no recording, or of a kind the archive does not take.
        :raises DuplicateOriginal: if the same bytes are here already.
        :raises StoreFull, VaultReadBackFailed: if it could not be stored safely.
        """
        with self._database.snapshot() as look:
            need_intake(look, actor, testimony_id)
        intake = take_in(path, key=self._duplicates_key)
        with self._database.snapshot() as look:
            _refuse_duplicate(look, actor, intake.mac, self._database.clock.now())
        original_id = new_id()
        with path.open("rb") as source:
            sealed = self._vault.put(
                testimony_key(testimony_id),
                object_id=original_id,
                version=1,
                purpose="original",
                source=source,
            )
        known = name.encode(errors="replace").decode()  # names on old discs are not always UTF-8
        received = _Received(id=original_id, intake=intake, sealed=sealed, name=known, language=language)
        try:
            self._write_down(actor, testimony_id, received)
        except SaksiError:
            # It was closed, or sent twice, meanwhile. Raised before the commit, so that no row names the object.
            with suppress(StoreError):
                self._vault.delete(original_id, 1, "original")
            raise
        return original_id

    def _write_down(self, actor: Actor, testimony_id: str, received: _Received) -> None:
        """The row of an original that lies in the vault, and the first of its steps; all is asked again, since sealing
        a long film takes minutes.
        """
        intake, sealed = received.intake, received.sealed
        with self._database.uow() as tx:
            need_intake(tx.session, actor, testimony_id)
            _refuse_duplicate(tx.session, actor, intake.mac, tx.now)
            tx.session.add(
                Original(
                    id=received.id,
                    testimony_id=testimony_id,
                    session_id=last_session(tx, testimony_id),
                    ordinal=next_ordinal(tx, testimony_id),
                    kind="film" if intake.mime.startswith("video/") else "sound",
                    container=intake.sniffed,
                    language=received.language,
                    object_key=sealed.key,
                    size_bytes=sealed.size_bytes,
                    duplicate_mark=intake.mac,
                    received_at=tx.now,
                    name_sealed=self._fields.seal(
                        testimony_key(testimony_id), received.id, "name", received.name
                    ),
                )
            )
            tx.session.flush()  # the step below names the original
            tx.step(kinds.PROBE, received.id, testimony_id, priority=kinds.PRIORITY[kinds.PROBE])
            tx.shown_changed(testimony_id)
            tx.audit(
                actor.id, "original_received", received.id, container=intake.sniffed, bytes=sealed.size_bytes
            )


def need_intake(look: DbSession, actor: Actor, testimony_id: str) -> None:
    """:raises NotFound, NotYourDuty, Conflict: unless the actor may add to this testimony now."""
    testimony = look.get(Testimony, testimony_id)
    if testimony is None or not actor.is_staff:
        raise NotFound
    actor.need_duty("intake", testimony.collection_id)
    if testimony.state not in WORKED_ON:
        raise Conflict("This testimony takes nothing in just now. Your file is untouched.")


def _refuse_duplicate(look: DbSession, actor: Actor, mark: str, at: datetime) -> None:
    kept = look.scalar(
        select(Testimony)
        .join(Original, Original.testimony_id == Testimony.id)
        .where(Original.duplicate_mark == mark)
        .limit(1)
    )
    if kept is not None:
        raise DuplicateOriginal(kept.code if has_task(look, actor, kept.id, at) else "")


def last_session(tx: UnitOfWork, testimony_id: str) -> str:
    """The id of the newest session, to which what is received belongs."""
    newest = select(Session.id).where(Session.testimony_id == testimony_id).order_by(Session.ordinal.desc())
    return tx.session.scalars(newest.limit(1)).one()


def next_ordinal(tx: UnitOfWork, testimony_id: str) -> int:
    """The next place in the order of originals."""
    return 1 + (
        tx.session.scalar(select(func.max(Original.ordinal)).where(Original.testimony_id == testimony_id))
        or 0
    )
