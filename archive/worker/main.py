"""Puts the worker together: scratch, jail, speech engine, handlers and the runner; and takes it apart again."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from archive.wiring import Archive
from archive.worker.handlers import all_handlers
from archive.worker.runner import Runner
from archive.worker.scratch import Scratch
from archive.worker.tools import Tools


def build_runner(archive: Archive, *, parent: int = 0) -> tuple[Runner, Scratch]:
    """A runner with every handler. `parent`: end when that process is no longer ours (0: never)."""
    scratch = Scratch(archive.places.scratch)
    scratch.prepare("worker")
    tools = Tools(archive=archive, scratch=scratch)
    runner: Runner

    def chore() -> None:
        if parent and os.getppid() != parent:
            runner.stop()
        keep_recovery_copy_fresh(archive)

    runner = Runner(archive.database, all_handlers(tools), archive.queue, chore)
    tools.listens_to(runner)
    return runner, scratch


def keep_recovery_copy_fresh(archive: Archive) -> None:
    """A recording is safe only when its key lies in two places, so new keys go into the recovery copy within seconds.

    An archive whose recovery copy was never made, or was carried away for good, is told so by `saksi check`.
    """
    copy = archive.places.recovery_copy
    status = archive.keys.status()
    if status.recovery_generation is not None and status.without_recovery_copy and copy.parent.is_dir():
        archive.keys.write_recovery_copy(copy)


def leave(scratch: Scratch, *, killing_children: bool) -> None:
    """Wipe what is plain. Programs that still run in the jail are killed first."""
    if killing_children:
        for child in _children():
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child, signal.SIGKILL)  # each leads a session of its own (ingest/jail.py)
    scratch.leave()


def _children() -> list[int]:
    tasks = Path("/proc/self/task")
    found: list[int] = []
    for task in tasks.iterdir() if tasks.is_dir() else ():
        with suppress(OSError):
            found.extend(int(pid) for pid in (task / "children").read_text().split())
    return found
