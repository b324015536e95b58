"""Masks as they are kept: a canonical list of (start_ms, end_ms) that a rendition leaves out."""

from __future__ import annotations

import json

Mask = tuple[tuple[int, int], ...]


def mask_text(mask: Mask) -> str:
    """A mask as it is kept: canonical JSON, empty for none."""
    return json.dumps([list(span) for span in mask], separators=(",", ":")) if mask else ""


def mask_of(text: str) -> Mask:
    return tuple((start, end) for start, end in json.loads(text)) if text else ()
