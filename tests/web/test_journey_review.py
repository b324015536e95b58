"""An archivist marks names by hand: one wrong number loses nothing, and names go to the right narrator."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from archive.db import models as m
from tests.worlds_site import Opened, Site, build_site, form_token, take_in


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return build_site(tmp_path)


@pytest.fixture
def together(site: Site, tmp_path: Path) -> Opened:
    """Two narrators in one recording."""
    return take_in(site, tmp_path, narrators=("Chanthou Prak", "Bopha Keo"))


def send(client: FlaskClient, opened: Opened, **fields: object) -> str:
    address = f"/desk/{opened.id}/words"
    token = form_token(client.get(address).get_data(as_text=True))
    answer = client.post(address, data={"csrf_token": token, **fields}, follow_redirects=True)
    return answer.get_data(as_text=True)


def segments(client: FlaskClient, opened: Opened) -> list[str]:
    page = client.get(f"/desk/{opened.id}/words").get_data(as_text=True)
    return re.findall(r'name="named" value="([^"]+)"', page)


def marks(site: Site) -> list[m.NameMark]:
    with site.archive.database.snapshot() as look:
        return list(look.scalars(select(m.NameMark)))


def test_a_wrong_word_number_keeps_every_tick(site: Site, together: Opened) -> None:
    anna = site.signed_in("anna")
    one, *_ = segments(anna, together)
    typed = {f"first-{one}": "2", f"last-{one}": "99", f"whose-{one}": "narrator-2"}
    page = send(anna, together, named=[one], do="save", names_checked="yes", **typed)
    assert "Give word numbers from 1" in page
    assert marks(site) == []
    assert re.search(rf'id="f-named-{one}" checked', page)
    assert f'name="first-{one}" value="2"' in page
    assert f'name="last-{one}" value="99"' in page
    assert re.search(rf'name="whose-{one}" value="narrator-2" checked', page)
    assert re.search(r'id="f-names_checked" checked', page)


def test_marks_that_were_kept_are_not_ticked_again(site: Site, together: Opened) -> None:
    anna = site.signed_in("anna")
    one, *_ = segments(anna, together)
    page = send(anna, together, named=[one], do="publish")
    assert "nothing was published" in page
    assert len(marks(site)) == 1
    assert not re.search(rf'id="f-named-{one}" checked', page)


@pytest.mark.parametrize(
    ("chosen", "narrator", "person_class"),
    [("narrator-1", 0, "narrator"), ("narrator-2", 1, "narrator"), ("other", None, "unknown"),
     ("narrator-3", None, "unknown"), ("narrator", None, "unknown"), (None, None, "unknown")],
)  # fmt: skip
def test_a_name_is_a_narrators_own_only_if_somebody_said_whose(
    site: Site, together: Opened, chosen: str | None, narrator: int | None, person_class: str
) -> None:
    anna = site.signed_in("anna")
    one, *_ = segments(anna, together)
    whose = {} if chosen is None else {f"whose-{one}": chosen}
    send(anna, together, named=[one], do="save", **whose)
    with site.archive.database.snapshot() as look:
        narrators = look.scalars(
            select(m.Role.person_id).where(m.Role.role == "narrator").order_by(m.Role.ordinal)
        ).all()
    [mark] = marks(site)
    assert mark.person_class == person_class
    assert mark.person_id == (None if narrator is None else narrators[narrator])


def test_no_name_is_taken_for_the_narrators_own_unasked(site: Site, tmp_path: Path) -> None:
    anna = site.signed_in("anna")
    alone = take_in(site, tmp_path)
    page = anna.get(f"/desk/{alone.id}/words").get_data(as_text=True)
    chosen = re.findall(r'name="whose-[^"]+" value="([^"]+)" checked', page)
    assert set(chosen) == {"other"}
