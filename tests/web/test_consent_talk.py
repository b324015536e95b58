"""What an archivist writes on the consent form is kept, sealed, and nothing of it is dropped in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from archive.db import models as m
from archive.services import deposit
from archive.services.owners import evidence_key
from tests.web.test_journey_consent import OPEN_TO_ALL, record, send
from tests.worlds_db import make_testimony
from tests.worlds_site import Site, build_site

TALK = {
    "captured": "2026-02-27", "place": "Takeo", "language": "km", "interpreter": "Dara", "witness": "Maly Keo",
    "evidence_note": "a cassette, side B",
}  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return build_site(tmp_path)


@pytest.fixture
def told(site: Site) -> deposit.TestimonyMade:
    return make_testimony(site.archive, site.anna, "Chanthou Prak")


def kept(site: Site, told: deposit.TestimonyMade) -> m.ConsentRecord:
    with site.archive.database.snapshot() as look:
        row = look.scalars(select(m.ConsentRecord).where(m.ConsentRecord.testimony_id == told.id)).one()
        look.expunge(row)
        return row


def test_the_talk_is_kept_sealed_with_her_word(site: Site, told: deposit.TestimonyMade) -> None:
    record(site.signed_in("anna"), told, **TALK)
    row = kept(site, told)
    assert row.talk_sealed is not None
    assert b"Maly" not in row.talk_sealed
    assert site.archive.fields.open_json(evidence_key(told.id), row.id, "talk", row.talk_sealed) == TALK


def test_what_is_to_be_after_her_death_is_kept_whole(site: Site, told: deposit.TestimonyMade) -> None:
    record(site.signed_in("anna"), told, after_death="open", after_level="STUDY", after_years="20")
    assert kept(site, told).after_death == "open:STUDY:20"


@pytest.mark.parametrize("missing", [{"after_level": "STUDY"}, {"after_years": "20"}, {"after_level": "CLOSED"}])
def test_half_an_answer_is_asked_again(site: Site, told: deposit.TestimonyMade, missing: dict[str, str]) -> None:
    page = send(site.signed_in("anna"), told, **OPEN_TO_ALL, after_death="open", **missing, do="read-back")
    assert 'value="save"' not in page
    with site.archive.database.snapshot() as look:
        assert look.scalar(select(m.ConsentRecord.id)) is None
