"""Classes for the index: the canonical rules of a moment, asked once for each class and not once for each
moment.

For every viewer the moments whose class `classes_for` returns, together with those `within_for` returns
for single
testimonies, are exactly those that `decide(viewer, FIND, moment)` allows; a property test compares the two.
Source: docs/consent.md, "Classes for the index".
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2s
from typing import Self

from consent.canonical import as_role, roles_of, spell, unspell
from consent.decision import decide
from consent.levels import PUBLIC_PURPOSES
from consent.part import Part, Testimony
from consent.viewer import Fact, Viewer
from consent.vocabulary import CONDITIONS, PURPOSES, Action, Effect

_NOT_STRANGERS = ("self:", "fam:", "arc", "cust")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexClass:
    """All rules that apply to a moment, as a value. Two are equal if the rules are, whenever they were
    worked out.

    form: the canonical spelling; it holds no person of the testimony, only roles.
    key: short hex digest of the form. The three others are as of the instant at which the class was worked
    out:
    open: every viewer with a public purpose finds it, and nobody with another purpose does.
    closes_at: the first instant at which an open one is open no longer without anybody changing anything,
    or None.
    indexable: somebody other than self, family, keepers, care staff and assigned staff may ever find it.
    """

    form: str
    open: bool = field(compare=False)
    closes_at: datetime | None = field(compare=False)
    indexable: bool = field(compare=False)
    key: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Work out the key, once."""
        object.__setattr__(self, "key", blake2s(self.form.encode("ascii"), digest_size=10).hexdigest())

    def to_json(self) -> str:
        """One line of JSON from which `from_json` makes the same class."""
        closes = None if self.closes_at is None else self.closes_at.isoformat()
        return json.dumps([self.form, self.open, closes, self.indexable])

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The class that `to_json` wrote. Raises ValueError for anything else."""
        form, is_open, closes, indexable = json.loads(text)
        closes_at = None if closes is None else datetime.fromisoformat(closes)
        return cls(form=form, open=is_open, closes_at=closes_at, indexable=indexable)


def index_class(part: Part, now: datetime) -> IndexClass | None:
    """The class of a moment at `now` (aware); None if it is no moment that could stand in an index.

    part: words of one segment or index point, with its `names_checked` and `name_spans`. Derivatives and
    redacted
    copies have no class: they are not indexed on their own.
    """
    form = spell(part, now.astimezone(UTC))
    return None if form is None else _worked_out(form, now.astimezone(UTC))


def may_find(viewer: Viewer, index_class: IndexClass, now: datetime) -> bool:
    """True if `viewer` may find moments of this class, facts that name a person of the testimony left
    aside."""
    return _finds(viewer, index_class.form, now)


def classes_for(viewer: Viewer, classes: Iterable[IndexClass], now: datetime) -> frozenset[str]:
    """Keys of the classes of which `viewer` may find every moment, in whatever testimony."""
    return frozenset(each.key for each in classes if may_find(viewer, each, now))


def within_for(
    viewer: Viewer, testimony: Testimony, classes: Iterable[IndexClass], now: datetime
) -> frozenset[str]:
    """Keys of the classes of which `viewer` may find every moment of this one testimony.

    classes: those of the testimony's moments, worked out from the same version of it. Here the viewer's
    facts about
    persons count: family of, being the narrator.
    """
    roles = roles_of(testimony)
    facts = tuple(replace(fact, audience=as_role(fact.audience, roles)) for fact in viewer.facts)
    here = replace(viewer, facts=facts, persons=viewer.known_as)
    return frozenset(each.key for each in classes if _finds(here, each.form, now))


def persons_bound(viewer: Viewer, now: datetime) -> frozenset[str]:
    """The persons to whom the viewer's facts bind at `now`; only their testimonies need `within_for`."""
    bound = (fact.audience.partition(":") for fact in viewer.facts if fact.live(now))
    return frozenset(person for kind, _, person in bound if kind in ("self", "fam"))


def persons_in_rules(testimony: Testimony) -> frozenset[str]:
    """The persons whom the testimony's rules can tell apart: narrators, and others whom a rule lets in by
    name."""
    return frozenset(roles_of(testimony))


def sees_open(viewer: Viewer) -> bool:
    """True if `viewer` finds what is open: for the purposes the public has, everybody does; for others
    nobody."""
    return viewer.known and viewer.purpose in PUBLIC_PURPOSES


def _finds(viewer: Viewer, form: str, now: datetime) -> bool:
    return decide(viewer, Action.FIND, unspell(form), now).effect is Effect.ALLOW


@lru_cache(maxsize=8192)
def _worked_out(form: str, now: datetime) -> IndexClass:
    later = [instant for instant in unspell(form).testimony.boundaries if instant > now]
    is_open = _open_at(form, now)
    closes_at = next((instant for instant in later if not _open_at(form, instant)), None) if is_open else None
    indexable = is_open or any(_for_strangers(form, instant) for instant in (now, *later))
    return IndexClass(form=form, open=is_open, closes_at=closes_at, indexable=indexable)


def _open_at(form: str, now: datetime) -> bool:
    """True if the bare public finds it for each public purpose, no named person is kept from it, and for
    any other
    purpose not even the viewer with every fact finds it."""
    if any(limit.only and limit.live(now) for limit in unspell(form).testimony.limits):
        return False
    if not all(_finds(Viewer(purpose=purpose), form, now) for purpose in PUBLIC_PURPOSES):
        return False
    facts = _every_fact(form)
    others = PURPOSES - PUBLIC_PURPOSES
    return not any(
        _finds(Viewer(facts=facts, purpose=purpose, conditions=CONDITIONS), form, now) for purpose in others
    )


def _for_strangers(form: str, now: datetime) -> bool:
    """True if somebody who is none of the testimony's own people finds it."""
    facts = tuple(fact for fact in _every_fact(form) if not fact.audience.startswith(_NOT_STRANGERS))
    return any(
        _finds(Viewer(facts=facts, purpose=purpose, conditions=CONDITIONS), form, now) for purpose in PURPOSES
    )


def _every_fact(form: str) -> tuple[Fact, ...]:
    """Every fact that a rule of this class can ask for. More facts never give less, but for `only` limits."""
    testimony = unspell(form).testimony
    words = {grant.audience for record in testimony.consents for grant in record.grants}
    words |= {word for limit in testimony.limits for word in limit.exempt}
    words |= {f"self:{limit.protects}" for limit in testimony.limits if limit.protects is not None}
    words |= {f"self:{narrator}" for narrator in testimony.narrators}
    return tuple(Fact(audience=word) for word in sorted(words))
