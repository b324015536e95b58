"""Opens the archive for a command: settings from the environment, the passphrase from a file, a pipe or a person."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import select

from archive.actors import Actor, actor_of
from archive.db.models import Account, Collection, Testimony
from archive.settings import Settings, read_settings
from archive.wiring import Archive, open_archive

OPERATOR = "operator"
"""Who acts in the audit when a command is run on the machine itself, without an account."""


def passphrase_for(settings: Settings) -> str | None:
    """The passphrase as typed, or None where none is needed or nobody can be asked."""
    if settings.key_mode == "demo" or settings.passphrase_file is not None or not sys.stdin.isatty():
        return None
    return str(click.prompt("Passphrase of the archive", hide_input=True, err=True))


@contextmanager
def opened() -> Iterator[Archive]:
    """The archive that the environment names, closed when the block ends."""
    settings = read_settings()
    archive = open_archive(settings, passphrase=passphrase_for(settings))
    try:
        yield archive
    finally:
        archive.close()


def actor_named(archive: Archive, login: str | None) -> Actor:
    """The account that a command acts for; asked for if it was not named.

    Whoever can open the archive on this machine holds its keys already, so no password is asked: the name says who
    answers for the act in the audit.
    """
    login = login or str(click.prompt("Login of the account that does this"))
    with archive.database.snapshot() as look:
        account_id = look.scalar(select(Account.id).where(Account.login == login))
        actor = actor_of(look, account_id, archive.clock.now()) if account_id else None
    if actor is None:
        raise click.ClickException(
            f"There is no account with the login {login}, or it is disabled. Nothing was changed."
        )
    return actor


def collection_named(archive: Archive, name: str | None) -> str:
    """The id of a collection by its name or id; the only one if none was named."""
    with archive.database.snapshot() as look:
        rows = [(row.id, row.name) for row in look.scalars(select(Collection).order_by(Collection.name))]
    if not rows:
        raise click.ClickException("There is no collection yet. Make one with `saksi collection add NAME`.")
    wanted = [id_ for id_, known in rows if name in {id_, known}] if name else [id_ for id_, _ in rows]
    if len(wanted) != 1:
        names = ", ".join(known for _, known in rows)
        raise click.ClickException(f"Say which collection with --collection: {names}. Nothing was changed.")
    return wanted[0]


def testimony_coded(archive: Archive, code: str) -> str:
    """The id of a testimony by its code."""
    with archive.database.snapshot() as look:
        found = look.scalar(select(Testimony.id).where(Testimony.code == code.strip().upper()))
    if found is None:
        raise click.ClickException(f"There is no testimony with the code {code}. Nothing was changed.")
    return found
