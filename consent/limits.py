"""Step 5 of a decision: which limits bind this viewer, and what do they take away?

A limit of any party is subtracted last and never outweighed. Source: docs/consent.md, "The order of a
decision".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from consent.part import Part, Testimony
from consent.question import Question
from consent.scope import Derivative, Field, Span, WholeTestimony, clipped, inside, joined, overlap, without
from consent.terms import Limit
from consent.vocabulary import CATALOGUE_ACTIONS, Action

#: What a catalogue entry says in words, and so may give away what is hidden elsewhere.
TELLING_FIELDS = frozenset({"title", "summary", "tags"})


class Cut(NamedTuple):
    """What is taken away: all of it (`refused` says why), or spans and fields."""

    refused: str | None = None
    spans: tuple[Span, ...] = ()
    fields: frozenset[str] = frozenset()


NOTHING = Cut()


def cut_by_limits(question: Question) -> Cut:
    """Subtract every limit that binds the viewer for this action."""
    limits = binding(question)
    if any(isinstance(limit.scope, WholeTestimony) for limit in limits):
        return Cut(refused="limit")
    if question.may_see_hidden:
        return NOTHING
    if _cover_everything(question.part.testimony, limits):
        return Cut(refused="limit")
    if question.action is Action.EXIST:
        return NOTHING
    return _entry_cut(limits, question.part) if question.about_entry else _content_cut(limits, question.part)


def binding(question: Question) -> list[Limit]:
    """The limits that bind this viewer for this action now, whatever they are about."""
    viewer, facts, now = question.viewer, question.facts, question.now
    chain, catalogue = question.chain_set, question.action in CATALOGUE_ACTIONS
    found = []
    for limit in question.part.testimony.limits:
        if limit.reach.isdisjoint(chain) or not limit.live(now):
            continue
        if limit.purposes is not None and (catalogue or viewer.purpose not in limit.purposes):
            continue
        if limit.only and limit.only.isdisjoint(viewer.known_as):
            continue
        if not limit.exempt.isdisjoint(facts) or (question.is_narrator and limit.spares_narrators):
            continue
        if limit.protects is not None and f"self:{limit.protects}" in facts:
            continue
        found.append(limit)
    return found


def cut_spans(part: Part, hidden: Iterable[Span]) -> Cut:
    """Take padded spans out of a part: none of them may be in what is served.

    Spans on other time lines do not concern the part itself; where it was made from them, its sources are
    asked.
    """
    red: list[Span] = []
    region = part.region
    for span in hidden:
        if region is None or span.original != region.original:
            continue
        left = without(span, part.checked_redactions)
        if not left:
            continue
        if not part.timed:
            return Cut(refused="unaligned")
        for piece in left:
            if inside(region, piece):
                return Cut(refused="limit")
            if overlap(piece, region):
                red.append(clipped(piece, region))
    return Cut(spans=joined(red))


def _entry_cut(limits: Iterable[Limit], part: Part) -> Cut:
    """An entry loses the fields that are limited, and the words that may tell what a hidden span says."""
    fields: set[str] = set()
    for limit in limits:
        if isinstance(limit.scope, Field):
            fields.add(limit.scope.name)
        elif limit.spans or _is_about(limit, part):
            fields |= TELLING_FIELDS - limit.free_of
    return Cut(fields=frozenset(fields))


def _content_cut(limits: Iterable[Limit], part: Part) -> Cut:
    if any(_is_about(limit, part) for limit in limits):
        return Cut(refused="limit")
    return cut_spans(part, (span for limit in limits for span in limit.spans))


def _is_about(limit: Limit, part: Part) -> bool:
    """True if the limit is on this very derivative."""
    return isinstance(limit.scope, Derivative) and limit.scope.id == part.derivative


def _cover_everything(testimony: Testimony, limits: Iterable[Limit]) -> bool:
    """True if the limits together leave nothing of any original: then they are a limit on the whole."""
    spans = joined([span for limit in limits for span in limit.spans])
    regions = testimony.regions.values()
    return bool(regions) and all(any(inside(region, span) for span in spans) for region in regions)
