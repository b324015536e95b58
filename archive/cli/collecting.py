"""`saksi collection` and `saksi assign`: who gathered what, and who works on which testimony."""

from __future__ import annotations

from datetime import timedelta

import click
from sqlalchemy import func, select

from archive.cli.opening import OPERATOR, actor_named, opened, testimony_coded
from archive.db.models import Collection, Testimony
from archive.services import tasks
from consent.vocabulary import Task


@click.group()
def collection() -> None:
    """Make and list collections."""


@collection.command("add")
@click.argument("name")
@click.option("--agreement", default="", help="The deposit agreement it stands under.")
@click.option("--rights-holder", default="", help="Who holds the rights; this is shown and opens nothing.")
def add(name: str, agreement: str, rights_holder: str) -> None:
    """Make a collection called NAME."""
    if not name.strip():
        raise click.ClickException("A collection needs a name. Nothing was changed.")
    with opened() as archive:
        archive.deposits.create_collection(
            OPERATOR, name.strip(), agreement=agreement, rights_holder=rights_holder
        )
    click.echo(f"The collection {name.strip()} is ready.")


@collection.command("list")
def list_collections() -> None:
    """List collections with the number of their testimonies."""
    with opened() as archive, archive.database.snapshot() as look:
        counted = (
            select(Collection.name, func.count(Testimony.id))
            .outerjoin(Testimony, Testimony.collection_id == Collection.id)
            .group_by(Collection.id)
            .order_by(Collection.name)
        )
        for name, testimonies in look.execute(counted):
            click.echo(f"{name}\t{testimonies}")


@click.command()
@click.argument("code")
@click.argument("login")
@click.argument("task", type=click.Choice([str(task) for task in Task]))
@click.option(
    "--days", type=click.IntRange(1, 90), default=90, show_default=True, help="How long the task runs."
)
def assign(code: str, login: str, task: str, days: int) -> None:
    """Give the account LOGIN one TASK on the testimony CODE, for at most 90 days."""
    with opened() as archive:
        testimony_id, assignee = testimony_coded(archive, code), actor_named(archive, login)
        if not assignee.is_staff:
            raise click.ClickException(
                f"{login} has no duty in this archive, so no task can be given. Nothing was changed."
            )
        with archive.database.uow() as tx:
            if tx.session.get_one(Testimony, testimony_id).state not in tasks.WORKED_ON:
                raise click.ClickException(
                    "This testimony is closed; nobody works on it now. Nothing was changed."
                )
            tasks.assign(tx, testimony_id, assignee.id, task, given_by=OPERATOR, lasts=timedelta(days=days))
    click.echo(f"{login} may now {task} {code}, for {days} days.")
