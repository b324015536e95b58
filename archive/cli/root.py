"""The command `saksi`: its groups, and that every error is a sentence and the exit status 1, never a traceback."""

from __future__ import annotations

import errno
import logging
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click
from sqlalchemy.exc import DBAPIError

from archive.cli.checking import check
from archive.cli.collecting import assign, collection
from archive.cli.demonstrating import demo
from archive.cli.depositing import ingest
from archive.cli.founding import init, upgrade
from archive.cli.people import account
from archive.cli.serving import serve
from archive.cli.working import reindex, worker
from archive.errors import SaksiError
from ingest.errors import IngestError
from search.errors import SearchError

DISK_FULL = "The disk is full. Nothing was lost and nothing half-written stays; make room, then try again."


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="saksi")
def root() -> None:
    """Saksi, an archive for testimonies that shows each part only to those whom the narrator allowed."""
    os.umask(0o077)
    logging.basicConfig(
        level=os.environ.get("SAKSI_LOG", "WARNING"), format="%(asctime)s %(name)s %(message)s"
    )


for _command in (init, check, serve, worker, ingest, account, collection, assign, demo, upgrade, reindex):
    root.add_command(_command)


def run(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    try:
        root.main(args=None if argv is None else list(argv), prog_name="saksi", standalone_mode=False)
    except click.exceptions.Exit as asked:
        return asked.exit_code
    except click.Abort:
        return _told("Stopped. Nothing more was changed.")
    except click.ClickException as wrong:
        return _told(wrong.format_message())
    except (SaksiError, IngestError, SearchError) as error:
        return _told(error.message)
    except DBAPIError as error:
        full = "full" in str(error.orig)
        return _told(
            DISK_FULL
            if full
            else f"The database does not answer ({error.orig}). Nothing was changed; try again."
        )
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        return _told(
            DISK_FULL
            if full
            else f"{error.strerror or error}: {error.filename or 'a file'}. Nothing was changed."
        )
    return 0


def _told(sentence: str) -> int:
    click.echo(sentence, err=True)
    return 1


def main() -> NoReturn:
    """The console script."""
    sys.exit(run())
