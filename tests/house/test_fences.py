"""The fences around the gate: who may ask, who may mint, and that leave for one thing opens nothing else."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.db import models as m
from archive.errors import NotFound
from archive.gate import Looking
from archive.reading import catalogue, contents, search, words
from archive.reading.media import Media, PermittedFile
from consent.decision import decide
from consent.permit import Permit
from consent.vocabulary import Action
from tests.worlds_site import Opened, Site, build_site, open_testimony

ROOT = Path(__file__).resolve().parents[2]
DECIDES = {
    "archive/gate/gate.py",  # for everybody who asks
    "archive/reading/masks.py",  # for doors, to know which copies to make
    "archive/reading/provinces.py",  # for the public, to count what it may know
}
ONLY_ERRORS = {"archive.vault.errors"}
BEHIND = (
    "archive.db", "archive.vault", "archive.worker", "archive.index_keys", "sqlalchemy", "search.sqlite",
    "search.memory",
)  # fmt: skip


def imports(path: Path) -> set[str]:
    """Every module that a file names in an import, wherever the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_only_the_gate_mints_permits() -> None:
    users = {name_of(p) for p in sources("archive", "search", "ingest") if "consent.minting" in imports(p)}
    assert users == {"archive/gate/gate.py"}
    callers = {
        name_of(p)
        for p in sources("archive", "search", "ingest", "consent")
        if "Permit(" in p.read_text(encoding="utf-8").replace("class Permit", "")
    }
    assert callers == {"consent/minting.py"}


def test_few_places_decide() -> None:
    users = {name_of(p) for p in sources("archive", "search", "ingest") if "consent.decision" in imports(p)}
    assert users == DECIDES


def test_pages_reach_neither_tables_nor_vault_nor_index() -> None:
    for path in sources("archive/web"):
        behind = {
            name
            for name in imports(path)
            if name.startswith(BEHIND) and not name.startswith(tuple(ONLY_ERRORS))
        }
        assert behind == set(), name_of(path)


def test_pages_open_no_sealed_text() -> None:
    """What was sealed is opened by readings and services, which hold a decision; a page is given the words."""
    opening = ("fields.open", ".vault.read", ".vault.open", ".database.uow", "keys.derive")
    for path in sources("archive/web"):
        text = path.read_text(encoding="utf-8")
        assert not [call for call in opening if call in text], name_of(path)


def test_nobody_outside_consent_compares_levels() -> None:
    """A level is a word for people; what may be done follows from its grants (docs/consent.md)."""
    for path in sources("archive/web", "archive/gate", "archive/worker", "archive/steps", "search"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
                words = {
                    side.value
                    for side in sides
                    if isinstance(side, ast.Constant) and isinstance(side.value, str)
                }
                assert not words & {"CLOSED", "FAMILY", "COMMUNITY", "STUDY", "LEARN", "OPEN"}, name_of(path)


@pytest.mark.parametrize(
    "reading",
    [
        catalogue.entry, catalogue.read_entry, catalogue.listing, words.read, words.tracks, words.place_of,
        contents.points, contents.notes, search.visibility_of, Media.choose, Media.at_address,
    ],
)  # fmt: skip
def test_who_looks_comes_first(reading: object) -> None:
    names = [p for p in inspect.signature(reading).parameters if p != "self"]  # type: ignore[arg-type]
    assert names[0] == "looking"
    assert inspect.signature(reading).parameters["looking"].default is inspect.Parameter.empty  # type: ignore[arg-type]


# At run time


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Opened, Opened]:
    folder = tmp_path_factory.mktemp("fences")
    site = build_site(folder)
    return site, open_testimony(site, folder), open_testimony(site, folder)


def permitted(site: Site, opened: Opened) -> PermittedFile:
    with site.archive.gate.looking(None, opened.id) as looking:
        found = site.archive.media.choose(looking, opened.original_id, "listening")
    assert found is not None
    return found


@pytest.mark.slow
def test_a_permit_opens_what_it_is_for(told: tuple[Site, Opened, Opened]) -> None:
    site, opened, _ = told
    assert site.archive.media.read(permitted(site, opened), 0, 100)


@pytest.mark.slow
def test_a_permit_for_something_else_opens_nothing(told: tuple[Site, Opened, Opened]) -> None:
    site, opened, other = told
    mine, hers = permitted(site, opened), permitted(site, other)
    permit = mine.permit
    refused = decide(permit.viewer, Action.COMPUTE, permit.part, permit.minted_at)
    for wrong in (
        replace(hers, permit=permit),
        replace(mine, testimony_id=hers.testimony_id, file=hers.file),
        replace(mine, original_id=hers.original_id),
        replace(mine, profile="video240"),
        replace(mine, permit=replace(permit, action=Action.READ)),
        replace(
            mine,
            permit=replace(permit, decision=refused),
        ),
    ):
        with pytest.raises(NotFound):
            site.archive.media.read(wrong, 0, 100)
        with pytest.raises(NotFound):
            site.archive.media.read_whole(wrong)


@pytest.mark.slow
def test_a_permit_ends(told: tuple[Site, Opened, Opened]) -> None:
    site, opened, _ = told
    mine = permitted(site, opened)
    site.archive.clock.move(minutes=6)  # type: ignore[attr-defined]
    with pytest.raises(NotFound):
        site.archive.media.read(mine, 0, 100)


@pytest.mark.slow
def test_an_entry_needs_leave_to_describe_it_now(told: tuple[Site, Opened, Opened]) -> None:
    site, opened, _ = told

    def read(looking: Looking, permit: Permit) -> catalogue.CatalogueEntry:
        return catalogue.read_entry(looking, site.archive.fields, permit)

    with site.archive.gate.looking(None, opened.id) as looking:
        part = looking.policies.entry(opened.id)
        assert read(looking, looking.permit(Action.DESCRIBE, part)).id == opened.id
        with pytest.raises(NotFound):
            read(looking, looking.permit(Action.EXIST, part))
        with pytest.raises(NotFound):
            read(
                replace(looking, now=looking.now + timedelta(minutes=6)),
                looking.permit(Action.DESCRIBE, part),
            )


@pytest.mark.slow
def test_a_masked_place_is_not_covered(told: tuple[Site, Opened, Opened]) -> None:
    """Leave for sound with a part cut out is no leave for the file that still has the part."""
    from consent.rules import Limit, Mention, Span

    site, _, other = told
    mine = permitted(site, other)
    span = Span(original=other.original_id, start_ms=4000, end_ms=5000)
    limit = Limit(
        by="person:neighbour", reason="third_party", scope=Mention(person="neighbour", spans=(span,))
    )
    site.archive.limits.add(site.anna, other.id, limit)
    with site.archive.gate.looking(None, other.id) as looking:
        original = looking.session.scalars(select(m.Original).where(m.Original.id == other.original_id)).one()
        part = looking.policies.media(original, mine.permit.part.medium, None)  # type: ignore[arg-type]
        redacted = looking.permit(Action.LISTEN, part)
    assert redacted.decision.spans
    with pytest.raises(NotFound):
        site.archive.media.read(replace(mine, permit=redacted), 0, 100)
