"""Days, edges and what does not fit together, for the reference model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from consent.rules import Limit, Part, Testimony, Viewer
from tests.reference.words import end_of_day, start_of_day


def holds(starts: datetime | None, ends: datetime | None, now: datetime) -> bool:
    """Half open; None is unbounded."""
    return not (starts is not None and now < starts) and not (ends is not None and now >= ends)


def active(limit: Limit, now: datetime) -> bool:
    """Limits start early and end late."""
    early = limit.starts_on is None or start_of_day(limit.starts_on) <= now
    return early and (limit.ends_on is None or now < end_of_day(limit.ends_on))


def misfit(testimony: Testimony) -> bool:
    """A telling voice or a record of somebody who is no narrator, or a version twice."""
    people = {v for v in testimony.voices if v is not None} | {c.narrator for c in testimony.consents}
    versions = [(c.narrator, c.version) for c in testimony.consents]
    return bool(people - set(testimony.narrators)) or len(versions) > len(set(versions))


def crooked(part: Part) -> bool:
    """A part that does not say what it is of."""
    lengths = {o.id for o in part.testimony.originals}
    placed = (
        part.original in lengths or bool(part.sources) or (part.original is None and part.medium == "entry")
    )
    spans = [part.span] if part.span else []
    stray = any(s.original != part.original for s in spans)
    spans += [*part.checked_redactions, *(s for named in part.name_spans for s in named.spans)]
    empty = any(not s.original or not 0 <= s.start_ms < s.end_ms for s in spans)
    homeless = part.original is None and part.medium != "entry"
    return not placed or homeless or stray or empty or (part.derivative is None) == bool(part.sources)


def until(viewer: Viewer, part: Part, now: datetime) -> datetime:
    """The first later instant at which anything begins or ends, at most five minutes away."""
    edges: set[datetime | None] = {now + timedelta(minutes=5)}
    edges |= {edge for f in viewer.facts for edge in (f.starts, f.ends)}
    for a in viewer.assignments:
        edges |= {a.starts, min(a.ends or a.starts + timedelta(days=90), a.starts + timedelta(days=90))}
    edges |= {edge for a in viewer.approvals for edge in (a.at, a.at + timedelta(hours=1))}
    edges |= edges_of(part)
    return min(edge for edge in edges if edge is not None and edge > now).astimezone(UTC)


def edges_of(part: Part) -> set[datetime | None]:
    """Edges of the rules of a part's testimony, and of those it was made from."""
    edges: set[datetime | None] = {c.effective for c in part.testimony.consents}
    if not misfit(part.testimony):
        days = [(g.opens_on, g.closes_on) for c in part.testimony.consents for g in c.grants]
        edges |= {moment(day, end_of_day) for day, _ in days} | {moment(day, start_of_day) for _, day in days}
        edges |= {moment(each.starts_on, start_of_day) for each in part.testimony.limits}
        edges |= {moment(each.ends_on, end_of_day) for each in part.testimony.limits}
    else:
        edges = set()
    return edges.union(*(edges_of(s.part) for s in part.sources))


def moment(day: date | None, turn: Callable[[date], datetime]) -> datetime | None:
    """The edge of a day, if there is one."""
    return None if day is None else turn(day)
