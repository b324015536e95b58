"""The two forms of rule (a grant opens, a limit closes) and the consent record that carries grants.

Values are checked once, when they are made: `known` is false where a word is outside the vocabulary or a
scope
names nothing, and every decision about a testimony that holds such a rule is a refusal. Source:
docs/consent.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from consent.days import closes_early, ends_late, is_aware, opens_late, starts_early
from consent.scope import (
    FOREVER_MS,
    WHOLE,
    Derivative,
    Field,
    Mention,
    Scope,
    Span,
    WholeOriginal,
    WholeTestimony,
    padded,
)
from consent.vocabulary import (
    ACTIONS,
    CONDITIONS,
    CONTENT_ACTIONS,
    FEATURES,
    PURPOSES,
    STATUSES,
    Action,
    Condition,
    Feature,
    Purpose,
    Status,
    is_audience,
    is_party,
)

_SHOWING = frozenset({Action.READ, Action.LISTEN, Action.WATCH})


def scope_is_known(scope: object) -> bool:
    """True if the scope is of a known kind and names something."""
    match scope:
        case WholeTestimony():
            return True
        case Span():
            return scope.sound
        case WholeOriginal():
            return bool(scope.original)
        case Field():
            return bool(scope.name)
        case Mention():
            return bool(scope.person) and bool(scope.spans) and all(span.sound for span in scope.spans)
        case Derivative():
            return bool(scope.id)
        case _:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A narrator's yes: to whom, for what, over which scope, showing what, between which days.

    audience: "pub", "edu", "res", "com:<id>", "fam:<person>", "self:<person>", "arc", "cust".
    opens_on: opens when that day is over, and only with `opening_reviewed` (two people looked); None: at
    once.
    closes_on: closes when that day begins; None: no end.
    conditions: all must be met by the viewer.
    """

    audience: str
    actions: frozenset[Action]
    purposes: frozenset[Purpose]
    scope: Scope = WHOLE
    features: frozenset[Feature] = frozenset()
    opens_on: date | None = None
    opening_reviewed: bool = False
    closes_on: date | None = None
    conditions: frozenset[Condition] = frozenset()
    opens_at: datetime | None = field(init=False, repr=False, compare=False)
    closes_at: datetime | None = field(init=False, repr=False, compare=False)
    known: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Turn days into instants and check the words, once."""
        object.__setattr__(self, "opens_at", None if self.opens_on is None else opens_late(self.opens_on))
        object.__setattr__(
            self, "closes_at", None if self.closes_on is None else closes_early(self.closes_on)
        )
        object.__setattr__(
            self,
            "known",
            is_audience(self.audience)
            and self.actions <= ACTIONS
            and self.purposes <= PURPOSES
            and self.features <= FEATURES
            and self.conditions <= CONDITIONS
            and scope_is_known(self.scope),
        )

    def live(self, now: datetime) -> bool:
        """True if the grant's days hold at `now`; a future opening that nobody reviewed never opens."""
        if self.opens_at is not None and (not self.opening_reviewed or now < self.opens_at):
            return False
        return self.closes_at is None or now < self.closes_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Somebody's no: by whom, over which scope, against which actions and purposes, for whom, between
    which days.

    by: "narrator:<person>", "keeper:<person>", "interviewer:<person>", "interpreter:<person>",
        "person:<person>", "council:<id>" or "archive".
    reason: a code such as "skip"; never free text about a person.
    actions, purposes: None means all.
    exempt: audiences that the limit does not bind ("all except ...").
    only: persons whom alone it binds ("not my son"); it binds them whatever facts of theirs have ended.
    protects: the narrator whom an archive's protective limit protects; it does not bind her.
    free_of: of "title", "summary", "tags", those that somebody looked at and found free of what is hidden.
    starts_on: binds from the start of that day. ends_on: binds until that day is over; set only by the
    limit's own
    party. review_on: a date to look again; it has no effect on any decision.
    """

    by: str
    reason: str
    scope: Scope = WHOLE
    actions: frozenset[Action] | None = None
    purposes: frozenset[Purpose] | None = None
    exempt: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    protects: str | None = None
    free_of: frozenset[str] = frozenset()
    starts_on: date | None = None
    ends_on: date | None = None
    review_on: date | None = None
    starts_at: datetime | None = field(init=False, repr=False, compare=False)
    ends_at: datetime | None = field(init=False, repr=False, compare=False)
    reach: frozenset[Action] = field(init=False, repr=False, compare=False)
    spans: tuple[Span, ...] = field(init=False, repr=False, compare=False)
    spares_narrators: bool = field(init=False, repr=False, compare=False)
    known: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Turn days into instants, pad the spans and check the words, once."""
        put = object.__setattr__
        put(self, "starts_at", None if self.starts_on is None else starts_early(self.starts_on))
        put(self, "ends_at", None if self.ends_on is None else ends_late(self.ends_on))
        put(self, "reach", _reach(self.actions))
        put(self, "spans", _padded_spans(self.scope))
        put(
            self,
            "spares_narrators",
            self.by.partition(":")[0] == "council" or isinstance(self.scope, Mention),
        )
        put(
            self,
            "known",
            is_party(self.by)
            and (self.actions is None or self.actions <= ACTIONS)
            and (self.purposes is None or self.purposes <= PURPOSES)
            and all(is_audience(word) for word in self.exempt)
            and scope_is_known(self.scope),
        )

    def live(self, now: datetime) -> bool:
        """True if the limit binds at `now`."""
        if self.starts_at is not None and now < self.starts_at:
            return False
        return self.ends_at is None or now < self.ends_at


def _reach(actions: frozenset[Action] | None) -> frozenset[Action]:
    """The actions a limit binds: one that names reading, listening or watching binds every use of content."""
    if actions is None:
        return ACTIONS
    return actions | CONTENT_ACTIONS if actions & _SHOWING else actions


def _padded_spans(scope: Scope) -> tuple[Span, ...]:
    """The spans a limit covers, padded; none for a limit on the whole, a field or a derivative."""
    match scope:
        case Span():
            return (padded(scope),)
        case Mention():
            return tuple(padded(span) for span in scope.spans)
        case WholeOriginal():
            return (Span(original=scope.original, start_ms=0, end_ms=FOREVER_MS),)
        case _:
            return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord:
    """One version of what one narrator agreed to. Records are only ever added, never changed.

    effective: aware instant from which this version can count; an earlier version counts until then.
    """

    narrator: str
    version: int
    status: Status
    effective: datetime
    grants: tuple[Grant, ...] = ()
    known: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the words, once."""
        known = self.status in STATUSES and is_aware(self.effective) and all(g.known for g in self.grants)
        object.__setattr__(self, "known", known)
