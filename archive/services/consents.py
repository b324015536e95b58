"""Consent: recorded with evidence, confirmed by a second person, opened after a waiting time; narrowed at once.

Records are only ever added (docs/consent.md, the record itself). Versions count per testimony, so that the key store
can refuse a database that is older than a narrowing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from archive.actors import Actor
from archive.db.models import ConsentConfirmation, ConsentRecord, Role, Testimony
from archive.db.uow import Database, UnitOfWork
from archive.errors import Conflict, FormInvalid, NotFound, OwnAct
from archive.gate.policies import Policies
from archive.gate.rules import counts_from
from archive.services import tasks
from archive.services.closing import close_testimony
from archive.services.consent_records import Decided, row_of
from archive.services.evidence import EvidenceFile, EvidenceRoom, belongs, need_consent_duty
from archive.services.limits import plan_masks
from archive.services.owners import Fields, testimony_key
from archive.steps import kinds, ledger
from archive.vault.keys import KeyStore
from consent.cases import THINKING, is_wider
from consent.days import day_of, end_of
from consent.levels import ChoiceIncomplete, doors_of, expand
from consent.rules import Grant
from consent.vocabulary import Action, Answer, Card, Door, Level, Status

CLASS_COPY_LASTS = timedelta(days=365)
METHODS = ("form_scan", "audio", "video", "thumbprint_and_witness", "in_person", "inherited")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsent:
    """What a narrator decided at the talk. Cards and doors that were not asked about are no.

    `talk` says how it was given: day, place, language, interpreter, witness, what the evidence is; all of it sealed.
    """

    testimony_id: str
    person_id: str
    level: Level
    doors: Collection[Door] = ()
    cards: Collection[Card] = ()
    family: Answer | None = None
    communities: Sequence[str] = ()
    method: str = "in_person"
    evidence: EvidenceFile | None = None
    evidence_id: str | None = None
    comprehension: str = ""
    talk: Mapping[str, str] = field(default_factory=dict)
    after_death: str = "stay"
    contact_rule: str = ""
    work_goes_on: bool = False
    tombstone_agreed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A record as written: its direction, its status and from when it counts."""

    record_id: str
    direction: str
    status: str
    effective_at: datetime


class Consents:
    """Records and confirms what narrators decide."""

    def __init__(self, database: Database, keys: KeyStore, evidence: EvidenceRoom, fields: Fields) -> None:
        self._database = database
        self._keys = keys
        self._evidence = evidence
        self._fields = fields

    def direction_of(self, new: NewConsent) -> tuple[str, datetime]:
        """What the change would do (first, narrower, wider) and from when, without writing anything.

        :raises FormInvalid: if a question is still open.
        """
        with self._database.snapshot() as look:
            now = self._database.clock.now()
            before = self._before(look, new, now)
            return _direction(before, self._expanded(new, before, now), now)

    def _before(self, session: Session, new: NewConsent, now: datetime) -> tuple[Grant, ...] | None:
        """What a change is compared with: her word that counts now, as the gate sees it; else the one that waits.

        A word that waits is no measure while another counts: an opening that is under way must not let a smaller
        opening pass for a narrowing.
        """
        policy = Policies(session, self._keys).testimony(new.testimony_id)
        counts = policy.record_of(new.person_id, now)
        if counts is not None:
            return counts.grants
        waiting = [
            r for r in policy.consents if r.narrator == new.person_id and r.status is not Status.REQUESTED
        ]
        return max(waiting, key=lambda record: record.version).grants if waiting else None

    def _expanded(
        self, new: NewConsent, before: tuple[Grant, ...] | None, now: datetime
    ) -> tuple[Grant, ...]:
        try:
            return expand(
                new.level,
                new.cards,
                doors=new.doors,
                narrator=new.person_id,
                community=new.communities,
                family=new.family,
                class_copy_until=_class_copy_until(before, now) if Card.CLASS_COPY in new.cards else None,
            )
        except ChoiceIncomplete as open_question:
            raise FormInvalid({open_question.question: open_question.message}) from None
        except ValueError as unknown:
            raise FormInvalid({"level": str(unknown)}) from None

    def record(self, actor: Actor, new: NewConsent) -> Recorded:
        """Write what she decided. Narrowing counts at once; opening and widening wait and need a second person.

        Without evidence or her own words on what she understood, a first opening or widening stays "requested".

        :raises FormInvalid, NotFound: nothing was changed.
        """
        if new.method not in METHODS:
            raise FormInvalid({"method": "Say how she gave her word."})
        with self._database.snapshot() as look:
            need_consent_duty(look.get(Testimony, new.testimony_id), actor)
            if look.scalar(select(Role.id).where(*_narrates(new))) is None:
                raise FormInvalid({"person": "This person is no narrator of this testimony."})
            if new.evidence_id is not None and not belongs(look, new.testimony_id, new.evidence_id):
                raise FormInvalid({"evidence": "This evidence is not here. Add it again."})
        self.direction_of(new)  # refuses what would go both ways before anything is kept
        evidence_id = new.evidence_id
        if new.evidence is not None:
            evidence_id = self._evidence.keep(actor, new.testimony_id, new.method, new.evidence)
        with self._database.uow() as tx:
            need_consent_duty(tx.session.get(Testimony, new.testimony_id), actor)
            before = self._before(tx.session, new, tx.now)
            grants = self._expanded(new, before, tx.now)
            direction, effective_at = _direction(before, grants, tx.now)
            complete = direction == "narrower" or (
                evidence_id is not None and bool(new.comprehension.strip())
            )
            decided = Decided(
                grants=grants,
                doors=_doors_said(new),
                direction=direction,
                effective_at=effective_at,
                evidence_id=evidence_id,
                status=Status.GIVEN if complete else Status.REQUESTED,
            )
            record = row_of(tx, self._fields, actor.id, new, decided)
            if direction == "narrower":  # the key store knows it before the database does, never after
                self._keys.require_consent_version(testimony_key(new.testimony_id), record.version)
            tx.session.add(record)
            tx.session.flush()  # what follows reads the records of this testimony
            self._after(tx, new, direction)
            tx.audit(
                actor.id,
                "consent_recorded",
                record.id,
                direction=direction,
                level=str(new.level),
                status=str(record.status),
            )
            return Recorded(
                record_id=record.id, direction=direction, status=record.status, effective_at=effective_at
            )

    def _after(self, tx: UnitOfWork, new: NewConsent, direction: str) -> None:
        testimony = tx.session.get_one(Testimony, new.testimony_id)
        if direction == "first" and testimony.state == "draft":
            testimony.state, testimony.state_since = "thinking", tx.now
        if not doors_of(new.level, new.doors) and not new.work_goes_on:
            _end_work(tx, new.testimony_id)
        plan_masks(tx, new.testimony_id, tx.shown_changed(new.testimony_id))

    def close_on_behalf(self, actor: Actor, testimony_id: str) -> None:
        """Close at once for a narrator who asked by telephone or in person; written down as such.

        :raises NotFound: absent, or without the duty consent; nothing was changed.
        """
        with self._database.snapshot() as look:
            testimony = look.get(Testimony, testimony_id)
            if testimony is None or not actor.has_duty("consent", testimony.collection_id):
                raise NotFound
        close_testimony(self._database, self._keys, testimony_id, by=actor.id, how="on_behalf_of")

    def confirm(self, actor: Actor, record_id: str) -> None:
        """The second person's yes. The door opens when the waiting time is over, not before.

        :raises OwnAct: if the actor recorded it. :raises Conflict: if there is nothing to confirm.
        """
        with self._database.uow() as tx:
            record = tx.session.get(ConsentRecord, record_id)
            if record is None:
                raise NotFound
            need_consent_duty(tx.session.get(Testimony, record.testimony_id), actor)
            if record.recorded_by == actor.id:
                raise OwnAct
            if record.status != Status.GIVEN or record.direction == "narrower":
                raise Conflict(
                    "Evidence or her own words are missing, or nothing needs a second person. Nothing was changed."
                )
            if tx.session.get(ConsentConfirmation, record_id) is not None:
                raise Conflict("This was confirmed already.")
            if _overtaken(tx, record):
                raise Conflict(
                    "She has said something else since. Confirm her latest word instead. Nothing was changed."
                )
            tx.session.add(
                ConsentConfirmation(record_id=record_id, confirmed_by=actor.id, confirmed_at=tx.now)
            )
            tx.step(
                kinds.OPENING,
                record_id,
                record.testimony_id,
                priority=kinds.PRIORITY[kinds.OPENING],
                not_before=counts_from(record.effective_at, tx.now),
            )
            plan_masks(tx, record.testimony_id, tx.shown_changed(record.testimony_id))
            tx.audit(actor.id, "consent_confirmed", record_id)


def _doors_said(new: NewConsent) -> set[str]:
    """The doors beside the level's own, her answer about her family among them: who confirms must see all of them."""
    family = {Door.FAMILY} if new.family is Answer.YES else set()
    return {str(door) for door in {*new.doors, *family}}


def _end_work(tx: UnitOfWork, testimony_id: str) -> None:
    """CLOSED was chosen: nobody goes on listening, and no machine either."""
    tasks.end_all(tx, testimony_id)
    ledger.end_open(tx, testimony_id, "CLOSED was chosen.", {kinds.TRANSCRIBE})


def _overtaken(tx: UnitOfWork, record: ConsentRecord) -> bool:
    later = select(ConsentRecord.id).where(
        ConsentRecord.testimony_id == record.testimony_id,
        ConsentRecord.person_id == record.person_id,
        ConsentRecord.version > record.version,
    )
    return tx.session.scalar(later.limit(1)) is not None


def _narrates(new: NewConsent) -> tuple[ColumnElement[bool], ...]:
    return (
        Role.testimony_id == new.testimony_id,
        Role.person_id == new.person_id,
        Role.role == "narrator",
        Role.unlinked_at.is_(None),
    )


def _class_copy_until(before: tuple[Grant, ...] | None, now: datetime) -> date:
    """The day she was told while that lies ahead, so that closing another door does not lengthen it; else a new one."""
    told = [
        grant.closes_on
        for grant in before or ()
        if grant.audience == Door.TEACHING
        and Action.DOWNLOAD in grant.actions
        and grant.closes_on is not None
    ]
    ahead = [day for day in told if day > day_of(now)]
    return max(ahead) if ahead else day_of(now + THINKING + CLASS_COPY_LASTS)


def _direction(
    before: tuple[Grant, ...] | None, grants: tuple[Grant, ...], now: datetime
) -> tuple[str, datetime]:
    opens_at = end_of(day_of(now) + THINKING)
    if before is None:
        return "first", opens_at
    if is_wider(before, grants):
        if is_wider(grants, before):
            raise FormInvalid(
                {
                    "level": "This would close some doors and open others. Record the closing first; it acts at once. "
                    "Then record the opening. Nothing was saved."
                }
            )
        return "wider", opens_at
    return "narrower", now
