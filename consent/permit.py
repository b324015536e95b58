"""A permit: proof that a decision was asked for, about whom, what and when. Readers take it instead of a
viewer.

The type is public so that readers can ask for it; the maker is consent/minting.py, which only the gate
imports.
Source: docs/consent.md, "Permits".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from consent.part import Part
from consent.scope import Span, inside, overlap
from consent.verdict import Decision
from consent.viewer import Viewer
from consent.vocabulary import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Leave for one viewer to do one action with one part, as decided at `minted_at`."""

    viewer: Viewer
    action: Action
    part: Part
    decision: Decision
    minted_at: datetime

    def covers(
        self,
        testimony_id: str,
        action: Action,
        original: str | None,
        start_ms: int,
        end_ms: int,
        at: datetime,
    ) -> bool:
        """True if this permit lets [start_ms, end_ms) of `original` be given at `at`, with no cut inside it.

        A reader that asks about any other testimony, action, original or instant gets False; so does one
        that asks
        about a range that touches what must be left out. An entry has no original: pass None, 0 and 0.
        """
        current = self.minted_at <= at < self.decision.valid_until
        same = (
            self.part.testimony.id == testimony_id
            and self.action == action
            and self.part.original == original
        )
        if self.decision.denied or not current or not same:
            return False
        if original is None:
            return (start_ms, end_ms) == (0, 0)
        asked = Span(original=original, start_ms=start_ms, end_ms=end_ms)
        region = self.part.region
        if region is None or not asked.sound or not inside(asked, region):
            return False
        return not any(overlap(asked, cut) for cut in self.decision.spans)
