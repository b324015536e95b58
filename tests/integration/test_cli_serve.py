"""`saksi serve` and `saksi worker` as processes: they answer, take work up, and stop with all their children."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from archive.settings import Settings
from archive.wiring import init_archive, open_archive
from tests.worlds_db import (
    CHEAP,
    PASSPHRASE,
    environment_of,
    make_actor,
    make_testimony,
    settings_in,
    steps_of,
    write_script,
    write_tone,
)

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0
pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = replace(settings_in(tmp_path), port=free_port())
    init_archive(settings, costs=CHEAP)
    return settings


@contextmanager
def saksi(settings: Settings, *argv: str, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command in a process of its own; whatever is left of it is killed at the end."""
    environ = {**os.environ, **environment_of(settings), "PYTHONPATH": str(ROOT), **more}
    code = "from archive.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *argv], env=environ, cwd=ROOT, stdin=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
        process.kill()
        process.wait()


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that happens by itself."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def answers(settings: Settings) -> bool:
    with suppress(OSError), urllib.request.urlopen(settings.address, timeout=5) as response:  # noqa: S310  # our own
        return bool(response.status == 200)
    return False


def children_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def deposit(settings: Settings, folder: Path) -> str:
    archive = open_archive(settings, costs=CHEAP)
    write_script(archive)
    actor = make_actor(archive, "sok")
    made = make_testimony(archive, actor)
    archive.deposits.add_recording(actor, made.id, write_tone(folder / "a.wav"), name="a", language="en")
    archive.close()
    return made.id


def test_serve_answers_works_and_stops_with_its_worker(settings: Settings, tmp_path: Path) -> None:
    testimony_id = deposit(settings, tmp_path)
    with saksi(settings, "serve") as process:
        until(lambda: answers(settings))
        watching = open_archive(settings, costs=CHEAP)
        until(lambda: set(steps_of(watching, testimony_id).values()) == {"done"})
        watching.close()
        family = children_of(process)
        assert family
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_S) == 0
        gone, alive = psutil.wait_procs(family, timeout=PATIENCE_S)
        assert (len(gone), alive) == (len(family), [])
    left = [p for p in settings.scratch.rglob("*") if p.is_file() and not p.name.startswith(".")]
    assert left == []


def test_a_worker_ends_when_the_site_is_killed(settings: Settings) -> None:
    with saksi(settings, "serve") as process:
        until(lambda: answers(settings) and bool(children_of(process)))
        family = children_of(process)
        process.kill()
        process.wait()
        _, alive = psutil.wait_procs(family, timeout=PATIENCE_S)
        assert alive == []


def test_serve_without_a_worker_starts_none(settings: Settings) -> None:
    with saksi(settings, "serve", "--no-worker") as process:
        until(lambda: answers(settings))
        assert children_of(process) == []


def test_a_taken_port_is_a_sentence(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", settings.port))
        taken.listen()
        environ = {**os.environ, **environment_of(settings), "PYTHONPATH": str(ROOT)}
        argv = [sys.executable, "-c", "from archive.cli import main; main()", "serve"]
        done = subprocess.run(argv, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "cannot listen" in done.stderr
    assert "SAKSI_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_passphrase_reaches_the_worker_through_a_pipe_only(tmp_path: Path) -> None:
    settings = replace(settings_in(tmp_path), port=free_port(), key_mode="passphrase")
    init_archive(settings, passphrase=PASSPHRASE, costs=CHEAP)
    code = (
        "import os, sys; from archive.settings import read_settings; from archive.cli.serving import start_worker;"
        f"child = start_worker(read_settings(), {PASSPHRASE!r}); print(child.pid, flush=True);"
        "sys.stdin.read(); child.terminate(); sys.exit(child.wait())"
    )
    environ = {**os.environ, **environment_of(settings), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environ, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as starter:
        assert starter.stdout is not None
        worker = psutil.Process(int(starter.stdout.readline()))
        until(lambda: any(settings.scratch.glob("worker-*")))  # it has opened the archive
        assert PASSPHRASE not in " ".join(worker.cmdline())
        assert PASSPHRASE not in str(worker.environ())
        assert starter.stdin is not None
        starter.stdin.close()
        assert starter.wait(timeout=PATIENCE_S) == 0
