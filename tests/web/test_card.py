"""S12 without an account and without a script: two numbers close everything she gave, and nothing else ever does."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from archive.db import models as m
from archive.identifiers import digit_code, digit_secret
from archive.services.cards import CardMade
from consent.vocabulary import Level
from tests.worlds_db import make_actor
from tests.worlds_site import Opened, Site, agree, build_site, form_token, open_testimony, publish, take_in

pytestmark = pytest.mark.slow

KHMER = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return build_site(tmp_path_factory.mktemp("card"))


def type_in(client: FlaskClient, code: str, secret: str) -> TestResponse:
    """As a person does it: the page, its form, the button."""
    page = client.get("/close").get_data(as_text=True)
    return client.post("/close", data={"csrf_token": form_token(page), "code": code, "secret": secret})


def card_of(site: Site, opened: Opened) -> CardMade:
    return site.archive.cards.make(site.anna, opened.id, opened.narrator_id)


def state_of(site: Site, opened: Opened) -> str:
    with site.archive.database.snapshot() as look:
        return look.get_one(m.Testimony, opened.id).state


def grouped(digits: str, by: str = " ") -> str:
    return by.join(digits[i : i + 4] for i in range(0, len(digits), 4))


def doors(site: Site, opened: Opened) -> list[str]:
    """Every address by which something of a testimony can be had."""
    with site.archive.database.snapshot() as look:
        rows = look.scalars(select(m.Rendition).where(m.Rendition.testimony_id == opened.id)).all()
    media = [f"/{'i' if row.profile in {'poster', 'thumbnail'} else 'm'}/{row.id}" for row in rows]
    return [
        *media,
        f"/t/{opened.id}",
        f"/t/{opened.id}/{opened.original_id}",
        f"/t/{opened.id}/moments?q=river",
        f"/c/{opened.revision_id}.vtt",
        f"/api/v1/testimonies/{opened.id}",
        f"/api/v1/transcripts/{opened.revision_id}",
    ]


def told_by(site: Site, opened: Opened, person_id: str) -> Opened:
    """The same testimony, told by somebody the archive knows already."""
    with site.archive.database.uow() as tx:
        role = tx.session.scalars(select(m.Role).where(m.Role.person_id == opened.narrator_id)).one()
        role.person_id = person_id
    return replace(opened, narrator_id=person_id)


def test_every_door_is_shut_on_the_next_request_for_all_she_gave(site: Site, tmp_path: Path) -> None:
    first = open_testimony(site, tmp_path, title="zqonetale")
    second = told_by(site, take_in(site, tmp_path, title="zqtwotale"), first.narrator_id)
    publish(site, second)
    agree(site, second, Level.OPEN)
    other = open_testimony(site, tmp_path, title="zqotherstale")
    keeper = make_actor(site.archive, "keeper")
    clients = [site.visitor(), site.signed_in("anna"), site.signed_in("keeper")]
    assert keeper.is_staff
    everything = [*doors(site, first), *doors(site, second)]
    for address in everything:
        assert clients[0].get(address, headers={"Range": "bytes=0-"}).status_code in {200, 206}, address
    card = card_of(site, first)
    got = type_in(site.visitor(), card.code, card.secret)
    assert got.status_code == 200
    assert "It is closed." in got.get_data(as_text=True)
    for client in clients:
        for address in everything:
            assert client.get(address, headers={"Range": "bytes=0-"}).status_code == 404, address
        for address in ("/", "/listen", "/search?q=river", "/api/v1/search?q=river", "/desk"):
            text = client.get(address).get_data(as_text=True)
            assert not [word for word in (first.id, second.id, "zqonetale", "zqtwotale") if word in text], (
                address
            )
    assert clients[0].get(f"/t/{other.id}").status_code == 200
    again = type_in(site.visitor(), card.code, card.secret)
    assert again.status_code == 200  # closing what is closed is no mistake


@pytest.mark.parametrize(
    "write",
    [
        lambda code, secret: (code, secret),
        lambda code, secret: (code.translate(KHMER), secret.translate(KHMER)),
        lambda code, secret: (grouped(code), grouped(secret)),
        lambda code, secret: (f"  {grouped(code)} ", grouped(secret, "-")),
        lambda code, secret: (code.translate(KHMER), grouped(secret, " \u200b")),
    ],
)
def test_as_people_write_numbers(site: Site, tmp_path: Path, write) -> None:  # type: ignore[no-untyped-def]
    opened = open_testimony(site, tmp_path)
    card = card_of(site, opened)
    got = type_in(site.visitor(), *write(card.code, card.secret))
    assert got.status_code == 200
    assert state_of(site, opened) == "sealed"


def plain(got: TestResponse) -> str:
    """The page without what was typed and without the form's token."""
    text = re.sub(r'name="csrf_token" value="[^"]*"', "", got.get_data(as_text=True))
    return re.sub(r'name="code" value="[^"]*"', "", text)


def test_wrong_numbers_are_one_sentence_and_never_lock_the_right_ones(site: Site, tmp_path: Path) -> None:
    opened = open_testimony(site, tmp_path)
    card, client = card_of(site, opened), site.visitor()
    sentence = "These numbers do not open anything. Look at your paper again, or call."
    answers = [type_in(client, card.code, digit_secret()) for _ in range(5)]
    unknown = [
        type_in(client, digit_code(), digit_secret()),
        type_in(client, "", ""),
        type_in(client, "x" * 500, "<b>"),
    ]
    for got in (*answers, *unknown):
        assert got.status_code == 403
        assert sentence in got.get_data(as_text=True)
        assert "Retry-After" not in got.headers
    assert len({plain(got) for got in (*answers, *unknown)}) == 1
    sixth = type_in(client, card.code, digit_secret())
    assert sixth.status_code == 429
    assert int(sixth.headers["Retry-After"]) >= 2
    assert sentence in sixth.get_data(as_text=True)
    for _ in range(20):
        slowed = type_in(client, card.code, digit_secret())
        assert slowed.status_code == 429
        assert 2 <= int(slowed.headers["Retry-After"]) <= 60
    assert state_of(site, opened) == "active"
    assert type_in(site.visitor(), card.code, card.secret).status_code == 200
    assert state_of(site, opened) == "sealed"


def test_an_unknown_code_is_slowed_like_a_known_one(site: Site) -> None:
    code, client = digit_code(), site.visitor()
    statuses = [type_in(client, code, digit_secret()).status_code for _ in range(7)]
    assert statuses == [403] * 5 + [429] * 2
    site.archive.clock.move(hours=2)  # type: ignore[attr-defined]
    assert type_in(client, code, digit_secret()).status_code == 403


def test_a_new_card_ends_the_old_one(site: Site, tmp_path: Path) -> None:
    opened = open_testimony(site, tmp_path)
    old, new = card_of(site, opened), card_of(site, opened)
    assert type_in(site.visitor(), old.code, old.secret).status_code == 403
    assert state_of(site, opened) == "active"
    assert type_in(site.visitor(), new.code, new.secret).status_code == 200
    assert state_of(site, opened) == "sealed"


def test_the_pages_say_nothing_of_what_there_is(site: Site, tmp_path: Path) -> None:
    opened = open_testimony(site, tmp_path, title="zqcardtitle")
    card = card_of(site, opened)
    pages = [site.visitor().get("/close"), type_in(site.visitor(), card.code, "1" * 16)]
    pages.append(type_in(site.visitor(), card.code, card.secret))
    for got in pages:
        text = got.get_data(as_text=True)
        for word in (
            "zqcardtitle",
            opened.id,
            opened.code,
            card.secret,
            grouped(card.secret),
            "Chanthou",
            site.archive.settings.archive_name,
        ):
            assert word not in text, word
        assert got.headers["Cache-Control"] == "private, no-store"
        assert "Set-Cookie" not in got.headers
    titles = [re.findall(r"<title>(.*?)</title>", got.get_data(as_text=True))[0] for got in pages]
    assert not [
        title for title in titles if re.search("testimony|consent|withdraw|saksi", title, re.IGNORECASE)
    ]


def test_the_form_needs_no_script(site: Site) -> None:
    page = site.visitor().get("/close").get_data(as_text=True)
    form = re.search(r'<form method="post" action="/close".*?</form>', page, re.DOTALL)
    assert form is not None
    assert re.findall(r'name="(\w+)"', form.group()) == ["csrf_token", "code", "secret"]
    assert "hidden>" not in form.group()
    assert "<button" in form.group()


def test_neither_numbers_nor_tries_are_written_down_plain(site: Site) -> None:
    code, secret = digit_code(), digit_secret()
    type_in(site.visitor(), code, secret)
    with site.archive.database.snapshot() as look:
        assert look.scalar(select(func.count()).select_from(m.WrongTry))
        for table in m.Base.metadata.sorted_tables:
            for row in look.execute(select(table)):
                assert not [each for each in (code, secret) if each in repr(tuple(row))], table.name


def test_levels_do_not_matter_to_a_card(site: Site, tmp_path: Path) -> None:
    opened = open_testimony(site, tmp_path, Level.FAMILY)
    card = card_of(site, opened)
    assert type_in(site.visitor(), card.code, card.secret).status_code == 200
    assert state_of(site, opened) == "sealed"
