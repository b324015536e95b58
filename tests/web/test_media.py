"""Sound and picture in small ranges, decided anew for each, never kept by anybody, and never the original."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from archive.db import models as m
from archive.reading.media import LONGEST_RANGE_MS, MIB, MediaFile
from archive.services import owners
from consent.rules import Limit, Mention, Span
from consent.vocabulary import Level
from tests.worlds_db import write_tone
from tests.worlds_site import (
    Opened,
    Site,
    agree,
    build_site,
    check_masks,
    give_task,
    open_testimony,
    publish,
    take_in,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return build_site(tmp_path_factory.mktemp("media"))


@pytest.fixture(scope="module")
def heard(site: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an open recording of ten seconds."""
    opened = open_testimony(site, tmp_path_factory.mktemp("in"))
    return f"/m/{renditions(site, opened)['listening'].id}"


def renditions(site: Site, opened: Opened) -> dict[str, m.Rendition]:
    """The renditions of a testimony by profile, those that were made last."""
    with site.archive.database.snapshot() as look:
        rows = look.scalars(
            select(m.Rendition).where(m.Rendition.testimony_id == opened.id).order_by(m.Rendition.made_at)
        ).all()
        return {row.profile: row for row in rows}


def content(site: Site, rendition_id: str) -> bytes:
    with site.archive.database.snapshot() as look:
        row = look.get_one(m.Rendition, rendition_id)
        owner = owners.testimony_key(row.testimony_id)
    return site.archive.vault.read(owner, rendition_id, 1, "rendition", 0, row.size_bytes)


def test_ranges_are_cut_where_they_were_asked_for(site: Site, heard: str) -> None:
    client, whole = site.visitor(), content(site, heard[3:])
    size = len(whole)
    for asked, start, stop in (
        ("bytes=0-", 0, size),
        ("bytes=0-0", 0, 1),
        ("bytes=1-99", 1, 100),
        (f"bytes={size - 1}-", size - 1, size),
        ("bytes=-100", size - 100, size),
        (f"bytes=-{size * 2}", 0, size),
        (f"bytes=100-{size * 9}", 100, size),
    ):
        got = client.get(heard, headers={"Range": asked})
        assert got.status_code == 206, asked
        assert got.data == whole[start:stop], asked
        assert got.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{size}", asked
        assert got.headers["Content-Length"] == str(stop - start), asked
        head = client.head(heard, headers={"Range": asked})
        assert (head.status_code, head.data) == (206, b""), asked
        assert [pair for pair in head.headers if pair[0] != "Date"] == [
            p for p in got.headers if p[0] != "Date"
        ], asked


@pytest.mark.parametrize(
    "asked",
    [
        None,
        "",
        "bytes=",
        "bytes=5-2",
        "bytes=0-1,5-9",
        "bytes=-0",
        "bytes=99999999-",
        "items=0-1",
        "bytes=a-b",
        "0-5",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_no_single_range_is_no_answer(site: Site, heard: str, asked: str | None, method: str) -> None:
    got = site.visitor().open(heard, method=method, headers={} if asked is None else {"Range": asked})
    assert got.status_code == 416
    assert got.data == b""
    assert got.headers["Content-Range"].startswith("bytes */")


def test_an_answer_is_at_most_a_mebibyte_and_fifteen_seconds() -> None:
    def longest(size_bytes: int, length_ms: int) -> int:
        file = MediaFile(rendition_id="x", mime="audio/mp4", size_bytes=size_bytes, length_ms=length_ms)
        return file.longest_range

    hour_ms = 3_600_000
    assert longest(4_000 * 3_600, hour_ms) == 4_000 * LONGEST_RANGE_MS // 1000  # sound of 32 kb/s: 60 kB
    assert longest(200_000 * 3_600, hour_ms) == MIB  # a film: 1 MiB is less than 15 s
    assert longest(5_000, 0) == MIB


def test_a_long_recording_comes_in_pieces(site: Site, tmp_path: Path) -> None:
    made = take_in(site, tmp_path)
    path = write_tone(tmp_path / "long.wav", seconds=60)
    site.archive.deposits.add_recording(site.anna, made.id, path, name="long.wav", language="en")
    site.work()
    with site.archive.database.snapshot() as look:
        wanted = select(m.Rendition).where(
            m.Rendition.testimony_id == made.id, m.Rendition.profile == "listening"
        )
        row = max(look.scalars(wanted), key=lambda r: r.length_ms)
    client, whole, got = site.signed_in("anna"), content(site, row.id), b""
    fifteen_s = row.size_bytes * 15_000 // row.length_ms
    while len(got) < row.size_bytes:
        answer = client.get(f"/m/{row.id}", headers={"Range": f"bytes={len(got)}-"})
        assert answer.status_code == 206
        assert 0 < len(answer.data) <= max(4096, fifteen_s)
        got += answer.data
    assert got == whole
    assert row.size_bytes > 3 * fifteen_s


def test_nothing_is_kept_on_the_way(site: Site, heard: str) -> None:
    client = site.visitor()
    for headers in (
        {"Range": "bytes=0-9"},
        {},
        {"Range": "bytes=0-9", "If-None-Match": "*"},
        {"Range": "bytes=0-9", "If-Range": "x"},
    ):
        got = client.get(heard, headers=headers)
        assert got.status_code in {206, 416}
        assert got.headers["Cache-Control"] == "private, no-store"
        assert not {"ETag", "Last-Modified", "Expires", "Content-Disposition"} & set(got.headers.keys())


def test_a_running_stream_ends_when_the_card_closes(site: Site, tmp_path: Path) -> None:
    opened = open_testimony(site, tmp_path)
    address = f"/m/{renditions(site, opened)['listening'].id}"
    client = site.visitor()
    assert client.get(address, headers={"Range": "bytes=0-4095"}).status_code == 206
    card = site.archive.cards.make(site.anna, opened.id, opened.narrator_id)
    site.archive.cards.close(card.code, card.secret)
    for asked in ("bytes=4096-", "bytes=0-4095"):
        got = client.get(address, headers={"Range": asked})
        assert got.status_code == 404
        assert "Content-Range" not in got.headers
    assert client.get(f"/t/{opened.id}").status_code == 404


def test_a_stream_ends_between_the_decision_and_the_bytes(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The card may close after the yes and before the read: the key store then refuses, and nothing is sent."""
    opened = open_testimony(site, tmp_path)
    address = f"/m/{renditions(site, opened)['listening'].id}"
    card = site.archive.cards.make(site.anna, opened.id, opened.narrator_id)
    decided = site.archive.media.at_address

    def then_closed(*args: object) -> object:
        found = decided(*args)  # type: ignore[arg-type]
        site.archive.cards.close(card.code, card.secret)
        return found

    monkeypatch.setattr(type(site.archive.media), "at_address", lambda _, *args: then_closed(*args))
    got = site.visitor().get(address, headers={"Range": "bytes=0-"})
    assert got.status_code == 404
    assert b"ftyp" not in got.data


def masked(site: Site, folder: Path) -> Opened:
    """Open, but a neighbour asked that her mention is hidden; nobody has checked the copy yet."""
    opened = open_testimony(site, folder)
    span = Span(original=opened.original_id, start_ms=4000, end_ms=5000)
    limit = Limit(
        by="person:neighbour", reason="third_party", scope=Mention(person="neighbour", spans=(span,))
    )
    site.archive.limits.add(site.anna, opened.id, limit)
    return opened


def statuses(client: FlaskClient, site: Site, opened: Opened) -> dict[str, int]:
    """What each rendition of a testimony answers, by profile and whether it is masked."""
    with site.archive.database.snapshot() as look:
        rows = look.scalars(select(m.Rendition).where(m.Rendition.testimony_id == opened.id)).all()
    return {
        f"{row.profile}{' masked' if row.mask else ''}": client.get(
            f"/m/{row.id}", headers={"Range": "bytes=0-99"}
        ).status_code
        for row in rows
    }


def test_a_masked_copy_is_served_only_when_a_second_person_checked_it(site: Site, tmp_path: Path) -> None:
    opened = masked(site, tmp_path)
    assert statuses(site.visitor(), site, opened) == {
        "listening": 404,
        "peaks": 404,
    }  # at once, before any step ran
    site.work()
    shut = {"listening": 404, "peaks": 404, "listening masked": 404, "peaks masked": 404}
    assert statuses(site.visitor(), site, opened) == shut
    give_task(site, opened, site.boran, "check")
    site.archive.clock.move(minutes=1)  # type: ignore[attr-defined]
    heard_by_checker = statuses(site.signed_in("boran"), site, opened)
    assert heard_by_checker["listening masked"] == 206
    assert "/m/" not in site.visitor().get(f"/t/{opened.id}").get_data(as_text=True)
    assert check_masks(site, opened)
    assert statuses(site.visitor(), site, opened) == shut | {"listening masked": 206, "peaks masked": 206}
    page = site.visitor().get(f"/t/{opened.id}").get_data(as_text=True)
    with site.archive.database.snapshot() as look:
        rows = look.scalars(select(m.Rendition).where(m.Rendition.testimony_id == opened.id)).all()
    assert [r.id for r in rows if f"/m/{r.id}" in page] == [
        r.id for r in rows if r.mask and r.profile == "listening"
    ]


def test_the_original_has_no_address(site: Site, tmp_path: Path) -> None:
    opened = take_in(site, tmp_path)
    publish(site, opened)
    agree(site, opened, Level.OPEN)
    with site.archive.database.snapshot() as look:
        original = look.get_one(m.Original, opened.original_id)
        keys = [original.id, str(original.object_key), Path(str(original.object_key)).name]
    for client in (site.visitor(), site.signed_in("anna")):
        for key in keys:
            for prefix in ("m", "i", "c", "static", "objects", "desk"):
                got = client.get(f"/{prefix}/{key}", headers={"Range": "bytes=0-"})
                assert got.status_code == 404, (prefix, key)


def test_the_film_and_its_picture(site: Site, tmp_path: Path) -> None:
    opened = open_testimony(site, tmp_path, film=True)
    made, client = renditions(site, opened), site.visitor()
    assert {"video240", "poster", "listening", "peaks"} <= made.keys()
    film = client.get(f"/m/{made['video240'].id}", headers={"Range": "bytes=0-"})
    assert (film.status_code, film.mimetype) == (206, "video/mp4")
    poster = client.get(f"/i/{made['poster'].id}")
    assert poster.status_code == 200
    assert str(poster.mimetype).startswith("image/")
    assert poster.headers["Cache-Control"] == "private, no-store"
    assert client.get(f"/i/{made['video240'].id}").status_code == 404
    assert client.get(f"/m/{made['poster'].id}", headers={"Range": "bytes=0-"}).status_code == 404
