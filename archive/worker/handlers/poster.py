"""A still of a film and a small one for lists, without anything the camera wrote into it."""

from __future__ import annotations

from archive.services.renditions import POSTER, THUMBNAIL, MadeFile
from archive.steps.ledger import Claimed
from archive.worker.handlers.probe import look_at
from archive.worker.tools import Tools
from ingest import derive

PROFILES = {"poster.jpg": POSTER, "thumbnail-320.webp": THUMBNAIL}


def run(tools: Tools, claimed: Claimed) -> None:
    """Take one frame, seal both pictures, write them down together. A second run leaves what is there."""
    if tools.done_before(claimed, POSTER):
        return
    with tools.recording(claimed) as (original, source, folder):
        found = look_at(source, tools)
        pictures = derive.poster(source, folder, probe=found, jail=tools.jail)
        files = [
            MadeFile(path=picture.path, profile=PROFILES[picture.path.name], mime=picture.mime, length_ms=0)
            for picture in pictures
            if picture.path.name in PROFILES
        ]
        tools.keep(claimed, original, files)
