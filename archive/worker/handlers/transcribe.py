"""A machine writes down what is said: chunk by chunk, each stored with the place to go on from, in one transaction.

A killed worker loses one chunk; the next one throws the sound before it away and hears the rest. Nothing is published:
the draft is read by those assigned, until a person has read it and marked its names (docs/speech.md).
"""

from __future__ import annotations

import json
import math
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace

from sqlalchemy import delete, select

from archive.actors import WORKER
from archive.db.models import Assignment, Original, Revision, Segment
from archive.db.uow import UnitOfWork
from archive.services.transcripts import NewSegment, place_words
from archive.steps import ledger
from archive.steps.ledger import Claimed
from archive.worker.tools import Tools
from ingest.errors import IngestError, ProgramFailed
from ingest.gates import Flag
from ingest.levels import EVEN
from ingest.pipeline import INCOMPLETE, transcribe_recording
from ingest.probe import probe
from ingest.provenance import Provenance, provenance
from ingest.transcribe import SAMPLE_RATE, Options
from ingest.values import ChunkResult, SegmentDraft

BROKEN_END = "broken_end"
INCOMPLETE_WORDS = "incomplete_words"
NO_SPEECH = "no_speech"
FINDINGS_OF_FLAGS = {Flag.REJECTED_SCRIPT: "rejected_script", Flag.FAILED: "failed_part"}


class NotToBeHeard(IngestError):
    """The narrator chose CLOSED while her recording waited to be written down."""

    def __init__(self) -> None:
        super().__init__("Nobody may listen to this testimony now, no machine either.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a transcription is; kept as the step's checkpoint. Holds ids and numbers, no word that was said."""

    key: str = ""
    revision_id: str = ""
    next_sample: int = 0
    speech_ms: int = 0
    unworded_ms: int = 0
    languages: dict[str, int] = field(default_factory=dict)
    flags: dict[str, int] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The language most of what was written is in; empty if nothing was."""
        return max(self.languages, key=lambda code: (self.languages[code], code), default="")

    def after(self, chunk: ChunkResult) -> Place:
        """The place behind one more chunk."""
        languages, flags = dict(self.languages), dict(self.flags)
        for segment in chunk.segments:
            length = segment.end_ms - segment.start_ms
            if segment.text:
                languages[segment.language] = languages.get(segment.language, 0) + length
            for flag in segment.flags:
                flags[flag] = flags.get(flag, 0) + length
        return replace(
            self, next_sample=chunk.next_sample, languages=languages, flags=flags,
            speech_ms=self.speech_ms + chunk.speech_ms, unworded_ms=self.unworded_ms + chunk.unworded_ms,
        )  # fmt: skip

    def findings(self) -> list[str]:
        """What a person should know before reading: words of the vocabulary."""
        found = [] if self.speech_ms else [NO_SPEECH]
        if self.unworded_ms > INCOMPLETE * self.speech_ms:
            found.append(INCOMPLETE_WORDS)
        written = sum(self.languages.values())
        if self.flags.get(Flag.REJECTED_SCRIPT, 0) * 2 > written:
            found.append(FINDINGS_OF_FLAGS[Flag.REJECTED_SCRIPT])
        if Flag.FAILED in self.flags:
            found.append(FINDINGS_OF_FLAGS[Flag.FAILED])
        return found


def run(tools: Tools, claimed: Claimed) -> None:
    """Go on where the checkpoint says, or begin; a recording whose draft is complete is left as it is."""
    _need_leave(tools, claimed.testimony_id)
    place = Place(**json.loads(claimed.checkpoint)) if claimed.checkpoint else Place()
    if _complete(tools, place):
        with tools.archive.database.uow() as tx:
            ledger.finish(tx, claimed)
        return
    with tools.recording(claimed) as (original, source, _):
        options = Options(language=original.language or None)
        engine = tools.transcriber(0)
        made = provenance(original.id, engine, options, EVEN)
        if (
            place.key != made.checkpoint_key
        ):  # other weights or settings: half of each would be no one's words
            _forget(tools, claimed, place)
            place = Place(key=made.checkpoint_key)
        if place.next_sample:
            engine = tools.transcriber(place.next_sample)
        findings: list[str] = []
        track = probe(source, jail=tools.jail).audio[0]
        chunks = transcribe_recording(
            source, stream_index=track.index, jail=tools.jail, engine=engine, options=options,
            start_sample=place.next_sample,
            progress=tools.progress(claimed, original.length_ms or original.declared_ms or 1),
        )  # fmt: skip
        with closing(chunks):  # type: ignore[type-var]  # it is a generator; its decoder ends with it
            try:
                for chunk in chunks:
                    place = _keep(tools, claimed, original, made, place, chunk)
                    tools.stop_if_asked()
            except ProgramFailed:
                if not place.next_sample:
                    raise
                findings.append(BROKEN_END)
        _finish(tools, claimed, original, made, place, findings)


def _need_leave(tools: Tools, testimony_id: str) -> None:
    """:raises NotToBeHeard: if all tasks of the worker were ended, as CLOSED does (docs/consent.md, assignments)."""
    with tools.archive.database.snapshot() as look:
        left = look.scalar(
            select(Assignment.id)
            .where(
                Assignment.testimony_id == testimony_id,
                Assignment.assignee == WORKER,
                Assignment.ended_at.is_(None),
            )
            .limit(1)
        )
    if left is None:
        raise NotToBeHeard


def _complete(tools: Tools, place: Place) -> bool:
    with tools.archive.database.snapshot() as look:
        revision = look.get(Revision, place.revision_id) if place.revision_id else None
        return revision is not None and revision.complete_at is not None


def _forget(tools: Tools, claimed: Claimed, place: Place) -> None:
    """Take back a draft that was begun otherwise and never finished; nobody has read it."""
    if place.revision_id:
        with tools.archive.database.uow() as tx:
            ledger.keep_checkpoint(tx, claimed, "", progress=0, total=0)
            tx.session.execute(delete(Segment).where(Segment.revision_id == place.revision_id))
            tx.session.execute(delete(Revision).where(Revision.id == place.revision_id))


def _begun(tools: Tools, tx: UnitOfWork, original: Original, made: Provenance, place: Place) -> Place:
    if place.revision_id:
        return place
    revision_id = tools.archive.transcripts.begin(
        tx, original, language=original.language, kind="machine", made_by=WORKER, aligned=True,
        provenance=json.loads(made.as_json()),
    )  # fmt: skip
    return replace(place, revision_id=revision_id)


def _keep(
    tools: Tools, claimed: Claimed, original: Original, made: Provenance, place: Place, chunk: ChunkResult
) -> Place:
    with tools.archive.database.uow() as tx:
        place = _begun(tools, tx, original, made, place).after(chunk)
        segments = [_segment(draft, original, chunk) for draft in chunk.segments]
        tools.archive.transcripts.add_segments(
            tx, original.testimony_id, place.revision_id, segments, origin="machine"
        )
        done_ms = place.next_sample * 1000 // SAMPLE_RATE
        total_ms = original.length_ms or original.declared_ms or done_ms
        ledger.keep_checkpoint(
            tx, claimed, json.dumps(asdict(place)), progress=min(done_ms, total_ms), total=total_ms
        )  # fmt: skip
    return place


def _segment(draft: SegmentDraft, original: Original, chunk: ChunkResult) -> NewSegment:
    spoken = [(word.start_ms, word.end_ms, word.text, word.probability) for word in draft.words]
    sure = [word.probability for word in draft.words] or [math.exp(min(0.0, draft.avg_logprob))]
    return NewSegment(
        text=draft.text, language=draft.language or original.language or chunk.language,
        start_ms=draft.start_ms, end_ms=max(draft.end_ms, draft.start_ms + 1), words=place_words(draft.text, spoken),
        confidence=round(sum(sure) / len(sure), 3), flags=draft.flags,
    )  # fmt: skip


def _finish(
    tools: Tools, claimed: Claimed, original: Original, made: Provenance, place: Place, findings: list[str]
) -> None:
    with tools.archive.database.uow() as tx:
        place = _begun(tools, tx, original, made, place)
        words = [*place.findings(), *findings]
        language = original.language or place.language
        tools.archive.transcripts.complete(tx, place.revision_id, language=language, findings=words)
        row = tx.session.get_one(Original, original.id)
        known = row.findings.split()
        row.findings = " ".join([*known, *(word for word in words if word not in known)])
        tx.audit(WORKER, "transcript_drafted", original.id, findings=words)
        ledger.finish(tx, claimed)
