"""The answer to one question: what may happen, why (inside), and what the viewer is told (outside).

Source: docs/consent.md, "The answer".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from consent.scope import Span
from consent.vocabulary import Effect, Face


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What may happen with one part at one moment.

    effect: ALLOW, REDACT (all but `spans` and `fields`), DENY.
    reason: a code for the audit and for tests; it is never shown to a viewer.
    face: what the viewer is told.
    spans: for REDACT, what must be left out, padded, joined, cut to the part, on the part's own time line.
    fields: for REDACT, catalogue fields to leave out: "name" (the narrator's), "names" (people named in it),
        "title", "summary", "tags" and fields limited by name.
    valid_until: aware UTC; an upper bound. Never a leave to keep using the answer: ask again for each
    request.
    """

    effect: Effect
    reason: str
    face: Face
    spans: tuple[Span, ...] = ()
    fields: frozenset[str] = frozenset()
    valid_until: datetime

    @property
    def allowed(self) -> bool:
        """True for ALLOW alone: a REDACT needs somebody who carries it out."""
        return self.effect is Effect.ALLOW

    @property
    def denied(self) -> bool:
        """True for DENY."""
        return self.effect is Effect.DENY

    @property
    def needs(self) -> str | None:
        """For Face.NEEDS the condition that is missing, such as "agreement"."""
        return self.reason.rpartition("condition:")[2] if self.face is Face.NEEDS else None
