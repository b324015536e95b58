"""What a rule is about: the whole testimony, one original, a span of it, a field, a mention, a derivative.

Media time is integer milliseconds inside one original; a span always carries its original, so that seconds of
one tape are never read as seconds of another. Source: docs/consent.md, "Scopes".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

#: End of a span that reaches to the end of an original whatever its length; also the length of untimed ones.
FOREVER_MS = 2**53
#: What is said spills over the marks that people set: every limit on a span reaches this much further.
PAD_MS = 2_000

_IN_ORDER = attrgetter("original", "start_ms", "end_ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A half-open range [start_ms, end_ms) on the time line of one original (or of one clip, by its id)."""

    original: str
    start_ms: int
    end_ms: int

    @property
    def sound(self) -> bool:
        """True if the span names an original and has a length."""
        return bool(self.original) and 0 <= self.start_ms < self.end_ms

    @property
    def length_ms(self) -> int:
        """Length in milliseconds."""
        return self.end_ms - self.start_ms

    def holds(self, regions: tuple[Span, ...], derivative: str | None) -> bool:
        """True if every region lies inside this span; a whole testimony (no regions) never does."""
        del derivative
        return bool(regions) and all(inside(region, self) for region in regions)


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeTestimony:
    """Everything in the testimony."""

    def holds(self, regions: tuple[Span, ...], derivative: str | None) -> bool:
        """Always true: nothing of a testimony lies outside it."""
        del regions, derivative
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeOriginal:
    """One original from its first to its last moment."""

    original: str

    def holds(self, regions: tuple[Span, ...], derivative: str | None) -> bool:
        """True if every region is of this original."""
        del derivative
        return bool(regions) and all(region.original == self.original for region in regions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of the catalogue entry, such as "village". A grant cannot be about a field alone."""

    name: str

    def holds(self, regions: tuple[Span, ...], derivative: str | None) -> bool:
        """Never: a field is no part of the words, the sound or the picture."""
        del regions, derivative
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Where one person is named or shown. It can be limited; it opens nothing."""

    person: str
    spans: tuple[Span, ...]

    def holds(self, regions: tuple[Span, ...], derivative: str | None) -> bool:
        """Never: nobody's mention grants access to somebody else's testimony."""
        del regions, derivative
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivative:
    """One thing made from the testimony (a clip, a translation), by its id."""

    id: str

    def holds(self, regions: tuple[Span, ...], derivative: str | None) -> bool:
        """True for that derivative alone."""
        del regions
        return derivative == self.id


Scope = WholeTestimony | WholeOriginal | Span | Field | Mention | Derivative
WHOLE = WholeTestimony()


def inside(inner: Span, outer: Span) -> bool:
    """True if `inner` lies within `outer` on the same time line."""
    return (
        inner.original == outer.original and outer.start_ms <= inner.start_ms and inner.end_ms <= outer.end_ms
    )


def overlap(a: Span, b: Span) -> bool:
    """True if the two share at least one millisecond."""
    return a.original == b.original and a.start_ms < b.end_ms and b.start_ms < a.end_ms


def padded(span: Span, pad_ms: int = PAD_MS) -> Span:
    """The span, `pad_ms` longer on both sides and never before zero."""
    return Span(original=span.original, start_ms=max(0, span.start_ms - pad_ms), end_ms=span.end_ms + pad_ms)


def clipped(span: Span, frame: Span) -> Span:
    """The part of `span` that lies in `frame`; the two must overlap."""
    if inside(span, frame):
        return span
    return Span(
        original=span.original,
        start_ms=max(span.start_ms, frame.start_ms),
        end_ms=min(span.end_ms, frame.end_ms),
    )


def without(span: Span, cuts: Sequence[Span]) -> tuple[Span, ...]:
    """What is left of `span` after taking away every cut, in order of time."""
    if not cuts:
        return (span,)
    left = [span]
    for cut in cuts:
        if not any(overlap(piece, cut) for piece in left):
            continue
        pieces: list[Span] = []
        for piece in left:
            if not overlap(piece, cut):
                pieces.append(piece)
                continue
            if piece.start_ms < cut.start_ms:
                pieces.append(Span(original=span.original, start_ms=piece.start_ms, end_ms=cut.start_ms))
            if cut.end_ms < piece.end_ms:
                pieces.append(Span(original=span.original, start_ms=cut.end_ms, end_ms=piece.end_ms))
        left = pieces
    return tuple(left)


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same instants as few spans, sorted by original and time, touching ones made one."""
    result: list[Span] = []
    for span in sorted(spans, key=_IN_ORDER):
        last = result[-1] if result else None
        if last is not None and last.original == span.original and span.start_ms <= last.end_ms:
            if span.end_ms > last.end_ms:
                result[-1] = Span(original=last.original, start_ms=last.start_ms, end_ms=span.end_ms)
        else:
            result.append(span)
    return tuple(result)
