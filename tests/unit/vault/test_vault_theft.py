"""What a thief gets from a copied data folder or disk image: nothing, but in mode demo everything."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest

from archive.vault.columns import Columns
from archive.vault.errors import (
    VaultError,
    WrongRootSecret,
)
from archive.vault.key_stores import create_key_store, open_key_store
from archive.vault.keys import KeyOwner
from archive.vault.local import LocalStore
from archive.vault.roots import Stretching, create_demo_root, demo_root, passphrase_root
from archive.vault.sqlite_keys import SqliteKeyStore
from archive.vault.vault import Vault
from tests.canaries import canary_scan

WORDS = ["heron-nine-canary", "ស្លាបសត្វក្រៀល", "Trần-Thị-canary"]


def fill(places: Path, keys: SqliteKeyStore) -> list[tuple[KeyOwner, str]]:
    """Ten objects and a file of sealed fields in `data`, all of them full of canary words."""
    vault, columns = Vault(LocalStore(places / "data" / "objects"), keys), Columns(keys)
    put = []
    for number in range(10):
        owner = KeyOwner(kind="testimony", id=f"t{number}")
        keys.create(owner)
        vault.put(owner, f"o{number}", 1, "original", io.BytesIO(" ".join(WORDS).encode() * 3000))
        put.append((owner, f"o{number}"))
    fields = [columns.seal(owner, object_id, "text", 1, " ".join(WORDS)) for owner, object_id in put]
    (places / "data" / "fields").write_bytes(b"".join(fields))
    return put


def opened_by(places: Path, keys: SqliteKeyStore, put: list[tuple[KeyOwner, str]]) -> int:
    vault = Vault(LocalStore(places / "data" / "objects"), keys)
    count = 0
    for owner, object_id in put:
        try:
            count += vault.read(owner, object_id, 1, "original", 0, 17) == WORDS[0].encode()
        except VaultError:
            continue
    return count


def test_the_data_folder_alone_opens_nothing_and_says_nothing(tmp_path: Path) -> None:
    home, stolen = tmp_path / "home", tmp_path / "stolen"
    keys = create_key_store(home / "keys", create_demo_root(home / "root.key"))
    put = fill(home, keys)
    assert opened_by(home, keys, put) == 10
    shutil.copytree(home / "data", stolen / "data")
    assert canary_scan(stolen, WORDS) == []
    (stolen / "control").write_bytes(WORDS[1].encode())
    assert {found.where for found in canary_scan(stolen, WORDS)} == {"control"}
    thief = create_key_store(stolen / "keys", create_demo_root(stolen / "root.key"))
    assert opened_by(stolen, thief, put) == 0
    for owner, _ in put:
        thief.create(owner)
    assert opened_by(stolen, thief, put) == 0


def test_a_disk_image_without_the_passphrase_opens_nothing(tmp_path: Path) -> None:
    home, image = tmp_path / "home", tmp_path / "image"
    quick = Stretching(memory_kib=64, passes=1)
    keys = create_key_store(home / "keys", passphrase_root("five quiet herons at dawn"), stretching=quick)
    put = fill(home, keys)
    keys.close()
    shutil.copytree(home, image)
    assert canary_scan(image, WORDS) == []
    for guess in ("five quiet herons at dusk", " " * 3 + "15 characters more"):
        with pytest.raises(WrongRootSecret):
            open_key_store(image / "keys", passphrase_root(guess))
    keys = open_key_store(image / "keys", passphrase_root("five quiet herons at dawn"))
    assert opened_by(image, keys, put) == 10


def test_in_mode_demo_a_disk_image_opens_all_and_we_say_so(tmp_path: Path) -> None:
    home, image = tmp_path / "home", tmp_path / "image"
    keys = create_key_store(home / "keys", create_demo_root(home / "root.key"))
    put = fill(home, keys)
    keys.close()
    shutil.copytree(home, image)
    thief = open_key_store(image / "keys", demo_root(image / "root.key"))
    assert opened_by(image, thief, put) == 10
    assert "demo-opens-all" in {n.key for n in thief.status().not_promised}
