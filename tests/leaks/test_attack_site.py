"""Attacks tried by hand, and kept: what staff, strangers and late acts must not bring out, and what must go on."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from archive.actors import Actor
from archive.db import models as m
from archive.errors import Conflict, NotFound
from archive.reading import catalogue, words
from archive.services import owners
from archive.services.deposit import DuplicateOriginal
from archive.services.transcripts import MarkedName, NewSegment
from consent.rules import Limit, Span
from consent.vocabulary import Condition, Level
from tests.worlds_db import actor_now, make_actor, make_testimony
from tests.worlds_site import (
    Opened,
    Site,
    agree,
    build_site,
    check_masks,
    form_token,
    give_task,
    open_testimony,
    publish,
    take_in,
    told_in_words,
)

NAME = "Sovannarith"
PROVINCE = "kh-02"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An archive with two archivists."""
    return build_site(tmp_path)


# Staff who have nothing to do with it


def test_staff_without_the_duty_cannot_tell_a_testimony_from_none(site: Site) -> None:
    """Closing, confirming, making a card: the answer is that of an address that never was."""
    told = told_in_words(site, None)
    record_id = agree(site, told, Level.FAMILY, confirm=False, wait=False)
    make_actor(site.archive, "dara", duties=["describe"])
    dara = site.signed_in("dara")
    token = form_token(dara.get("/sign-in").get_data(as_text=True))

    def answer(testimony_id: str, place: str) -> tuple[int, dict[str, str], bytes]:
        sent = dara.post(f"/desk/{testimony_id}/{place}", data={"csrf_token": token})
        return sent.status_code, dict(sent.headers), sent.data

    absent = "9" * len(told.id)
    for place in ("close", "card", f"consent/{record_id}", "consent", "words", "add", "masks/" + absent):
        assert answer(told.id, place) == answer(absent, place), place
    assert _state(site, told) == "thinking"


def test_a_file_that_lies_in_a_closed_testimony_does_not_say_where(site: Site, tmp_path: Path) -> None:
    told = take_in(site, tmp_path)
    file = next(tmp_path.glob("in-*.wav"))
    uploader = make_actor(site.archive, "dara", duties=["intake"])
    other = make_testimony(site.archive, uploader, "Somebody Else")
    with pytest.raises(DuplicateOriginal) as seen_by_anna:
        site.archive.deposits.add_recording(site.anna, told.id, file, name="a.wav")
    assert told.code in seen_by_anna.value.message
    with pytest.raises(DuplicateOriginal) as seen_by_dara:
        site.archive.deposits.add_recording(uploader, other.id, file, name="b.wav")
    assert told.code not in seen_by_dara.value.message + seen_by_dara.value.code
    with pytest.raises(DuplicateOriginal) as seen_early:
        site.archive.deposits.refuse_early(uploader, file)
    assert told.code not in seen_early.value.message + seen_early.value.code


def test_lists_show_staff_the_places_that_everybody_sees(site: Site) -> None:
    told_in_words(site, place_id=PROVINCE)
    assert [e.place_id for e in _listed(site, None)] == [None]
    assert [e.place_id for e in _listed(site, site.boran)] == [None]


def test_a_testimony_that_is_closed_does_not_bring_out_the_place_of_others(site: Site) -> None:
    """Five share a province; one of them was open once and is not any more: four do not hide each other."""
    told = [told_in_words(site, None, place_id=PROVINCE) for _ in range(5)]
    for each in told:
        agree(site, each, Level.OPEN, wait=False)
    site.archive.clock.move(days=16)  # type: ignore[attr-defined]
    site.work()
    assert {e.place_id for e in _listed(site, None)} == {PROVINCE}
    agree(site, told[0], Level.CLOSED, cards=(), wait=False)
    assert [e.place_id for e in _listed(site, None)] == [None] * 4


def test_a_place_stands_beside_a_language_only_if_enough_share_both(site: Site) -> None:
    told = [told_in_words(site, None, place_id=PROVINCE) for _ in range(6)]
    for each in told:
        agree(site, each, Level.OPEN, wait=False)
    with site.archive.database.uow() as tx:
        tx.session.get_one(m.Original, told[0].original_id).language = "cja"
        transcript = tx.session.scalars(
            select(m.Transcript).where(m.Transcript.testimony_id == told[0].id)
        ).one()
        transcript.language = "cja"
    site.archive.clock.move(days=16)  # type: ignore[attr-defined]
    site.work()
    shown = {e.id: e.place_id for e in _listed(site, None)}
    assert shown[told[0].id] is None
    assert {shown[each.id] for each in told[1:]} == {PROVINCE}


def test_conditions_end_with_the_fact_they_were_met_for(site: Site) -> None:
    """Whose agreement has run out has no agreement, whatever other door he came back through."""
    reader = make_actor(site.archive, "vanna", duties=(), doors=["res"], conditions="agreement")
    with site.archive.database.uow() as tx:
        tx.session.scalars(select(m.AccountFact)).one().until = tx.now + timedelta(days=1)
    with site.archive.gate.looking(actor_now(site.archive, reader.id)) as looking:
        assert looking.viewer.conditions == {Condition.AGREEMENT}
    site.archive.clock.move(days=2)  # type: ignore[attr-defined]
    with site.archive.gate.looking(actor_now(site.archive, reader.id)) as looking:
        assert looking.viewer.conditions == frozenset()


# Late acts


def test_a_name_marked_late_is_gone_from_the_translation_too(site: Site, tmp_path: Path) -> None:
    told = _translated(site, tmp_path)
    translation = _translation_of(site, told)
    assert NAME in _read(site, translation)
    line = next(x for x in _lines(site, str(told.revision_id)) if NAME in x.text)
    start = line.text.index(NAME)
    mark = MarkedName(segment_id=line.segment_id, start_char=start, end_char=start + len(NAME))
    site.archive.transcripts.mark_names(site.anna, str(told.revision_id), [mark])
    site.work()
    assert NAME not in _read(site, str(told.revision_id))
    assert NAME not in _read(site, translation)
    visitor = site.visitor()
    assert visitor.get(f"/api/v1/search?q={NAME}").get_json()["moments"] == 0
    assert NAME.encode() not in visitor.get(f"/t/{told.id}?words=both").data
    assert NAME.encode() not in visitor.get(f"/c/{translation}.vtt").data


def test_a_hidden_part_takes_its_translation_note_and_index_point_along(site: Site, tmp_path: Path) -> None:
    from archive.services.contents import NewNote, NewPoint

    told = _translated(site, tmp_path)
    contents = site.archive.contents
    contents.add_points(
        site.anna,
        told.original_id,
        [NewPoint(start_ms=3000, end_ms=5500, language="en", title="Zqpoint rice")],
    )
    contents.add_notes(
        site.anna,
        told.original_id,
        [NewNote(start_ms=3000, end_ms=5500, language="en", text="Zqnote of loss")],
    )
    contents.check_names(site.anna, told.original_id)
    site.work()
    page = site.visitor().get(f"/t/{told.id}?words=both").get_data(as_text=True)
    assert all(word in page for word in ("Zqpoint", "Zqnote", NAME))
    skip = Limit(
        by=f"narrator:{told.narrator_id}",
        reason="skip",
        scope=Span(original=told.original_id, start_ms=3500, end_ms=4500),
    )
    site.archive.limits.add(site.anna, told.id, skip)
    for worked in (False, True):
        visitor = site.visitor()
        page = visitor.get(f"/t/{told.id}?words=both").get_data(as_text=True)
        assert not [word for word in ("Zqpoint", "Zqnote", NAME) if word in page]
        for word in ("Zqpoint", NAME):
            assert visitor.get(f"/api/v1/search?q={word}").get_json()["moments"] == 0
        if not worked:
            site.work()


def test_a_translation_out_of_step_hides_what_it_renders(site: Site, tmp_path: Path) -> None:
    """Its times are half a minute off; what it says of a hidden part is hidden all the same."""
    told = _translated(site, tmp_path, off_ms=30_000)
    translation = _translation_of(site, told)
    assert NAME in _read(site, translation)
    skip = Limit(
        by=f"narrator:{told.narrator_id}",
        reason="skip",
        scope=Span(original=told.original_id, start_ms=3500, end_ms=4500),
    )
    site.archive.limits.add(site.anna, told.id, skip)
    assert NAME not in _read(site, translation)


def test_the_wave_of_a_masked_copy_comes_with_it_and_is_flat_in_the_gap(site: Site, tmp_path: Path) -> None:
    told = open_testimony(site, tmp_path, named=NAME)
    page = site.visitor().get(f"/t/{told.id}").get_data(as_text=True)
    assert "<audio" not in page
    assert '<svg class="wave wave-plays"' not in page
    check_masks(site, told)
    page = site.visitor().get(f"/t/{told.id}").get_data(as_text=True)
    assert "<audio" in page
    assert 'class="wave-gap"' in page


# Her will is carried out though something fails


def test_a_card_closes_what_it_can_though_one_key_is_gone(site: Site) -> None:
    """She told two testimonies; the key of the first was lost, the second is closed all the same."""
    first, second = told_in_words(site), told_in_words(site)
    with site.archive.database.uow() as tx:
        role = tx.session.scalars(select(m.Role).where(m.Role.testimony_id == second.id)).one()
        tx.session.add(
            m.Role(
                id=role.id[:-1] + "x",
                testimony_id=second.id,
                person_id=first.narrator_id,
                role="narrator",
                ordinal=2,
            )
        )
    card = site.archive.cards.make(site.anna, first.id, first.narrator_id)
    with site.archive.keys._writing() as connection:  # type: ignore[attr-defined]  # a lost row
        connection.execute("DELETE FROM keys WHERE kind = 'testimony' AND id = ?", (first.id,))
    with pytest.raises(Exception, match=r".+"):
        site.archive.cards.close(card.code, card.secret)
    assert site.archive.keys.is_frozen(owners.testimony_key(second.id))
    assert _state(site, second) == "sealed"
    assert site.visitor().get(f"/t/{second.id}").status_code == 404


def test_a_crowd_at_the_sign_in_keeps_no_card_waiting(site: Site) -> None:
    papers = site.archive.accounts._papers
    with papers._passwords_at_once, papers._passwords_at_once:  # both places are taken
        told = told_in_words(site)
        card = site.archive.cards.make(site.anna, told.id, told.narrator_id)
        site.archive.cards.close(card.code, card.secret)
    assert _state(site, told) == "sealed"


# What is written down on the way


def test_an_error_of_the_database_names_no_value(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    login = "".join(("zq", "login"))  # so that the word does not stand in a traceback's own lines
    with pytest.raises(SQLAlchemyError) as broken, site.archive.database.uow() as tx:
        tx.session.execute(text("INSERT INTO nowhere VALUES (:login)"), {"login": login})
    logging.getLogger("saksi").error("seen", exc_info=broken.value)
    assert login not in str(broken.value) + caplog.text


def test_no_mark_lies_outside_a_testimony(site: Site, tmp_path: Path) -> None:
    """A closed testimony takes no marks, no words and no tasks any more, and says so to nobody."""
    told = take_in(site, tmp_path)
    site.archive.consents.close_on_behalf(site.boran, told.id)
    with pytest.raises(NotFound):
        site.archive.transcripts.mark_names(site.anna, str(told.revision_id), [])
    with pytest.raises(Conflict):
        agree(site, told, Level.OPEN)


def _translated(site: Site, folder: Path, *, off_ms: int = 0) -> Opened:
    """Open, with a translation in step, in which the name stands as in the spoken words."""
    told = take_in(site, folder)
    publish(site, told)
    lines = _lines(site, str(told.revision_id), site.anna)
    rendered = [
        NewSegment(
            text=f"Traduit: {line.text}", language="fr", renders_ordinal=line.ordinal,
            start_ms=(line.start_ms or 0) + off_ms, end_ms=(line.end_ms or 0) + off_ms,
        )
        for line in lines
    ]  # fmt: skip
    translation = site.archive.transcripts.add_translation(
        site.anna, str(told.revision_id), language="fr", segments=rendered, aligned=True
    )
    site.archive.transcripts.publish(site.anna, translation, (), speakers={})
    agree(site, told, Level.OPEN)
    give_task(site, told, site.anna, "describe")
    return told


def _translation_of(site: Site, told: Opened) -> str:
    with site.archive.database.snapshot() as look:
        found = look.scalar(select(m.Revision.id).where(m.Revision.renders_id == told.revision_id))
        return str(found)


def _lines(site: Site, revision_id: str, actor: Actor | None = None) -> tuple[words.Shown, ...]:
    with site.archive.gate.looking(None) as look:
        place = words.place_of(look, revision_id)
    assert place is not None
    with site.archive.gate.looking(actor, place.testimony_id) as looking:
        return words.shown(words.read(looking, site.archive.fields, revision_id))


def _read(site: Site, revision_id: str) -> str:
    return " ".join(line.text for line in _lines(site, revision_id))


def _listed(site: Site, actor: Actor | None) -> tuple[catalogue.CatalogueEntry, ...]:
    with site.archive.gate.looking(actor) as looking:
        return catalogue.listing(looking, site.archive.fields)


def _state(site: Site, told: Opened) -> str:
    with site.archive.database.snapshot() as look:
        return look.get_one(m.Testimony, told.id).state
