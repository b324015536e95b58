"""What each handler makes of a film, and that a second run of any of them changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from archive.db import models as m
from archive.steps import kinds
from search.index import PageRequest
from search.moments import NO_OVERLAY, Visibility
from search.query import parse
from tests.dumps import made_of, rows_of
from tests.worlds_db import (
    build_archive,
    make_actor,
    make_testimony,
    originals_of,
    runner_of,
    steps_of,
    write_film,
    write_script,
    write_tone,
)
from tests.worlds_worked import HIDDEN_MS, SAID, Film, deposit_film, publish_and_agree

EVERY_KIND = sorted(kinds.WORDS | kinds.MEDIA)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Film]:
    """Everything was done that can be done with it; tests leave it as it is."""
    folder = tmp_path_factory.mktemp("worked")
    film = deposit_film(folder)
    runner_of(film.archive).run_until_idle()
    publish_and_agree(film, folder)
    runner_of(film.archive).run_until_idle()
    yield film
    film.archive.close()


def test_every_step_is_done(film: Film) -> None:
    assert set(steps_of(film.archive, film.testimony_id)) == set(EVERY_KIND)
    assert {state for _, state in made_of(film.archive)["steps"]} == {"done"}


def test_probe_finds_kind_and_length(film: Film) -> None:
    (original,) = originals_of(film.archive, film.testimony_id)
    assert (original.kind, original.container) == ("film", "mov")
    assert original.findings == "incomplete_words"  # the prepared words leave a pause that the voice fills
    assert original.length_ms == pytest.approx(14000, abs=150)
    assert original.declared_ms == pytest.approx(14000, abs=150)


def test_renditions_are_made_plain_and_masked(film: Film) -> None:
    made = {(profile, bool(mask)) for profile, mask, _, _ in made_of(film.archive)["renditions"]}
    plain = {(profile, False) for profile in ("listening", "peaks", "poster", "thumbnail", "video240")}
    masked = {(profile, True) for profile in ("listening", "peaks", "video240")}
    assert made == plain | masked
    assert made_of(film.archive)["replaced"] == 0


def test_the_mask_covers_what_was_hidden_and_waits_for_a_person(film: Film) -> None:
    with film.archive.database.snapshot() as look:
        masked = look.scalars(select(m.Rendition).where(m.Rendition.mask != "")).all()
        assert all(row.checked_at is None for row in masked)
        assert any("loudest=0.000" in row.measured for row in masked)
    from archive.db.masks import mask_of

    for row in masked:
        ((start, end),) = mask_of(row.mask)
        assert start <= HIDDEN_MS[0]
        assert end >= HIDDEN_MS[1]


def test_words_are_written_with_times_and_not_published_by_the_machine(film: Film) -> None:
    assert [text for _, _, _, text in made_of(film.archive)["segments"]] == [text for _, _, text in SAID]
    with film.archive.database.snapshot() as look:
        revision = look.scalars(select(m.Revision)).one()
        assert revision.made_by == "worker"
        assert revision.published_by == film.first.id
        assert '"engine": "scripted"' in revision.provenance
        assert look.scalars(select(m.Transcript.language)).one() == "en"
        words = look.scalars(select(m.Segment.words_sealed)).all()
        assert all(words)


def test_the_testimony_opened_and_is_found_only_outside_the_hidden_part(film: Film) -> None:
    now_ms = int(film.clock.now().timestamp() * 1000)
    anyone = Visibility(open=True, at_ms=now_ms, expires_ms=now_ms + 1000)

    def found(word: str) -> int:
        return film.archive.index.search(parse(word), anyone, NO_OVERLAY, PageRequest()).moments

    assert made_of(film.archive)["states"] == ["active"]
    assert made_of(film.archive)["overlay"] == 0
    assert found("river") == 1
    assert found("evening") == 0


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_second_run_changes_nothing(film: Film, kind: str) -> None:
    before, index_before = rows_of(film.archive), made_of(film.archive)["indexed"]
    objects_before = sorted(p for p in film.archive.places.objects.rglob("sealed"))
    with film.archive.database.uow() as tx:
        tx.session.execute(update(m.Step).where(m.Step.kind == kind).values(state="waiting", attempts=0))
    runner_of(film.archive).run_until_idle()
    assert made_of(film.archive)["steps"] == sorted((k, "done") for k, _ in made_of(film.archive)["steps"])
    assert rows_of(film.archive) == before
    assert made_of(film.archive)["indexed"] == index_before
    assert sorted(p for p in film.archive.places.objects.rglob("sealed")) == objects_before


def test_nothing_plain_is_left_in_scratch(film: Film) -> None:
    left = [p for p in film.archive.places.scratch.rglob("*") if p.is_file() and not p.name.startswith(".")]
    assert left == []


def test_sound_without_picture_gets_no_picture(tmp_path: Path) -> None:
    archive = build_archive(tmp_path)
    actor = make_actor(archive, "sok")
    made = make_testimony(archive, actor)
    write_script(archive)
    archive.deposits.add_recording(actor, made.id, write_tone(tmp_path / "tone.wav"), name="a", language="")
    runner_of(archive).run_until_idle()
    assert set(steps_of(archive, made.id)) == {"probe", "listening_copy", "peaks", "transcribe", "index"}
    assert {r[0] for r in made_of(archive)["renditions"]} == {"listening", "peaks"}
    assert originals_of(archive, made.id)[0].findings == "no_speech"
    archive.close()


def test_a_silent_film_is_kept_and_says_why_nothing_is_heard(tmp_path: Path) -> None:
    archive = build_archive(tmp_path)
    actor = make_actor(archive, "sok")
    made = make_testimony(archive, actor)
    archive.deposits.add_recording(
        actor, made.id, write_film(tmp_path / "f.mp4", sound=False), name="a", language=""
    )
    runner_of(archive).run_until_idle()
    assert {r[0] for r in made_of(archive)["renditions"]} == {"poster", "thumbnail", "video240"}
    assert originals_of(archive, made.id)[0].findings == "no_sound"
    with archive.database.snapshot() as look:
        probe = look.scalars(select(m.Step).where(m.Step.kind == kinds.PROBE)).one()
        assert probe.state == "done"
        assert "no sound track" in probe.reason
    archive.close()


def test_a_closed_testimony_leaves_the_index(tmp_path: Path) -> None:
    folder = tmp_path
    film = deposit_film(folder)
    runner_of(film.archive).run_until_idle()
    publish_and_agree(film, folder)
    runner_of(film.archive).run_until_idle()
    card = film.archive.cards.make(film.first, film.testimony_id, film.narrator_id)
    film.archive.cards.close(card.code, card.secret)
    with film.archive.database.snapshot() as look:
        assert look.scalars(select(m.DenyOverlay)).all()
    runner_of(film.archive).run_until_idle()
    with film.archive.database.snapshot() as look:
        row = look.scalars(select(m.Testimony)).one()
        assert row.state == "sealed"
        assert film.archive.index.confirmed(row.id) == row.index_version
        assert look.scalars(select(m.DenyOverlay)).all() == []
        assert look.scalars(select(m.TestimonyClass)).all() == []
    film.archive.close()
