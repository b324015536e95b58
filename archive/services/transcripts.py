"""Transcripts: machine drafts are written chunk by chunk, names are marked and checked, one revision is published."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from archive.actors import Actor
from archive.db.models import NameMark, Original, Revision, Role, Segment, Transcript
from archive.db.uow import Database, UnitOfWork
from archive.errors import Conflict, FormInvalid, NotFound
from archive.identifiers import new_id
from archive.services.deposit import last_session, need_intake, next_ordinal
from archive.services.late_names import hide_in_other_tracks, newly_marked
from archive.services.limits import plan_masks
from archive.services.owners import Fields, testimony_key
from archive.services.tasks import need_task
from consent.vocabulary import PersonClass
from search.analysis import analyse, pack_tokens

PERSON_CLASSES = frozenset(PersonClass)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedWord:
    """One word with its times in the original, in milliseconds; `start_char` counts in the segment's text."""

    start_ms: int
    end_ms: int
    start_char: int
    end_char: int
    probability: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSegment:
    """What one speaker said between pauses, or one paragraph of a text without times."""

    text: str
    language: str
    start_ms: int | None = None
    end_ms: int | None = None
    words: Sequence[TimedWord] = ()
    speaker: str = ""
    speaker_id: str | None = None
    confidence: float | None = None
    flags: Sequence[str] = ()
    renders_ordinal: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedName:
    """A name that is said: characters `start_char` to `end_char` of a segment, and whose it is, as far as known."""

    segment_id: str
    start_char: int
    end_char: int
    person_id: str | None = None
    person_class: str = "unknown"


def place_words(text: str, spoken: Sequence[tuple[int, int, str, float]]) -> tuple[TimedWord, ...]:
    """Find each spoken word in `text`, in order; a word that is not there is left out."""
    placed, cursor = [], 0
    for start_ms, end_ms, word, probability in spoken:
        bare = word.strip()
        at = text.find(bare, cursor) if bare else -1
        if at >= 0:
            cursor = at + len(bare)
            placed.append(
                TimedWord(
                    start_ms=start_ms, end_ms=end_ms, start_char=at, end_char=cursor, probability=probability
                )
            )
    return tuple(placed)


def words_as_json(words: Sequence[TimedWord]) -> list[list[float]]:
    return [[w.start_ms, w.end_ms, w.start_char, w.end_char, round(w.probability, 3)] for w in words]


def words_from_json(rows: Sequence[Sequence[float]] | None) -> tuple[TimedWord, ...]:
    return tuple(
        TimedWord(
            start_ms=int(r[0]), end_ms=int(r[1]), start_char=int(r[2]), end_char=int(r[3]), probability=r[4]
        )
        for r in rows or ()
    )


class Transcripts:
    """Writes transcripts, their revisions and segments."""

    def __init__(self, database: Database, fields: Fields) -> None:
        self._database = database
        self._fields = fields

    def begin(
        self,
        tx: UnitOfWork,
        original: Original,
        *,
        language: str,
        kind: str,
        made_by: str,
        provenance: Mapping[str, object] | None = None,
        aligned: bool = False,
        renders_id: str | None = None,
    ) -> str:
        """A new, empty revision of that transcript of the original; returns the revision's id."""
        transcript = tx.session.scalar(
            select(Transcript).where(
                Transcript.original_id == original.id,
                Transcript.kind == kind,
                Transcript.language == language,
            )
        )
        if transcript is None:
            transcript = Transcript(
                id=new_id(),
                testimony_id=original.testimony_id,
                original_id=original.id,
                language=language,
                kind=kind,
                created_at=tx.now,
            )
            tx.session.add(transcript)
            tx.session.flush()  # the revision refers to the transcript
        number = 1 + (
            tx.session.scalar(
                select(func.max(Revision.number)).where(Revision.transcript_id == transcript.id)
            )
            or 0
        )
        revision = Revision(
            id=new_id(),
            transcript_id=transcript.id,
            number=number,
            made_by=made_by,
            made_at=tx.now,
            aligned=aligned,
            provenance=json.dumps(provenance or {}, sort_keys=True),
            renders_id=renders_id,
        )
        tx.session.add(revision)
        tx.session.flush()  # segments refer to the revision
        return revision.id

    def add_segments(
        self,
        tx: UnitOfWork,
        testimony_id: str,
        revision_id: str,
        segments: Sequence[NewSegment],
        *,
        origin: str,
    ) -> None:
        """Append segments, each sealed by itself together with its words and search tokens."""
        owner = testimony_key(testimony_id)
        last = (
            tx.session.scalar(select(func.max(Segment.ordinal)).where(Segment.revision_id == revision_id))
            or 0
        )
        for ordinal, new in enumerate(segments, start=last + 1):
            segment_id = new_id()
            words = words_as_json(new.words)
            tx.session.add(
                Segment(
                    id=segment_id,
                    revision_id=revision_id,
                    testimony_id=testimony_id,
                    ordinal=ordinal,
                    start_ms=new.start_ms,
                    end_ms=new.end_ms,
                    speaker=new.speaker,
                    speaker_id=new.speaker_id,
                    language=new.language,
                    origin=origin,
                    flags=" ".join(new.flags),
                    confidence=new.confidence,
                    renders_ordinal=new.renders_ordinal,
                    text_sealed=self._fields.seal(owner, segment_id, "text", new.text),
                    words_sealed=self._fields.seal_json(owner, segment_id, "words", words) if words else None,
                    tokens_sealed=self._fields.seal(
                        owner, segment_id, "tokens", pack_tokens(analyse(new.text, new.language)).hex()
                    ),
                )
            )

    def complete(
        self, tx: UnitOfWork, revision_id: str, *, language: str, findings: Sequence[str] = ()
    ) -> None:
        """All segments are there: the draft may be read by those assigned."""
        revision = tx.session.get_one(Revision, revision_id)
        revision.complete_at = tx.now
        revision.findings = " ".join(findings)
        transcript = tx.session.get_one(Transcript, revision.transcript_id)
        transcript.language = language

    def add_text_original(
        self, actor: Actor, testimony_id: str, *, language: str, segments: Sequence[NewSegment]
    ) -> tuple[str, str]:
        """A testimony without a recording, in the narrator's own words; returns the ids of original and revision.

        :raises NotFound, NotYourDuty, Conflict: as for a recording; nothing was changed.
        """
        with self._database.uow() as tx:
            need_intake(tx.session, actor, testimony_id)
            original = Original(
                id=new_id(),
                testimony_id=testimony_id,
                session_id=last_session(tx, testimony_id),
                ordinal=next_ordinal(tx, testimony_id),
                kind="text",
                container="text",
                language=language,
                received_at=tx.now,
                length_ms=0,
            )
            tx.session.add(original)
            tx.session.flush()  # the transcript refers to the original
            revision_id = self.begin(tx, original, language=language, kind="own_text", made_by=actor.id)
            self.add_segments(tx, testimony_id, revision_id, segments, origin="person")
            self.complete(tx, revision_id, language=language)
            tx.audit(actor.id, "text_received", original.id, segments=len(segments))
            return original.id, revision_id

    def add_translation(
        self, actor: Actor, revision_id: str, *, language: str, segments: Sequence[NewSegment], aligned: bool
    ) -> str:
        """A translation in step with one revision; returns the id of its own revision."""
        with self._database.uow() as tx:
            rendered = tx.session.get_one(Revision, revision_id)
            original = tx.session.get_one(
                Original, tx.session.get_one(Transcript, rendered.transcript_id).original_id
            )
            need_task(tx, actor, original.testimony_id)
            translation_id = self.begin(
                tx,
                original,
                language=language,
                kind="translation",
                made_by=actor.id,
                aligned=aligned,
                renders_id=revision_id,
            )
            self.add_segments(tx, original.testimony_id, translation_id, segments, origin="person")
            self.complete(tx, translation_id, language=language)
            tx.audit(actor.id, "translation_made", translation_id, segments=len(segments))
            return translation_id

    def mark_names(
        self, actor: Actor, revision_id: str, marks: Sequence[MarkedName], *, unmark: Sequence[str] = ()
    ) -> None:
        """Keep marks of names without publishing. On a published revision a mark can be added, not taken away.

        :raises NotFound: without an assignment. :raises FormInvalid: if a mark lies outside its segment.
        """
        with self._database.uow() as tx:
            revision = tx.session.get(Revision, revision_id)
            if revision is None:
                raise NotFound
            transcript = tx.session.get_one(Transcript, revision.transcript_id)
            need_task(tx, actor, transcript.testimony_id)
            if revision.published_at is None:
                tx.session.execute(
                    delete(NameMark).where(NameMark.revision_id == revision_id, NameMark.id.in_(list(unmark)))
                )
            segments = {
                s.id: s for s in tx.session.scalars(select(Segment).where(Segment.revision_id == revision_id))
            }
            rows = [self._mark(actor, transcript.testimony_id, segments, mark) for mark in marks]
            tx.session.add_all(rows)
            if rows and revision.published_at is not None:
                hide_in_other_tracks(tx, transcript, rows)
                tx.session.flush()  # the masks are worked out from the marks
                plan_masks(tx, transcript.testimony_id, tx.shown_changed(transcript.testimony_id))
            tx.audit(actor.id, "names_marked", revision_id, names=len(marks))

    def publish(
        self, actor: Actor, revision_id: str, marks: Sequence[MarkedName], *, speakers: Mapping[str, str]
    ) -> None:
        """Publish a revision whose names were all marked by someone who read it whole.

        `speakers` maps segment ids to the person who speaks there. An earlier published revision of the same
        transcript is withdrawn; both stay.

        :raises NotFound: without an assignment. :raises Conflict: if it is not complete, or published already.
        :raises FormInvalid: if a mark lies outside its segment.
        """
        with self._database.uow() as tx:
            revision = tx.session.get(Revision, revision_id)
            if revision is None:
                raise NotFound
            transcript = tx.session.get_one(Transcript, revision.transcript_id)
            need_task(tx, actor, transcript.testimony_id)
            if revision.complete_at is None or revision.published_at is not None:
                raise Conflict("This revision is not complete, or is published already. Nothing was changed.")
            segments = {
                s.id: s for s in tx.session.scalars(select(Segment).where(Segment.revision_id == revision_id))
            }
            roles = {
                role.person_id: role.role
                for role in tx.session.scalars(
                    select(Role).where(Role.testimony_id == transcript.testimony_id)
                )
            }
            for segment_id, person_id in speakers.items():
                if segment_id in segments and person_id in roles:
                    segments[segment_id].speaker_id, segments[segment_id].speaker = (
                        person_id,
                        roles[person_id],
                    )
            for mark in marks:
                tx.session.add(self._mark(actor, transcript.testimony_id, segments, mark))
            replaced = tx.session.scalars(
                select(Revision).where(
                    Revision.transcript_id == transcript.id,
                    Revision.published_at.is_not(None),
                    Revision.withdrawn_at.is_(None),
                )
            ).all()
            for older in replaced:
                older.withdrawn_at = tx.now
            tx.session.flush()  # what follows reads the marks
            hide_in_other_tracks(tx, transcript, newly_marked(tx, revision_id, [r.id for r in replaced]))
            revision.names_checked_at, revision.names_checked_by = tx.now, actor.id
            revision.published_at, revision.published_by = tx.now, actor.id
            plan_masks(tx, transcript.testimony_id, tx.shown_changed(transcript.testimony_id))
            tx.audit(actor.id, "revision_published", revision_id, names=len(marks))

    def _mark(
        self, actor: Actor, testimony_id: str, segments: Mapping[str, Segment], mark: MarkedName
    ) -> NameMark:
        segment = segments.get(mark.segment_id)
        if segment is None or mark.person_class not in PERSON_CLASSES:
            raise FormInvalid({"marks": "A name was marked in a segment that is not part of this revision."})
        owner = testimony_key(testimony_id)
        text = self._fields.open(owner, segment.id, "text", segment.text_sealed)
        if not 0 <= mark.start_char < mark.end_char <= len(text):
            raise FormInvalid({"marks": "A name was marked outside the words of its segment."})
        words = words_from_json(self._fields.open_json(owner, segment.id, "words", segment.words_sealed))
        touched = [w for w in words if w.start_char < mark.end_char and w.end_char > mark.start_char]
        return NameMark(
            id=new_id(),
            revision_id=segment.revision_id,
            segment_id=segment.id,
            person_id=mark.person_id,
            person_class=mark.person_class,
            start_char=mark.start_char,
            end_char=mark.end_char,
            marked_by=actor.id,
            start_ms=min((w.start_ms for w in touched), default=segment.start_ms),
            end_ms=max((w.end_ms for w in touched), default=segment.end_ms),
        )
