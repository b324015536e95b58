"""A port that is in use is told before anything is made."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from archive.cli.serving import AddressTaken, need_free_address
from archive.demo.run import run
from tests.worlds_db import environment_of, settings_in


def test_the_demonstration_is_not_made_for_a_port_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = settings_in(tmp_path, port=other.getsockname()[1])
        for name, value in environment_of(settings).items():
            monkeypatch.setenv(name, value)
        with pytest.raises(AddressTaken, match="choose another port with SAKSI_PORT"):
            run()
    assert not settings.data.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_was_just_left_is_free(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()  # this side closes first and keeps the address a while
    need_free_address(settings_in(tmp_path, port=port))
