"""Keys of the search index in the key store: one for each part of each build, which die with the build."""

from __future__ import annotations

from contextlib import suppress

from archive.vault.errors import KeyMissing
from archive.vault.keys import INDEX_PREFIX, KeyStore
from search.sqlite_files import PARTS

FIRST_BUILD = "first"
"""The build of the search index that a new archive starts with; a rebuild makes another one beside it."""


class IndexKeysInStore:
    """`search.sqlite_files.IndexKeys` over the archive's key store."""

    def __init__(self, keys: KeyStore) -> None:
        self._keys = keys

    def make(self, build: str, part: str) -> bytes:
        """A new key. :raises KeyExists: if there is one, or ever was one for this build and part."""
        return self._keys.new_named_key(_name(build, part))

    def key(self, build: str, part: str) -> bytes:
        """The key made before. :raises KeyMissing: if it was not made, or is gone with its build."""
        return self._keys.named_key(_name(build, part))

    def drop(self, build: str) -> None:
        """Destroy the keys of a build; quiet if one was never made, as after a build that was cut off."""
        for part in PARTS:
            with suppress(KeyMissing):
                self._keys.drop_named_key(_name(build, part))


def _name(build: str, part: str) -> str:
    return f"{INDEX_PREFIX}{build}:{part}"
