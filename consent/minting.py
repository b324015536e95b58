"""The protected maker of permits. Only archive/gate may import it, and a test of the import graph says so.

Source: docs/consent.md, "Permits".
"""

from __future__ import annotations

from datetime import datetime

from consent.decision import decide
from consent.part import Part
from consent.permit import Permit
from consent.verdict import Decision
from consent.viewer import Viewer
from consent.vocabulary import Action


class Refused(Exception):
    """A permit was asked for and the answer was no; seen whenever somebody follows an address that is not
    open.

    The decision is for the audit; what the viewer is told follows from `decision.face` alone.
    """

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.message = (
            "This page was not found. Nothing was changed. If somebody sent you here, ask the archive."
        )
        super().__init__(f"refused with face {decision.face}")


def mint(viewer: Viewer, action: Action, part: Part, now: datetime) -> Permit:
    """A permit for ALLOW and for REDACT (whoever reads with it leaves out `permit.decision.spans` and
    `.fields`).

    now: aware. Raises Refused with the decision for DENY; an action that is no action is refused too.
    """
    decision = decide(viewer, action, part, now)
    if decision.denied:
        raise Refused(decision)
    return Permit(viewer=viewer, action=Action(action), part=part, decision=decision, minted_at=now)
