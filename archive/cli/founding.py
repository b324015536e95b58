"""`saksi init` makes an archive, `saksi upgrade` brings its database to this version."""

from __future__ import annotations

import sys

import click

from archive.cli.opening import passphrase_for
from archive.settings import Settings, read_settings
from archive.wiring import init_archive, newest_schema, open_at_any_step


@click.command()
def init() -> None:
    """Make a new, empty archive in SAKSI_DATA, with its keys in SAKSI_KEYS.

    Prints the recovery secret once. Nothing is written if an archive or a key store is there already.
    """
    settings = read_settings()
    new = init_archive(settings, passphrase=_new_passphrase(settings))
    click.echo(f"The archive is ready in {settings.data}, its keys in {settings.keys}.")
    click.echo(f"A recovery copy of all keys lies in {new.recovery_copy}.")
    click.echo("Carry it to another building, and write this recovery secret on paper; it is shown only now:")
    click.echo(f"\n    {new.recovery_secret}\n")
    click.echo("Next: `saksi account add`, `saksi collection add`, `saksi check`, `saksi serve`.")


def _new_passphrase(settings: Settings) -> str | None:
    if settings.key_mode == "demo" or settings.passphrase_file is not None or not sys.stdin.isatty():
        return None
    text = "New passphrase of the archive (at least 15 characters; five or six words)"
    return str(click.prompt(text, hide_input=True, confirmation_prompt=True, err=True))


@click.command()
def upgrade() -> None:
    """Bring the database to the form that this version of Saksi needs, in one transaction."""
    from archive.db import schema

    settings = read_settings()
    archive = open_at_any_step(settings, passphrase=passphrase_for(settings))
    try:
        before = schema.current(archive.database.engines.reader)
        schema.upgrade(archive.database.engines.writer)
    finally:
        archive.close()
    needed = newest_schema()
    click.echo("Nothing was to be done." if before == needed else f"The database is now at step {needed}.")
