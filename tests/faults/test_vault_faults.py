"""The vault on a bad day: failing fsync, write and rename, and processes killed in the middle."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.vault.errors import KeyFrozen, StoreError
from archive.vault.key_stores import create_key_store, open_key_store
from archive.vault.keys import KeyOwner
from archive.vault.local import LocalStore
from archive.vault.roots import create_demo_root, demo_root
from archive.vault.vault import Vault

ROOT = str(Path(__file__).parents[2])
MIB = 1_048_576
LATER = datetime(2099, 1, 1, tzinfo=UTC)
SOKHA = KeyOwner(kind="testimony", id="sokha")
CONTENT = random.Random(3).randbytes(300_000)

ACT = """
import io, sys
from pathlib import Path
from archive.vault.errors import KeyStoreUnavailable, StoreFull, StoreUnavailable
from archive.vault.key_stores import open_key_store
from archive.vault.keys import KeyOwner
from archive.vault.local import LocalStore
from archive.vault.roots import demo_root

places, act = Path(sys.argv[1]), sys.argv[2]
sokha = KeyOwner(kind="testimony", id="sokha")
keys = open_key_store(places / "keys", demo_root(places / "root.key"))
store = LocalStore(places / "objects")
try:
    if act == "put":
        store.put("ab/object", (bytes([n]) * 70_000 for n in range(5)))
    elif act == "delete":
        store.delete("ab/object")
    elif act == "freeze":
        keys.freeze(sokha)
except StoreFull:
    sys.exit(10)
except (StoreUnavailable, KeyStoreUnavailable):
    sys.exit(11)
"""
WHOLE = b"".join(bytes([n]) * 70_000 for n in range(5))


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """A key store and a folder store, closed."""
    keys = create_key_store(tmp_path / "keys", create_demo_root(tmp_path / "root.key"))
    keys.create(SOKHA)
    keys.close()
    LocalStore(tmp_path / "objects")
    return tmp_path


def injected(places: Path, act: str, fault: str) -> int:
    """Runs `act` in a process whose system calls fail as `fault` says; its exit status."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed (apt-get install strace)")
    calls = fault.split(":", maxsplit=1)[0]
    command = [
        "strace",
        "-f",
        "-qq",
        "-o",
        str(places / "trace"),
        "-e",
        f"trace={calls}",
        "-e",
        f"inject={fault}",
    ]
    done = subprocess.run(
        [*command, sys.executable, "-c", ACT, str(places), act],
        env={**os.environ, "PYTHONPATH": ROOT, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
        timeout=60,
    )
    if b"PTRACE" in done.stderr or b"ptrace" in done.stderr:
        pytest.skip("strace may not trace here (ptrace is forbidden)")
    return done.returncode


def fired(places: Path) -> bool:
    trace = (places / "trace").read_text(errors="replace")
    return "INJECTED" in trace or "killed by SIGKILL" in trace


def check_all_or_nothing(store: LocalStore) -> bool:
    """The object is there and whole, or it is absent and can be put; True if it was there."""
    there = "ab/object" in set(store.keys())
    if there:
        assert store.read("ab/object", 0, len(WHOLE) + 1) == WHOLE
        assert store.stat("ab/object").size == len(WHOLE)
    else:
        store.put("ab/object", [WHOLE])
        assert store.read("ab/object", 0, len(WHOLE) + 1) == WHOLE
    store.sweep(LATER)
    assert not list((store._root).rglob(".put-*"))
    return there


FAILING = [
    *(f"fsync:error=EIO:when={n}" for n in range(1, 6)),
    *(f"fsync:error=ENOSPC:when={n}" for n in (3, 5)),
    "renameat:error=EIO:when=1",
    "renameat:error=ENOSPC:when=1",
    *(f"write:error=ENOSPC:when={n}" for n in (1, 3, 6)),
    *(f"write:error=EDQUOT:when={n}" for n in (2,)),
    *(f"write:error=EIO:when={n}" for n in (1, 5)),
    *(f"mkdirat:error=ENOSPC:when={n}" for n in (1, 2)),
]


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAILING)
def test_a_failing_call_fails_the_put_and_leaves_nothing(places: Path, fault: str) -> None:
    status = injected(places, "put", fault)
    assert fired(places)
    assert status == (10 if "ENOSPC" in fault or "EDQUOT" in fault else 11)
    store = LocalStore(places / "objects")
    assert not list((places / "objects").rglob(".put-*"))  # cleaned at once, not only by a sweep
    assert not check_all_or_nothing(store)


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        *(f"fsync:signal=SIGKILL:when={n}" for n in range(1, 6)),
        *(f"write:signal=SIGKILL:when={n}" for n in (1, 4, 6)),
        *(f"renameat:signal=SIGKILL:when={n}" for n in (1,)),
        *(f"mkdirat:signal=SIGKILL:when={n}" for n in (1, 2)),
    ],
)
def test_a_writer_killed_at_any_call_leaves_all_or_nothing(places: Path, fault: str) -> None:
    assert injected(places, "put", fault) in {-signal.SIGKILL, 128 + signal.SIGKILL}
    assert fired(places)
    check_all_or_nothing(LocalStore(places / "objects"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        *(f"fsync:error=EIO:when={n}" for n in (1, 2)),
        *(f"fsync:signal=SIGKILL:when={n}" for n in (1, 2)),
        *(f"unlinkat:{how}:when={n}" for how in ("error=EIO", "signal=SIGKILL") for n in (1, 2)),
    ],
)
def test_a_deletion_that_was_begun_is_never_undone(places: Path, fault: str) -> None:
    store = LocalStore(places / "objects")
    store.put("ab/object", [WHOLE])
    injected(places, "delete", fault)
    assert fired(places)
    assert list(store.keys()) == []
    store.sweep(LATER)
    with pytest.raises(StoreError):
        store.put("ab/object", [WHOLE])
    folder = places / "objects" / "ab" / "object.object"
    assert not (folder / "sealed").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        *(f"fdatasync,fsync:{how}:when={n}" for how in ("error=EIO", "signal=SIGKILL") for n in (1, 2, 3, 4)),
        *(f"pwrite64:{how}:when={n}" for how in ("error=ENOSPC", "signal=SIGKILL") for n in (1, 3)),
        *(f"unlink:{how}:when=1" for how in ("error=EIO", "signal=SIGKILL")),
    ],
)
def test_a_freeze_is_durable_or_not_answered(places: Path, fault: str) -> None:
    status = injected(places, "freeze", fault)
    assert status in {0, 11, -signal.SIGKILL, 128 + signal.SIGKILL}
    keys = open_key_store(places / "keys", demo_root(places / "root.key"))
    if status == 0:
        assert keys.is_frozen(SOKHA)
    keys.freeze(SOKHA)
    with pytest.raises(KeyFrozen):
        keys.derive(SOKHA, object_id="o", version=1, purpose="p")
    keys.thaw(SOKHA, ("a", "b"))
    assert keys.derive(SOKHA, object_id="o", version=1, purpose="p")
    keys.close()


ENDLESS = """
import io, sys, random
from pathlib import Path
from archive.vault.key_stores import open_key_store
from archive.vault.keys import KeyOwner
from archive.vault.local import LocalStore
from archive.vault.roots import demo_root
from archive.vault.vault import Vault

places, seed = Path(sys.argv[1]), int(sys.argv[2])
keys = open_key_store(places / "keys", demo_root(places / "root.key"))
vault = Vault(LocalStore(places / "objects"), keys)
for number in range(10_000):
    owner = KeyOwner(kind="testimony", id=f"s{seed}n{number}")
    keys.create(owner)
    content = random.Random(owner.id).randbytes(200_000)
    vault.put(owner, owner.id, 1, "original", io.BytesIO(content))
    print("put", owner.id, flush=True)
    if number % 3 == 0:
        keys.freeze(owner)
        print("frozen", owner.id, flush=True)
"""


@pytest.mark.slow
def test_random_kills_lose_nothing_that_was_answered(places: Path) -> None:
    rng = random.Random(9)
    answered: list[tuple[str, str]] = []
    for seed in range(15):
        with subprocess.Popen(
            [sys.executable, "-c", ENDLESS, str(places), str(seed)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": ROOT},
        ) as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            time.sleep(rng.uniform(0, 0.15))
            process.kill()
            lines = [first, *process.stdout.read().splitlines()]
        answered += [(line.split()[0], line.split()[1]) for line in lines if len(line.split()) == 2]
    keys = open_key_store(places / "keys", demo_root(places / "root.key"))
    store = LocalStore(places / "objects")
    vault = Vault(store, keys)
    frozen = {id_ for act, id_ in answered if act == "frozen"}
    assert len(answered) > 20
    for id_ in sorted({id_ for _, id_ in answered}):
        owner = KeyOwner(kind="testimony", id=id_)
        if id_ in frozen:
            assert keys.is_frozen(owner)
        if keys.is_frozen(owner):
            keys.thaw(owner, ("a", "b"))
        assert vault.read(owner, id_, 1, "original", 0, 200_000) == random.Random(id_).randbytes(200_000)
    for key in list(store.keys()):  # what nobody was told about is whole as well
        assert store.stat(key).size > 200_000
    store.sweep(LATER)
    assert not list((places / "objects").rglob(".put-*"))
