"""One request after the other, each compared with what the model says: a cell is a route, a visitor and a testimony."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from archive.db import models as m
from archive.services.owners import testimony_key
from consent.rules import Viewer
from tests.leaks.counting import Result
from tests.leaks.expected import CLOSED_TO_WORK, ENDED, Expected, Spoken
from tests.leaks.telling import Told, World, markers
from tests.leaks.world import VISITORS, Visitor

SEARCHED = ("dawn", "noon", "name", "dusk", "engdawn")


class Matrix:
    """Asks everything as everybody."""

    def __init__(self, world: World, look: Session) -> None:
        self.world, self.model, self.result = world, Expected(world, look), Result()
        self.key_of = {told.id: key for key, told in world.told.items()}

    def run(self) -> Result:
        for visitor in VISITORS:
            client = self.world.visit(visitor.name)
            abroad = self.model.viewer(visitor, None)
            self._lists(visitor, client, abroad)
            for told in self.world.told.values():
                here = self.model.viewer(visitor, told)
                self._pages(visitor, client, told, here)
                self._api(visitor, client, told, here)
                self._captions(visitor, client, told, here)
                self._media(visitor, client, told, here)
                self._search(visitor, client, told, abroad)
                self._desk(visitor, client, told)
        return self.result

    # The testimony's own pages

    def _pages(self, visitor: Visitor, client: FlaskClient, told: Told, viewer: Viewer) -> None:
        status, expected = self.model.entry(viewer, told)
        if status == 200:
            tracks = self._page_tracks(told, viewer)
            expected |= self.model.contents(viewer, told)
            expected |= {word for revision_id in tracks for word in self.model.words(viewer, revision_id)}
        for path in (f"/t/{told.id}", f"/t/{told.id}/{told.opened.original_id}"):
            self._page("page", visitor, told, client.get(path), status, expected)
        head = client.head(f"/t/{told.id}")
        self._page("page HEAD", visitor, told, head, status, frozenset())

    def _page_tracks(self, told: Told, viewer: Viewer) -> list[str]:
        """The revisions a page shows: published ones; to those with a task on it, else the draft."""
        rows = list(self.model.revisions(told))
        published = [r.id for r, _ in rows if r.published_at is not None]
        drafts = [r.id for r, _ in rows] if viewer.assignments else []
        return published or drafts

    def _page(
        self,
        route: str,
        visitor: Visitor,
        told: Told,
        got: TestResponse,
        status: int,
        expected: frozenset[str],
    ) -> None:
        found = markers(body_of(got))
        problem = "" if got.status_code == status else f"{got.status_code} and not {status}. "
        if found != expected:
            problem += f"too much: {sorted(found - expected)}, too little: {sorted(expected - found)}"
        self.result.note(
            route,
            f"{visitor.name} {told.key}",
            served=got.status_code == 200,
            allowed=status == 200,
            problem=problem,
        )

    def _api(self, visitor: Visitor, client: FlaskClient, told: Told, viewer: Viewer) -> None:
        where = f"{visitor.name} {told.key}"
        status, expected = self.model.entry(viewer, told)
        for route, got in (
            ("api testimony", client.get(f"/api/v1/testimonies/{told.id}")),
            ("api testimony HEAD", client.head(f"/api/v1/testimonies/{told.id}")),
        ):
            problem = "" if got.status_code == status else f"{got.status_code} and not {status}. "
            if "HEAD" not in route and markers(body_of(got)) != expected:
                problem += f"{sorted(markers(body_of(got)) ^ expected)}"
            if status == 200 and "HEAD" not in route:
                problem += self._addresses(told, viewer, got)
            self.result.note(
                route, where, served=got.status_code == 200, allowed=status == 200, problem=problem
            )
        for revision, _ in self.model.revisions(told):
            words = self.model.words(viewer, revision.id) if revision.published_at else frozenset()
            got = client.get(f"/api/v1/transcripts/{revision.id}")
            problem = "" if markers(body_of(got)) == words else f"{sorted(markers(body_of(got)) ^ words)}"
            self.result.note(
                "api transcript", where, served=got.status_code == 200, allowed=bool(words), problem=problem
            )

    def _addresses(self, told: Told, viewer: Viewer, got: TestResponse) -> str:
        """The addresses of sound and film in the API are those that may be played, and none where nothing may be."""
        rows = self.model.renditions(told)
        problem = ""
        for original in got.get_json()["originals"]:
            for name, profile in (("sound", "listening"), ("film", "video240")):
                may = {
                    f"/m/{r.id}"
                    for r in rows
                    if r.original_id == original["id"]
                    and r.profile == profile
                    and self.model.playable(viewer, r)
                }
                if (original[name] in may) != bool(may):
                    problem += f"{name} is {original[name]}, may be {sorted(may)}. "
        return problem

    def _captions(self, visitor: Visitor, client: FlaskClient, told: Told, viewer: Viewer) -> None:
        for revision, _ in self.model.revisions(told):
            open_here = revision.published_at is not None or bool(viewer.assignments)
            timed = [s for s in self.model.spoken(revision.id) if s.part.span is not None]
            words = (
                frozenset(w for s in timed for w in self.model.readable(viewer, s))
                if open_here
                else frozenset()
            )
            got = client.get(f"/c/{revision.id}.vtt")
            problem = "" if markers(body_of(got)) == words else f"{sorted(markers(body_of(got)) ^ words)}"
            where = f"{visitor.name} {told.key}"
            self.result.note(
                "captions", where, served=got.status_code == 200, allowed=bool(words), problem=problem
            )
            head = client.head(f"/c/{revision.id}.vtt")
            self.result.note("captions HEAD", where, served=head.status_code == 200, allowed=bool(words))

    # Sound and picture

    def _media(self, visitor: Visitor, client: FlaskClient, told: Told, viewer: Viewer) -> None:
        for row in self.model.renditions(told):
            where = f"{visitor.name} {told.key} {row.profile}{row.mask and ' masked'}"
            may = self.model.playable(viewer, row)
            if row.profile in {"poster", "thumbnail"}:
                got = client.get(f"/i/{row.id}")
                self.result.note(
                    "picture",
                    where,
                    served=got.status_code == 200,
                    allowed=may,
                    problem=self._bytes(row, got),
                )
                other = client.get(f"/m/{row.id}", headers={"Range": "bytes=0-"})
                self.result.note("picture as sound", where, served=other.status_code != 404, allowed=False)
                continue
            got = client.get(f"/m/{row.id}", headers={"Range": "bytes=0-"})
            self.result.note(
                "media", where, served=got.status_code == 206, allowed=may, problem=self._bytes(row, got)
            )
            if row.profile == "peaks":
                continue
            head = client.head(f"/m/{row.id}", headers={"Range": "bytes=0-99"})
            self.result.note("media HEAD", where, served=head.status_code == 206, allowed=may)
            whole = client.get(f"/m/{row.id}")
            expected = 416 if may else 404
            problem = "" if whole.status_code == expected else f"{whole.status_code} and not {expected}"
            self.result.note(
                "media whole", where, served=whole.status_code == 416, allowed=may, problem=problem
            )

    def _bytes(self, row: m.Rendition, got: TestResponse) -> str:
        """What is served is this rendition, byte for byte."""
        if got.status_code not in {200, 206}:
            return ""
        vault = self.world.site.archive.vault
        kept = vault.read(testimony_key(row.testimony_id), row.id, 1, "rendition", 0, len(got.data))
        return "" if kept == got.data and got.data else "other bytes than those of the rendition"

    # Searching and lists, where staff are visitors like all others

    def _search(self, visitor: Visitor, client: FlaskClient, told: Told, viewer: Viewer) -> None:
        published = [
            r.id for r, t in self.model.revisions(told) if r.published_at and t.kind != "translation"
        ]
        said = [s for revision_id in published for s in self.model.spoken(revision_id)]
        for part in SEARCHED:
            word = told.word(part)
            holding = [s for s in said if word in s.text]
            if part == "engdawn":
                holding = said[:1] if told.key == "text" else []
            elif part != "dawn" and not (holding and published):
                continue
            found = any(self.model.findable(viewer, s, word) for s in holding)
            where = f"{visitor.name} {told.key} {part}"
            if part != "engdawn" or told.key == "text":
                self._search_api(where, client, told, word, holding, found=found, viewer=viewer)
        self._moments(visitor, client, told, viewer, said)

    def _search_api(
        self,
        where: str,
        client: FlaskClient,
        told: Told,
        word: str,
        holding: list[Spoken],
        *,
        found: bool,
        viewer: Viewer,
    ) -> None:
        got = client.get("/api/v1/search", query_string={"q": word})
        answer = got.get_json()
        hits = {h["testimony"] for h in answer["hits"]}
        segments = {moment["segment"] for h in answer["hits"] for moment in h["moments"]}
        expected = {s.id for s in holding} if found else set()
        problem = "" if segments == expected and hits <= {told.id} else f"{segments} and not {expected}"
        if answer["moments"] != len(expected) or answer["testimonies"] != bool(expected):
            problem += " counts differ"
        if not markers(body_of(got)) <= self._open_words(told, viewer):
            problem += f" {sorted(markers(body_of(got)))}"
        self.result.note("api search", where, served=bool(segments), allowed=found, problem=problem)

    def _open_words(self, told: Told, viewer: Viewer) -> frozenset[str]:
        return frozenset(
            word
            for revision, _ in self.model.revisions(told)
            if revision.published_at is not None
            for word in self.model.words(viewer, revision.id)
        )

    def _moments(
        self, visitor: Visitor, client: FlaskClient, told: Told, viewer: Viewer, said: list[Spoken]
    ) -> None:
        word = told.word("dawn")
        status, catalogue = self.model.entry(viewer, told)
        found = any(self.model.findable(viewer, s, word) for s in said if word in s.text)
        allowed = catalogue | self._open_words(told, viewer) | {word}
        for route, path in (("moments", f"/t/{told.id}/moments"), ("search", "/search")):
            got = client.get(path, query_string={"q": word})
            wanted = status if route == "moments" else 200
            problem = "" if got.status_code == wanted else f"{got.status_code} and not {wanted}. "
            if not markers(body_of(got)) <= allowed:
                problem += f"too much: {sorted(markers(body_of(got)) - allowed)}"
            hit = any(f"#s{s.id}" in got.get_data(as_text=True) for s in said)
            self.result.note(route, f"{visitor.name} {told.key}", served=hit, allowed=found, problem=problem)

    def _lists(self, visitor: Visitor, client: FlaskClient, viewer: Viewer) -> None:
        pages = {path: markers(body_of(client.get(path))) for path in ("/", "/listen")}
        open_words: set[str] = set()
        for told in self.world.told.values():
            _, catalogue = self.model.entry(viewer, told)
            title = told.word("title")
            open_words |= catalogue | self._open_words(told, viewer)
            self.result.note(
                "listing",
                f"{visitor.name} {told.key}",
                served=title in pages["/listen"],
                allowed=title in catalogue,
            )
        for path, found in pages.items():
            problem = "" if found <= open_words else f"too much: {sorted(found - open_words)}"
            self.result.note("lists", f"{visitor.name} {path}", served=True, allowed=True, problem=problem)

    # The desk

    def _desk(self, visitor: Visitor, client: FlaskClient, told: Told) -> None:
        assigned = bool(visitor.task) and told.key not in ENDED
        keeps = "custodian" in visitor.duties and told.key not in CLOSED_TO_WORK
        worded = told.key not in {"text", "film"}  # a text has no machine words, the film's sound is a tone
        for page, allowed in (("files", assigned), ("words", assigned), ("consent", keeps), ("card", False)):
            got = client.get(f"/desk/{told.id}/{page}")
            refused = 404 if visitor.duties else 303
            if page == "card" and keeps:
                refused = 403  # a custodian knows of it; cards are made by those with the consent duty
            wanted = 200 if allowed else refused
            problem = "" if got.status_code == wanted else f"{got.status_code} and not {wanted}. "
            own = {word for word in markers(body_of(got)) if word.startswith(f"zq{told.key}")}
            if markers(body_of(got)) - own or (not allowed and own):
                problem += f"{sorted(markers(body_of(got)))}"
            if allowed and page == "words" and worded and told.word("dawn") not in own:
                problem += "no words to work on"
            where = f"{visitor.name} {told.key}"
            self.result.note(
                f"desk {page}", where, served=got.status_code == 200, allowed=allowed, problem=problem
            )


def body_of(got: TestResponse) -> str:
    """The text of an answer; sound and pictures have none that could be read."""
    return got.get_data(as_text=True) if str(got.mimetype).startswith(("text/", "application/json")) else ""
