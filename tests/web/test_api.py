"""The JSON API: the fields that are promised and no others, errors of one shape, and a document that is true."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from marshmallow import Schema
from werkzeug.test import TestResponse

from archive.web.api.errors import WORDS
from archive.web.api.schemas import SearchAnswer, TestimonySchema, TranscriptAnswer
from tests.leaks.telling import World, marker
from tests.leaks.world import shared

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return shared(lambda: tmp_path_factory.mktemp("world"))


def ask(world: World, address: str, who: str = "anonymous") -> Any:
    got = world.visit(who).get(f"/api/v1{address}")
    assert got.status_code == 200, got.get_data(as_text=True)
    assert got.mimetype == "application/json"
    return got.get_json()


def fits(schema: type[Schema], answer: Any) -> None:
    """Nothing is missing and nothing is there that was not promised."""
    assert schema().validate(answer) == {}


def test_a_testimony(world: World) -> None:
    told = world.told["open"]
    answer = ask(world, f"/testimonies/{told.id}")
    fits(TestimonySchema, answer)
    assert answer["id"] == told.id
    assert answer["code"] == told.opened.code
    assert told.word("called") in answer["label"]
    assert [title["text"] for title in answer["titles"]] == [f"{told.word('title')} at the river"]
    assert answer["languages"] == ["en"]
    (original,) = answer["originals"]
    assert original["film"] is None
    sound = world.visit("anonymous").get(original["sound"], headers={"Range": "bytes=0-9"})
    assert sound.status_code == 206
    (transcript,) = original["transcripts"]
    assert world.visit("anonymous").get(transcript["address"]).status_code == 200


def test_a_film_has_both(world: World) -> None:
    (original,) = ask(world, f"/testimonies/{world.told['film'].id}")["originals"]
    assert original["film"] is not None
    assert original["sound"] is not None
    assert original["film"] != original["sound"]


def test_a_transcript_with_parts_that_are_not_shown(world: World) -> None:
    told = world.told["masked"]
    answer = ask(world, f"/transcripts/{told.opened.revision_id}")
    fits(TranscriptAnswer, answer)
    withheld = [segment for segment in answer["segments"] if segment["withheld"]]
    assert withheld
    for segment in withheld:
        assert (segment["text"], segment["language"], segment["speaker"]) == ("", "", "")
    assert told.word("name") not in json.dumps(answer)
    whole = ask(world, f"/transcripts/{told.opened.revision_id}", "checker")
    assert told.word("name") in json.dumps(whole)
    assert not [segment for segment in whole["segments"] if segment["withheld"]]


def test_a_search(world: World) -> None:
    answer = ask(world, "/search?q=river")
    fits(SearchAnswer, answer)
    assert answer["moments"] == sum(len(hit["moments"]) + hit["more"] for hit in answer["hits"])
    assert answer["testimonies"] == len(answer["hits"])
    counted = {count["value"]: count["count"] for count in answer["facets"]["language"]}
    assert sum(counted.values()) in {answer["moments"], answer["testimonies"]}


def test_counts_cover_only_what_the_caller_may_find(world: World) -> None:
    seen = {
        who: ask(world, "/search?q=river", who)
        for who in ("anonymous", "educator", "researcher", "custodian")
    }
    found = {who: {hit["testimony"] for hit in answer["hits"]} for who, answer in seen.items()}
    learn, study = world.told["learn"].id, world.told["study"].id
    assert found["educator"] - found["anonymous"] == {learn}
    assert found["researcher"] - found["anonymous"] == {learn, study}
    assert found["custodian"] == found["anonymous"]
    for answer in seen.values():
        assert answer["testimonies"] == len(answer["hits"])


@pytest.mark.parametrize(
    "address",
    [
        "/search",
        "/search?q=",
        "/search?q=a&page=0",
        "/search?q=a&page=x",
        "/search?q=a&page=501",
        f"/search?q={'a' * 501}",
        "/search?q=(((",
    ],
)
def test_a_request_that_cannot_be_understood(world: World, address: str) -> None:
    got = world.visit("anonymous").get(f"/api/v1{address}")
    assert got.status_code in {200, 400}
    if got.status_code == 400:
        assert_error(got, 400)


def assert_error(got: TestResponse, status: int) -> None:
    code, message = WORDS[status]
    assert got.status_code == status
    assert got.get_json() == {"error": {"code": code, "message": message}}


def test_errors_have_one_shape(world: World) -> None:
    client = world.visit("anonymous")
    closed, listed = world.told["closed"], world.told["listed"]
    for address in (
        f"testimonies/{closed.id}",
        "testimonies/x",
        "nothing",
        f"transcripts/{closed.opened.revision_id}",
    ):
        assert_error(client.get(f"/api/v1/{address}"), 404)
    assert_error(client.get(f"/api/v1/testimonies/{listed.id}"), 403)
    assert "zq" not in client.get(f"/api/v1/testimonies/{listed.id}").get_data(as_text=True)


def test_nothing_of_the_request_is_in_an_error(world: World) -> None:
    for address in (
        "/api/v1/testimonies/zqinjected",
        "/api/v1/search?zqinjected=1&page=zqinjected",
        "/zqinjected",
    ):
        got = world.visit("anonymous").get(address)
        assert "zqinjected" not in got.get_data(as_text=True)
        assert "zqinjected" not in str(got.headers)


def test_the_document_names_every_route_of_the_api(world: World) -> None:
    document = ask(world, "/openapi.json")
    assert document["openapi"].startswith("3.1")
    served = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in world.site.app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
    }
    assert served - {"/api/v1/openapi.json"} <= document["paths"].keys()
    assert document["paths"].keys() <= served
    for path in document["paths"].values():
        assert set(path) <= {"get", "parameters"}


def test_what_staff_know_is_never_a_field(world: World) -> None:
    """Names as given at the talk, villages, file names and accession fields are in no answer, not even to staff."""
    secret = ("birth", "village", "file", "accession", "giver", "asker")
    for who in ("anonymous", "checker", "custodian", "narrator"):
        client = world.visit(who)
        for key, told in world.told.items():
            addresses = (f"testimonies/{told.id}", f"transcripts/{told.opened.revision_id}")
            text = "".join(client.get(f"/api/v1/{address}").get_data(as_text=True) for address in addresses)
            assert not [part for part in secret if marker(key, part) in text], (who, key)
