"""Attacks at the desk, kept: what a second person is shown, evidence of what was closed, doors nobody may have."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from archive.db import models as m
from archive.errors import FormInvalid, NotFound
from archive.reading import consenting
from archive.services.accounts import NewAccount
from consent.vocabulary import Answer, Level
from tests.worlds_db import PASSWORD, make_actor
from tests.worlds_site import Site, agree, build_site, told_in_words


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An archive with two archivists."""
    return build_site(tmp_path)


def test_the_second_person_sees_that_the_family_is_let_in(site: Site) -> None:
    """At STUDY the family comes in by an answer of its own; who confirms must not read that it stays outside."""
    told = told_in_words(site, None)
    agree(site, told, Level.STUDY, family=Answer.YES, confirm=False, wait=False)
    with site.archive.gate.looking(site.boran, told.id) as looking:
        (record,) = consenting.records(looking, told.id, told.narrator_id)
    assert record.doors == ("fam",)


def test_evidence_is_heard_by_nobody_once_she_closed_it(site: Site) -> None:
    told = told_in_words(site)
    with site.archive.database.snapshot() as look:
        evidence_id = look.scalars(select(m.Evidence.id)).one()
    boran = site.signed_in("boran")
    address = f"/desk/{told.id}/evidence/{evidence_id}"
    assert boran.get(address).status_code == 200
    site.archive.consents.close_on_behalf(site.anna, told.id)
    assert boran.get(address).status_code == 404
    with pytest.raises(NotFound):
        site.archive.evidence.open(site.boran, told.id, evidence_id)


@pytest.mark.parametrize("door", ["arc", "cust", "pub", "", "fam:", "self", "edu res"])
def test_no_account_is_given_a_door_of_the_house(site: Site, door: str) -> None:
    """With `cust` everywhere, lists would name what is closed to everybody but the keepers."""
    with pytest.raises(FormInvalid):
        site.archive.accounts.create(
            "test", NewAccount(login="vanna", display="Vanna", password=PASSWORD, doors=[door])
        )


def test_a_narrator_who_works_here_has_her_own_words(site: Site) -> None:
    """CLOSED is not closed to herself, though she comes as staff to everything else."""
    told = told_in_words(site)
    agree(site, told, Level.CLOSED, cards=(), wait=False)
    make_actor(site.archive, "dara", duties=["describe"])
    make_actor(site.archive, "sophea", duties=["describe"], doors=[f"self:{told.narrator_id}"])
    assert site.signed_in("dara").get(f"/t/{told.id}").status_code == 404
    page = site.signed_in("sophea").get(f"/t/{told.id}")
    assert page.status_code == 200
    assert b"We walked along the river." in page.data


def test_the_longest_password_that_is_taken_opens_the_door(site: Site) -> None:
    with pytest.raises(FormInvalid):
        site.archive.accounts.create("test", NewAccount(login="long", display="Long", password="x" * 201))
    site.archive.accounts.create("test", NewAccount(login="long", display="Long", password="x" * 200))
    assert site.archive.accounts.sign_in("long", "x" * 200)
