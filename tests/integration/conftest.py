"""The command line in this process: an archive's settings in the environment, and what a command printed."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.cli.root import run
from archive.settings import Settings
from tests.worlds_db import environment_of, settings_in

Cli = Callable[..., tuple[int, str]]
"""Runs a command line; gives the exit status and all that was printed."""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    settings = settings_in(tmp_path)
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    return settings


@pytest.fixture
def saksi(settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    assert settings

    def run_it(*argv: str, typed: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = run(argv)
        told = capsys.readouterr()
        assert "Traceback" not in told.out + told.err
        return status, told.out + told.err

    return run_it
