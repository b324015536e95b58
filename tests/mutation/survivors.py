"""Mutants that no test can notice, each with the proof that it gives the same answers."""

from __future__ import annotations

SURVIVORS = {
    "decision.py: named = Cut() if assigned else cut_by_names(question, weighed): condition False": (
        "For an assignment `weighed` is Weighed(): hidden is empty and doors is empty. cut_by_names then finds no "
        "name of a narrator hidden; any(... for doors in ()) is False and not all(... for doors in ()) is False, so "
        "_is_hidden is False for every kind, except ALLEGED when the action is FIND; but an assignment counts only "
        "for the five viewing actions, which FIND is not. So it returns Cut(). The condition stays because a reader "
        "should not have to find this proof."
    ),
}
