"""Masked copies: for each set of seconds that some door with a right must not hear, a copy in which they are gone.

Silence and black are measured in the copy itself; then a person other than its maker listens before it is served
(docs/consent.md, hiding). Which masks are wanted is found out when the step runs, so a late one makes the right ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from archive.db.masks import Mask, mask_text
from archive.db.models import Original, Rendition
from archive.gate.policies import Policies
from archive.reading.masks import wanted_masks
from archive.services.renditions import LISTENING, VIDEO_240P, MadeFile
from archive.steps import ledger
from archive.steps.ledger import Claimed
from archive.worker.handlers.peaks import peaks_file
from archive.worker.handlers.probe import look_at
from archive.worker.handlers.video_240p import room_for
from archive.worker.tools import Tools
from ingest import derive, redact
from ingest.errors import IngestError
from ingest.values import Probe


class HiddenPartRemains(IngestError):
    """What was to be hidden could still be measured in the copy; it is thrown away and never served."""

    def __init__(self, report: redact.MaskReport) -> None:
        super().__init__(
            "A masked copy still held something of the hidden part, so it was thrown away. The original is kept, and "
            "nothing was shown to anybody. Start the step again; if it fails twice, ask for help."
        )
        self.report = report


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What making one original's masked copies needs."""

    tools: Tools
    claimed: Claimed
    original: Original
    source: Path
    folder: Path
    found: Probe


def run(tools: Tools, claimed: Claimed) -> None:
    """Make the copies that are wanted now and not there yet, one mask after the other. A second run makes none."""
    missing = _missing(tools, claimed)
    if missing:
        original = tools.original(claimed.subject_id)
        with tools.recording(claimed, room_bytes=room_for(original.length_ms)) as (original, source, folder):
            work = _Work(
                tools=tools,
                claimed=claimed,
                original=original,
                source=source,
                folder=folder,
                found=look_at(source, tools),
            )
            for number, mask in enumerate(missing, start=1):
                tools.keep_piece(claimed, original, _masked(work, mask), progress=number, total=len(missing))
    with tools.archive.database.uow() as tx:
        ledger.finish(tx, claimed)


def _missing(tools: Tools, claimed: Claimed) -> tuple[Mask, ...]:
    """Wanted masks without a copy, in the policy of this moment."""
    with tools.archive.database.snapshot() as look:
        original = look.get_one(Original, claimed.subject_id)
        profile = VIDEO_240P if original.kind == "film" else LISTENING
        made = set(
            look.scalars(
                select(Rendition.mask).where(
                    Rendition.original_id == original.id,
                    Rendition.profile == profile,
                    Rendition.replaced_at.is_(None),
                )
            )
        )
        wanted = wanted_masks(Policies(look, tools.archive.keys), original, tools.archive.clock.now())
    return tuple(mask for mask in wanted if mask and mask_text(mask) not in made)


def _masked(work: _Work, mask: Mask) -> list[MadeFile]:
    """The copies of one mask: sound and peaks where there is sound, the small film where there is a picture."""
    files: list[MadeFile] = []
    if work.found.audio:
        files.append(_copy(work, mask, LISTENING))
        whole = derive.peaks(work.source, probe=work.found, jail=work.tools.jail)
        files.append(peaks_file(work.folder, whole, mask))
    if work.found.video:
        files.append(_copy(work, mask, VIDEO_240P))
    return files


def _copy(work: _Work, mask: Mask, profile: str) -> MadeFile:
    sound: redact.SoundMask | None = "silence" if work.found.audio else None
    picture: redact.PictureMask | None = "black" if profile == VIDEO_240P else None
    jail, target = work.tools.jail, work.folder / f"{profile}-masked.mp4"
    made = redact.masked_copy(
        work.source, target, mask, probe=work.found, jail=jail, sound=sound, picture=picture,
        form="film" if profile == VIDEO_240P else "listening",
        on_progress=work.tools.progress(work.claimed, work.original.length_ms or work.found.declared_ms or 1),
    )  # fmt: skip
    report = redact.check_mask(made.path, mask, jail=jail, sound=sound, picture=picture)
    if not report.hidden:
        raise HiddenPartRemains(report)
    return MadeFile(
        path=made.path,
        profile=profile,
        mime=made.mime,
        length_ms=made.duration_ms,
        mask=mask,
        measured=_measured(report),
    )


def _measured(report: redact.MaskReport) -> list[str]:
    """What stands with the copy for whoever checks it: the loudest sample (0..1) and the brightest point (0..255)."""
    sound = [] if report.loudest is None else [f"loudest={report.loudest:.6f}"]
    return (
        sound
        if report.brightest is None
        else [*sound, f"brightest={report.brightest}", f"frames={report.frames}"]
    )
