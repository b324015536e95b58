"""Grants and limits as JSON in the database, and back. A word that is not known any more fails closed in `consent`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from consent.days import day_of, end_of
from consent.rules import (
    WHOLE,
    Derivative,
    Field,
    Grant,
    Limit,
    Mention,
    Scope,
    Span,
    WholeOriginal,
    WholeTestimony,
)
from consent.vocabulary import Action, Condition, Feature, Purpose


def counts_from(effective_at: datetime, confirmed_at: datetime) -> datetime:
    """When an opening counts: at its own time, and never before the day of the second person's yes is over."""
    return max(effective_at, end_of(day_of(confirmed_at)))


def _span(span: Span) -> dict[str, Any]:
    return {"original": span.original, "start_ms": span.start_ms, "end_ms": span.end_ms}


def _scope(scope: Scope) -> dict[str, Any]:
    match scope:
        case WholeTestimony():
            return {"kind": "whole"}
        case WholeOriginal():
            return {"kind": "original", "original": scope.original}
        case Span():
            return {"kind": "span", **_span(scope)}
        case Field():
            return {"kind": "field", "name": scope.name}
        case Mention():
            return {"kind": "mention", "person": scope.person, "spans": [_span(span) for span in scope.spans]}
        case Derivative():
            return {"kind": "derivative", "id": scope.id}


def _scope_from(value: dict[str, Any]) -> Scope:
    match value["kind"]:
        case "whole":
            return WHOLE
        case "original":
            return WholeOriginal(original=value["original"])
        case "span":
            return Span(original=value["original"], start_ms=value["start_ms"], end_ms=value["end_ms"])
        case "field":
            return Field(name=value["name"])
        case "mention":
            return Mention(person=value["person"], spans=tuple(Span(**span) for span in value["spans"]))
        case "derivative":
            return Derivative(id=value["id"])
        case kind:
            raise ValueError(f"a stored rule has a scope of the unknown kind {kind!r}")


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day_from(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def grants_text(grants: Iterable[Grant]) -> str:
    """Grants as they are kept with a consent record."""
    return json.dumps(
        [
            {
                "audience": g.audience,
                "actions": sorted(g.actions),
                "purposes": sorted(g.purposes),
                "scope": _scope(g.scope),
                "features": sorted(g.features),
                "opens_on": _day(g.opens_on),
                "opening_reviewed": g.opening_reviewed,
                "closes_on": _day(g.closes_on),
                "conditions": sorted(g.conditions),
            }
            for g in grants
        ],
        separators=(",", ":"),
    )


def grants_of(text: str) -> tuple[Grant, ...]:
    """:raises ValueError, LookupError, TypeError: for an unknown word or shape; its testimony then counts as sealed."""
    return tuple(
        Grant(
            audience=g["audience"],
            actions=frozenset(Action(a) for a in g["actions"]),
            purposes=frozenset(Purpose(p) for p in g["purposes"]),
            scope=_scope_from(g["scope"]),
            features=frozenset(Feature(f) for f in g["features"]),
            opens_on=_day_from(g["opens_on"]),
            opening_reviewed=g["opening_reviewed"],
            closes_on=_day_from(g["closes_on"]),
            conditions=frozenset(Condition(c) for c in g["conditions"]),
        )
        for g in json.loads(text)
    )


def limit_text(limit: Limit) -> str:
    """A limit's rule as it is kept; party, reason and review date stand in columns of their own."""
    return json.dumps(
        {
            "scope": _scope(limit.scope),
            "actions": None if limit.actions is None else sorted(limit.actions),
            "purposes": None if limit.purposes is None else sorted(limit.purposes),
            "exempt": sorted(limit.exempt),
            "only": sorted(limit.only),
            "protects": limit.protects,
            "starts_on": _day(limit.starts_on),
            "ends_on": _day(limit.ends_on),
        },
        separators=(",", ":"),
    )


def limit_of(text: str, *, by: str, reason: str, free_of: frozenset[str]) -> Limit:
    """Raises as `grants_of`."""
    rule = json.loads(text)
    return Limit(
        by=by,
        reason=reason,
        scope=_scope_from(rule["scope"]),
        actions=None if rule["actions"] is None else frozenset(Action(a) for a in rule["actions"]),
        purposes=None if rule["purposes"] is None else frozenset(Purpose(p) for p in rule["purposes"]),
        exempt=frozenset(rule["exempt"]),
        only=frozenset(rule["only"]),
        protects=rule["protects"],
        free_of=free_of,
        starts_on=_day_from(rule["starts_on"]),
        ends_on=_day_from(rule["ends_on"]),
    )
