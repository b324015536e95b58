"""Opening is slow and takes two people whatever was said in between; closing is quick and reaches the machines too."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.actors import WORKER
from archive.db import models as m
from archive.db.uow import UnitOfWork
from archive.errors import Conflict, FormInvalid, OwnAct
from archive.services.consents import NewConsent, Recorded
from archive.services.evidence import EvidenceFile
from archive.steps import kinds
from consent.days import day_of, end_of
from consent.decision import decide
from consent.rules import Fact, Viewer
from consent.vocabulary import Action, Answer, Card, Door, Level, Purpose
from tests.worlds_site import Opened, Site, build_site, told_in_words

RESEARCHER = Viewer(facts=(Fact(audience="res"),), purpose=Purpose.RESEARCH)
TEACHER = Viewer(facts=(Fact(audience="edu"),), purpose=Purpose.CLASSROOM)
ANYBODY = Viewer()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An archive with two archivists."""
    return build_site(tmp_path)


@pytest.fixture
def told(site: Site) -> Opened:
    """A testimony in words, published, without any consent."""
    return told_in_words(site, None)


def says(site: Site, told: Opened, level: Level, **more: object) -> Recorded:
    """What she says today, recorded by Anna with everything an opening needs."""
    spoken = site.archive.settings.scratch / "yes.wav"
    spoken.write_bytes(b"RIFF a spoken yes")
    values: dict[str, object] = {
        "family": Answer.NO,
        "evidence": EvidenceFile(path=spoken, mime="audio/wav"),
        "comprehension": "They will hear me.",
    }
    new = NewConsent(
        testimony_id=told.id,
        person_id=told.narrator_id,
        level=level,
        **{**values, **more},  # type: ignore[arg-type]
    )
    return site.archive.consents.record(site.anna, new)


def opened(site: Site, told: Opened, level: Level, **more: object) -> Recorded:
    """Said, confirmed, waited for, done."""
    recorded = says(site, told, level, **more)
    if recorded.direction != "narrower":
        site.archive.consents.confirm(site.boran, recorded.record_id)
    site.archive.clock.move(days=16)  # type: ignore[attr-defined]
    site.work()
    return recorded


def may(site: Site, told: Opened, viewer: Viewer, action: Action = Action.READ) -> bool:
    """Whether such a viewer may have the words now, by the rows as they stand."""
    with site.archive.gate.looking(None) as looking:
        original = looking.session.get_one(m.Original, told.original_id)
        revision = looking.session.get_one(m.Revision, told.revision_id)
        part = looking.policies.words(original, revision, None, None)
        return not decide(viewer, action, part, looking.now).denied


def test_a_first_opening_waits_fourteen_days_and_then_for_the_end_of_the_day(
    site: Site, told: Opened
) -> None:
    said_at = site.archive.clock.now()
    recorded = says(site, told, Level.OPEN)
    site.archive.consents.confirm(site.boran, recorded.record_id)
    opens_at = end_of(day_of(said_at) + timedelta(days=14))
    assert recorded.effective_at == opens_at
    _stand_at(site, opens_at - timedelta(seconds=1))
    assert not may(site, told, ANYBODY)
    _stand_at(site, opens_at)
    assert may(site, told, ANYBODY)


def test_nobody_confirms_her_own_record(site: Site, told: Opened) -> None:
    recorded = says(site, told, Level.OPEN)
    with pytest.raises(OwnAct):
        site.archive.consents.confirm(site.anna, recorded.record_id)
    _wait(site, days=30)
    assert not may(site, told, ANYBODY)


def test_a_late_second_yes_opens_when_its_day_is_over(site: Site, told: Opened) -> None:
    recorded = says(site, told, Level.OPEN)
    _wait(site, days=40)
    site.archive.consents.confirm(site.boran, recorded.record_id)
    confirmed_at = site.archive.clock.now()
    site.work()
    assert not may(site, told, ANYBODY)
    _stand_at(site, end_of(day_of(confirmed_at)))
    assert may(site, told, ANYBODY)


def test_an_opening_under_way_lets_no_smaller_opening_through_at_once(site: Site, told: Opened) -> None:
    """FAMILY counts, OPEN was said and confirmed and waits; STUDY, said now, is an opening like any other."""
    opened(site, told, Level.FAMILY)
    wider = says(site, told, Level.OPEN)
    site.archive.consents.confirm(site.boran, wider.record_id)
    _wait(site, days=1)
    with pytest.raises(FormInvalid):  # it shuts the family out and lets researchers in
        says(site, told, Level.STUDY)
    smaller = says(site, told, Level.STUDY, family=Answer.YES)
    assert smaller.direction == "wider"
    assert not may(site, told, RESEARCHER)
    _wait(site, days=30)
    assert not may(site, told, RESEARCHER)
    assert not may(site, told, ANYBODY)


def test_an_overtaken_opening_is_no_measure_for_what_comes_after(site: Site, told: Opened) -> None:
    opened(site, told, Level.FAMILY)
    wider = says(site, told, Level.OPEN)
    site.archive.consents.confirm(site.boran, wider.record_id)
    _wait(site, days=1)
    says(site, told, Level.FAMILY, doors=[Door.STUDY], comprehension="")
    _wait(site, days=30)
    again = says(site, told, Level.FAMILY, doors=[Door.STUDY])
    assert again.direction == "wider"
    assert not may(site, told, RESEARCHER)


def test_what_she_says_is_compared_with_what_counts_when_it_is_written(
    site: Site, told: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one archivist records a small closing of OPEN, another closes everything; nothing opens again by it."""
    opened(site, told, Level.OPEN)
    archive, keep = site.archive, site.archive.evidence.keep

    def closes_meanwhile(*args: object, **more: object) -> str:
        monkeypatch.setattr(archive.evidence, "keep", keep)
        says(site, told, Level.CLOSED, evidence=None)
        return keep(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(archive.evidence, "keep", closes_meanwhile)
    late = says(site, told, Level.STUDY)
    assert late.direction == "wider"
    assert not may(site, told, RESEARCHER)


def test_closing_acts_at_once_and_stays(site: Site, told: Opened) -> None:
    opened(site, told, Level.OPEN)
    assert says(site, told, Level.CLOSED, evidence=None, comprehension="").direction == "narrower"
    assert not may(site, told, ANYBODY)
    _wait(site, days=100)
    assert not may(site, told, ANYBODY)


def test_closed_ends_every_task_and_the_machines_work(site: Site, told: Opened) -> None:
    opened(site, told, Level.OPEN)
    with site.archive.database.uow() as tx:
        step_id = tx.step(kinds.TRANSCRIBE, told.original_id, told.id)
    assert _live_tasks(site, told)
    says(site, told, Level.CLOSED)
    assert not _live_tasks(site, told)
    with site.archive.database.snapshot() as look:
        assert look.get_one(m.Step, step_id).state == "ended"


def test_the_machine_does_not_listen_once_closed_was_chosen(site: Site, told: Opened) -> None:
    """A recording that is still being looked at when CLOSED is chosen is written down by nobody."""
    opened(site, told, Level.OPEN)
    says(site, told, Level.CLOSED)
    with site.archive.database.uow() as tx:
        step_id = tx.step(kinds.TRANSCRIBE, told.original_id, told.id)
    site.work()
    with site.archive.database.snapshot() as look:
        step = look.get_one(m.Step, step_id)
        assert (step.state, step.reason) == (
            "failed",
            "Nobody may listen to this testimony now, no machine either.",
        )


def test_doors_ticked_one_by_one_are_not_closed(site: Site, told: Opened) -> None:
    """The form sends ticked doors with the level CLOSED; work goes on as with any open door."""
    says(site, told, Level.CLOSED, doors=[Door.FAMILY], family=None)
    assert WORKER in _live_tasks(site, told)


def test_an_assignment_lasts_ninety_days_at_most(site: Site, told: Opened) -> None:
    with site.archive.database.snapshot() as look:
        tasks = look.scalars(select(m.Assignment).where(m.Assignment.testimony_id == told.id)).all()
        assert tasks
        assert {task.until - task.since for task in tasks} == {timedelta(days=90)}


def test_a_class_copy_ends_after_a_year_and_does_not_hinder_a_closing(site: Site, told: Opened) -> None:
    cards = [Card.CLASS_COPY, Card.NAME]
    opened(site, told, Level.LEARN, cards=cards)
    assert may(site, told, TEACHER, Action.DOWNLOAD)
    narrower = says(site, told, Level.LEARN, cards=[Card.CLASS_COPY])
    assert narrower.direction == "narrower"
    assert may(site, told, TEACHER, Action.DOWNLOAD)
    _wait(site, days=366)
    assert may(site, told, TEACHER)
    assert not may(site, told, TEACHER, Action.DOWNLOAD)


def test_an_opening_said_before_a_closing_cannot_be_confirmed_after_it(site: Site, told: Opened) -> None:
    opened(site, told, Level.FAMILY)
    wider = says(site, told, Level.OPEN)
    says(site, told, Level.CLOSED)
    with pytest.raises(Conflict):
        site.archive.consents.confirm(site.boran, wider.record_id)
    _wait(site, days=30)
    assert not may(site, told, ANYBODY)


def _live_tasks(site: Site, told: Opened) -> set[str]:
    with site.archive.database.uow() as tx:
        return _live(tx, told.id)


def _live(tx: UnitOfWork, testimony_id: str) -> set[str]:
    rows = tx.session.scalars(
        select(m.Assignment).where(m.Assignment.testimony_id == testimony_id, m.Assignment.ended_at.is_(None))
    )
    return {row.assignee for row in rows if row.until > tx.now}


def _wait(site: Site, *, days: int) -> None:
    site.archive.clock.move(days=days)  # type: ignore[attr-defined]
    site.work()


def _stand_at(site: Site, instant: datetime) -> None:
    site.archive.clock.at = instant  # type: ignore[attr-defined]
    site.work()
