"""The one place where an archive is put together from its settings; everything else is given what it needs."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher

from archive import paths
from archive.clock import Clock, SystemClock
from archive.db.audit import Auditor
from archive.db.engine import open_engines
from archive.db.uow import Database
from archive.errors import ArchiveExists, ArchiveNotInitialised, SaksiError
from archive.gate.gate import Gate
from archive.index_keys import FIRST_BUILD, IndexKeysInStore
from archive.places import Places, check_one_distribution
from archive.reading.media import Media
from archive.reading.search import Search
from archive.root_secret import root_secret
from archive.services.accounts import Accounts
from archive.services.cards import Cards
from archive.services.consents import Consents
from archive.services.contents import Contents
from archive.services.deposit import Deposits
from archive.services.evidence import EvidenceRoom
from archive.services.limits import Limits
from archive.services.owners import Fields
from archive.services.renditions import Renditions
from archive.services.secrets_on_paper import PaperSecrets
from archive.services.transcripts import Transcripts
from archive.services.work import Work
from archive.settings import Settings
from archive.steps.queue import StepQueue
from archive.vault.columns import Columns
from archive.vault.key_file import FILE as KEY_FILE
from archive.vault.key_stores import create_key_store, open_key_store
from archive.vault.keys import AUDIT, DATABASE, DUPLICATES, PEPPER, KeyStore
from archive.vault.local import LocalStore
from archive.vault.recovery import new_recovery_secret
from archive.vault.roots import Stretching, check_separate, create_demo_root
from archive.vault.vault import Vault
from search.index import SearchIndex
from search.sqlite import SqliteIndex

log = logging.getLogger("saksi.wiring")


class SchemaBehind(SaksiError):
    """The database was made by another version of Saksi; seen after an update, and after a step back."""

    def __init__(self, found: str | None, needed: str) -> None:
        super().__init__(
            f"The database is at step {found or 'none'}, this version of Saksi needs {needed}. "
            "Nothing was changed. Run `saksi upgrade`."
        )
        self.found, self.needed = found, needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Everything that an open archive offers to pages, the worker and the command line."""

    settings: Settings
    places: Places
    clock: Clock
    database: Database
    keys: KeyStore
    vault: Vault
    fields: Fields
    papers: PaperSecrets
    accounts: Accounts
    deposits: Deposits
    transcripts: Transcripts
    contents: Contents
    renditions: Renditions
    consents: Consents
    evidence: EvidenceRoom
    cards: Cards
    limits: Limits
    work: Work
    gate: Gate
    media: Media
    search: Search
    index: SearchIndex
    queue: StepQueue

    def close(self) -> None:
        """Let files and connections go."""
        self.index.close()
        self.queue.close()
        self.database.engines.dispose()
        self.keys.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArchive:
    """What `init_archive` made: where the recovery copy lies, and the secret on paper that opens it."""

    recovery_copy: Path
    recovery_secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What one guess at a password or passphrase costs; lowered by tests only."""

    hasher: PasswordHasher | None = None
    stretching: Stretching | None = None


def open_archive(
    settings: Settings,
    *,
    clock: Clock | None = None,
    passphrase: str | None = None,
    costs: Costs | None = None,
) -> Archive:
    """Open the archive that the settings name.

    :raises ArchiveNotInitialised: if there is none. :raises SchemaBehind: if its database is another version's.
    :raises PlacesNotSeparate, KeyStoreMissing, WrongRootSecret, RootKeyUnusable, SqliteTooOld: nothing was opened.
    """
    from archive.db import schema

    archive = open_at_any_step(settings, clock=clock, passphrase=passphrase, costs=costs)
    found, needed = schema.current(archive.database.engines.reader), newest_schema()
    if found != needed:
        archive.close()
        raise SchemaBehind(found, needed)
    return archive


def newest_schema() -> str:
    """The step of the schema that this version of Saksi needs."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(paths.migrations())).get_current_head() or ""


def open_at_any_step(
    settings: Settings,
    *,
    clock: Clock | None = None,
    passphrase: str | None = None,
    costs: Costs | None = None,
) -> Archive:
    """As `open_archive`, without looking at the schema: for `saksi upgrade` and `saksi check`."""
    check_one_distribution()
    check_separate(settings.data, settings.keys, settings.root_key_file)
    places = Places(settings=settings)
    if not places.database.is_file():
        raise ArchiveNotInitialised(str(settings.data))
    clock, costs = clock or SystemClock(), costs or Costs()
    with ExitStack() as undo:
        keys = open_key_store(settings.keys, root_secret(settings, passphrase), clock=clock)
        undo.callback(keys.close)
        archive = _assemble(settings, places, clock, keys, costs.hasher or PasswordHasher(), undo)
        undo.pop_all()
    return archive


def _assemble(
    settings: Settings, places: Places, clock: Clock, keys: KeyStore, hasher: PasswordHasher, undo: ExitStack
) -> Archive:
    places.scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    engines = open_engines(places.database, keys.named_key(DATABASE))
    undo.callback(engines.dispose)
    queue = StepQueue(places.queue)
    undo.callback(queue.close)
    database = Database(
        engines=engines, clock=clock, auditor=Auditor(key=keys.named_key(AUDIT)), wake=_rings(queue.wake)
    )
    index = SqliteIndex(places.index, IndexKeysInStore(keys))
    undo.callback(index.close)
    fields, vault = Fields(Columns(keys)), Vault(LocalStore(places.objects), keys)
    papers = PaperSecrets(keys.named_key(PEPPER), hasher)
    gate, evidence = Gate(database, keys), EvidenceRoom(database, vault)
    return Archive(
        settings=settings, places=places, clock=clock, database=database, keys=keys, vault=vault, fields=fields,
        papers=papers, accounts=Accounts(database, papers),
        deposits=Deposits(database, keys, vault, fields, keys.named_key(DUPLICATES)),
        transcripts=Transcripts(database, fields), contents=Contents(database, fields),
        renditions=Renditions(database, vault), consents=Consents(database, keys, evidence, fields), evidence=evidence,
        cards=Cards(database, keys, papers), gate=gate, limits=Limits(database), work=Work(database),
        media=Media(vault, clock), search=Search(gate, index, fields), index=index, queue=queue,
    )  # fmt: skip


def _rings(wake: Callable[[Sequence[str]], None]) -> Callable[[Sequence[str]], None]:
    """A doorbell that never fails a change that is committed already: the worker reads the table anyway."""

    def ring(step_ids: Sequence[str]) -> None:
        try:
            wake(step_ids)
        except Exception:  # whatever the queue's file suffers from, the change itself is done
            log.warning("the doorbell did not ring; the worker finds the step by itself", exc_info=True)

    return ring


def init_archive(
    settings: Settings,
    *,
    passphrase: str | None = None,
    clock: Clock | None = None,
    costs: Costs | None = None,
) -> NewArchive:
    """Make a new, empty archive: folders (mode 0700), key store, recovery copy, schema.

    Everything is made beside its place and moved there at the end; a failure on the way leaves nothing behind.

    :raises ArchiveExists, KeyStoreExists, RootKeyUnusable: if something is there already; it was not touched.
    """
    from archive.db import schema

    check_separate(settings.data, settings.keys, settings.root_key_file)
    places, costs = Places(settings=settings), costs or Costs()
    if (settings.data.exists() and any(settings.data.iterdir())) or (settings.keys / KEY_FILE).exists():
        raise ArchiveExists(str(settings.data))
    with ExitStack() as undo:
        for folder in (
            settings.data,
            settings.keys,
            places.recovery_copy.parent,
            settings.root_key_file.parent,
        ):
            _make_folder(folder, undo)
        if settings.key_mode == "demo":
            root = create_demo_root(settings.root_key_file)
            undo.callback(settings.root_key_file.unlink, missing_ok=True)
        else:
            root = root_secret(settings, passphrase)
        undo.callback((settings.keys / KEY_FILE).unlink, missing_ok=True)
        keys = create_key_store(settings.keys, root, clock=clock, stretching=costs.stretching)
        undo.callback(keys.close)
        for folder in (places.objects, places.index):
            folder.mkdir(mode=0o700)
            undo.callback(shutil.rmtree, folder, ignore_errors=True)
        _first_index(places.index, keys)
        new = NewArchive(recovery_copy=places.recovery_copy, recovery_secret=new_recovery_secret())
        keys.write_recovery_copy(new.recovery_copy, new.recovery_secret)
        undo.callback(new.recovery_copy.unlink, missing_ok=True)
        undo.callback(_remove_database, places.unfinished_database)
        engines = open_engines(places.unfinished_database, keys.named_key(DATABASE))
        try:
            schema.upgrade(engines.writer)
        finally:
            engines.dispose()
        places.unfinished_database.rename(places.database)  # from here on there is an archive
        undo.pop_all()
        keys.close()
    return new


def _make_folder(folder: Path, undo: ExitStack) -> None:
    """Make a folder with what lies above it; undone, only what was made is removed."""
    missing = [f for f in (folder, *folder.parents) if not f.exists()]
    for made in reversed(missing):
        made.mkdir(mode=0o700)
        undo.callback(_remove_if_empty, made)


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        log.warning("a folder that was made in vain is not empty, so it was left")


def _remove_database(path: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _first_index(folder: Path, keys: KeyStore) -> None:
    index = SqliteIndex(folder, IndexKeysInStore(keys))
    index.ensure(FIRST_BUILD)
    index.close()
