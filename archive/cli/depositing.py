"""`saksi ingest`: recordings from the command line, through the same service as the form."""

from __future__ import annotations

from pathlib import Path

import click

from archive.cli.opening import actor_named, collection_named, opened, testimony_coded
from archive.services.deposit import NewPerson, NewTestimony
from archive.wiring import Archive
from archive.worker.main import keep_recovery_copy_fresh


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--collection", "collection_name", help="Name of the collection; not needed if there is only one."
)
@click.option(
    "--narrator", "narrators", multiple=True, help="Who speaks; may be repeated. The name is sealed."
)
@click.option(
    "--interviewer", "interviewers", multiple=True, help="Who asks; may be repeated. The name is sealed."
)
@click.option("--title", default="", help="A title that names nobody who is to stay hidden.")
@click.option(
    "--language", default="", help="The spoken language (km, vi, en, fr); heard by the machine if left out."
)
@click.option(
    "--testimony", "code", help="Code of a testimony that the files belong to; else a new one is made."
)
@click.option("--login", help="The account that takes the files in; asked for if left out.")
def ingest(
    files: tuple[Path, ...],
    collection_name: str | None,
    narrators: tuple[str, ...],
    interviewers: tuple[str, ...],
    title: str,
    language: str,
    code: str | None,
    login: str | None,
) -> None:
    """Take FILES in, in this order, as the recordings of one testimony. The files themselves are only read."""
    for file in files:
        if not file.is_file():
            wrong = (
                f"{file} is a folder; name the files in it" if file.is_dir() else f"There is no file {file}"
            )
            raise click.ClickException(f"{wrong}. Nothing was taken in.")
    with opened() as archive:
        actor = actor_named(archive, login)
        sizes = [file.stat().st_size for file in files]
        with click.progressbar(length=sum(sizes), label="Reading") as bar:
            for file, size in zip(files, sizes, strict=True):
                archive.deposits.refuse_early(actor, file)
                bar.update(size)
        if code is None:
            people = [
                NewPerson(name=name)
                for name in narrators or (click.prompt("Name of the narrator (it is sealed)"),)
            ]
            made = archive.deposits.create(
                actor,
                NewTestimony(
                    collection_id=collection_named(archive, collection_name), narrators=people,
                    interviewers=[NewPerson(name=name) for name in interviewers],
                    titles={language or "en": title} if title else {},
                ),
            )  # fmt: skip
            testimony_id, code = made.id, made.code
        else:
            testimony_id = testimony_coded(archive, code)
        taken: list[Path] = []
        try:
            with click.progressbar(length=sum(sizes), label="Sealing") as bar:
                for file, size in zip(files, sizes, strict=True):
                    archive.deposits.add_recording(
                        actor, testimony_id, file, name=file.name, language=language
                    )
                    taken.append(file)
                    bar.update(size)
        except Exception:
            _say_what_is_there(code, len(taken), len(files))
            raise
        keep_recovery_copy_fresh(archive)
        _say_where(archive, testimony_id, code, len(taken))


def _say_what_is_there(code: str, taken: int, wanted: int) -> None:
    """After a file was refused: what is safe, before the sentence that says what is wrong."""
    click.echo(
        f"{taken} of {wanted} files were taken in, as {code}. More files go to it with --testimony {code}.",
        err=True,
    )


def _say_where(archive: Archive, testimony_id: str, code: str, taken: int) -> None:
    click.echo(
        f"{taken} {'file was' if taken == 1 else 'files were'} taken in, sealed and read back, as testimony {code}."
    )
    click.echo(f"Watch what the worker does with it at {archive.settings.address}/desk/{testimony_id}/files")
