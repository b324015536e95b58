"""The listening copy: what people hear, small and level. The first thing made, since a voice matters most."""

from __future__ import annotations

from archive.services.renditions import LISTENING, MadeFile
from archive.steps.ledger import Claimed
from archive.worker.tools import Tools
from ingest import derive
from ingest.probe import probe


def run(tools: Tools, claimed: Claimed) -> None:
    """Make it, seal it, write it down. A second run of the same step leaves the copy that is there."""
    if tools.done_before(claimed, LISTENING):
        return
    with tools.recording(claimed) as (original, source, folder):
        found = probe(source, jail=tools.jail)
        progress = tools.progress(claimed, original.length_ms or found.declared_ms or 1)
        made = derive.listening_copy(source, folder, probe=found, jail=tools.jail, on_progress=progress)
        file = MadeFile(path=made.path, profile=LISTENING, mime=made.mime, length_ms=made.duration_ms)
        tools.keep(claimed, original, [file])
