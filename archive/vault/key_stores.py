"""Making, opening and restoring the key store of an archive."""

from __future__ import annotations

import secrets
from pathlib import Path

from archive.clock import Clock, SystemClock
from archive.vault import key_rows as rows
from archive.vault.errors import WrongRootSecret
from archive.vault.key_file import FILE, Connection, KeyFile, build
from archive.vault.key_rows import NAMED, Wrap
from archive.vault.keys import KEY_BYTES, STANDING_NAMES
from archive.vault.recovery import open_copy
from archive.vault.roots import RootSecret, Stretching
from archive.vault.sqlite_keys import SqliteKeyStore


def open_key_store(folder: Path, root: RootSecret, *, clock: Clock | None = None) -> SqliteKeyStore:
    """The key store in `folder`. With a passphrase this takes about 0.3 s; `clock` is the store's own.

    :raises KeyStoreMissing: if there is none.
    :raises WrongRootSecret: if `root` does not open it.
    """
    file = KeyFile(folder / FILE)
    try:
        with file.reading() as (connection, _):
            wrap = _opened(connection, root)
    except BaseException:
        file.close()
        raise
    return SqliteKeyStore(file, wrap, root.mode, clock or SystemClock())


def _opened(connection: Connection, root: RootSecret) -> Wrap:
    if rows.mode(connection) != root.mode:
        raise WrongRootSecret
    wrap = Wrap(root.master(rows.root_salt(connection), rows.stretching(connection)))
    rows.load(connection, wrap, *rows.CHECK)
    return wrap


def create_key_store(
    folder: Path, root: RootSecret, *, clock: Clock | None = None, stretching: Stretching | None = None
) -> SqliteKeyStore:
    """A new key store with the archive's own keys (`STANDING_NAMES`). `stretching` is lowered by tests only.

    :raises KeyStoreExists: if the folder has one.
    """
    stretching = stretching or Stretching()
    salt = secrets.token_bytes(32)
    wrap = Wrap(root.master(salt, stretching))

    def fill(connection: Connection) -> None:
        rows.begin(connection, root.mode, salt, stretching)
        for kind, id_ in (rows.CHECK, *((NAMED, name) for name in STANDING_NAMES)):
            rows.insert(connection, kind, id_, wrap.close(secrets.token_bytes(KEY_BYTES), kind, id_), 1)

    build(folder, fill)
    return open_key_store(folder, root, clock=clock)


def restore_recovery_copy(
    path: Path, recovery_secret: str, folder: Path, root: RootSecret, *,
    clock: Clock | None = None, stretching: Stretching | None = None,
) -> SqliteKeyStore:  # fmt: skip
    """A new key store from a recovery copy, under a new root secret.

    It comes back *held*: the copy may be older than the last closings, so nothing of any testimony, person,
    case or evidence set opens until two people have compared (`KeyStore.release_hold`).

    :raises WrongRecoverySecret: if the secret does not open the copy.
    :raises KeyStoreExists: if the folder has a key store.
    """
    copied, recipient = open_copy(path.read_bytes(), recovery_secret)
    stretching = stretching or Stretching()
    salt = secrets.token_bytes(32)
    wrap = Wrap(root.master(salt, stretching))

    def fill(connection: Connection) -> None:
        rows.begin(connection, root.mode, salt, stretching)
        rows.fill_from_copy(connection, wrap, copied, recipient)

    build(folder, fill)
    return open_key_store(folder, root, clock=clock)
