"""The rules that apply to one moment, in one fixed spelling with persons replaced by roles.

Two moments with the same spelling are found by the same viewers, so the index stores the spelling's digest
and not
the rules. Named persons of `only` limits stay as they are: they are strangers to the testimony.
Source: docs/consent.md, "Classes for the index".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from consent.grants import VALID
from consent.limits import NOTHING, cut_spans
from consent.part import NameSpan, Original, Part, Testimony
from consent.question import CHAIN_SETS
from consent.scope import WHOLE, Derivative, Field, Mention, Span, WholeTestimony, padded
from consent.terms import ConsentRecord, Grant, Limit
from consent.vocabulary import (
    PURPOSES,
    Action,
    Condition,
    Feature,
    Medium,
    PersonClass,
    Purpose,
    State,
    Status,
)

_FIND = CHAIN_SETS[Action.FIND, Medium.TEXT]
_FREE = frozenset({Action.EXIST, Action.DESCRIBE})
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_SPAN = Span(original="o", start_ms=100_000, end_ms=200_000)
_ORIGINAL = Original(id="o", length_ms=1_000_000)
_OTHER_PERSON = "@named"


def roles_of(testimony: Testimony) -> dict[str, str]:
    """Each person whom the testimony's rules can tell apart, and the role that stands for the person."""
    roles = {narrator: f"@{index}" for index, narrator in enumerate(testimony.narrators)}
    others: set[str] = set()
    for record in testimony.consents:
        others.update(_person_in(grant.audience) for grant in record.grants)
    for limit in testimony.limits:
        others.update(_person_in(word) for word in limit.exempt)
        others.add(limit.protects or "")
    for index, person in enumerate(sorted(others - {""} - set(roles))):
        roles[person] = f"@p{index}"
    return roles


def as_role(audience: str, roles: Mapping[str, str]) -> str:
    """The audience with its person replaced; audiences that name no person of the testimony stay as they
    are."""
    person = _person_in(audience)
    return f"{audience.partition(':')[0]}:{roles[person]}" if person in roles else audience


def spell(part: Part, now: datetime) -> str | None:
    """The spelling of all rules that can ever matter for finding this moment, or None if it is no moment.

    A moment is words of an active testimony in which everybody who speaks is known: never a derivative,
    never a
    redacted copy, nothing with a fault.
    """
    testimony = part.testimony
    if testimony.state != State.ACTIVE or testimony.unlinked or testimony.flaw or part.flaw:
        return None
    if part.medium != Medium.TEXT or part.sources or part.checked_redactions:
        return None
    roles = roles_of(testimony)
    content = {
        "narrators": [list(_records(part, narrator, roles, now)) for narrator in testimony.narrators],
        "limits": _unique(_limits(part, roles, now)),
        "checked": bool(part.names_checked),
        "names": _unique(_names(part, roles)) if part.names_checked else [],
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


@lru_cache(maxsize=8192)
def unspell(form: str) -> Part:
    """A part for which decide(FIND) answers as for every moment that has this spelling."""
    content = json.loads(form)
    narrators = tuple(f"@{index}" for index in range(len(content["narrators"])))
    consents = [
        _record(narrator, version, each)
        for narrator, records in zip(narrators, content["narrators"], strict=True)
        for version, each in enumerate(records)
    ]
    testimony = Testimony(
        id="@t",
        state=State.ACTIVE,
        narrators=narrators,
        voices=narrators,
        consents=tuple(consents),
        limits=tuple(_limit(each) for each in content["limits"]),
        originals=(_ORIGINAL,),
    )
    return Part(
        testimony=testimony,
        medium=Medium.TEXT,
        original="o",
        span=_SPAN,
        names_checked=content["checked"],
        name_spans=tuple(
            NameSpan(person=who, kind=PersonClass(kind), spans=(_SPAN,)) for who, kind in content["names"]
        ),
        index_version=0,
    )


def _person_in(audience: str) -> str:
    kind, _, whom = audience.partition(":")
    return whom if kind in ("self", "fam") else ""


def _unique(items: Iterator[list[Any]]) -> list[Any]:
    """Sorted and without doubles, compared as they are spelled."""
    return [json.loads(text) for text in sorted({json.dumps(item) for item in items})]


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _read_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _records(part: Part, narrator: str, roles: Mapping[str, str], now: datetime) -> Iterator[dict[str, Any]]:
    """The record that counts now and those that can still come to count, oldest version first."""
    answered = part.testimony.records[narrator]
    if not answered:
        return
    current = part.testimony.record_of(narrator, now)
    floor = answered[-1].version if current is None else current.version
    for record in reversed(answered):
        if record.version < floor or (record is not current and record.effective <= now):
            continue
        valid = record.status in VALID
        yield {
            "from": None if record.effective <= now else record.effective.astimezone(UTC).isoformat(),
            "valid": valid,
            "grants": _unique(_grants(record, part, roles, now)) if valid else [],
        }


def _grants(
    record: ConsentRecord, part: Part, roles: Mapping[str, str], now: datetime
) -> Iterator[list[Any]]:
    for grant in record.grants:
        actions = grant.actions & _FIND
        over = grant.closes_at is not None and grant.closes_at <= now
        blind = grant.opens_on is not None and not grant.opening_reviewed
        if not actions or over or blind or not grant.scope.holds(part.regions, part.derivative):
            continue
        yield [
            as_role(grant.audience, roles),
            sorted(actions),
            sorted(grant.purposes) if actions - _FREE else [],
            Feature.NAME in grant.features and actions != {Action.EXIST},
            None if grant.opens_at is None or grant.opens_at <= now else _day(grant.opens_on),
            _day(grant.closes_on),
            sorted(grant.conditions),
        ]


def _record(narrator: str, version: int, content: Mapping[str, Any]) -> ConsentRecord:
    return ConsentRecord(
        narrator=narrator,
        version=version,
        status=Status.GIVEN if content["valid"] else Status.REFUSED,
        effective=_LONG_AGO if content["from"] is None else datetime.fromisoformat(content["from"]),
        grants=tuple(_grant(each) for each in content["grants"]),
    )


def _grant(content: list[Any]) -> Grant:
    audience, actions, purposes, names, opens_on, closes_on, conditions = content
    return Grant(
        audience=audience,
        actions=frozenset(Action(each) for each in actions),
        purposes=frozenset(Purpose(each) for each in purposes),
        features=frozenset({Feature.NAME}) if names else frozenset(),
        opens_on=_read_day(opens_on),
        opening_reviewed=True,
        closes_on=_read_day(closes_on),
        conditions=frozenset(Condition(each) for each in conditions),
    )


def _limits(part: Part, roles: Mapping[str, str], now: datetime) -> Iterator[list[Any]]:
    """Whatever takes any of the moment away keeps it from being found, so how much it takes is not
    spelled."""
    for limit in part.testimony.limits:
        over = limit.ends_at is not None and limit.ends_at <= now
        for_nothing = limit.purposes is not None and not limit.purposes
        idle = over or for_nothing or limit.reach.isdisjoint(_FIND) or "pub" in limit.exempt
        if idle or not _touches(limit, part):
            continue
        yield [
            limit.spares_narrators,
            roles.get(limit.protects or ""),
            sorted(as_role(word, roles) for word in limit.exempt),
            sorted(limit.only),
            None if limit.purposes is None or limit.purposes == PURPOSES else sorted(limit.purposes),
            None if limit.starts_at is None or limit.starts_at <= now else _day(limit.starts_on),
            _day(limit.ends_on),
        ]


def _touches(limit: Limit, part: Part) -> bool:
    match limit.scope:
        case WholeTestimony():
            return True
        case Field() | Derivative():
            return False
        case _:
            return cut_spans(part, limit.spans) != NOTHING


def _limit(content: list[Any]) -> Limit:
    spares, protects, exempt, only, purposes, starts_on, ends_on = content
    return Limit(
        by="archive",
        reason="index",
        scope=Mention(person=_OTHER_PERSON, spans=(_SPAN,)) if spares else WHOLE,
        purposes=None if purposes is None else frozenset(Purpose(each) for each in purposes),
        exempt=frozenset(exempt),
        only=frozenset(only),
        protects=protects,
        starts_on=_read_day(starts_on),
        ends_on=_read_day(ends_on),
    )


def _names(part: Part, roles: Mapping[str, str]) -> Iterator[list[Any]]:
    for named in part.name_spans:
        if cut_spans(part, [padded(span) for span in named.spans]) == NOTHING:
            continue
        if named.person in part.testimony.narrators:
            yield [roles[named.person], PersonClass.NARRATOR]
        else:
            yield [_OTHER_PERSON, named.kind]
