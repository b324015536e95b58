"""Takes steps up and runs their handlers; a handler that fails is tried again, given up, or waits for room.

The doorbell only shortens the wait: the lanes read the table every second whether it rings or not.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from archive.db.uow import Database
from archive.errors import SaksiError
from archive.steps import kinds, ledger
from archive.steps.ledger import Claimed, LeaseLost
from archive.steps.queue import StepQueue
from archive.vault.errors import KeyFrozen, StoreFull
from ingest.errors import IngestError, NoScratchSpace

log = logging.getLogger("saksi.worker")

Handler = Callable[[Claimed], None]
POLL_S = 1.0


class Runner:
    """Runs steps with the handlers it was given."""

    def __init__(self, database: Database, handlers: Mapping[str, Handler], queue: StepQueue | None = None) -> None:
        self._database = database
        self._handlers = handlers
        self._queue = queue
        self._stop = threading.Event()
        self._rung = threading.Condition()

    def run_one(self, lane: frozenset[str]) -> bool:
        """Take one step of the lane up and run it to its end. False if there was none."""
        claimed = ledger.claim(self._database, lane & self._handlers.keys())
        if claimed is None:
            return False
        log.info("step %s %s taken up, try %d", claimed.kind, claimed.id, claimed.attempts)
        try:
            self._run(claimed)
        except LeaseLost:
            log.warning("step %s was taken up by another worker, or ended", claimed.id)
        return True

    def _run(self, claimed: Claimed) -> None:
        try:
            self._handlers[claimed.kind](claimed)
        except (NoScratchSpace, StoreFull) as full:
            ledger.wait_for_scratch(self._database, claimed, full.message)
        except KeyFrozen:
            ledger.give_up(self._database, claimed, "The testimony was closed.")
        except LeaseLost:
            raise
        except IngestError as unusable:
            log.info("step %s given up: %s", claimed.id, type(unusable).__name__)
            ledger.give_up(self._database, claimed, unusable.message)
        except SaksiError as failed:
            log.warning("step %s failed: %s", claimed.id, type(failed).__name__)
            ledger.try_again(self._database, claimed, failed.message)
        except Exception:  # a step must never take the worker down; it is tried again and shown
            log.exception("step %s failed", claimed.id)
            ledger.try_again(
                self._database, claimed, "Something unexpected happened. The original is safe; it is tried again by itself."
            )

    def run_until_idle(self) -> int:
        """Run everything that can be run now, in this thread; returns how many steps that were."""
        done = 0
        everything = kinds.WORDS | kinds.MEDIA
        while self.run_one(everything):
            done += 1
        return done

    def _lane(self, lane: frozenset[str]) -> None:
        while not self._stop.is_set():
            try:
                if self.run_one(lane):
                    continue
            except Exception:  # the database may be locked or the disk full for a while
                log.exception("a lane could not take a step up")
            with self._rung:
                self._rung.wait(POLL_S)

    def run(self) -> None:
        """Work until `stop` is called."""
        lanes = [
            threading.Thread(target=self._lane, args=(lane,), name=name)
            for name, lane in (("words", kinds.WORDS), ("media", kinds.MEDIA))
        ]
        for thread in lanes:
            thread.start()
        while not self._stop.wait(0.2):
            if self._queue is not None and self._queue.rung():
                with self._rung:
                    self._rung.notify_all()
        for thread in lanes:
            thread.join()

    def stop(self) -> None:
        """End after the steps in hand; a step that takes longer is taken up again by the next worker."""
        self._stop.set()
        with self._rung:
            self._rung.notify_all()
