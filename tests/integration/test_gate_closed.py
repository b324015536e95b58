"""What the gate cannot read is closed, and closes nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from archive.db import models as m
from archive.errors import NotFound
from archive.reading import catalogue
from archive.wiring import Archive
from consent.rules import WHOLE, Limit
from consent.vocabulary import State
from tests.worlds_db import build_archive, make_actor, make_testimony


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return build_archive(tmp_path)


def unreadable_limit(archive: Archive, rule: str) -> tuple[str, str]:
    """A testimony with a damaged limit and one without, both of the same archivist."""
    anna = make_actor(archive, "anna")
    hurt, whole = make_testimony(archive, anna), make_testimony(archive, anna)
    archive.limits.add(anna, hurt.id, Limit(by="archive", reason="law", scope=WHOLE))
    with archive.database.uow() as tx:
        tx.session.execute(update(m.Limit).values(rule=rule))
        tx.session.execute(update(m.Testimony).values(state="active"))
    return hurt.id, whole.id


@pytest.mark.parametrize("rule", ["", "[]", "{}", '{"scope": {"kind": "moon"}}'])
def test_a_rule_nobody_can_read_closes_its_own_testimony(archive: Archive, rule: str) -> None:
    hurt, whole = unreadable_limit(archive, rule)
    with archive.gate.looking(None) as looking:
        assert looking.policies.testimony(hurt).state is State.SEALED
        assert looking.policies.testimony(whole).state is State.ACTIVE
        catalogue.listing(looking, archive.fields)
        with pytest.raises(NotFound):
            catalogue.entry(looking, archive.fields, hurt)


def test_a_state_nobody_knows_is_closed(archive: Archive) -> None:
    made = make_testimony(archive, make_actor(archive, "anna"))
    with archive.database.uow() as tx:
        tx.session.get_one(m.Testimony, made.id).state = "ajar"
    with archive.gate.looking(None) as looking:
        assert looking.policies.testimony(made.id).state is State.SEALED
