"""Peaks of a recording as an SVG strip: bars that stand on a waterline and their reflection. Real peaks only.

The strip is decoration beside words that say the same (`aria-hidden`). It carries no style attributes, so
it passes a policy without inline style; colours come from the style sheet through `currentColor`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

_PITCH = 6
_HEIGHT = 64
_WATER = 44
_TALLEST = 42
_REFLECTION = 0.4
_SHORTEST = 1.5


def strip(
    peaks: Sequence[int],
    *,
    duration_ms: int,
    bars: int = 160,
    gaps: Iterable[tuple[int, int]] = (),
    played_ms: int | None = None,
) -> Markup:
    """Draw `peaks` (0..255, evenly spaced over `duration_ms`) in `bars` bars, scaled to the loudest of them.

    `gaps` are (start_ms, end_ms) of parts that are not shown: no bar stands there, the waterline is dashed.
    With `played_ms` the strip has a played part that `player.js` moves on; only one such strip may be on a
    page. An empty `peaks` draws the waterline alone. Raises ValueError for a duration or number of bars
    below 1.
    """
    if duration_ms < 1 or bars < 1:
        raise ValueError("a strip needs a duration and at least one bar")
    closed = tuple(gaps)
    heights = _heights(peaks, bars)
    shown = [None if _in_gap(i, bars, duration_ms, closed) else h for i, h in enumerate(heights)]
    up = "".join(f"M{x} {_WATER}v{_number(-h)}" for x, h in _placed(shown))
    down = "".join(f"M{x} {_WATER + 4}v{_number(h * _REFLECTION)}" for x, h in _placed(shown))
    dashes = "".join(
        f"M{_number(start / duration_ms * bars * _PITCH)} {_WATER}"
        f"H{_number(min(end, duration_ms) / duration_ms * bars * _PITCH)}"
        for start, end in closed
    )
    width = bars * _PITCH
    both = f'<path d="{up}"/><path class="wave-mirror" d="{down}"/>'
    if played_ms is not None:
        done = _number(min(max(played_ms, 0), duration_ms) / duration_ms * width)
        both = (
            f'<clipPath id="wave-clip"><rect data-played width="{done}" height="{_HEIGHT}"/></clipPath>'
            f'<g id="wave-bars">{both}</g>'
            '<use class="wave-done" href="#wave-bars" clip-path="url(#wave-clip)"/>'
        )
    gap = f'<path class="wave-gap" d="{dashes}"/>' if dashes else ""
    kind = "wave wave-plays" if played_ms is not None else "wave"
    return Markup(  # noqa: S704 - built from numbers only
        f'<svg class="{kind}" viewBox="0 0 {width} {_HEIGHT}" preserveAspectRatio="none" aria-hidden="true" '
        f'focusable="false">{both}{gap}</svg>'
    )


def _heights(peaks: Sequence[int], bars: int) -> list[float]:
    """The loudest peak of each bar, as a height in the drawing's units."""
    if not peaks:
        return [_SHORTEST] * bars
    bins = [
        max(peaks[i * len(peaks) // bars : max(i * len(peaks) // bars + 1, (i + 1) * len(peaks) // bars)])
        for i in range(bars)
    ]
    loudest = max(*bins, 1) if len(bins) > 1 else max(bins[0], 1)
    return [max(_SHORTEST, value / loudest * _TALLEST) for value in bins]


def _in_gap(bar: int, bars: int, duration_ms: int, gaps: tuple[tuple[int, int], ...]) -> bool:
    start, end = bar * duration_ms / bars, (bar + 1) * duration_ms / bars
    return any(start < gap_end and gap_start < end for gap_start, gap_end in gaps)


def _placed(heights: Sequence[float | None]) -> Iterable[tuple[int, float]]:
    return ((i * _PITCH + _PITCH // 2, h) for i, h in enumerate(heights) if h is not None)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
