"""`saksi worker`, the process that takes steps up; `saksi reindex`, the index built anew."""

from __future__ import annotations

import logging
import os
import signal
import sys
from types import FrameType

import click
from sqlalchemy import func, select

from archive.cli.opening import OPERATOR, opened, passphrase_for
from archive.db.models import Testimony
from archive.settings import read_settings
from archive.vault.errors import RootKeyUnusable
from archive.wiring import open_archive

NO_PARENT = 0


@click.command()
@click.option(
    "--passphrase-fd", type=int, default=None, hidden=True, help="Read the passphrase from this pipe."
)
@click.option(
    "--parent",
    type=int,
    default=NO_PARENT,
    hidden=True,
    help="End when this process is no longer the parent.",
)
def worker(passphrase_fd: int | None, parent: int) -> None:
    """Take up steps (copies, transcripts, index) until it is told to stop (SIGTERM, Ctrl-C)."""
    from archive.worker.main import build_runner, leave

    settings = read_settings()
    passphrase = _from_pipe(passphrase_fd) if passphrase_fd is not None else passphrase_for(settings)
    archive = open_archive(settings, passphrase=passphrase)
    runner, scratch = build_runner(archive, parent=parent)

    def ends(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        runner.stop()

    signal.signal(signal.SIGTERM, ends)
    signal.signal(signal.SIGINT, ends)
    logging.getLogger("saksi.worker").info("the worker runs")
    whole = runner.run()
    leave(scratch, killing_children=not whole)
    if not whole:
        logging.shutdown()
        os._exit(0)  # a handler hangs in a library; its step was put back and it can write nothing more
    archive.close()


@click.command()
def reindex() -> None:
    """Build the search index anew from the database, beside the old one; searching goes on meanwhile."""
    from archive.worker.reindexing import reindex as build_anew

    with opened() as archive:
        with archive.database.snapshot() as look:
            count = look.scalar(select(func.count(Testimony.id))) or 0
        with click.progressbar(length=count, label="Indexing") as bar:
            report = build_anew(OPERATOR, archive, lambda: bar.update(1))
    click.echo(f"The index holds {report.open + report.guarded} moments of {report.testimonies} testimonies.")


def _from_pipe(descriptor: int) -> str:
    """The whole of what the parent wrote; the pipe is closed, so no child of ours inherits it."""
    try:
        with os.fdopen(descriptor, "rb") as pipe:
            return pipe.read(4096).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise RootKeyUnusable(f"pipe {descriptor}", f"cannot be read ({error})") from error


def command(parent: int) -> list[str]:
    """How `saksi serve` starts its worker: the same Python, the same code."""
    return [sys.executable, "-c", "from archive.cli import main; main()", "worker", "--parent", str(parent)]
