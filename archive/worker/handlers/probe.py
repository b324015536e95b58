"""What was received: its real kind, container and length, what is missing of it, and which steps follow."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import update

from archive.actors import WORKER
from archive.db.models import Original, Step
from archive.db.uow import UnitOfWork
from archive.steps import kinds, ledger
from archive.steps.ledger import Claimed
from archive.worker.tools import Tools
from ingest.errors import BeyondLimits, IngestError, NoSound, NotAccepted, NotARecording, Unreadable
from ingest.probe import decoded_length_ms, probe, truncated
from ingest.values import Probe

TRUNCATED = "truncated"
NO_SOUND = "no_sound"

FOR_SOUND = (kinds.LISTENING_COPY, kinds.PEAKS, kinds.TRANSCRIBE)
FOR_PICTURE = (kinds.POSTER, kinds.VIDEO_240P)


class OriginalUnusable(IngestError):
    """It was taken in, sealed and read back, and only then turned out to be nothing that can be played."""

    def __init__(self, why: IngestError) -> None:
        first, _, _ = why.message.partition(". ")
        super().__init__(
            f"{first}. The file is kept, sealed and unchanged; no copy was made of it. Play it on the machine it comes "
            "from; if it plays there, export it as WAV, FLAC or MP4 and send that too."
        )
        self.why = why


def run(tools: Tools, claimed: Claimed) -> None:
    """Look at the original and put down what follows. A second run finds the same and puts nothing down twice."""
    with tools.recording(claimed) as (original, source, _):
        try:
            found = look_at(source, tools)
            tools.stop_if_asked()
            length_ms = decoded_length_ms(source, probe=found, jail=tools.jail)
        except (BeyondLimits, NotAccepted, NotARecording, Unreadable) as unusable:
            raise OriginalUnusable(unusable) from unusable
    with tools.archive.database.uow() as tx:
        row = tx.session.get_one(Original, original.id)
        row.kind, row.container = found.kind, found.container
        row.declared_ms, row.length_ms = found.declared_ms, length_ms
        others = [word for word in row.findings.split() if word not in {NO_SOUND, TRUNCATED}]
        row.findings = " ".join([*_findings(found, length_ms), *others])
        for kind in following(found):
            tx.step(kind, original.id, original.testimony_id, priority=kinds.PRIORITY[kind])
        if not original.length_ms:
            tx.shown_changed(original.testimony_id)
            tx.audit(WORKER, "original_probed", original.id, kind=found.kind, findings=row.findings.split())
        ledger.finish(tx, claimed)
        if not found.audio:
            _explain(tx, claimed, NoSound(found).message)


def look_at(source: Path, tools: Tools) -> Probe:
    """What lies in the plain copy; a silent film is a finding here, no error. Raises as `ingest.probe.probe`."""
    try:
        return probe(source, jail=tools.jail)
    except NoSound as silent:
        if silent.probe is None:
            raise
        return silent.probe


def following(found: Probe) -> tuple[str, ...]:
    """The steps for what was found: sound and words before picture."""
    return (*(FOR_SOUND if found.audio else ()), *(FOR_PICTURE if found.video else ()))


def _findings(found: Probe, length_ms: int) -> list[str]:
    words = [] if found.audio else [NO_SOUND]
    return words if truncated(found, length_ms) is None else [*words, TRUNCATED]


def _explain(tx: UnitOfWork, claimed: Claimed, reason: str) -> None:
    """A step can be done and still have something to say: why no sound and no words will follow."""
    tx.session.execute(update(Step).where(Step.id == claimed.id).values(reason=reason))
