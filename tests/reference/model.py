"""A second model of consent, written from docs/consent.md with sets alone, to be compared with `decide()`.

It shares nothing with consent/ but the value types: no computed attribute, method or helper of theirs is
used, and the arithmetic is another one. Times are cut into cells at every edge that occurs; a span is the set
of its cells.
Slow and plain on purpose. It also gives the expected values of the generated matrix of routes and doors.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from consent.rules import (
    Derivative,
    Field,
    Grant,
    Limit,
    Part,
    Testimony,
    Viewer,
    WholeTestimony,
)
from tests.reference.ranges import (
    Cells,
    Grid,
    covers_all,
    in_time,
    melt,
    seen_through,
    take,
    wider,
)
from tests.reference.times import active, crooked, holds, misfit, until
from tests.reference.words import (
    SHOWS,
    TAKES_IN,
    TELLING,
    UNINVITING,
    VIEWING,
    binds,
    chain_of,
    words_known,
)
from tests.reference.yes import fits, in_force, unmet_by


class Answer(NamedTuple):
    """What came out, in plain words and plain sets."""

    effect: str
    reason: str
    cells: Cells = frozenset()
    fields: frozenset[str] = frozenset()


class Full(NamedTuple):
    """The answer with its face and end, comparable with a Decision."""

    effect: str
    reason: str
    face: str
    spans: tuple[tuple[str, int, int], ...]
    fields: frozenset[str]
    until: datetime


def reference(viewer: Viewer, action: str, part: Part, now: datetime) -> Full:
    """What the model says; `now` is aware."""
    if str(action) not in TAKES_IN["all"] or not words_known(viewer, part):
        return Full("DENY", "unknown_vocabulary", "not_found", (), frozenset(), now)
    if part.medium is None:
        return Full("DENY", "error", "not_found", (), frozenset(), now)
    answer = answer_of(viewer, str(action), part, now, SHOWS["all"])
    face = face_of(viewer, answer, part, now)
    return Full(
        answer.effect, answer.reason, face, melt(answer.cells), answer.fields, until(viewer, part, now)
    )


def answer_of(viewer: Viewer, action: str, part: Part, now: datetime, cared: frozenset[str]) -> Answer:
    """Steps 1 to 8."""
    testimony = part.testimony
    facts = {"pub"} | {f.audience for f in viewer.facts if holds(f.starts, f.ends, now)}
    work = tasks(viewer, testimony, now) if action in VIEWING else set()
    chain = chain_of(action, str(part.medium))
    features = cared & shown_by(action, part)
    of_sources = features | (cared & {"NAME"} if "DESCRIBE" in chain else frozenset())

    unlinked = not testimony.narrators or None in testimony.voices
    if crooked(part) or misfit(testimony) or (unlinked and not work):
        return Answer("DENY", "error")
    if action == "FIND" and part.index_version != testimony.index_version:
        return Answer("DENY", "stale_index")

    emergency = testimony.state in {"sealed", "disputed"} and broken_glass(viewer, facts, testimony, now)
    at_work = testimony.state in {"draft", "thinking"} and bool(work)
    if testimony.state != "active" and not emergency and not at_work:
        return Answer("DENY", f"state:{testimony.state}")

    lost: set[str] = set()
    for source in part.sources:
        inner = seen_through(part, source)
        for wanted in dict.fromkeys([*chain, *TAKES_IN.get(str(inner.medium), [])]):
            if inner.medium is None:
                return Answer("DENY", "source_error")
            found = answer_of(viewer, wanted, inner, now, of_sources)
            if found.effect == "DENY":
                return Answer("DENY", f"source_{found.reason}")
            if found.cells:
                return Answer("DENY", "source_redaction")
            lost |= found.fields
    on_fields = action == "DESCRIBE" or part.medium == "entry"
    if not on_fields:
        lost = set()

    selves = {f"self:{n}" for n in testimony.narrators}
    doors = facts | (selves if facts & selves else set())
    used: dict[tuple[str, str], list[Grant]] = {}
    if not work:
        for narrator in testimony.narrators:
            given = in_force(testimony, narrator, now)
            if given is None or given.status not in {"given", "renewed"}:
                return Answer("DENY", "no_valid_consent")
            for wanted in chain:
                fit = [g for g in given.grants if fits(g, wanted, doors, viewer, part, now)]
                unmet = {id(g): unmet_by(g, wanted, viewer) for g in fit}
                good = [g for g in fit if not unmet[id(g)]]
                if not good and fit:
                    return Answer("DENY", "condition:" + min(x for names in unmet.values() for x in names))
                if not good:
                    return Answer("DENY", f"no_grant:{wanted}")
                used[narrator, wanted] = good
    content = {key: good for key, good in used.items() if key[1] != "EXIST"}
    hidden = {
        (key[0], f)
        for key, good in content.items()
        for f in features
        if not any(f in g.features for g in good)
    }

    grid = Grid(part)
    red: set[tuple[str, int, int]] = set()
    binding = [
        each
        for each in testimony.limits
        if active(each, now) and binds(each, action, chain, viewer, facts, bool(facts & selves))
    ]
    if any(isinstance(each.scope, WholeTestimony) for each in binding):
        return Answer("DENY", "limit")
    if not work & {"hide", "check"}:
        if covers_all(testimony, binding):
            return Answer("DENY", "limit")
        if on_fields and action != "EXIST":
            lost |= {each.scope.name for each in binding if isinstance(each.scope, Field)}
            tells = [each for each in binding if in_time(each) or is_of(each, part)]
            lost |= {word for each in tells for word in TELLING - each.free_of}
        elif action != "EXIST":
            if any(is_of(each, part) for each in binding):
                return Answer("DENY", "limit")
            refusal = take(grid, part, [span for each in binding for span in in_time(each)], red)
            if refusal:
                return Answer("DENY", refusal)

    if "NAME" in features and not work:
        narrated = {n for n, f in hidden if f == "NAME"}
        strange = [s for s in part.name_spans if s.person not in testimony.narrators]
        secret = [s for s in strange if keeps_secret(str(s.kind), action, content, bool(facts & selves))]
        guess = {"private", "alleged"} if not part.names_checked else set()
        others = bool(secret) or any(keeps_secret(k, action, content, bool(facts & selves)) for k in guess)
        if on_fields:
            lost |= {w for w, yes in (("name", bool(narrated)), ("names", others)) if yes}
            lost |= TELLING if (narrated or others) and not part.names_checked else set()
        elif narrated or others:
            if not part.names_checked:
                return Answer("DENY", "names_unchecked")
            marks = [s for s in part.name_spans if s in secret or s.person in narrated]
            refusal = take(grid, part, [wider(x) for s in marks for x in s.spans], red)
            if refusal:
                return Answer("DENY", refusal)
    if {(n, f) for n, f in hidden if f != "NAME"} - {(n, str(f)) for n, f in part.masks}:
        return Answer("DENY", "no_masked_rendition")

    if (red or lost) and action in {"DOWNLOAD", "EMBED", "COMPUTE"}:
        return Answer("DENY", "redacted_copy_needed")
    if action == "EMBED":
        anybody = Viewer()
        for wanted in TAKES_IN[str(part.medium)]:
            if answer_of(anybody, wanted, part, now, features).effect != "ALLOW":
                return Answer("DENY", "embed_not_public")
    size = sum(hi - lo for _, lo, hi in red)
    if red and size * 100 >= 90 * sum(hi - lo for _, lo, hi in grid.own):
        return Answer("DENY", "nothing_left")
    if red or lost:
        return Answer("REDACT", "redacted", frozenset(red), frozenset(lost))
    return Answer("ALLOW", "break_glass" if emergency else "assignment" if work else "granted")


def face_of(viewer: Viewer, answer: Answer, part: Part, now: datetime) -> str:
    """What the viewer is told."""
    if answer.effect != "DENY":
        return "ok"
    testimony = part.testimony
    facts = {"pub"} | {f.audience for f in viewer.facts if holds(f.starts, f.ends, now)}
    narrates = any(f"self:{n}" in facts for n in testimony.narrators)
    hushing = [
        each
        for each in testimony.limits
        if isinstance(each.scope, WholeTestimony)
        and active(each, now)
        and binds(each, "EXIST", ["EXIST"], viewer, facts, narrates)
    ]
    if testimony.state in {"withdrawn", "destroyed"} and testimony.tombstone_agreed and not hushing:
        return "gone"
    reason = answer.reason.replace("source_", "")
    exists = answer_of(viewer, "EXIST", part, now, SHOWS["all"])
    if reason == "error" or exists.effect == "DENY":
        return "not_found"
    if reason.startswith("condition"):
        return "needs"
    return "not_available" if reason in UNINVITING else "ask"


def tasks(viewer: Viewer, testimony: Testimony, now: datetime) -> set[str]:
    """Tasks of assignments to this testimony that hold, if the purpose is care."""
    mine = [a for a in viewer.assignments if a.testimony == testimony.id and viewer.purpose == "care"]
    return {str(a.task) for a in mine if holds(a.starts, a.ends, now) and now - a.starts < timedelta(days=90)}


def broken_glass(viewer: Viewer, facts: set[str], testimony: Testimony, now: datetime) -> bool:
    """Two custodians, within the hour, for care."""
    hour = timedelta(hours=1)
    hands = {
        a.custodian
        for a in viewer.approvals
        if a.testimony == testimony.id and timedelta(0) <= now - a.at < hour
    }
    return viewer.purpose == "care" and "cust" in facts and len(hands) > 1


def shown_by(action: str, part: Part) -> frozenset[str]:
    """What of a narrator this can show."""
    return (
        frozenset()
        if action == "EXIST"
        else SHOWS["entry"]
        if action == "DESCRIBE"
        else SHOWS[str(part.medium)]
    )


def keeps_secret(kind: str, action: str, content: dict[tuple[str, str], list[Grant]], narrates: bool) -> bool:
    """True if the name of somebody of this kind is not for this viewer."""
    doors = [{g.audience for g in good} for good in content.values()]
    if narrates or kind in {"remembered", "judged", "permitted"}:
        return False
    if kind in {"private", "alleged"}:
        return any(each <= {"pub", "reg", "edu"} for each in doors) or (kind, action) == ("alleged", "FIND")
    return not all("cust" in each for each in doors)


def is_of(limit: Limit, part: Part) -> bool:
    """The limit is on this derivative."""
    return isinstance(limit.scope, Derivative) and limit.scope.id == part.derivative
