"""Starts the demonstration: makes it if it is not there, begins anew what was cut off, prints the logins, serves."""

from __future__ import annotations

import json
import logging
import os
import shutil
from pathlib import Path

import click

from archive.cli.serving import need_free_address, serve_site, worker_beside
from archive.db import schema
from archive.demo import examples, making, paper
from archive.errors import SaksiError
from archive.places import Places
from archive.settings import Settings, read_settings
from archive.vault.key_file import FILE as KEY_FILE
from archive.wiring import Archive, SchemaBehind, open_archive, open_at_any_step


class NotADemonstration(SaksiError):
    """SAKSI_DATA names a folder with something in it that the demonstration did not make."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} holds something that the demonstration did not make, so it was not touched. "
            "Name another folder in SAKSI_DATA."
        )
        self.folder = folder


def run() -> None:
    """Serve the demonstration in the foreground until SIGTERM or Ctrl-C."""
    settings = demo_settings()
    need_free_address(settings)
    told = prepare(settings)
    archive = opened(settings)
    try:
        _say(settings, told)
        with worker_beside(settings, None) as child:
            serve_site(archive, child)
    finally:
        archive.close()


def demo_settings() -> Settings:
    """The environment's settings, in key mode demo, with the banner on every page."""
    return read_settings({**os.environ, "SAKSI_KEY_MODE": "demo", "SAKSI_DEMO": "yes"})


def prepare(settings: Settings) -> paper.Paper:
    """The demonstration in these folders: read, or made (a few minutes); a half-made one is made anew.

    :raises NotADemonstration: if something else lies there. :raises ExamplesMissing:
    """
    mark = _mark(settings)
    if mark.exists():
        click.echo("An earlier start was interrupted; the demonstration is made anew.")
        _begin_anew(settings, mark)
    if (settings.data / paper.FILE).is_file():
        told = paper.read(settings.data)
        if told.base_url != settings.address:
            told = making.at_address(told, settings.address)
            paper.write(told, settings.data)
        return told
    if settings.data.exists() and any(settings.data.iterdir()):
        raise NotADemonstration(settings.data)
    examples.folder()
    _write_mark(mark, [part for part in _parts(settings) if not part.exists()])
    logging.getLogger("saksi").info("the demonstration is made in %s", settings.data)
    told = making.make(settings)
    paper.write(told, settings.data)
    mark.unlink()
    return told


def opened(settings: Settings) -> Archive:
    """The demonstration's archive. One made by an older version is brought up first: nobody who tries the demonstration
    should have to know `saksi upgrade` and its settings.
    """
    try:
        return open_archive(settings)
    except SchemaBehind as behind:
        if behind.found is None or behind.found > behind.needed:
            raise
        click.echo("An older version of Saksi made this demonstration; its database is brought up to date.")
    archive = open_at_any_step(settings)
    try:
        schema.upgrade(archive.database.engines.writer)
    finally:
        archive.close()
    return open_archive(settings)


def _parts(settings: Settings) -> list[Path]:
    """Every folder and file that making an archive makes outside of others of this list, folders first."""
    copy = Places(settings=settings).recovery_copy
    folders = [settings.data, settings.keys, settings.root_key_file.parent, copy.parent]
    return [*folders, settings.keys / KEY_FILE, settings.root_key_file, copy]


def _mark(settings: Settings) -> Path:
    """Beside the data folder: says that the demonstration is being made, and what was not there before."""
    return settings.data.with_name(f".{settings.data.name}-being-made.json")


def _write_mark(mark: Path, made: list[Path]) -> None:
    mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark.write_text(json.dumps([str(part) for part in made]))


def _begin_anew(settings: Settings, mark: Path) -> None:
    """Remove what the interrupted start made: what is on the mark and named by the settings now, nothing else."""
    made = {Path(text) for text in json.loads(mark.read_text())}
    for part in _parts(settings):
        if part in made and part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        elif part in made:
            part.unlink(missing_ok=True)
    mark.unlink()


def _say(settings: Settings, told: paper.Paper) -> None:
    click.echo(f"\nThe demonstration is at {told.base_url}")
    click.echo("Everything in it is invented. Logins:")
    for account in told.accounts:
        click.echo(f"  {account.role:<10} {account.login:<11} {account.password}")
    for card in told.cards:
        click.echo(f"  a narrator's card for {card.testimony}: {card.code}, secret {card.secret}")
    click.echo(f"The same is in {settings.data / paper.FILE}, for scripts.\n")
