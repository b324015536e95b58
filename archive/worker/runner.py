"""Takes steps up and runs their handlers; a handler that fails is tried again, given up, or waits for room.

The doorbell only shortens the wait: the lanes read the table every second whether it rings or not. A handler that is
told to stop leaves its step to the next worker, which goes on at the last finished piece.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from archive.db.uow import Database
from archive.errors import SaksiError
from archive.steps import kinds, ledger
from archive.steps.ledger import Claimed, LeaseLost
from archive.steps.queue import StepQueue
from archive.vault.errors import KeyDropped, KeyFrozen, StoreFull
from ingest.errors import (
    EngineMissing,
    IngestError,
    JailMissing,
    ModelChecksumWrong,
    ModelIncomplete,
    ModelNotTrusted,
    ModelUnknown,
    NoScratchSpace,
    ProgramMissing,
)

log = logging.getLogger("saksi.worker")

Handler = Callable[[Claimed], None]
POLL_S = 1.0
HEARTBEAT_S = 30.0
GRACE_S = 2.0
CHORES_EVERY_S = 5.0

NEEDS_AN_OPERATOR = (
    EngineMissing,
    JailMissing,
    ModelChecksumWrong,
    ModelIncomplete,
    ModelNotTrusted,
    ModelUnknown,
    ProgramMissing,
)
"""Nothing is wrong with the recording: the machine lacks something, so the step is tried again when it is there."""


class WorkerStops(Exception):
    """The worker was told to stop while a step was in hand; the step is put back as if it had not been taken up."""


class Runner:
    """Runs steps with the handlers it was given. `chore` is called now and then, for small upkeep."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        queue: StepQueue | None = None,
        chore: Callable[[], None] | None = None,
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._queue = queue
        self._chore = chore
        self._stop = threading.Event()
        self._rung = threading.Condition()
        self._in_hand: dict[str, Claimed] = {}

    @property
    def stopping(self) -> bool:
        """Whether `stop` was called; long handlers ask between two pieces and raise `WorkerStops`."""
        return self._stop.is_set()

    def run_one(self, lane: frozenset[str]) -> bool:
        """Take one step of the lane up and run it to its end. False if there was none."""
        claimed = ledger.claim(self._database, lane & self._handlers.keys())
        if claimed is None:
            return False
        log.info("step %s %s taken up, try %d", claimed.kind, claimed.id, claimed.attempts)
        try:
            with self._kept_alive(claimed):
                self._run(claimed)
        except LeaseLost:
            log.warning("step %s was taken up by another worker, or ended", claimed.id)
        return True

    def _run(self, claimed: Claimed) -> None:
        try:
            self._handlers[claimed.kind](claimed)
        except WorkerStops:
            self._put_back(claimed)
        except (NoScratchSpace, StoreFull) as full:
            ledger.wait_for_scratch(self._database, claimed, full.message)
        except (KeyFrozen, KeyDropped):
            ledger.give_up(self._database, claimed, "The testimony was closed.")
        except LeaseLost:
            raise
        except NEEDS_AN_OPERATOR as lacking:
            log.warning("step %s cannot run on this machine: %s", claimed.id, lacking.message)
            ledger.try_again(self._database, claimed, lacking.message)
        except IngestError as unusable:
            log.info("step %s given up: %s", claimed.id, type(unusable).__name__)
            ledger.give_up(self._database, claimed, unusable.message)
        except SaksiError as failed:
            log.warning("step %s failed: %s", claimed.id, type(failed).__name__)
            ledger.try_again(self._database, claimed, failed.message)
        except Exception:  # a step must never take the worker down; it is tried again and shown
            log.exception("step %s failed", claimed.id)
            ledger.try_again(
                self._database,
                claimed,
                "Something unexpected happened. The original is safe; it is tried again by itself.",
            )

    @contextmanager
    def _kept_alive(self, claimed: Claimed) -> Iterator[None]:
        """Renew the lease while the handler works, so that a long encoding is not taken for a dead worker."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(HEARTBEAT_S):
                try:
                    with self._database.uow() as tx:
                        ledger.hold(tx, claimed, lease_until=tx.now + ledger.LEASE)
                except LeaseLost:
                    return
                except Exception:
                    log.exception("the lease of step %s could not be renewed", claimed.id)

        self._in_hand[claimed.id] = claimed
        heart = threading.Thread(target=beat, name="heartbeat", daemon=True)
        heart.start()
        try:
            yield
        finally:
            ended.set()
            heart.join()
            self._in_hand.pop(claimed.id, None)

    def _put_back(self, claimed: Claimed) -> None:
        with self._database.uow() as tx:
            ledger.hold(tx, claimed, state="waiting", lease_until=None, attempts=claimed.attempts - 1)

    def run_until_idle(self) -> int:
        """Run everything that can be run now, in this thread; returns how many steps that were."""
        done = 0
        everything = kinds.WORDS | kinds.MEDIA
        while not self.stopping and self.run_one(everything):
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
                if not self._stop.is_set():
                    self._rung.wait(POLL_S)

    def run(self) -> bool:
        """Work until `stop` is called. False if a handler did not end within the grace of two seconds.

        Its step is then put back, and what it still tries to write is refused: end the process.
        """
        lanes = [
            threading.Thread(target=self._lane, args=(lane,), name=name, daemon=True)
            for name, lane in (("words", kinds.WORDS), ("media", kinds.MEDIA))
        ]
        for thread in lanes:
            thread.start()
        next_chore = time.monotonic()
        while not self._stop.wait(0.2):
            if self._queue is not None and self._queue.rung():
                with self._rung:
                    self._rung.notify_all()
            if self._chore is not None and time.monotonic() >= next_chore:
                next_chore = time.monotonic() + CHORES_EVERY_S
                self._try_chore(self._chore)
        deadline = time.monotonic() + GRACE_S
        for thread in lanes:
            thread.join(max(0.0, deadline - time.monotonic()))
        for claimed in list(self._in_hand.values()):
            with suppress(LeaseLost):
                self._put_back(claimed)
        return not any(thread.is_alive() for thread in lanes)

    def _try_chore(self, chore: Callable[[], None]) -> None:
        try:
            chore()
        except Exception:
            log.exception("upkeep failed; it is tried again")

    def stop(self) -> None:
        """Ask everything to end. Safe in a signal handler: it takes no lock."""
        self._stop.set()
