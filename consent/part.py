"""What is asked about: a testimony as policy sees it, and one part of it.

Nothing here holds content: no word, name or picture, only keys, times, states and rules. Values are
checked once,
when they are made; a fault does not raise, it makes every decision about the value a refusal, because a
value that
could not be made might be skipped. Source: docs/consent.md, "What is asked about".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from consent.scope import FOREVER_MS, Span
from consent.terms import ConsentRecord, Limit
from consent.vocabulary import MEDIA, PERSON_CLASSES, STATES, Feature, Medium, PersonClass, State, Status

UNKNOWN_WORD = "unknown_vocabulary"
ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """One thing as received. length_ms is None where it has no time line (paper, a photograph, a text)."""

    id: str
    length_ms: int | None = None

    @property
    def region(self) -> Span:
        """The whole of it; untimed originals reach to FOREVER_MS, so that no span covers them by accident."""
        return Span(
            original=self.id, start_ms=0, end_ms=FOREVER_MS if self.length_ms is None else self.length_ms
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NameSpan:
    """Where one person's name is said or written, in spans of the part's own time line."""

    person: str
    kind: PersonClass
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Testimony:
    """A testimony as policy sees it: people, state, records, limits, originals. Never its content.

    voices: for each telling voice the person it is linked to, None while it is linked to nobody.
    limits: those of every party; they are rows of their own and not part of any narrator's record.
    tombstone_agreed: every narrator agreed that a withdrawn testimony may be spoken of as gone.
    flaw: None, or the reason with which every decision is refused. unlinked: no narrator, or a voice that is
    linked to nobody; then only assigned staff may work on it.
    """

    __test__: ClassVar[bool] = False  # the name begins with Test, but it is no test class for pytest

    id: str
    state: State
    narrators: tuple[str, ...] = ()
    voices: tuple[str | None, ...] = ()
    consents: tuple[ConsentRecord, ...] = ()
    limits: tuple[Limit, ...] = ()
    originals: tuple[Original, ...] = ()
    index_version: int = 0
    tombstone_agreed: bool = False
    flaw: str | None = field(init=False, repr=False, compare=False)
    unlinked: bool = field(init=False, repr=False, compare=False)
    regions: Mapping[str, Span] = field(init=False, repr=False, compare=False)
    records: Mapping[str, tuple[ConsentRecord, ...]] = field(init=False, repr=False, compare=False)
    boundaries: tuple[datetime, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the words, order the records, collect the instants at which a rule changes, once."""
        put = object.__setattr__
        put(self, "flaw", self._flaw())
        put(self, "unlinked", not self.narrators or None in self.voices)
        put(self, "regions", {original.id: original.region for original in self.originals})
        put(self, "records", self._records() if self.flaw is None else {})
        put(self, "boundaries", self._boundaries() if self.flaw is None else ())

    def record_of(self, narrator: str, now: datetime) -> ConsentRecord | None:
        """The narrator's record that counts at `now`: the highest version in effect that was answered at
        all."""
        for record in self.records.get(narrator, ()):
            if record.effective <= now:
                return record
        return None

    def _flaw(self) -> str | None:
        rules_known = all(record.known for record in self.consents) and all(
            limit.known for limit in self.limits
        )
        if self.state not in STATES or not rules_known:
            return UNKNOWN_WORD
        people = set(self.narrators)
        strangers = any(voice is not None and voice not in people for voice in self.voices)
        strangers = strangers or any(record.narrator not in people for record in self.consents)
        versions = {(record.narrator, record.version) for record in self.consents}
        lengths = all(original.id and original.region.sound for original in self.originals)
        if strangers or len(versions) != len(self.consents) or not lengths or not self.id:
            return ERROR
        return None

    def _records(self) -> dict[str, tuple[ConsentRecord, ...]]:
        answered = [record for record in self.consents if record.status != Status.REQUESTED]
        answered.sort(key=lambda record: record.version, reverse=True)
        return {who: tuple(each for each in answered if each.narrator == who) for who in self.narrators}

    def _boundaries(self) -> tuple[datetime, ...]:
        instants: set[datetime | None] = set()
        for record in self.consents:
            instants.add(record.effective)
            for grant in record.grants:
                instants.update((grant.opens_at, grant.closes_at))
        for limit in self.limits:
            instants.update((limit.starts_at, limit.ends_at))
        return tuple(sorted(each for each in instants if each is not None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A part from which a derivative is made.

    at_ms: where, on the derivative's time line, the first millisecond of the source part lies; None if
    times do not
    carry over (a summary, a poster), so that no redaction of the derivative counts for the source.
    """

    part: Part
    at_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing a viewer may ask for.

    original: key of the original, or of the clip where it has a time line of its own; None only for an entry.
    span: None means the whole original. aligned: the part's times are those of the original; if not, any
    limit on
    a span of that original refuses the part.
    derivative: key of the derived thing; then `sources` says from what it is made.
    masks: (person, feature) that this rendition hides, checked by a person.
    checked_redactions: spans left out of this rendition, checked by a person other than its maker.
    names_checked: somebody marked in this revision (or entry) where names are said. name_spans: the marks.
    index_version: for FIND, the version at which the row was written.
    """

    testimony: Testimony
    medium: Medium | None
    original: str | None = None
    span: Span | None = None
    aligned: bool = True
    derivative: str | None = None
    sources: tuple[Source, ...] = ()
    masks: frozenset[tuple[str, Feature]] = frozenset()
    checked_redactions: tuple[Span, ...] = ()
    names_checked: bool = False
    name_spans: tuple[NameSpan, ...] = ()
    index_version: int | None = None
    # region: the range asked for on the part's own time line, None for an entry of the whole testimony.
    # regions: the ranges of originals that a grant must reach, none meaning all of the testimony.
    region: Span | None = field(init=False, repr=False, compare=False)
    regions: tuple[Span, ...] = field(init=False, repr=False, compare=False)
    timed: bool = field(init=False, repr=False, compare=False)
    foreign: bool = field(init=False, repr=False, compare=False)
    flaw: str | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out what range is meant and whether the question makes sense, once."""
        put = object.__setattr__
        region = self._region()
        put(self, "region", region)
        put(self, "timed", self.aligned and region is not None and region.end_ms < FOREVER_MS)
        put(self, "regions", self._regions(region))
        other = any(source.part.testimony.id != self.testimony.id for source in self.sources)
        put(self, "foreign", other or any(source.part.foreign for source in self.sources))
        put(self, "flaw", self._flaw())

    @property
    def is_entry(self) -> bool:
        """True for the catalogue record."""
        return self.medium == Medium.ENTRY

    def _region(self) -> Span | None:
        whole = None if self.original is None else self.testimony.regions.get(self.original)
        if self.span is not None and self.aligned and (whole is None or whole.end_ms < FOREVER_MS):
            return self.span
        if whole is not None or self.original is None:
            return whole
        ends = [_end_on(source) for source in self.sources]
        return Span(original=self.original, start_ms=0, end_ms=min(FOREVER_MS, max(ends, default=FOREVER_MS)))

    def _regions(self, own: Span | None) -> tuple[Span, ...]:
        """The ranges of originals it shows; empty means all of the testimony."""
        if not self.sources:
            return () if own is None else (own,)
        parts = [source.part.regions for source in self.sources]
        return tuple(each for regions in parts for each in regions) if all(parts) else ()

    def _flaw(self) -> str | None:
        if self.medium is not None and self.medium not in MEDIA:
            return UNKNOWN_WORD
        if any(named.kind not in PERSON_CLASSES for named in self.name_spans):
            return UNKNOWN_WORD
        lost = self.original is not None and self.original not in self.testimony.regions and not self.sources
        stray = self.span is not None and (self.span.original != self.original or not self.span.sound)
        homeless = self.original is None and not self.is_entry
        spans = [*self.checked_redactions, *(span for named in self.name_spans for span in named.spans)]
        derived_badly = (self.derivative is None) != (not self.sources)
        bad = (
            self.medium is None
            or lost
            or stray
            or homeless
            or derived_badly
            or not all(s.sound for s in spans)
        )
        return ERROR if bad else None


def _end_on(source: Source) -> int:
    """Where the source ends on the derivative's time line; FOREVER_MS if times do not carry over."""
    region = source.part.region
    if source.at_ms is None or region is None or region.end_ms >= FOREVER_MS:
        return FOREVER_MS
    return source.at_ms + region.length_ms
