"""Runs the worker in this process until nothing is left to do, and shows how far it is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import or_, select

from archive.db.models import Step
from archive.errors import SaksiError
from archive.steps import kinds
from archive.wiring import Archive
from archive.worker.main import build_runner

LOOK_EVERY_S = 0.5
_PARTS = 1000
_WEIGHT = {kinds.TRANSCRIBE: 8, kinds.VIDEO_240P: 3, kinds.MASK: 2}


class DemoStepFailed(SaksiError):
    """A step of the demonstration did not succeed; without it the demonstration would not show what it says."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(
            f"The demonstration stopped at the step {kind}: {reason} Start it again when that is put right."
        )
        self.kind, self.reason = kind, reason


@contextmanager
def worker_inside(archive: Archive) -> Iterator[None]:
    """A worker in threads of this process, for as long as the block runs."""
    runner, scratch = build_runner(archive)
    thread = threading.Thread(target=runner.run, name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        runner.stop()
        thread.join()
        scratch.leave()


def wait_until_idle(archive: Archive, label: str, *, originals: int = 0) -> None:
    """Wait until no step can be run now, with a bar. `originals`: how many recordings have yet to be looked at,
    so that the bar does not jump when their steps appear.

    :raises DemoStepFailed: as soon as a step failed.
    """
    sleep = threading.Event()
    with click.progressbar(length=_PARTS, label=label, show_eta=False) as bar:
        shown = 0
        while True:
            done, busy = _progress(archive, originals)
            bar.update(max(0, int(done * _PARTS) - shown))
            shown = max(shown, int(done * _PARTS))
            if not busy:
                bar.update(_PARTS - shown)
                return
            sleep.wait(LOOK_EVERY_S)


def _progress(archive: Archive, originals: int) -> tuple[float, bool]:
    """The share that is done, 0..1, and whether anything still waits or runs."""
    now = archive.clock.now()
    with archive.database.snapshot() as look:
        due = or_(Step.not_before.is_(None), Step.not_before <= now, Step.attempts > 0)
        steps = look.scalars(select(Step).where(due, Step.kind != kinds.INDEX)).all()
        indexing = look.scalar(
            select(Step.id).where(Step.kind == kinds.INDEX, Step.state.in_(("waiting", "running"))).limit(1)
        )
        for step in steps:
            if step.state == "failed":
                raise DemoStepFailed(step.kind, step.reason)
        unseen = originals - sum(s.kind == kinds.PROBE and s.state == "done" for s in steps)
        expected = sum(_weight(s) for s in steps) + max(0, unseen) * (2 + _WEIGHT[kinds.TRANSCRIBE])
        done = sum(_weight(s) * _share(s) for s in steps)
        busy = indexing is not None or any(s.state in {"waiting", "running", "needs_scratch"} for s in steps)
    return (done / expected if expected else 1.0), busy


def _weight(step: Step) -> int:
    return _WEIGHT.get(step.kind, 1)


def _share(step: Step) -> float:
    if step.state in {"done", "ended"}:
        return 1.0
    return min(1.0, step.progress / step.total) if step.total else 0.0
