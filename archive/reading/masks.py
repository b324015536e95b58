"""Which masks a recording needs: one for each set of seconds that some door with a right must not hear."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from archive.db import models as m
from archive.db.masks import Mask
from archive.gate.policies import Policies
from consent.decision import decide
from consent.rules import Fact, Viewer, WholeTestimony
from consent.vocabulary import Action, Condition, Effect, Medium, Purpose

_PURPOSES = {"edu": Purpose.CLASSROOM, "res": Purpose.RESEARCH, "pub": Purpose.PERSONAL}


def wanted_masks(session: Session, policies: Policies, original: m.Original, now: datetime) -> tuple[Mask, ...]:
    """The distinct masks, in order, for the doors that narrators opened; empty if nobody needs one.

    A record that takes effect later is looked at as if it did already, so that the copy is ready in time.
    """
    del session
    testimony = policies.testimony(original.testimony_id)
    latest = max([now, *(record.effective for record in testimony.consents)])
    audiences = {grant.audience for record in testimony.consents for grant in record.grants if isinstance(grant.scope, WholeTestimony)}
    wanted: set[Mask] = set()
    for audience in sorted(audiences - {"arc", "cust"}):
        viewer = Viewer(
            facts=() if audience == "pub" else (Fact(audience=audience),),
            purpose=_PURPOSES.get(audience, Purpose.PERSONAL),
            conditions=frozenset(Condition),
        )
        decision = decide(viewer, Action.LISTEN, policies.media(original, Medium.SOUND, None), latest)
        if decision.effect is Effect.REDACT and decision.spans:
            wanted.add(tuple((span.start_ms, span.end_ms) for span in decision.spans))
    return tuple(sorted(wanted))
