"""A worker is killed at any point of any step: the next one finishes it; nothing is lost, nothing is there twice."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from archive.db import models as m
from archive.steps import kinds
from archive.steps.ledger import LEASE
from archive.wiring import Archive, open_archive
from archive.worker.scratch import Scratch
from tests.dumps import made_of, named_objects
from tests.worlds_db import (
    CHEAP,
    START,
    MovableClock,
    build_archive,
    make_actor,
    make_testimony,
    runner_of,
    settings_in,
    write_script,
    write_speech,
)
from tests.worlds_worked import deposit_film, publish_and_agree

pytestmark = pytest.mark.slow
DYING = Path(__file__).with_name("dying_worker.py")
ROOT = Path(__file__).resolve().parents[2]
AGREED_S = timedelta(days=16).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A prepared archive with work to do, and what an undisturbed worker makes of it."""

    folder: Path
    at_s: float
    expected: dict[str, Any]


def opened(folder: Path, seconds: float) -> Archive:
    clock = MovableClock(START + timedelta(seconds=seconds))
    return open_archive(settings_in(folder), clock=clock, costs=CHEAP)


def copied(base: Path, target: Path) -> Path:
    """The archive as a copy; the script of the engine is found in the copy's own folder."""
    shutil.copytree(base, target, ignore=shutil.ignore_patterns("scratch"))
    return target


def undisturbed(base: Path, target: Path, seconds: float) -> dict[str, Any]:
    archive = opened(copied(base, target), seconds)
    runner_of(archive).run_until_idle()
    made = made_of(archive)
    archive.close()
    return made


@pytest.fixture(scope="module")
def deposited(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """A film that waits for its first step."""
    folder = tmp_path_factory.mktemp("deposited")
    deposit_film(folder).archive.close()
    expected = undisturbed(folder, tmp_path_factory.mktemp("undisturbed") / "a", 0)
    return Base(folder=folder, at_s=0, expected=expected)


@pytest.fixture(scope="module")
def agreed(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """A film that was written down, published, hidden in part and agreed to; masks and the opening wait."""
    folder = tmp_path_factory.mktemp("agreed")
    film = deposit_film(folder)
    runner_of(film.archive).run_until_idle()
    publish_and_agree(film, folder)
    film.archive.close()
    expected = undisturbed(folder, tmp_path_factory.mktemp("undisturbed") / "b", AGREED_S)
    return Base(folder=folder, at_s=AGREED_S, expected=expected)


@pytest.fixture(scope="module")
def long_talk(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """A recording of eleven minutes, which is heard in three chunks."""
    folder = tmp_path_factory.mktemp("long")
    archive = build_archive(folder)
    actor = make_actor(archive, "sok")
    made = make_testimony(archive, actor)
    write_script(
        archive, *((s * 10_000, s * 10_000 + 6000, f"Sentence number {s} of the talk.") for s in range(66))
    )
    talk = write_speech(folder / "talk.wav", seconds=660)
    archive.deposits.add_recording(actor, made.id, talk, name="talk.wav", language="en")
    archive.close()
    expected = undisturbed(folder, tmp_path_factory.mktemp("undisturbed") / "c", 0)
    return Base(folder=folder, at_s=0, expected=expected)


def kill_at(base: Base, target: Path, kind: str, point: str) -> Path:
    """Run a worker on a copy until it is killed there."""
    folder = copied(base.folder, target)
    argv = [sys.executable, str(DYING), str(folder), kind, point, str(base.at_s)]
    ended = subprocess.run(
        argv, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}, check=False
    )
    assert ended.returncode == -9, "the point was never met"
    return folder


def recovered(folder: Path, seconds: float) -> Iterator[Archive]:
    archive = opened(folder, seconds + LEASE.total_seconds() + 1)
    scratch = Scratch(archive.places.scratch)
    scratch.prepare("worker")
    left = [p for p in archive.places.scratch.rglob("*") if p.is_file() and not p.name.startswith(".")]
    assert left == [], "plain media survived the start of the next worker"
    scratch.leave()
    runner_of(archive).run_until_idle()
    yield archive
    archive.close()


def check(base: Base, folder: Path) -> None:
    for archive in recovered(folder, base.at_s):
        assert made_of(archive) == base.expected
        stored = set(archive_keys(archive))
        assert named_objects(archive) <= stored  # every row has its object; an orphan may lie beside
        with archive.database.snapshot() as look:
            assert max(look.scalars(select(m.Step.attempts))) == 2


def archive_keys(archive: Archive) -> list[str]:
    from archive.vault.local import LocalStore

    return list(LocalStore(archive.places.objects).keys())


@pytest.mark.parametrize(
    ("kind", "point"),
    [
        (kinds.PROBE, "claimed"),
        (kinds.PROBE, "copied"),
        (kinds.PROBE, "finished"),
        (kinds.LISTENING_COPY, "copied"),
        (kinds.LISTENING_COPY, "sealed"),
        (kinds.LISTENING_COPY, "written"),
        (kinds.PEAKS, "sealed"),
        (kinds.POSTER, "sealed"),
        (kinds.VIDEO_240P, "sealed"),
        (kinds.TRANSCRIBE, "copied"),
        (kinds.TRANSCRIBE, "segments"),
        (kinds.TRANSCRIBE, "finishing"),
        (kinds.INDEX, "claimed"),
    ],
)
def test_a_film_comes_through_a_kill(deposited: Base, tmp_path: Path, kind: str, point: str) -> None:
    check(deposited, kill_at(deposited, tmp_path / "killed", kind, point))


@pytest.mark.parametrize(
    ("kind", "point"),
    [
        (kinds.OPENING, "claimed"),
        (kinds.OPENING, "finished"),
        (kinds.MASK, "sealed"),
        (kinds.MASK, "finishing"),
        (kinds.INDEX, "applied"),
        (kinds.INDEX, "finished"),
    ],
)
def test_an_opening_comes_through_a_kill(agreed: Base, tmp_path: Path, kind: str, point: str) -> None:
    check(agreed, kill_at(agreed, tmp_path / "killed", kind, point))


def test_a_long_talk_goes_on_at_the_chunk_it_was_killed_in(long_talk: Base, tmp_path: Path) -> None:
    folder = kill_at(long_talk, tmp_path / "killed", kinds.TRANSCRIBE, "second chunk")
    archive = opened(folder, 0)
    with archive.database.snapshot() as look:
        kept = look.scalars(select(m.Segment.id)).all()
        step = look.scalars(select(m.Step).where(m.Step.kind == kinds.TRANSCRIBE)).one()
        assert kept
        assert len(kept) < len(long_talk.expected["segments"])
        assert '"next_sample": 0' not in step.checkpoint
    archive.close()
    check(long_talk, folder)
    archive = opened(folder, 0)
    with archive.database.snapshot() as look:
        assert set(kept) <= set(look.scalars(select(m.Segment.id)))  # the first chunk was not heard again
    archive.close()
