"""Every route has a rule, every form is guarded, and looking changes nothing."""

from __future__ import annotations

import hashlib

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule as UrlRule

from archive.app import create_app
from archive.db import models as m
from archive.identifiers import new_id
from archive.web.routes import RULES, RouteWithoutRule, check_rules
from archive.web.uploads import UPLOADS
from tests.leaks.telling import World
from tests.leaks.world import VISITORS, shared
from tests.worlds_site import form_token

pytestmark = pytest.mark.slow

LOOKED_AT = ("masked", "film", "text", "closed", "sealed", "draft")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return shared(lambda: tmp_path_factory.mktemp("world"))


def rules(world: World, method: str) -> list[UrlRule]:
    return [rule for rule in world.site.app.url_map.iter_rules() if method in (rule.methods or ())]


def addresses(world: World, rule: UrlRule) -> list[str]:
    """The addresses of a route for some testimonies of the world, and for one that never was."""
    found = []
    with world.site.archive.database.snapshot() as look:
        for key in LOOKED_AT:
            told = world.told[key]
            rendition = look.scalar(
                select(m.Rendition.id).where(m.Rendition.testimony_id == told.id).limit(1)
            )
            record = look.scalar(
                select(m.ConsentRecord.id).where(m.ConsentRecord.testimony_id == told.id).limit(1)
            )
            evidence = look.scalar(select(m.Evidence.id).where(m.Evidence.testimony_id == told.id).limit(1))
            step = look.scalar(select(m.Step.id).where(m.Step.testimony_id == told.id).limit(1))
            known = {
                "testimony_id": told.id,
                "original_id": told.opened.original_id,
                "revision_id": told.opened.revision_id,
                "rendition_id": rendition,
                "record_id": record,
                "step_id": step,
                "evidence_id": evidence,
                "name": "site.css",
            }
            found.append({name: known[name] or new_id() for name in rule.arguments})
    found.append({name: new_id() for name in rule.arguments})
    adapter = world.site.app.url_map.bind("localhost")
    return sorted({adapter.build(rule.endpoint, values) for values in found})


def rows_digest(world: World) -> str:
    """A digest over every row of every table."""
    digest = hashlib.sha256()
    with world.site.archive.database.snapshot() as look:
        for table in m.Base.metadata.sorted_tables:
            rows = sorted(repr(tuple(row)) for row in look.execute(select(table)))
            digest.update(repr((table.name, rows)).encode())
    return digest.hexdigest()


def test_every_route_has_a_rule_and_every_rule_a_route(world: World) -> None:
    assert {rule.endpoint for rule in world.site.app.url_map.iter_rules()} == RULES.keys()


def test_a_route_without_a_rule_does_not_start(world: World) -> None:
    app = create_app(world.site.archive)
    app.add_url_rule("/new", "new", lambda: "")
    with pytest.raises(RouteWithoutRule) as caught:
        check_rules(app)
    assert caught.value.endpoints == {"new"}


def test_no_route_takes_other_methods(world: World) -> None:
    methods = {method for rule in world.site.app.url_map.iter_rules() for method in rule.methods or ()}
    assert methods == {"GET", "HEAD", "OPTIONS", "POST"}


def token_of(client: FlaskClient) -> str:
    """A token that would be taken if the form came from here."""
    return form_token(client.get("/close").get_data(as_text=True))


@pytest.mark.parametrize("who", ["anonymous", "checker", "custodian"])
@pytest.mark.parametrize(
    ("headers", "own_token"),
    [
        ({}, False),
        ({"Origin": "https://elsewhere.example"}, True),
        ({"Origin": "http://localhost.elsewhere.example"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),
    ],
)
def test_a_form_that_was_not_sent_from_here_is_refused(
    world: World, who: str, headers: dict[str, str], own_token: bool
) -> None:
    client = world.visit(who)
    data = {"csrf_token": token_of(client)} if own_token else {}
    before = rows_digest(world)
    asked = 0
    for rule in rules(world, "POST"):
        for address in addresses(world, rule):
            got = client.post(address, data=data, headers=headers)
            stranger = who == "anonymous" and rule.endpoint in UPLOADS  # refused before the file is read
            assert got.status_code == (303 if stranger else 403), (address, got.status_code)
            asked += 1
    assert asked > 60
    assert rows_digest(world) == before


def test_a_token_of_another_session_is_refused(world: World) -> None:
    foreign = token_of(world.visit("custodian"))
    for token in (foreign, token_of(world.site.visitor()), foreign[:-1] + "x", "1." + "0" * 40, "", "x.y"):
        got = world.visit("checker").post("/sign-out", data={"csrf_token": token})
        assert got.status_code == 403, token
    assert world.visit("checker").get("/desk").status_code == 200


def test_looking_changes_nothing(world: World) -> None:
    """Every GET and HEAD of every route as everybody: not one row of the database is another afterwards."""
    before, seen = rows_digest(world), 0
    for visitor in VISITORS:
        client = world.visit(visitor.name)
        for rule in rules(world, "GET"):
            for address in addresses(world, rule):
                for query in ("", "?q=river&t=1&words=both&page=2&next=/desk&person=x&saved=1"):
                    assert client.get(address + query).status_code < 500, address
                    seen += 1
                assert client.head(address).status_code < 500, address
    assert seen > 1000
    assert rows_digest(world) == before


def test_the_digest_sees_a_single_change(world: World) -> None:
    """The control: one word in one row is another digest."""
    before = rows_digest(world)
    with world.site.archive.database.uow() as tx:
        row = tx.session.scalars(select(m.Collection).limit(1)).one()
        row.rights_holder = "somebody"
    changed = rows_digest(world)
    with world.site.archive.database.uow() as tx:
        tx.session.scalars(select(m.Collection).limit(1)).one().rights_holder = ""
    assert changed != before
    assert rows_digest(world) == before
