"""S6: how far each original has come."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from archive.web.viewmodels.common import Link, Text


class StepState(StrEnum):
    """Where a step stands."""

    DONE = "done"
    RUNNING = "running"
    WAITING = "waiting"
    FAILED = "failed"
    NEEDS_SCRATCH = "needs_scratch"
    SKIPPED = "skipped"


class Unit(StrEnum):
    """What progress is counted in."""

    MILLISECONDS = "ms"
    BYTES = "bytes"
    PIECES = "pieces"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepProgress:
    """One step.

    `name` is a step name (probe, derive, peaks, transcribe, tag, index, publishable, store, …). `done` of
    `total` in `unit` while running; `ahead` counts steps before it while waiting. `longer_than_usual` after
    ten minutes without news. A failure has a sentence (`message`: what is wrong, what is safe, what to do)
    and may have one action: a link (`help`) or a POST (`retry_action`).
    """

    name: str
    state: StepState
    done: int | None = None
    total: int | None = None
    unit: Unit = Unit.MILLISECONDS
    ahead: int | None = None
    longer_than_usual: bool = False
    message: str | None = None
    help: Link | None = None
    retry_action: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalProgress:
    """One original: its number in the testimony, what it is, the file's own name, and its steps in order.

    `findings` are sentences about what is not as it should be; `next_step` when all is done.
    """

    number: int
    kind: str
    size_bytes: int
    steps: tuple[StepProgress, ...]
    duration_ms: int | None = None
    name: str = ""
    findings: tuple[str, ...] = ()
    next_step: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingPage:
    """`looked_at` is a clock time ("10:42:07").

    `refresh_s` is None when nothing moves any more or the reader stopped renewal. `stop_href` shows the
    page without renewal, `start_href` with it; `self_href` is asked again by the script.
    """

    code: str
    title: Text | None
    looked_at: str
    originals: tuple[OriginalProgress, ...]
    self_href: str
    refresh_s: int | None
    stop_href: str
    start_href: str
    add_file_href: str | None = None
    consent_href: str | None = None
    back: Link | None = None
