"""The demonstration: what it refuses, that a half-made one begins anew, and, with weights, all that it promises."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from archive.cli.root import run
from archive.db import models as m
from archive.demo import examples, making, paper
from archive.demo import run as running
from archive.demo.people import DemoAccount
from archive.settings import Settings
from archive.wiring import init_archive, open_archive
from tests.worlds_db import settings_in


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path, engine="faster-whisper", model="base", demo=True, port=8123)


PAPER = paper.Paper(
    base_url="http://127.0.0.1:8123",
    accounts=(DemoAccount(role="archivist", login="archivist1", password="some words"),),
    testimonies=(
        paper.ShownTestimony(
            code="7Q4M-2XP9", url="http://127.0.0.1:8123/t/abc", level="OPEN", title="A title", hidden_words=("word",)
        ),
    ),
    cards=(paper.ShownCard(testimony="7Q4M-2XP9", code="402177365", secret="0" * 16),),
)  # fmt: skip


def test_what_it_did_not_make_is_not_touched(settings: Settings) -> None:
    settings.data.mkdir()
    (settings.data / "letter.txt").write_text("mine")
    with pytest.raises(running.NotADemonstration):
        running.prepare(settings)
    assert (settings.data / "letter.txt").read_text() == "mine"


def test_an_ordinary_archive_is_not_touched(settings: Settings) -> None:
    init_archive(settings)
    with pytest.raises(running.NotADemonstration):
        running.prepare(settings)


def test_an_interrupted_start_begins_anew(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = []

    def interrupted(these: Settings) -> paper.Paper:
        init_archive(these)
        archive = open_archive(these)
        keys.append(archive.keys.named_key("database"))
        archive.close()
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "make", interrupted)
    for _ in range(2):  # the second could not make an archive if the first one's were still there
        with pytest.raises(KeyboardInterrupt):
            running.prepare(settings)
    assert len(set(keys)) == 2


def test_beginning_anew_leaves_folders_that_were_there_before(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(these: Settings) -> paper.Paper:
        init_archive(these)
        raise KeyboardInterrupt

    root = settings.root_key_file.parent
    root.mkdir(parents=True)
    (root / "other.key").write_text("not the demonstration's")
    monkeypatch.setattr(making, "make", interrupted)
    with pytest.raises(KeyboardInterrupt):
        running.prepare(settings)
    with pytest.raises(
        (KeyboardInterrupt, Exception)
    ):  # the root key of the first start lies in a kept folder
        running.prepare(settings)
    assert (root / "other.key").read_text() == "not the demonstration's"


def test_the_wheel_says_that_it_carries_no_examples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(examples, "__file__", str(tmp_path / "archive" / "demo" / "examples.py"))
    monkeypatch.setenv("SAKSI_DATA", str(tmp_path / "data"))
    assert run(["demo"]) == 1
    assert "from a checkout" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_demo_json_is_private_and_comes_back_as_it_was(tmp_path: Path) -> None:
    path = paper.write(PAPER, tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert paper.read(tmp_path) == PAPER
    told = json.loads(path.read_text())
    assert set(told) == {"base_url", "accounts", "testimonies", "cards"}
    assert set(told["accounts"][0]) == {"role", "login", "password"}
    assert set(told["testimonies"][0]) == {"code", "url", "level", "title", "hidden_words"}
    assert set(told["cards"][0]) == {"testimony", "code", "secret"}


def test_another_port_moves_every_address(tmp_path: Path) -> None:
    moved = making.at_address(PAPER, "http://127.0.0.1:9000")
    assert moved.base_url == "http://127.0.0.1:9000"
    assert moved.testimonies[0].url == "http://127.0.0.1:9000/t/abc"
    assert asdict(moved)["accounts"] == asdict(PAPER)["accounts"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, paper.Paper]]:
    """The demonstration as `make demo` makes it, heard by Whisper."""
    folder = tmp_path_factory.mktemp("demo")
    settings = settings_in(folder, engine="faster-whisper", model="base", demo=True)
    told = running.prepare(settings)
    yield settings, told
    assert running.prepare(settings) == told  # another start only reads it


@pytest.mark.weights
@pytest.mark.slow
def test_the_demonstration_shows_each_door_what_it_may_see(made: tuple[Settings, paper.Paper]) -> None:
    from archive.app import create_app
    from tests.worlds_site import form_token

    settings, told = made
    archive = open_archive(settings)
    app = create_app(archive)

    def visitor(login: str | None = None) -> FlaskClient:
        client = app.test_client()
        if login is not None:
            account = next(a for a in told.accounts if a.login == login)
            token = form_token(client.get("/sign-in").get_data(as_text=True))
            values = {"csrf_token": token, "login": login, "password": account.password}
            assert client.post("/sign-in", data=values).status_code == 303
        return client

    assert [a.role for a in told.accounts] == [
        "archivist", "archivist", "custodian", "custodian", "educator", "researcher"
    ]  # fmt: skip
    assert len(told.testimonies) >= 6
    assert {t.level for t in told.testimonies} == {"CLOSED", "FAMILY", "COMMUNITY", "STUDY", "LEARN", "OPEN"}
    checker, anyone = visitor("archivist2"), visitor()
    for shown in told.testimonies:
        path = shown.url.removeprefix(told.base_url)
        read = checker.get(path).get_data(as_text=True).casefold()
        assert [w for w in shown.hidden_words if w.casefold() not in read] == []
        answer = anyone.get(path)
        assert (answer.status_code == 200) == (shown.level == "OPEN")
        served = answer.get_data(as_text=True).casefold()
        assert [w for w in shown.hidden_words if w.casefold() in served] == []
    found = anyone.get("/search?q=rice").get_data(as_text=True)
    assert "/t/" in found
    archive.close()


@pytest.mark.weights
@pytest.mark.slow
def test_the_demonstrations_card_closes_its_testimony(made: tuple[Settings, paper.Paper]) -> None:
    settings, told = made
    archive = open_archive(settings)
    (card,) = told.cards
    with archive.database.snapshot() as look:
        row = look.query(m.Testimony).filter_by(code=card.testimony).one()
        assert row.state == "active"
        assert row.created_at < archive.clock.now() - timedelta(days=29)
    archive.cards.close(card.code, card.secret)
    with archive.database.snapshot() as look:
        assert look.query(m.Testimony).filter_by(code=card.testimony).one().state == "sealed"
    archive.close()
