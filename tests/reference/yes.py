"""Which record counts and which of its grants fit, for the reference model."""

from __future__ import annotations

from datetime import datetime

from consent.rules import (
    ConsentRecord,
    Derivative,
    Grant,
    Part,
    Span,
    Testimony,
    Viewer,
    WholeOriginal,
    WholeTestimony,
)
from tests.reference.ranges import at_home, ranges_of
from tests.reference.words import CATALOGUE, end_of_day, start_of_day


def in_force(testimony: Testimony, narrator: str, now: datetime) -> ConsentRecord | None:
    """The highest version that was answered and has begun."""
    begun = [c for c in testimony.consents if c.narrator == narrator and c.effective <= now]
    return max((c for c in begun if c.status != "requested"), key=lambda c: c.version, default=None)


def fits(grant: Grant, wanted: str, doors: set[str], viewer: Viewer, part: Part, now: datetime) -> bool:
    """Everything but the conditions."""
    opened = grant.opens_on is None or (grant.opening_reviewed and end_of_day(grant.opens_on) <= now)
    closed = grant.closes_on is not None and start_of_day(grant.closes_on) <= now
    purpose = wanted in CATALOGUE or viewer.purpose in grant.purposes
    return (
        wanted in grant.actions
        and grant.audience in doors
        and purpose
        and opened
        and not closed
        and reaches(grant, part)
    )


def unmet_by(grant: Grant, wanted: str, viewer: Viewer) -> set[str]:
    """Names of the conditions in the way."""
    soft = {"warning_ack", "attribution"} if wanted in CATALOGUE else set()
    return {str(c) for c in grant.conditions} - {str(c) for c in viewer.conditions} - soft


def reaches(grant: Grant, part: Part) -> bool:
    """All the part shows lies in the scope of this one grant."""
    ranges = ranges_of(part)
    if not at_home(part):
        return False
    scope = grant.scope
    if isinstance(scope, WholeTestimony):
        return True
    if isinstance(scope, Derivative):
        return part.derivative == scope.id
    if ranges is None:
        return False
    if isinstance(scope, WholeOriginal):
        return all(o == scope.original for o, _, _ in ranges)
    if isinstance(scope, Span):
        return all(
            o == scope.original and scope.start_ms <= lo and hi <= scope.end_ms for o, lo, hi in ranges
        )
    return False
