"""Reads rows and turns them into the values that `consent.decide()` is asked about. Nothing here holds content."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.db import models as m
from archive.db.masks import mask_of
from archive.gate.rules import counts_from, grants_of, limit_of
from archive.vault.errors import KeyMissing
from archive.vault.keys import KeyOwner, KeyStore
from consent.part import NameSpan
from consent.rules import ConsentRecord, Limit, Original, Part, Span, Testimony
from consent.vocabulary import Feature, Medium, PersonClass, State, Status

log = logging.getLogger("saksi.gate")

STRANGER = "0" * 26 + "0"
"""The id of a testimony that never exists: absent ids are decided on it, so that they cost and say the same."""


class Policies:
    """Policy values of one snapshot; each testimony is read once.

    The key store has the last word: a testimony that it holds frozen, or whose consents here are older than the ones it
    remembers (an old copy of the database was restored), counts as sealed.
    """

    def __init__(self, session: Session, keys: KeyStore) -> None:
        self._session = session
        self._keys = keys
        self._testimonies: dict[str, Testimony] = {}
        self._names: dict[str, tuple[bool, tuple[NameSpan, ...]]] = {}
        # What readings worked out from many testimonies of this snapshot.
        self.kept: dict[tuple[str, ...], bool] = {}

    def testimony(self, testimony_id: str) -> Testimony:
        """The testimony as policy sees it; an absent one is a closed one that nobody may know of."""
        if testimony_id not in self._testimonies:
            row = self._session.get(m.Testimony, testimony_id)
            self._testimonies[testimony_id] = (
                Testimony(id=STRANGER, state=State.SEALED) if row is None else self._read_or_sealed(row)
            )
        return self._testimonies[testimony_id]

    def _read_or_sealed(self, row: m.Testimony) -> Testimony:
        """A row with a word that nobody knows (written by a later version, or damaged) closes its own testimony, and
        takes no page down that shows others.
        """
        try:
            return self._read(row)
        except (ValueError, LookupError, TypeError, AttributeError) as unknown:
            log.error("what is kept on %s cannot be read (%s); it is closed", row.id, type(unknown).__name__)  # noqa: TRY400  # a traceback would show the rule
            return Testimony(id=row.id, state=State.SEALED)

    def _read(self, row: m.Testimony) -> Testimony:
        roles = self._session.scalars(
            select(m.Role)
            .where(m.Role.testimony_id == row.id, m.Role.role == "narrator")
            .order_by(m.Role.ordinal)
        ).all()
        originals = self._session.scalars(select(m.Original).where(m.Original.testimony_id == row.id)).all()
        speakers = self._session.scalars(
            select(m.Segment.speaker_id)
            .join(m.Revision, m.Revision.id == m.Segment.revision_id)
            .where(
                m.Segment.testimony_id == row.id,
                m.Segment.speaker == "narrator",
                m.Segment.speaker_id.is_not(None),
                m.Revision.published_at.is_not(None),
            )
            .distinct()
        ).all()
        records, tombstone = self._consents(row.id)
        narrators = tuple(role.person_id for role in roles if role.unlinked_at is None)
        return Testimony(
            id=row.id,
            state=State(row.state) if self._keys_agree(row.id, records) else State.SEALED,
            narrators=narrators,
            voices=tuple(dict.fromkeys([*(role.person_id for role in roles), *speakers])),
            consents=records,
            limits=self._limits(row.id),
            originals=tuple(Original(id=o.id, length_ms=o.length_ms or None) for o in originals),
            index_version=row.index_version,
            tombstone_agreed=bool(narrators) and all(tombstone.get(person) for person in narrators),
        )

    def _keys_agree(self, testimony_id: str, records: tuple[ConsentRecord, ...]) -> bool:
        owner = KeyOwner(kind="testimony", id=testimony_id)
        newest = max((record.version for record in records), default=0)
        try:
            return not self._keys.is_frozen(owner) and self._keys.min_consent_version(owner) <= newest
        except KeyMissing:
            return False

    def _consents(self, testimony_id: str) -> tuple[tuple[ConsentRecord, ...], dict[str, bool]]:
        """The records with the second person's word. One that she overtook with a later word before it took effect
        never counts: a pending opening must not outlive a change of mind.
        """
        rows = self._session.execute(
            select(m.ConsentRecord, m.ConsentConfirmation)
            .outerjoin(m.ConsentConfirmation, m.ConsentConfirmation.record_id == m.ConsentRecord.id)
            .where(m.ConsentRecord.testimony_id == testimony_id)
            .order_by(m.ConsentRecord.version)
        ).all()
        tombstone = {record.person_id: record.tombstone_agreed for record, _ in rows}
        captured = defaultdict(list)
        for record, _ in rows:
            captured[record.person_id].append((record.version, record.captured_at))
        records = []
        for record, confirmation in rows:
            effective = (
                record.effective_at
                if confirmation is None
                else counts_from(record.effective_at, confirmation.confirmed_at)
            )
            answered = record.direction == "narrower" or confirmation is not None
            overtaken = any(v > record.version and at < effective for v, at in captured[record.person_id])
            records.append(
                ConsentRecord(
                    narrator=record.person_id,
                    version=record.version,
                    status=Status(record.status) if answered and not overtaken else Status.REQUESTED,
                    effective=effective,
                    grants=grants_of(record.grants),
                )
            )
        return tuple(records), tombstone

    def _limits(self, testimony_id: str) -> tuple[Limit, ...]:
        free: defaultdict[str, set[str]] = defaultdict(set)
        for found in self._session.scalars(
            select(m.FoundFree).where(
                m.FoundFree.testimony_id == testimony_id, m.FoundFree.limit_id.is_not(None)
            )
        ):
            free[str(found.limit_id)].add(found.field)
        return tuple(
            limit_of(row.rule, by=row.party, reason=row.reason, free_of=frozenset(free[row.id]))
            for row in self._session.scalars(
                select(m.Limit).where(m.Limit.testimony_id == testimony_id, m.Limit.lifted_at.is_(None))
            )
        )

    def entry(self, testimony_id: str) -> Part:
        """The catalogue entry."""
        checked = self._session.scalar(
            select(m.FoundFree.id)
            .where(
                m.FoundFree.testimony_id == testimony_id,
                m.FoundFree.limit_id.is_(None),
                m.FoundFree.field == "entry",
            )
            .limit(1)
        )
        return Part(
            testimony=self.testimony(testimony_id), medium=Medium.ENTRY, names_checked=checked is not None
        )

    def names_in(self, original_id: str, revision_ids: Iterable[str]) -> tuple[NameSpan, ...]:
        """Where names are said in these revisions, on the original's time line; untimed marks reach over all of it."""
        marks = self._session.scalars(
            select(m.NameMark).where(m.NameMark.revision_id.in_(list(revision_ids)))
        ).all()
        spans: defaultdict[tuple[str, str], list[Span]] = defaultdict(list)
        for mark in marks:
            start, end = (
                (0, 1) if mark.start_ms is None or mark.end_ms is None else (mark.start_ms, mark.end_ms)
            )
            spans[mark.person_id or f"someone:{mark.id}", mark.person_class].append(
                Span(original=original_id, start_ms=start, end_ms=max(end, start + 1))
            )
        return tuple(
            NameSpan(person=person, kind=PersonClass(kind), spans=tuple(where))
            for (person, kind), where in spans.items()
        )

    def _published_names(self, original: m.Original) -> tuple[bool, tuple[NameSpan, ...]]:
        """Whether the names of an original were checked in every published track, and where they are said."""
        if original.id not in self._names:
            revisions = self._session.scalars(
                select(m.Revision)
                .join(m.Transcript, m.Transcript.id == m.Revision.transcript_id)
                .where(
                    m.Transcript.original_id == original.id,
                    m.Revision.published_at.is_not(None),
                    m.Revision.withdrawn_at.is_(None),
                )
            ).all()
            checked = bool(revisions) and all(r.names_checked_at is not None for r in revisions)
            self._names[original.id] = (checked, self.names_in(original.id, [r.id for r in revisions]))
        return self._names[original.id]

    def words(
        self, original: m.Original, revision: m.Revision, start_ms: int | None, end_ms: int | None
    ) -> Part:
        """A segment of one revision, or with no times the whole text."""
        timed = start_ms is not None and end_ms is not None and end_ms > start_ms
        return Part(
            testimony=self.testimony(original.testimony_id),
            medium=Medium.TEXT,
            original=original.id,
            span=Span(original=original.id, start_ms=start_ms, end_ms=end_ms)
            if timed and start_ms is not None and end_ms is not None
            else None,
            aligned=revision.aligned and timed,
            names_checked=revision.names_checked_at is not None,
            name_spans=self._names_of(original, revision),
        )

    def point(self, original: m.Original, point: m.IndexPoint) -> Part:
        """An index point: it is text about a stretch of the original."""
        return Part(
            testimony=self.testimony(original.testimony_id),
            medium=Medium.TEXT,
            original=original.id,
            span=Span(original=original.id, start_ms=point.start_ms, end_ms=point.end_ms),
            names_checked=point.names_checked_at is not None,
        )

    def _names_of(self, original: m.Original, revision: m.Revision) -> tuple[NameSpan, ...]:
        if revision.id not in self._names:
            self._names[revision.id] = (True, self.names_in(original.id, [revision.id]))
        return self._names[revision.id][1]

    def media(self, original: m.Original, medium: Medium, rendition: m.Rendition | None) -> Part:
        """Sound, picture or both of an original, as one rendition shows them (None: nothing left out)."""
        checked, names = self._published_names(original)
        left_out = (
            mask_of(rendition.mask) if rendition is not None and rendition.checked_at is not None else ()
        )
        return Part(
            testimony=self.testimony(original.testimony_id),
            medium=medium,
            original=original.id,
            names_checked=checked,
            name_spans=names,
            checked_redactions=tuple(
                Span(original=original.id, start_ms=start, end_ms=end) for start, end in left_out
            ),
            masks=frozenset[tuple[str, Feature]](),
        )
