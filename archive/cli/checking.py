"""`saksi check`: everything an operator should know, all at once; exit status 1 if something is wrong."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import click

from archive.cli.opening import passphrase_for
from archive.db.engine import check_versions
from archive.errors import SaksiError
from archive.places import check_one_distribution
from archive.settings import Settings, read_settings
from archive.wiring import Archive, newest_schema, open_at_any_step
from archive.worker.scratch import IN_MEMORY, file_system_of
from ingest.errors import IngestError

GIB = 1024**3
LEAST_FREE_SCRATCH = 2 * GIB


class Word(StrEnum):
    """How bad a finding is."""

    RIGHT = "right"
    NOTE = "note"
    WRONG = "WRONG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report."""

    word: Word
    about: str
    sentence: str


Check = Callable[[], Iterator[Finding]]


@click.command()
def check() -> None:
    """Check settings, keys, database, jail, scratch and speech; say everything that is wrong together."""
    findings = list(report())
    for finding in findings:
        click.echo(f"{finding.word:<6} {finding.about:<9} {finding.sentence}")
    wrong = sum(finding.word is Word.WRONG for finding in findings)
    if wrong:
        raise click.ClickException(f"{wrong} {'thing is' if wrong == 1 else 'things are'} wrong.")
    click.echo("Nothing is wrong.")


def report() -> Iterator[Finding]:
    """All findings. A part that cannot be looked at is a finding, not the end of the report."""
    yield from _told("packages", _packages)
    yield from _told("sqlite", _sqlite)
    try:
        settings = read_settings()
    except SaksiError as invalid:
        yield Finding(word=Word.WRONG, about="settings", sentence=invalid.message)
        return
    yield Finding(word=Word.RIGHT, about="settings", sentence=f"read; the archive lies in {settings.data}.")
    if settings.demo:
        demo = "SAKSI_DEMO is on: every page says that this is a demonstration."
        yield Finding(word=Word.NOTE, about="settings", sentence=demo)
    yield from _told("scratch", lambda: _scratch(settings))
    yield from _told("jail", lambda: _jail(settings))
    with ExitStack() as stack:
        try:
            archive = open_at_any_step(settings, passphrase=passphrase_for(settings))
        except SaksiError as closed:
            yield Finding(word=Word.WRONG, about="archive", sentence=closed.message)
            return
        stack.callback(archive.close)
        yield from _told("schema", lambda: _schema(archive))
        yield from _told("keys", lambda: _keys(archive))
        yield from _told("index", lambda: _index(archive))
        yield from _told("speech", lambda: _speech(archive))


def _told(about: str, check: Check) -> Iterator[Finding]:
    try:
        yield from check()
    except (SaksiError, IngestError) as wrong:
        yield Finding(word=Word.WRONG, about=about, sentence=wrong.message)
    except OSError as wrong:
        yield Finding(word=Word.WRONG, about=about, sentence=f"{wrong.strerror or wrong} ({wrong.filename})")


def _packages() -> Iterator[Finding]:
    check_one_distribution()
    sentence = "archive, consent, ingest and search come from one installation."
    yield Finding(word=Word.RIGHT, about="packages", sentence=sentence)


def _sqlite() -> Iterator[Finding]:
    versions = check_versions()
    sentence = f"SQLite {versions.sqlite}, SQLCipher {versions.cipher}."
    yield Finding(word=Word.RIGHT, about="sqlite", sentence=sentence)


def _scratch(settings: Settings) -> Iterator[Finding]:
    settings.scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    kind = file_system_of(settings.scratch)
    if kind in IN_MEMORY:
        yield Finding(
            word=Word.RIGHT, about="scratch", sentence=f"{settings.scratch} lies in memory ({kind})."
        )
        if _swap_is_on():
            swap = "Swap is on: pages of memory may reach the disk. Encrypt the swap or switch it off."
            yield Finding(word=Word.NOTE, about="scratch", sentence=swap)
    else:
        sentence = (
            f"{settings.scratch} lies on a disk ({kind or 'unknown'}). Plain media pass through it: use a tmpfs or an "
            "encrypted mount (SAKSI_SCRATCH), unless this whole disk is encrypted."
        )
        yield Finding(word=Word.NOTE, about="scratch", sentence=sentence)
    room = os.statvfs(settings.scratch)
    free = room.f_bavail * room.f_frsize
    size = f"{free / GIB:.1f} GiB are free in it"
    if free < LEAST_FREE_SCRATCH:
        yield Finding(
            word=Word.NOTE, about="scratch", sentence=f"{size}; longer recordings will wait for room."
        )
    else:
        yield Finding(word=Word.RIGHT, about="scratch", sentence=f"{size}.")


def _swap_is_on() -> bool:
    swaps = Path("/proc/swaps")
    return swaps.is_file() and len(swaps.read_text().splitlines()) > 1


def _jail(settings: Settings) -> Iterator[Finding]:
    from ingest.jail import Jail, find_program

    jail = Jail.detect(settings.scratch)
    sentence = f"media programs run in a jail of the kind {jail.kind}: no network, no other file."
    yield Finding(word=Word.RIGHT, about="jail", sentence=sentence)
    for program in ("ffmpeg", "ffprobe"):
        find_program(program)


def _schema(archive: Archive) -> Iterator[Finding]:
    from archive.db import schema

    found, needed = schema.current(archive.database.engines.reader), newest_schema()
    if found != needed:
        sentence = f"the database is at step {found}, this version needs {needed}. Run `saksi upgrade`."
        yield Finding(word=Word.WRONG, about="schema", sentence=sentence)
    else:
        yield Finding(word=Word.RIGHT, about="schema", sentence=f"the database is at step {found}.")


def _keys(archive: Archive) -> Iterator[Finding]:
    status = archive.keys.status()
    count = sum(status.keys.values())
    sentence = f"mode {status.mode}, {count} keys, {status.frozen} closed, {status.dropped} destroyed."
    yield Finding(word=Word.RIGHT, about="keys", sentence=sentence)
    for promise in status.not_promised:
        yield Finding(word=Word.NOTE, about="keys", sentence=f"Not promised: {promise.sentence}")
    if status.held:
        sentence = (
            "the key store was restored and waits for two people to compare its closings; nothing opens."
        )
        yield Finding(word=Word.WRONG, about="keys", sentence=sentence)
    copy = archive.places.recovery_copy
    if status.recovery_generation is None:
        sentence = "there is no recovery copy: every key lies in one place only."
        yield Finding(word=Word.WRONG, about="recovery", sentence=sentence)
    elif status.without_recovery_copy:
        sentence = (
            f"{status.without_recovery_copy} keys are newer than the recovery copy; the worker renews it."
        )
        yield Finding(word=Word.NOTE, about="recovery", sentence=sentence)
    elif not copy.is_file():
        sentence = f"{copy} is not there; keep the newest copy in another building."
        yield Finding(word=Word.NOTE, about="recovery", sentence=sentence)
    else:
        yield Finding(
            word=Word.RIGHT, about="recovery", sentence=f"the recovery copy {copy} holds every key."
        )


def _index(archive: Archive) -> Iterator[Finding]:
    from search.errors import SearchError

    try:
        archive.index.confirmed("0" * 27)
    except SearchError as broken:
        yield Finding(word=Word.WRONG, about="index", sentence=broken.message)
    else:
        yield Finding(word=Word.RIGHT, about="index", sentence="the search index opens.")


def _speech(archive: Archive) -> Iterator[Finding]:
    from archive.worker.speech import weights_of

    settings = archive.settings
    if settings.engine == "scripted":
        sentence = "the engine is scripted: it reads prepared words and hears nothing. For tests only."
        yield Finding(word=Word.NOTE, about="speech", sentence=sentence)
        return
    weights = weights_of(archive)
    sentence = f"{settings.engine} with the model {weights.id.name} (SHA-256 {weights.id.sha256[:12]}…)."
    yield Finding(word=Word.RIGHT, about="speech", sentence=sentence)
