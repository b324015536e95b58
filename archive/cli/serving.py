"""`saksi serve`: the site, and beside it a worker process that ends with it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import click

from archive.cli import working
from archive.cli.opening import passphrase_for
from archive.errors import SaksiError
from archive.settings import Settings, read_settings
from archive.wiring import Archive, open_archive
from archive.worker.scratch import Scratch

THREADS = 8
MOST_CONNECTIONS = 1000
MIB = 1024 * 1024
STOPS_WITHIN_S = 6


class AddressTaken(SaksiError):
    """Another program listens there already; often an earlier `saksi serve`."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"The site cannot listen on {host} port {port} ({reason}). Nothing was changed. "
            "Stop the other program, or choose another port with SAKSI_PORT."
        )
        self.host, self.port = host, port


def need_free_address(settings: Settings) -> None:
    """Ask before anything is made or started: minutes of work must not end in "the port is in use".

    :raises AddressTaken:
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as asked:
        asked.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as the server will: a port just left is free
        try:
            asked.bind((settings.host, settings.port))
        except OSError as taken:
            raise AddressTaken(settings.host, settings.port, taken.strerror or str(taken)) from None


@click.command()
@click.option("--no-worker", is_flag=True, help="Do not start a worker; run `saksi worker` elsewhere.")
def serve(no_worker: bool) -> None:  # click hands options over by name
    """Serve the site until it is told to stop (SIGTERM, Ctrl-C)."""
    settings = read_settings()
    need_free_address(settings)
    passphrase = passphrase_for(settings)
    archive = open_archive(settings, passphrase=passphrase)
    try:
        if no_worker:
            serve_site(archive)
        else:
            with worker_beside(settings, passphrase) as child:
                serve_site(archive, child)
    finally:
        archive.close()


def serve_site(archive: Archive, child: subprocess.Popen[bytes] | None = None) -> None:
    """Serve in the foreground until SIGTERM or Ctrl-C. Bodies up to 9 MiB stay in memory: the spool is on disk.

    `child` is a worker that is told to end at the same time, so that both take a few seconds together.

    :raises AddressTaken: if the port is in use.
    """
    from waitress import create_server

    from archive.app import create_app
    from archive.web.uploads import MOST_BYTES

    settings = archive.settings
    scratch = Scratch(archive.places.scratch)
    scratch.prepare("web")
    app = create_app(archive)
    try:
        server: Any = create_server(
            app, host=settings.host, port=settings.port, threads=THREADS, connection_limit=MOST_CONNECTIONS,
            inbuf_overflow=9 * MIB, outbuf_overflow=2 * MIB, outbuf_high_watermark=MIB, ident="",
            max_request_body_size=MOST_BYTES + MIB,
        )  # fmt: skip
    except OSError as taken:
        scratch.leave()
        raise AddressTaken(settings.host, settings.port, taken.strerror or str(taken)) from None
    click.echo(f"Saksi serves at {settings.address}. Stop it with Ctrl-C.")
    with _ending_on_sigterm(child):
        try:
            server.run()
        finally:
            server.close()
            scratch.leave()


@contextmanager
def _ending_on_sigterm(child: subprocess.Popen[bytes] | None) -> Iterator[None]:
    def ends(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        if child is not None and child.poll() is None:
            child.send_signal(signal.SIGTERM)
        raise SystemExit(0)

    before = signal.signal(signal.SIGTERM, ends)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def worker_beside(settings: Settings, passphrase: str | None) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process for as long as the block runs. It ends by itself, too, if this process is killed."""
    child = start_worker(settings, passphrase)
    try:
        yield child
    finally:
        stop(child)


def start_worker(settings: Settings, passphrase: str | None) -> subprocess.Popen[bytes]:
    """Start `saksi worker`; the passphrase goes through a pipe, never into the arguments or the environment."""
    argv = working.command(os.getpid())
    if passphrase is None:
        return subprocess.Popen(argv, env=_environment(settings), stdin=subprocess.DEVNULL)
    read_end, write_end = os.pipe()
    try:
        with os.fdopen(write_end, "wb") as pipe:
            pipe.write(passphrase.encode())  # far below what a pipe holds, so nobody need read yet
        argv += ["--passphrase-fd", str(read_end)]
        return subprocess.Popen(
            argv, env=_environment(settings), stdin=subprocess.DEVNULL, pass_fds=(read_end,)
        )
    finally:
        os.close(read_end)


def _environment(settings: Settings) -> dict[str, str]:
    """This process's environment, with what a demonstration sets in code and not there."""
    return {**os.environ, "SAKSI_KEY_MODE": settings.key_mode, "SAKSI_DEMO": "yes" if settings.demo else "no"}


def stop(child: subprocess.Popen[bytes]) -> None:
    """End a worker: asked first, killed if it does not listen within seconds (its steps are taken up again)."""
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(timeout=STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    sys.stdout.flush()
