"""Settings are read once, and all problems are told together."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.errors import SettingsInvalid
from archive.settings import read_settings


def test_data_alone_is_enough_and_keys_lie_beside_it(tmp_path: Path) -> None:
    settings = read_settings({"SAKSI_DATA": str(tmp_path / "data")})
    assert settings.keys == tmp_path / "data-keys"
    assert settings.root_key_file == tmp_path / "data-root" / "root.key"
    assert settings.scratch == tmp_path / "data-scratch"
    assert settings.address == "http://127.0.0.1:8000"


def test_without_data_nothing_is_guessed() -> None:
    with pytest.raises(SettingsInvalid, match="SAKSI_DATA is not set"):
        read_settings({})


def test_all_problems_are_told_together(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid) as told:
        read_settings(
            {
                "SAKSI_DATA": str(tmp_path),
                "SAKSI_KEYS": str(tmp_path / "keys"),
                "SAKSI_PORT": "eighty",
                "SAKSI_KEY_MODE": "none",
                "SAKSI_HOST": "0.0.0.0",  # noqa: S104
            }
        )
    assert len(told.value.problems) == 4


def test_a_link_into_the_data_folder_is_seen_through(tmp_path: Path) -> None:
    (tmp_path / "data" / "inside").mkdir(parents=True)
    (tmp_path / "keys").symlink_to(tmp_path / "data" / "inside")
    with pytest.raises(SettingsInvalid, match="SAKSI_KEYS"):
        read_settings({"SAKSI_DATA": str(tmp_path / "data"), "SAKSI_KEYS": str(tmp_path / "keys")})


def test_beyond_this_machine_only_behind_https(tmp_path: Path) -> None:
    environ = {"SAKSI_DATA": str(tmp_path / "d"), "SAKSI_HOST": "10.0.0.5"}
    with pytest.raises(SettingsInvalid, match="https"):
        read_settings(environ)
    assert (
        read_settings({**environ, "SAKSI_BASE_URL": "https://saksi.example/"}).address
        == "https://saksi.example"
    )
