"""What handlers share: the archive, scratch, the jail and the speech engine, both made once and only when needed."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import select

from archive.actors import WORKER
from archive.db.models import Original, Rendition
from archive.db.uow import UnitOfWork
from archive.services.owners import testimony_key
from archive.services.renditions import MadeFile, SealedFile
from archive.steps import ledger
from archive.steps.ledger import Claimed
from archive.vault.errors import StoreError
from archive.wiring import Archive
from archive.worker.runner import Runner, WorkerStops
from archive.worker.scratch import Scratch
from ingest.jail import Jail
from ingest.transcribe import Transcriber

MIB = 1024 * 1024
REPORT_EVERY_S = 0.5
SMALL_BYTES = 64 * MIB
"""Room for what is made from a recording besides a film: copies of an hour, peaks, pictures."""


class OriginalGone(ledger.LeaseLost):
    """The row of the original is not there any more; whatever was asked for it ends quietly."""


class Tools:
    """Given to every handler. Safe for two lanes at once."""

    def __init__(self, *, archive: Archive, scratch: Scratch) -> None:
        self.archive = archive
        self.scratch = scratch
        self._lock = threading.Lock()
        self._jail: Jail | None = None
        self._transcriber: Transcriber | None = None
        self._runner: Runner | None = None

    def listens_to(self, runner: Runner) -> None:
        """From now on, handlers end between two pieces when this runner is told to stop."""
        self._runner = runner

    def stop_if_asked(self) -> None:
        """:raises WorkerStops: if the worker was told to stop."""
        if self._runner is not None and self._runner.stopping:
            raise WorkerStops

    @property
    def jail(self) -> Jail:
        """The jail that holds on this machine; tried once. :raises JailMissing: if none does."""
        with self._lock:
            if self._jail is None:
                self._jail = Jail.detect(self.scratch.folder)
            return self._jail

    def transcriber(self, start_sample: int) -> Transcriber:
        """The speech engine that the settings name, for a recording that is heard from `start_sample` (16 kHz) on.

        Weights are loaded once; used by one lane.

        :raises EngineMissing, ModelUnknown, ModelChecksumWrong, ModelNotTrusted, ModelIncomplete:
        """
        from archive.worker.speech import engine_of, scripted

        if self.archive.settings.engine == "scripted":
            return scripted(self.archive, start_sample)
        with self._lock:
            if self._transcriber is None:
                self._transcriber = engine_of(self.archive)
            return self._transcriber

    def original(self, original_id: str) -> Original:
        """The row as it is now. :raises OriginalGone: if there is none."""
        with self.archive.database.snapshot() as look:
            original = look.get(Original, original_id)
            if original is None:
                raise OriginalGone
            look.expunge(original)
            return original

    def done_before(self, claimed: Claimed, profile: str) -> bool:
        """End the step if an earlier run of it wrote the unmasked rendition down already; it is kept as it is.

        A later version of a step is a wish to have it made anew.
        """
        wanted = select(Rendition.id).where(
            Rendition.original_id == claimed.subject_id, Rendition.profile == profile, Rendition.mask == "",
            Rendition.replaced_at.is_(None),
        )  # fmt: skip
        with self.archive.database.uow() as tx:
            if claimed.version != 1 or tx.session.scalar(wanted.limit(1)) is None:
                return False
            ledger.finish(tx, claimed)
            return True

    @contextmanager
    def recording(
        self, claimed: Claimed, *, room_bytes: int = SMALL_BYTES
    ) -> Iterator[tuple[Original, Path, Path]]:
        """The original, its plain copy in scratch, and the folder for what is made; all plain files go with the block.

        :raises NoScratchSpace: if copy and room do not fit. :raises KeyFrozen: if the testimony was closed.
        """
        original = self.original(claimed.subject_id)
        with self.scratch.step(claimed.id, original.size_bytes + room_bytes) as folder:
            source = folder / "original"
            self._copy(original, source)
            made = folder / "made"
            made.mkdir(mode=0o700)
            yield original, source, made

    def _copy(self, original: Original, target: Path) -> None:
        owner = testimony_key(original.testimony_id)
        with (
            self.archive.vault.open(owner, original.id, original.object_version, "original") as sealed,
            target.open("wb") as plain,
        ):
            shutil.copyfileobj(sealed, plain, 4 * MIB)

    def progress(self, claimed: Claimed, total: int) -> Callable[[int], None]:
        """A function to call with how much of `total` is done; it reports at most twice a second, and keeps the lease.

        :raises WorkerStops: (the function) if the worker was told to stop.
        """
        next_report = 0.0

        def done(amount: int) -> None:
            nonlocal next_report
            self.stop_if_asked()
            if time.monotonic() >= next_report:
                next_report = time.monotonic() + REPORT_EVERY_S
                ledger.report(self.archive.database, claimed, min(amount, total), total)

        return done

    def keep(self, claimed: Claimed, original: Original, made: Sequence[MadeFile]) -> None:
        """Seal what was made, then write all of it down and end the step, in one transaction: object before row."""
        self._write(original, made, lambda tx: ledger.finish(tx, claimed))

    def keep_piece(
        self, claimed: Claimed, original: Original, made: Sequence[MadeFile], *, progress: int, total: int
    ) -> None:
        """As `keep`, for one of several pieces of a step: the step goes on, its lease is kept."""

        def go_on(tx: UnitOfWork) -> None:
            ledger.hold(tx, claimed, progress=progress, total=total, lease_until=tx.now + ledger.LEASE)

        self._write(original, made, go_on)

    def _write(
        self, original: Original, made: Sequence[MadeFile], and_then: Callable[[UnitOfWork], None]
    ) -> None:
        """If the transaction fails, the objects that nothing names are deleted again."""
        self.stop_if_asked()
        sealed: list[SealedFile] = []
        try:
            for file in made:
                sealed.append(self.archive.renditions.seal(original.testimony_id, file))  # noqa: PERF401  # see below
            with self.archive.database.uow() as tx:
                for done in sealed:
                    self.archive.renditions.write_down(tx, original, done, made_by=WORKER)
                and_then(tx)
        except BaseException:  # the list knows what was sealed even if the second file fails
            for done in sealed:
                with suppress(StoreError):
                    self.archive.vault.delete(done.id, 1, "rendition")
            raise
