"""Steps: one per input and version, taken in order, held by a lease, fenced, tried again, put off, given up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.db.models import Step
from archive.identifiers import new_id
from archive.steps import kinds, ledger
from archive.steps.ledger import LEASE, LeaseLost
from archive.steps.queue import StepQueue
from archive.wiring import Archive
from tests.worlds_db import MovableClock, build_archive, make_actor, make_testimony

EVERYTHING = kinds.WORDS | kinds.MEDIA


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def archive(tmp_path: Path, clock: MovableClock) -> Iterator[Archive]:
    archive = build_archive(tmp_path, clock)
    yield archive
    archive.close()


@pytest.fixture
def testimony_id(archive: Archive) -> str:
    return make_testimony(archive, make_actor(archive, "sok")).id


def put_down(archive: Archive, testimony_id: str, kind: str, **more: object) -> str:
    with archive.database.uow() as tx:
        return tx.step(kind, new_id(), testimony_id, priority=kinds.PRIORITY[kind], **more)  # type: ignore[arg-type]


def state_of(archive: Archive, step_id: str) -> tuple[str, str]:
    with archive.database.snapshot() as look:
        step = look.get_one(Step, step_id)
        return step.state, step.reason


def test_the_same_work_is_one_step(archive: Archive, testimony_id: str) -> None:
    subject = new_id()
    with archive.database.uow() as tx:
        first = tx.step(kinds.PEAKS, subject, testimony_id)
    with archive.database.uow() as tx:
        assert tx.step(kinds.PEAKS, subject, testimony_id) == first
        assert tx.step(kinds.PEAKS, subject, testimony_id, version=2) != first


def test_a_step_of_an_undone_change_is_undone(archive: Archive, testimony_id: str) -> None:
    def undone() -> None:
        with archive.database.uow() as tx:
            tx.step(kinds.PEAKS, new_id(), testimony_id)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    assert ledger.claim(archive.database, EVERYTHING) is None


def test_sound_and_words_come_before_picture(archive: Archive, testimony_id: str) -> None:
    for kind in (kinds.VIDEO_240P, kinds.POSTER, kinds.TRANSCRIBE, kinds.PEAKS, kinds.LISTENING_COPY):
        put_down(archive, testimony_id, kind)
    taken = [ledger.claim(archive.database, EVERYTHING) for _ in range(5)]
    order = [claimed.kind for claimed in taken if claimed]
    assert order == [kinds.LISTENING_COPY, kinds.PEAKS, kinds.TRANSCRIBE, kinds.POSTER, kinds.VIDEO_240P]


def test_a_step_waits_for_the_one_before_it(archive: Archive, testimony_id: str) -> None:
    first = put_down(archive, testimony_id, kinds.VIDEO_240P)
    put_down(archive, testimony_id, kinds.PROBE, after_id=first)
    claimed = ledger.claim(archive.database, EVERYTHING)
    assert claimed is not None
    assert claimed.id == first
    assert ledger.claim(archive.database, EVERYTHING) is None
    with archive.database.uow() as tx:
        ledger.finish(tx, claimed)
    after = ledger.claim(archive.database, EVERYTHING)
    assert after is not None
    assert after.kind == kinds.PROBE


def test_a_step_waits_for_its_time(archive: Archive, testimony_id: str, clock: MovableClock) -> None:
    put_down(archive, testimony_id, kinds.OPENING, not_before=clock.now() + timedelta(days=14))
    assert ledger.claim(archive.database, EVERYTHING) is None
    clock.move(days=14)
    assert ledger.claim(archive.database, EVERYTHING) is not None


def test_a_lapsed_lease_is_free_and_its_late_holder_writes_nothing(
    archive: Archive, testimony_id: str, clock: MovableClock
) -> None:
    put_down(archive, testimony_id, kinds.PEAKS)
    lost = ledger.claim(archive.database, EVERYTHING)
    assert lost is not None
    assert ledger.claim(archive.database, EVERYTHING) is None
    clock.move(seconds=LEASE.total_seconds() + 1)
    holder = ledger.claim(archive.database, EVERYTHING)
    assert holder is not None
    assert holder.fence > lost.fence

    def comes_late() -> None:
        with archive.database.uow() as tx:
            tx.step(kinds.POSTER, new_id(), testimony_id)  # stands for a result
            ledger.finish(tx, lost)

    with pytest.raises(LeaseLost):
        comes_late()
    with archive.database.uow() as tx:
        ledger.finish(tx, holder)
    assert state_of(archive, holder.id) == ("done", "")
    assert ledger.claim(archive.database, EVERYTHING) is None  # the result of the late one was undone


def test_failures_wait_longer_and_end_visibly_after_the_fifth(
    archive: Archive, testimony_id: str, clock: MovableClock
) -> None:
    step_id = put_down(archive, testimony_id, kinds.PEAKS)
    for attempt in range(1, 6):
        claimed = ledger.claim(archive.database, EVERYTHING)
        assert claimed is not None
        assert claimed.attempts == attempt
        ledger.try_again(archive.database, claimed, "The store was away.")
        assert ledger.claim(archive.database, EVERYTHING) is None
        clock.move(minutes=11)
    assert state_of(archive, step_id) == ("failed", "The store was away.")
    with archive.database.uow() as tx:
        ledger.start_again(tx, step_id)
    assert ledger.claim(archive.database, EVERYTHING) is not None


def test_waiting_for_scratch_uses_no_try_up(archive: Archive, testimony_id: str, clock: MovableClock) -> None:
    step_id = put_down(archive, testimony_id, kinds.PEAKS)
    for _ in range(8):
        claimed = ledger.claim(archive.database, EVERYTHING)
        assert claimed is not None
        ledger.wait_for_scratch(archive.database, claimed, "No room.")
        assert state_of(archive, step_id) == ("needs_scratch", "No room.")
        clock.move(minutes=2)
    assert ledger.claim(archive.database, EVERYTHING) is not None


def test_progress_keeps_the_lease(archive: Archive, testimony_id: str, clock: MovableClock) -> None:
    put_down(archive, testimony_id, kinds.PEAKS)
    claimed = ledger.claim(archive.database, EVERYTHING)
    assert claimed is not None
    for done in range(4):
        clock.move(seconds=90)
        ledger.report(archive.database, claimed, done, 4)
    assert ledger.claim(archive.database, EVERYTHING) is None
    with archive.database.snapshot() as look:
        assert look.scalars(select(Step.progress).where(Step.id == claimed.id)).one() == 3


def test_closing_ends_what_waits(archive: Archive, testimony_id: str) -> None:
    from archive.services.closing import close_testimony

    step_id = put_down(archive, testimony_id, kinds.TRANSCRIBE)
    held = put_down(archive, testimony_id, kinds.PEAKS)
    claimed = ledger.claim(archive.database, frozenset({kinds.PEAKS}))
    assert claimed is not None
    close_testimony(archive.database, archive.keys, testimony_id, by="test", how="card")
    assert state_of(archive, step_id)[0] == state_of(archive, held)[0] == "ended"
    with pytest.raises(LeaseLost), archive.database.uow() as tx:
        ledger.finish(tx, claimed)


def test_the_bell_carries_step_ids_and_survives_rubbish(tmp_path: Path) -> None:
    import sqlite3

    here, there = StepQueue(tmp_path / "bell.sqlite"), StepQueue(tmp_path / "bell.sqlite")
    assert not there.rung()
    step_id = new_id()
    here.wake([step_id])
    with sqlite3.connect(tmp_path / "bell.sqlite") as raw:
        (message,) = raw.execute("SELECT data FROM task").fetchone()
        assert bytes(message) == b'{"step": "%s"}' % step_id.encode()
        raw.execute("INSERT INTO task (queue, data, priority) VALUES ('saksi', x'8004952e', 0)")  # a pickle
    raw.close()
    assert there.rung()
    assert not there.rung()
    here.close()
    there.close()


def test_a_broken_bell_undoes_no_change(archive: Archive, testimony_id: str) -> None:
    archive.places.queue.unlink()
    archive.places.queue.mkdir()
    step_id = put_down(archive, testimony_id, kinds.PEAKS)
    assert state_of(archive, step_id)[0] == "waiting"
