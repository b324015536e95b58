"""Ranges of time as sets of cells, for the reference model: what a part shows, what a limit takes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from consent.rules import Limit, Mention, Part, Source, Span, Testimony, WholeOriginal

ENDLESS = 2**53
Cells = frozenset[tuple[str, int, int]]


def at_home(part: Part) -> bool:
    """Everything it was made from is of the same testimony."""
    return all(s.part.testimony.id == part.testimony.id and at_home(s.part) for s in part.sources)


def ranges_of(part: Part) -> list[tuple[str, int, int]] | None:
    """What it shows of originals; None for all."""
    if not part.sources:
        return own_range(part)
    found = [ranges_of(s.part) for s in part.sources]
    return None if None in found else [r for each in found if each for r in each]


def own_range(part: Part) -> list[tuple[str, int, int]] | None:
    """R on the part's own time line; None for an entry of the whole."""
    if part.original is None:
        return None
    lengths = {o.id: o.length_ms for o in part.testimony.originals}
    untimed = part.original in lengths and lengths[part.original] is None
    if part.span and part.aligned and not untimed:
        return [(part.original, part.span.start_ms, part.span.end_ms)]
    if part.original in lengths:
        return [(part.original, 0, lengths[part.original] or ENDLESS)]
    ends = [ENDLESS]
    if part.sources:
        ends = [ENDLESS if (r := lasts(s)) is None or s.at_ms is None else s.at_ms + r for s in part.sources]
    return [(part.original, 0, min(ENDLESS, max(ends)))]


def lasts(source: Source) -> int | None:
    """How long the source is, None if it has no time line."""
    own = own_range(source.part)
    return None if own is None or own[0][2] >= ENDLESS else own[0][2] - own[0][1]


def seen_through(part: Part, source: Source) -> Part:
    """The source with the derivative's masks, and its redactions moved to the source's time line."""
    own, length = own_range(source.part), lasts(source)
    moved = []
    if own is not None and length is not None and source.at_ms is not None:
        for cut in part.checked_redactions:
            lo = max(cut.start_ms, source.at_ms) - source.at_ms
            hi = min(cut.end_ms, source.at_ms + length) - source.at_ms
            if cut.original == part.original and lo < hi:
                moved.append(Span(original=own[0][0], start_ms=own[0][1] + lo, end_ms=own[0][1] + hi))
    row = source.part.index_version
    if row is None and source.part.testimony.id == part.testimony.id:
        row = part.index_version
    return replace(source.part, masks=part.masks, checked_redactions=tuple(moved), index_version=row)


def wider(span: Span) -> tuple[str, int, int]:
    """Two seconds more on both sides."""
    return (span.original, max(span.start_ms - 2000, 0), span.end_ms + 2000)


def in_time(limit: Limit) -> list[tuple[str, int, int]]:
    """The padded spans of a limit."""
    scope = limit.scope
    if isinstance(scope, WholeOriginal):
        return [(scope.original, 0, ENDLESS)]
    if isinstance(scope, Mention):
        return [wider(span) for span in scope.spans]
    return [wider(scope)] if isinstance(scope, Span) else []


def covers_all(testimony: Testimony, limits: list[Limit]) -> bool:
    """Nothing of any original is left."""
    spans = [span for each in limits for span in in_time(each)]
    for original in testimony.originals:
        end = original.length_ms or ENDLESS
        mine = [(lo, hi) for o, lo, hi in spans if o == original.id]
        edges = sorted({0, end} | {e for pair in mine for e in pair if 0 < e < end})
        cells = set(pairwise(edges))
        if {c for c in cells if any(lo <= c[0] and c[1] <= hi for lo, hi in mine)} != cells:
            return False
    return bool(spans) and bool(testimony.originals)


class Grid:
    """All edges that can matter for one part, by time line."""

    def __init__(self, part: Part) -> None:
        """Collect the edges."""
        own = own_range(part) or []
        names = [wider(s) for named in part.name_spans for s in named.spans]
        limits = [s for each in part.testimony.limits for s in in_time(each)]
        cuts = [(c.original, c.start_ms, c.end_ms) for c in part.checked_redactions]
        self.edges: dict[str, list[int]] = {}
        for line, lo, hi in [*own, *names, *limits, *cuts]:
            self.edges.setdefault(line, []).extend((lo, hi))
        self.edges = {line: sorted(set(edges)) for line, edges in self.edges.items()}
        self.own = frozenset(cell for r in own for cell in self.fill(r))
        self.kept_out = frozenset(cell for c in cuts for cell in self.fill(c))

    def fill(self, span: tuple[str, int, int]) -> Cells:
        """The cells of a span."""
        line, lo, hi = span
        edges = [e for e in self.edges.get(line, []) if lo <= e <= hi]
        return frozenset((line, a, b) for a, b in pairwise(edges))


def take(
    grid: Grid, part: Part, spans: list[tuple[str, int, int]], red: set[tuple[str, int, int]]
) -> str | None:
    """Add the cells to take away to `red`, or say why the whole part must be refused."""
    timed = part.aligned and bool(grid.own) and max(hi for _, _, hi in grid.own) < ENDLESS
    for span in spans:
        left = grid.fill(span) - grid.kept_out
        if not left or span[0] != part.original:
            continue
        if not timed:
            return "unaligned"
        if grid.own <= left:
            return "limit"
        red |= left & grid.own
    return None


def melt(cells: Cells) -> tuple[tuple[str, int, int], ...]:
    """Cells as few spans."""
    spans: list[tuple[str, int, int]] = []
    for line, lo, hi in sorted(cells):
        if spans and spans[-1][0] == line and spans[-1][2] == lo:
            lo = spans.pop()[1]
        spans.append((line, lo, hi))
    return tuple(spans)
