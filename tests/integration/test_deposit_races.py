"""A recording is sealed for minutes; what happened meanwhile counts, and nothing is left behind that no row names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from archive.actors import Actor
from archive.db import models as m
from archive.errors import Conflict, FormInvalid
from archive.services.deposit import DuplicateOriginal, NewPerson, NewTestimony
from archive.wiring import Archive
from tests.worlds_db import build_archive, make_actor, make_testimony, write_tone


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return build_archive(tmp_path)


@pytest.fixture
def anna(archive: Archive) -> Actor:
    return make_actor(archive, "anna")


def objects_in(archive: Archive) -> int:
    return sum(1 for _ in archive.places.objects.rglob("sealed"))


def meanwhile(archive: Archive, patch: pytest.MonkeyPatch, act: Any) -> None:
    """Once, after the next object was sealed and before its row is written, `act` happens."""
    put = archive.vault.put

    def put_slowly(*args: Any, **kwargs: Any) -> Any:
        sealed = put(*args, **kwargs)
        patch.undo()
        act()
        return sealed

    patch.setattr(archive.vault, "put", put_slowly)


def test_a_testimony_closed_while_its_file_is_sealed_takes_nothing_in(
    archive: Archive, anna: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, tone = make_testimony(archive, anna), write_tone(tmp_path / "tone.wav")
    meanwhile(archive, monkeypatch, lambda: archive.consents.close_on_behalf(anna, made.id))
    with pytest.raises(Conflict):
        archive.deposits.add_recording(anna, made.id, tone, name="tone.wav")
    with archive.database.snapshot() as look:
        assert look.scalar(select(func.count(m.Original.id))) == 0
    assert objects_in(archive) == 0


def test_the_same_file_sent_twice_at_once_is_kept_once(
    archive: Archive, anna: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, tone = make_testimony(archive, anna), write_tone(tmp_path / "tone.wav")
    meanwhile(
        archive, monkeypatch, lambda: archive.deposits.add_recording(anna, made.id, tone, name="other.wav")
    )
    with pytest.raises(DuplicateOriginal):
        archive.deposits.add_recording(anna, made.id, tone, name="tone.wav")
    with archive.database.snapshot() as look:
        assert look.scalar(select(func.count(m.Original.id))) == 1
    assert objects_in(archive) == 1


def test_an_unknown_collection_makes_no_key(archive: Archive, anna: Actor) -> None:
    before = archive.keys.status().keys
    with pytest.raises(FormInvalid):
        archive.deposits.create(anna, NewTestimony(collection_id="0" * 27, narrators=[NewPerson(name="A")]))
    assert archive.keys.status().keys == before
