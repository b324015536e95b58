"""A worker process that is killed (SIGKILL, by its own hand) at a named point of one kind of step.

Called by test_worker_kill.py: `python dying_worker.py FOLDER KIND POINT SECONDS_AFTER_START`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from archive.services.renditions import Renditions
from archive.services.transcripts import Transcripts
from archive.steps import ledger
from archive.steps.ledger import Claimed
from archive.wiring import open_archive
from archive.worker.handlers import all_handlers
from archive.worker.runner import Handler, Runner
from archive.worker.scratch import Scratch
from archive.worker.tools import Tools
from search.sqlite import SqliteIndex
from tests.worlds_db import CHEAP, START, MovableClock, settings_in

armed: list[str] = []
"""Not empty while the step that is to die is in hand."""


def die(*_: Any) -> None:
    """At once, as a power cut would: no handler, no cleaning up."""
    if armed:
        os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str, *, call: int = 1) -> None:
    """Die when `owner.name` is called for the `call`-th time."""
    real, seen = getattr(owner, name), 0

    def wrapped(*args: Any, **named: Any) -> Any:
        nonlocal seen
        seen += len(armed)
        if seen == call:
            die()
        return real(*args, **named)

    setattr(owner, name, wrapped)


def after(owner: Any, name: str) -> None:
    """Die when `owner.name` has returned."""
    real = getattr(owner, name)

    def wrapped(*args: Any, **named: Any) -> Any:
        result = real(*args, **named)
        die()
        return result

    setattr(owner, name, wrapped)


POINTS: dict[str, Callable[[], None]] = {
    "copied": lambda: after(Tools, "_copy"),  # plain media lie in scratch
    "sealed": lambda: after(Renditions, "seal"),  # an object lies in the store, no row names it
    "written": lambda: after(Renditions, "write_down"),  # inside the transaction
    "segments": lambda: after(Transcripts, "add_segments"),  # inside the transaction of a chunk
    "second chunk": lambda: before(Transcripts, "add_segments", call=2),
    "applied": lambda: after(SqliteIndex, "apply"),  # the index knows, the database does not
    "finishing": lambda: before(ledger, "finish"),
    "finished": lambda: after(ledger, "finish"),  # the last line before the commit
}


def main() -> None:
    """Work until the point is met; an exit status of 0 says that it never was."""
    folder, kind, point, seconds = Path(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4])
    clock = MovableClock(START + timedelta(seconds=seconds))
    archive = open_archive(settings_in(folder), clock=clock, costs=CHEAP)
    scratch = Scratch(archive.places.scratch)
    scratch.prepare("worker")
    handlers = dict(all_handlers(Tools(archive=archive, scratch=scratch)))
    real: Handler = handlers[kind]

    def doomed(claimed: Claimed) -> None:
        armed.append(claimed.id)
        if point == "claimed":
            die()
        real(claimed)
        armed.clear()

    handlers[kind] = doomed
    if point != "claimed":
        POINTS[point]()
    Runner(archive.database, handlers).run_until_idle()


main()
