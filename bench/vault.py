"""Measures the vault beside plain files: storing, 1 MiB ranges, random seeks, deriving keys, sealed fields.

    python bench/vault.py [MiB]

Ratios are taken in one run on one disk: plain file first, then the vault, the median of several rounds each.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from archive.vault.columns import Columns
from archive.vault.key_stores import create_key_store
from archive.vault.keys import KeyOwner
from archive.vault.local import LocalStore
from archive.vault.roots import create_demo_root
from archive.vault.vault import Vault

MIB = 1_048_576
OWNER = KeyOwner(kind="testimony", id="bench")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line: what it costs plain, what it costs sealed (None: there is no plain counterpart)."""

    what: str
    unit: str
    plain: float | None
    sealed: float

    def __str__(self) -> str:
        if self.plain is None:
            return f"{self.what:<42}{'':>14}{self.sealed:>12.1f} {self.unit}"
        ratio = self.sealed / self.plain
        return f"{self.what:<42}{self.plain:>14.1f}{self.sealed:>12.1f} {self.unit:<6} {ratio:>6.2f}x"


def typical(act: Callable[[], object], rounds: int) -> float:
    """Seconds of the median round."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        act()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def _plain_copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    descriptor = os.open(target, os.O_RDONLY)
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def _plain_copy_read_back(source: Path, target: Path) -> None:
    """What a careful person would do by hand: copy, then compare digests, from the disk."""
    _plain_copy(source, target)
    digests = []
    for path in (source, target):
        with path.open("rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").digest())
    assert digests[0] == digests[1]


def _plain_read(path: Path, start: int, length: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(length)


def measure(folder: Path, mib: int = 64) -> list[Result]:
    """All figures, from a file of `mib` MiB written below `folder`."""
    size = mib * MIB
    source, plain = folder / "source", folder / "plain"
    source.write_bytes(random.Random(1).randbytes(size))
    keys = create_key_store(folder / "keys", create_demo_root(folder / "root.key"))
    keys.create(OWNER)
    vault, columns = Vault(LocalStore(folder / "objects"), keys), Columns(keys)
    number = iter(range(1_000_000))

    def put() -> None:
        with source.open("rb") as file:
            vault.put(OWNER, f"o{next(number)}", 1, "original", file)

    copied = typical(lambda: _plain_copy(source, plain), 5)
    checked = typical(lambda: _plain_copy_read_back(source, plain), 5)
    sealed = typical(put, 5)
    results = [
        Result(
            what="store, against copying", unit="MB/s", plain=size / copied / 1e6, sealed=size / sealed / 1e6
        ),
        Result(
            what="store, against copying and comparing",
            unit="MB/s",
            plain=size / checked / 1e6,
            sealed=size / sealed / 1e6,
        ),
    ]
    rng = random.Random(2)

    def read(length: int) -> float:
        return typical(
            lambda: vault.read(OWNER, "o0", 1, "original", rng.randrange(size - length), length), 200
        )

    def read_plain(length: int) -> float:
        return typical(lambda: _plain_read(plain, rng.randrange(size - length), length), 200)

    results += [
        Result(
            what="1 MiB range at a random place",
            unit="MB/s",
            plain=MIB / read_plain(MIB) / 1e6,
            sealed=MIB / read(MIB) / 1e6,
        ),
        Result(
            what="1 KiB at a random place", unit="us", plain=read_plain(1024) * 1e6, sealed=read(1024) * 1e6
        ),
    ]
    value = columns.seal(OWNER, "row", "text", 1, "a segment of some twenty words " * 4)
    alone: list[tuple[str, Callable[[], object]]] = [
        ("derive a key", lambda: keys.derive(OWNER, object_id="o", version=1, purpose="p", salt=bytes(32))),
        (
            "seal a field",
            lambda: columns.seal(OWNER, "row", "text", 1, "a segment of some twenty words " * 4),
        ),
        ("open a field", lambda: columns.open(OWNER, "row", "text", 1, value)),
    ]
    results += [
        Result(what=name, unit="us", plain=None, sealed=typical(act, 2000) * 1e6) for name, act in alone
    ]
    keys.close()
    return results


def main() -> None:
    """Prints the table."""
    mib = int(sys.argv[1]) if len(sys.argv) > 1 else 64
    with tempfile.TemporaryDirectory() as folder:
        print(f"{'':<42}{'plain file':>14}{'vault':>12}")
        for result in measure(Path(folder), mib):
            print(result)


if __name__ == "__main__":
    main()
