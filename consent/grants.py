"""Step 4 of a decision: does every narrator's own record say yes, and what does it leave hidden?

Source: docs/consent.md, "The order of a decision".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from consent.question import Question
from consent.terms import Grant
from consent.vocabulary import CATALOGUE_ACTIONS, Action, Condition, Feature, Status

VALID = frozenset({Status.GIVEN, Status.RENEWED})
#: Conditions about how something is shown; the catalogue may be read without meeting them.
_SOFT = frozenset({Condition.WARNING, Condition.ATTRIBUTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What the narrators' records say: refused with a reason, or allowed with some features hidden.

    hidden: (narrator, feature). doors: for each thing that had to be granted, the audiences through which
    it is.
    """

    refused: str | None = None
    hidden: frozenset[tuple[str, Feature]] = frozenset()
    doors: tuple[frozenset[str], ...] = ()


def weigh(question: Question) -> Weighed:
    """Ask each narrator's record for the action and each prerequisite; one no is a no."""
    testimony, part, now = question.part.testimony, question.part, question.now
    hidden: set[tuple[str, Feature]] = set()
    doors: list[frozenset[str]] = []
    for narrator in testimony.narrators:
        record = testimony.record_of(narrator, now)
        if record is None or record.status not in VALID:
            return Weighed(refused="no_valid_consent")
        reaching = [
            grant
            for grant in record.grants
            if grant.audience in question.doors
            and not part.foreign
            and grant.live(now)
            and grant.scope.holds(part.regions, part.derivative)
        ]
        for action in question.chain:
            fitting = _for_action(question, action, reaching)
            grants = [grant for grant in fitting if not _missing(question, action, grant)]
            if not grants:
                return Weighed(refused=_why_not(question, action, fitting))
            if action is Action.EXIST:
                continue
            for feature in question.features:
                if not any(feature in grant.features for grant in grants):
                    hidden.add((narrator, feature))
            doors.append(frozenset([grant.audience for grant in grants]))
    return Weighed(hidden=frozenset(hidden), doors=tuple(doors))


def _for_action(question: Question, action: Action, grants: Iterable[Grant]) -> list[Grant]:
    """The grants of this action for the purpose asked; the catalogue is not asked what it is read for."""
    if action in CATALOGUE_ACTIONS:
        return [grant for grant in grants if action in grant.actions]
    purpose = question.viewer.purpose
    return [grant for grant in grants if action in grant.actions and purpose in grant.purposes]


def _missing(question: Question, action: Action, grant: Grant) -> frozenset[Condition]:
    """The conditions of the grant that the viewer does not meet."""
    missing = grant.conditions - question.viewer.conditions
    return missing - _SOFT if action in CATALOGUE_ACTIONS else missing


def _why_not(question: Question, action: Action, fitting: Iterable[Grant]) -> str:
    """What is missing if only conditions were in the way, else that nobody granted it."""
    missing = [name for grant in fitting for name in _missing(question, action, grant)]
    return f"condition:{min(missing)}" if missing else f"no_grant:{action}"
