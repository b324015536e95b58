"""What a viewer may find, in the terms of the index: classes allowed everywhere, or in one testimony."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from consent.classes import IndexClass, classes_for, sees_open, within_for
from consent.rules import Testimony, Viewer
from search.moments import Visibility

LASTS_MS = 60_000

Near = tuple[Testimony, tuple[IndexClass, ...]]
"""A testimony to whose people the viewer's facts are bound, with the classes of its moments."""


def compose(viewer: Viewer, classes: Iterable[IndexClass], near: Iterable[Near], now: datetime) -> Visibility:
    """The visibility of `viewer` at `now`, by the same function that guards reading; good for one minute.

    Classes that are open now are asked too: moments that were indexed before theirs opened still lie in `guarded`.
    """
    at_ms = int(now.timestamp() * 1000)
    return Visibility(
        open=sees_open(viewer),
        classes=classes_for(viewer, classes, now),
        within={testimony.id: within_for(viewer, testimony, mine, now) for testimony, mine in near},
        at_ms=at_ms,
        expires_ms=at_ms + LASTS_MS,
    )
