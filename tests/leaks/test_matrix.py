"""Route by route, door by door, state by state: nobody gets what is not hers, and nobody is locked out of what is."""

from __future__ import annotations

import pytest

from tests.leaks.breaking import forget_limits
from tests.leaks.cells import Matrix
from tests.leaks.counting import Result
from tests.leaks.expected import Expected
from tests.leaks.telling import World
from tests.leaks.world import VISITORS

pytestmark = pytest.mark.slow

LEAST_CELLS, LEAST_ALLOWED = 2_000, 0.30
OPEN = ("open", "masked", "unchecked", "replaced", "limited", "text")
EVERYONE = frozenset(visitor.name for visitor in VISITORS)
AT_WORK = frozenset({"checker", "transcriber"})
STAFF = AT_WORK | {"colleague", "custodian"}
READERS: dict[str, frozenset[str]] = {
    **dict.fromkeys(OPEN, EVERYONE),
    "film": frozenset(),  # its sound is a tone, nobody says a word
    "learn": frozenset({"educator", "researcher", "no-agreement", "teacher-daughter"}) | STAFF,
    "study": frozenset({"researcher", "no-agreement", "family", "narrator"}) | STAFF,
    "community": frozenset({"community", "family", "narrator"}) | STAFF,
    "family": frozenset({"family", "teacher-daughter", "narrator"}) | STAFF,
    "two": frozenset({"family", "narrator"}) | STAFF,
    "closed": frozenset({"narrator", "custodian"}) | AT_WORK,
    "listed": frozenset({"custodian"}) | AT_WORK,
    "narrowed": frozenset({"narrator", "custodian"}),
    "draft": AT_WORK,
    "raw": AT_WORK,
    "thinking": AT_WORK,
    "sealed": frozenset(),
}
"""Who may read at least a part, written down by hand from the levels (docs/consent.md)."""


@pytest.fixture(scope="module")
def result(world: World) -> Result:
    with world.site.archive.database.snapshot() as look:
        return Matrix(world, look).run()


def test_everything_served_is_what_the_model_says(result: Result) -> None:
    cells, allowed = sum(result.cells.values()), sum(result.allowed.values())
    lines = [
        f"{route}: {count} cells, {result.allowed[route]} allowed" for route, count in result.cells.items()
    ]
    print(f"\n{cells} cells, {allowed} allowed ({allowed / cells:.0%})", *lines, sep="\n  ")
    assert not result.wrong, "\n".join(result.wrong[:50])
    assert cells >= LEAST_CELLS
    assert allowed / cells >= LEAST_ALLOWED


def test_the_model_opens_what_the_levels_promise(world: World) -> None:
    assert READERS.keys() == world.told.keys()
    with world.site.archive.database.snapshot() as look:
        model = Expected(world, look)
        found = {
            key: frozenset(
                visitor.name
                for visitor in VISITORS
                for viewer in [model.viewer(visitor, told)]
                if any(
                    model.words(viewer, revision.id)
                    for revision, _ in model.revisions(told)
                    if revision.published_at is not None or viewer.assignments
                )
            )
            for key, told in world.told.items()
        }
    assert found == READERS


def test_a_guard_that_is_taken_away_is_missed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: where limits are forgotten, the words and seconds they hide show up as wrong cells."""

    forget_limits(monkeypatch)
    with world.site.archive.database.snapshot() as look:
        matrix = Matrix(world, look)
        told, visitor = world.told["limited"], VISITORS[0]
        viewer = matrix.model.viewer(visitor, told)
        matrix._pages(visitor, world.visit(visitor.name), told, viewer)
        matrix._media(visitor, world.visit(visitor.name), told, viewer)
    assert any("page anonymous limited: too much" in line for line in matrix.result.wrong)
    assert any(
        "media anonymous limited listening: served against the model" in line for line in matrix.result.wrong
    )
