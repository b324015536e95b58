"""The peaks of the sound, drawn as a wave beside the player."""

from __future__ import annotations

import json
from pathlib import Path

from archive.db.masks import Mask
from archive.services.renditions import PEAKS, MadeFile
from archive.steps.ledger import Claimed
from archive.worker.tools import Tools
from ingest import derive
from ingest.probe import probe
from ingest.redact import flattened
from ingest.values import Peaks

MIME = "application/json"


def run(tools: Tools, claimed: Claimed) -> None:
    """Measure, seal, write down. A second run of the same step leaves what is there."""
    if tools.done_before(claimed, PEAKS):
        return
    with tools.recording(claimed) as (original, source, folder):
        peaks = derive.peaks(source, probe=probe(source, jail=tools.jail), jail=tools.jail)
        tools.keep(claimed, original, [peaks_file(folder, peaks)])


def peaks_file(folder: Path, peaks: Peaks, mask: Mask = ()) -> MadeFile:
    """Peaks as a file to seal: `{"per_second": 20, "data": [0..255, …]}`; in a mask they are zero."""
    values = flattened(peaks, mask).values if mask else peaks.values
    path = folder / "peaks.json"
    path.write_text(json.dumps({"per_second": peaks.per_second, "data": list(values)}, separators=(",", ":")))
    length_ms = len(values) * 1000 // peaks.per_second
    return MadeFile(path=path, profile=PEAKS, mime=MIME, length_ms=length_ms, mask=mask)
