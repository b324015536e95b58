"""`saksi account`: staff, educators and researchers. Survivors and families need no account."""

from __future__ import annotations

import sys
from datetime import timedelta

import click
from sqlalchemy import select

from archive.actors import DUTIES
from archive.cli.opening import OPERATOR, opened
from archive.db.models import Account, AccountFact, Duty
from archive.passwords import new_password
from archive.services.accounts import NewAccount


@click.group()
def account() -> None:
    """Make, list and disable accounts."""


@account.command("add")
@click.argument("login")
@click.option("--name", default="", help="The name shown to colleagues; the login if it is left out.")
@click.option(
    "--duty",
    "duties",
    multiple=True,
    type=click.Choice(DUTIES),
    help="A duty in all collections; may be repeated.",
)
@click.option(
    "--door", "doors", multiple=True, help="A verified fact such as edu, res or com:<name>; may be repeated."
)
@click.option("--condition", "conditions", multiple=True, help="A condition met with it, such as agreement.")
@click.option("--days", type=click.IntRange(1, 3660), help="After how many days the doors end.")
@click.option("--generate", is_flag=True, help="Make a password of several words and print it once.")
def add(
    login: str,
    name: str,
    duties: tuple[str, ...],
    doors: tuple[str, ...],
    conditions: tuple[str, ...],
    days: int | None,
    generate: bool,  # click hands options over by name
) -> None:
    """Make an account with LOGIN. The password is asked for, or read as one line from standard input."""
    password = new_password() if generate else _typed_password()
    with opened() as archive:
        until = archive.clock.now() + timedelta(days=days) if days else None
        archive.accounts.create(
            OPERATOR,
            NewAccount(
                login=login, display=name or login, password=password, doors=doors, conditions=" ".join(conditions),
                duties=duties, until=until,
            ),
        )  # fmt: skip
    click.echo(f"The account {login} is ready.")
    if generate:
        click.echo(f"Its password, shown only now: {password}")


def _typed_password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


@account.command("disable")
@click.argument("login")
def disable(login: str) -> None:
    """Close an account and every session of it at once."""
    with opened() as archive:
        archive.accounts.disable(OPERATOR, login)
    click.echo(f"The account {login} is disabled, and signed out everywhere.")


@account.command("list")
def list_accounts() -> None:
    """List accounts with their duties and doors."""
    with opened() as archive, archive.database.snapshot() as look:
        for row in look.scalars(select(Account).order_by(Account.login)):
            duties = look.scalars(
                select(Duty.duty).where(Duty.account_id == row.id).order_by(Duty.duty)
            ).all()
            doors = look.scalars(
                select(AccountFact.door).where(AccountFact.account_id == row.id).order_by(AccountFact.door)
            )
            state = "disabled" if row.disabled_at else "active"
            click.echo("\t".join([row.login, row.display, state, " ".join(duties), " ".join(doors)]))
