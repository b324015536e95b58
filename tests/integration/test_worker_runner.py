"""The runner: what becomes of a step whose handler fails, stops, hangs or works beside another; scratch; upkeep."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.db.models import Step
from archive.errors import Conflict
from archive.identifiers import new_id
from archive.steps import kinds, ledger
from archive.steps.ledger import Claimed
from archive.vault.errors import KeyFrozen, StoreFull
from archive.wiring import Archive
from archive.worker import runner as running
from archive.worker.main import keep_recovery_copy_fresh
from archive.worker.runner import Runner, WorkerStops
from archive.worker.scratch import Scratch, file_system_of
from ingest.errors import ModelIncomplete, ModelNotTrusted, ModelUnknown, NoScratchSpace, RenditionWrong
from tests.worlds_db import MovableClock, build_archive, make_actor, make_testimony

WAIT_S = 20
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = build_archive(tmp_path)
    yield archive
    archive.close()


@pytest.fixture
def testimony_id(archive: Archive) -> str:
    return make_testimony(archive, make_actor(archive, "sok")).id


def put_down(archive: Archive, testimony_id: str, kind: str) -> str:
    with archive.database.uow() as tx:
        return tx.step(kind, new_id(), testimony_id)


def step(archive: Archive, step_id: str) -> Step:
    with archive.database.snapshot() as look:
        row = look.get_one(Step, step_id)
        look.expunge(row)
        return row


def raising(error: BaseException) -> Callable[[Claimed], None]:
    def handler(claimed: Claimed) -> None:
        raise error

    return handler


@pytest.mark.parametrize(
    ("error", "state", "words"),
    [
        (NoScratchSpace(), "needs_scratch", "not enough scratch space"),
        (StoreFull("aa/bb"), "needs_scratch", "The store is full"),
        (KeyFrozen("testimony x"), "failed", "The testimony was closed."),
        (RenditionWrong("poster", "no picture"), "failed", "The original is kept and unchanged."),
        (ModelUnknown("huge"), "waiting", "The speech model huge was not found"),
        (ModelIncomplete("base", "part 2"), "waiting", "The speech model base is incomplete"),
        (ModelNotTrusted("own", "ab" * 32), "waiting", "The speech model own is not a known one"),
        (Conflict("Somebody was faster."), "waiting", "Somebody was faster."),
        (ZeroDivisionError(), "waiting", "Something unexpected happened. The original is safe"),
    ],
)
def test_what_becomes_of_a_step_that_fails(
    archive: Archive, testimony_id: str, error: BaseException, state: str, words: str
) -> None:
    step_id = put_down(archive, testimony_id, kinds.PEAKS)
    assert Runner(archive.database, {kinds.PEAKS: raising(error)}).run_until_idle() == 1
    row = step(archive, step_id)
    assert row.state == state
    assert words in row.reason
    assert row.lease_until is None


def test_a_step_that_was_stopped_is_put_back_as_if_it_had_not_begun(
    archive: Archive, testimony_id: str
) -> None:
    step_id = put_down(archive, testimony_id, kinds.PEAKS)
    runner = Runner(archive.database, {kinds.PEAKS: raising(WorkerStops())})
    assert runner.run_one(kinds.MEDIA)
    row = step(archive, step_id)
    assert (row.state, row.attempts, row.lease_until, row.not_before) == ("waiting", 0, None, None)


def test_words_are_written_beside_pictures(archive: Archive, testimony_id: str) -> None:
    """Each handler waits for the other: only two lanes at once can bring both to their end."""
    meet = threading.Barrier(2, timeout=WAIT_S)
    done = threading.Event()
    ended: list[str] = []

    def handler(claimed: Claimed) -> None:
        meet.wait()
        with archive.database.uow() as tx:
            ledger.finish(tx, claimed)
        ended.append(claimed.kind)
        if len(ended) == 2:
            done.set()

    put_down(archive, testimony_id, kinds.TRANSCRIBE)
    put_down(archive, testimony_id, kinds.VIDEO_240P)
    runner = Runner(
        archive.database, dict.fromkeys((kinds.TRANSCRIBE, kinds.VIDEO_240P), handler), archive.queue
    )
    thread = threading.Thread(target=runner.run)
    thread.start()
    assert done.wait(WAIT_S)
    runner.stop()
    thread.join(WAIT_S)
    assert sorted(ended) == [kinds.TRANSCRIBE, kinds.VIDEO_240P]


def test_a_hanging_handler_does_not_keep_the_worker_and_writes_nothing_afterwards(
    archive: Archive, testimony_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "GRACE_S", 0.2)
    begun, go_on, late = threading.Event(), threading.Event(), threading.Event()

    def handler(claimed: Claimed) -> None:
        begun.set()
        go_on.wait(WAIT_S)
        try:
            with archive.database.uow() as tx:
                ledger.finish(tx, claimed)
        except ledger.LeaseLost:
            late.set()
            raise

    step_id = put_down(archive, testimony_id, kinds.TRANSCRIBE)
    runner = Runner(archive.database, {kinds.TRANSCRIBE: handler})
    result: list[bool] = []
    thread = threading.Thread(target=lambda: result.append(runner.run()))
    thread.start()
    assert begun.wait(WAIT_S)
    runner.stop()
    thread.join(WAIT_S)
    assert result == [False]
    row = step(archive, step_id)
    assert (row.state, row.attempts) == ("waiting", 0)
    go_on.set()
    assert late.wait(WAIT_S)
    assert step(archive, step_id).state == "waiting"


def test_a_long_handler_keeps_its_lease(
    archive: Archive, testimony_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "HEARTBEAT_S", 0.02)
    clock = archive.clock
    assert isinstance(clock, MovableClock)
    held: list[bool] = []

    def handler(claimed: Claimed) -> None:
        clock.move(seconds=100)
        for _ in range(WAIT_S * 50):
            if step(archive, claimed.id).lease_until == clock.now() + ledger.LEASE:
                break
            threading.Event().wait(0.02)
        clock.move(seconds=100)
        held.append(ledger.claim(archive.database, kinds.MEDIA) is None)
        with archive.database.uow() as tx:
            ledger.finish(tx, claimed)

    put_down(archive, testimony_id, kinds.PEAKS)
    Runner(archive.database, {kinds.PEAKS: handler}).run_until_idle()
    assert held == [True]


def test_new_keys_go_into_the_recovery_copy(archive: Archive, testimony_id: str) -> None:
    assert testimony_id
    assert archive.keys.status().without_recovery_copy > 0
    keep_recovery_copy_fresh(archive)
    assert archive.keys.status().without_recovery_copy == 0
    before = archive.places.recovery_copy.read_bytes()
    keep_recovery_copy_fresh(archive)
    assert archive.places.recovery_copy.read_bytes() == before  # nothing new, nothing written


def test_scratch_is_wiped_of_the_dead_and_leaves_the_living(tmp_path: Path) -> None:
    living, dead = Scratch(tmp_path), tmp_path / "worker-1"
    living.prepare("web")
    (living.folder / "upload").write_bytes(b"plain")
    dead.mkdir()
    (dead / ".lock").touch()
    (dead / "original").write_bytes(b"plain")
    starts = "import sys, pathlib, archive.worker.scratch as s; s.Scratch(pathlib.Path(sys.argv[1])).prepare('worker')"
    subprocess.run([sys.executable, "-c", starts, str(tmp_path)], check=True, cwd=ROOT)
    assert not dead.exists()
    assert (living.folder / "upload").read_bytes() == b"plain"
    living.leave()
    assert not living.folder.exists()


def test_a_step_folder_is_gone_however_the_step_ends(tmp_path: Path) -> None:
    def fails() -> None:
        with Scratch(tmp_path).step("a-step", 1) as folder:
            (folder / "original").write_bytes(b"plain")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert list(tmp_path.iterdir()) == []


def test_no_room_is_said_before_anything_is_copied(tmp_path: Path) -> None:
    with pytest.raises(NoScratchSpace), Scratch(tmp_path).step("a-step", 1 << 60):
        pytest.fail("the block must not run")
    assert list(tmp_path.iterdir()) == []


def test_the_file_system_of_a_folder_is_known() -> None:
    assert file_system_of(Path("/proc")) == "proc"
    assert file_system_of(Path("/dev/shm")) == "tmpfs"
