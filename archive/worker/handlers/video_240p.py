"""The small film that pages play; made last, since it takes longest and sound and words do not wait for it."""

from __future__ import annotations

from archive.services.renditions import VIDEO_240P, MadeFile
from archive.steps.ledger import Claimed
from archive.worker.handlers.probe import look_at
from archive.worker.tools import Tools
from ingest import derive


def run(tools: Tools, claimed: Claimed) -> None:
    """Make it, seal it, write it down; a silent film stays silent. A second run leaves the film that is there."""
    if tools.done_before(claimed, VIDEO_240P):
        return
    original = tools.original(claimed.subject_id)
    with tools.recording(claimed, room_bytes=room_for(original.length_ms)) as (original, source, folder):
        found = look_at(source, tools)
        progress = tools.progress(claimed, original.length_ms or found.declared_ms or 1)
        made = derive.video_240p(source, folder, probe=found, jail=tools.jail, on_progress=progress)
        file = MadeFile(path=made.path, profile=VIDEO_240P, mime=made.mime, length_ms=made.duration_ms)
        tools.keep(claimed, original, [file])


def room_for(length_ms: int | None) -> int:
    """Scratch for a small film: about 200 kb/s with sound, doubled for safety, and room to begin."""
    return 64 * 1024 * 1024 + (length_ms or 3_600_000) * 50
