"""Index keys in a dictionary, for tests and benchmarks; they never touch a disk."""

from __future__ import annotations

import secrets


class KeysInMemory:
    """`search.sqlite_files.IndexKeys` without a store."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], bytes] = {}

    def make(self, build: str, part: str) -> bytes:
        return self.kept.setdefault((build, part), secrets.token_bytes(32))

    def key(self, build: str, part: str) -> bytes:
        return self.kept[build, part]

    def drop(self, build: str) -> None:
        for one in [one for one in self.kept if one[0] == build]:
            del self.kept[one]
