"""Random parts of random testimonies, and whole random questions; see tests/worlds.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from consent.rules import (
    NameSpan,
    Original,
    Part,
    Source,
    Span,
    Testimony,
    Viewer,
)
from consent.vocabulary import (
    Action,
    Feature,
    Medium,
    PersonClass,
)
from tests.worlds import NOW, PERSONS, instant, random_testimony, span, viewer

_ACTIONS, _MEDIA, _KINDS = list(Action), list(Medium), list(PersonClass)
_CONTENT_MEDIA = [Medium.TEXT, Medium.TEXT, Medium.SOUND, Medium.SOUND, Medium.PICTURE, Medium.VIDEO]


def name_spans(rng: Random, originals: tuple[Original, ...]) -> tuple[NameSpan, ...]:
    """Marks of names of narrators and of others."""
    if not originals or rng.random() < 0.4:
        return ()
    return tuple(
        NameSpan(
            person=rng.choice(("n1", "n1", "n2", "x1", "x2")),
            kind=rng.choice(_KINDS),
            spans=tuple(span(rng, rng.choice(originals)) for _ in range(rng.randint(1, 2))),
        )
        for _ in range(rng.randint(1, 2))
    )


def moment(rng: Random, about: Testimony) -> Part:
    """The words of one segment, or of a whole untimed text, as the index knows them."""
    original = rng.choice(about.originals)
    return Part(
        testimony=about,
        medium=Medium.TEXT,
        original=original.id,
        span=span(rng, original) if rng.random() < 0.9 else None,
        aligned=rng.random() < 0.9,
        names_checked=rng.random() < 0.85,
        name_spans=name_spans(rng, about.originals),
        index_version=about.index_version,
    )


def part(rng: Random, about: Testimony) -> Part:
    """Any part: an entry, something of an original, or something made from one or two of them."""
    roll = rng.random()
    if roll < 0.15:
        bare = Part(testimony=about, medium=Medium.ENTRY, names_checked=rng.random() < 0.7)
        return replace(bare, name_spans=name_spans(rng, about.originals), index_version=about.index_version)
    base = replace(
        moment(rng, about),
        medium=rng.choice(_CONTENT_MEDIA),
        masks=frozenset((who, feature) for who in PERSONS[:2] for feature in Feature if rng.random() < 0.3),
        checked_redactions=_redactions(rng, about.originals),
        index_version=about.index_version - (rng.random() < 0.05),
    )
    if rng.random() < 0.02:
        base = replace(base, medium=rng.choice((None, Medium.ENTRY)))
    return _derived(rng, about, base) if roll > 0.8 else base


def _redactions(rng: Random, originals: tuple[Original, ...]) -> tuple[Span, ...]:
    return tuple(span(rng, rng.choice(originals)) for _ in range(rng.choice((0, 0, 0, 1, 2))))


def _derived(rng: Random, about: Testimony, base: Part) -> Part:
    """A clip on a time line of its own, or a track on the original's, sometimes made from something made."""
    first = replace(base, masks=frozenset(), checked_redactions=())
    sources = [Source(part=first, at_ms=rng.choice((0, 0, 5_000, None)))]
    if rng.random() < 0.2:
        sources.append(
            Source(part=replace(moment(rng, about), medium=rng.choice(_CONTENT_MEDIA)), at_ms=None)
        )
    own_line = rng.random() < 0.6
    cuts = base.checked_redactions
    if own_line and cuts:
        shift = first.region.start_ms if first.region is not None else 0
        cuts = tuple(
            Span(original="clip", start_ms=max(0, c.start_ms - shift), end_ms=max(1, c.end_ms - shift))
            for c in cuts
        )
    made = Part(
        testimony=about,
        medium=rng.choice(_MEDIA),
        original="clip" if own_line else base.original,
        span=None if own_line or not base.aligned else base.span,
        aligned=base.aligned,
        derivative="clip",
        sources=tuple(sources),
        masks=base.masks,
        checked_redactions=cuts,
        names_checked=base.names_checked,
        name_spans=() if own_line else base.name_spans,
        index_version=about.index_version,
    )
    if rng.random() < 0.15:
        return replace(made, medium=Medium.TEXT, sources=(Source(part=made, at_ms=rng.choice((0, None))),))
    return made


def moment_of_asking(rng: Random, who: Viewer, about: Part) -> datetime:
    """An instant near NOW: as often as not on, just before or just after a boundary of some rule."""
    boundaries = [*who.boundaries, *about.testimony.boundaries]
    if boundaries and rng.random() < 0.5:
        return rng.choice(boundaries) + timedelta(seconds=rng.choice((-1, 0, 1)))
    return instant(rng) if rng.random() < 0.3 else NOW


def case(rng: Random) -> tuple[Viewer, Action, Part, datetime]:
    """One whole random question."""
    return next(cases(rng))


def cases(rng: Random) -> Iterator[tuple[Viewer, Action, Part, datetime]]:
    """Random questions without end; each testimony is asked about a dozen times: making one takes longest."""
    while True:
        about = random_testimony(rng, "t1")
        for _ in range(3):
            what = part(rng, about)
            for _ in range(4):
                who = viewer(rng, about.id)
                yield who, rng.choice(_ACTIONS), what, moment_of_asking(rng, who, what)
