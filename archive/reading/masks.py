"""Which masks a recording needs: one for each set of seconds that some door with a right must not hear."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from archive.db import models as m
from archive.db.masks import Mask
from archive.gate.policies import Policies
from consent.decision import decide
from consent.rules import Fact, Viewer, WholeTestimony
from consent.vocabulary import Action, Condition, Effect, Medium, Purpose, State

_PURPOSES = {"edu": Purpose.CLASSROOM, "res": Purpose.RESEARCH, "pub": Purpose.PERSONAL}


def wanted_masks(policies: Policies, original: m.Original, now: datetime) -> tuple[Mask, ...]:
    """The distinct masks, in order, for the doors that narrators opened; empty if nobody needs one.

    A testimony that waits is looked at as if it were open, and a record that takes effect later as if it did already,
    so that the copy is ready and checked in time. Closed states have no steps.
    """
    testimony = replace(policies.testimony(original.testimony_id), state=State.ACTIVE)
    latest = max([now, *(record.effective for record in testimony.consents)])
    audiences = {
        grant.audience
        for record in testimony.consents
        for grant in record.grants
        if isinstance(grant.scope, WholeTestimony)
    }
    wanted: set[Mask] = set()
    for audience in sorted(audiences - {"arc", "cust"}):
        viewer = Viewer(
            facts=() if audience == "pub" else (Fact(audience=audience),),
            purpose=_PURPOSES.get(audience, Purpose.PERSONAL),
            conditions=frozenset(Condition),
        )
        part = replace(policies.media(original, Medium.SOUND, None), testimony=testimony)
        decision = decide(viewer, Action.LISTEN, part, latest)
        if decision.effect is Effect.REDACT and decision.spans:
            wanted.add(tuple((span.start_ms, span.end_ms) for span in decision.spans))
    return tuple(sorted(wanted))
