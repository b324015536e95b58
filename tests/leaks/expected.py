"""What each visitor is to get, worked out by the reference model; nothing here asks `consent.decide()`.

Who comes with which facts and for what is written down here a second time (docs/consent.md): on a testimony's own pages
staff of its collection come for care with their tasks; everywhere else they are visitors like all others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.db import models as m
from archive.db.masks import mask_of
from archive.gate.policies import Policies
from archive.services.owners import testimony_key
from archive.vault.errors import KeyFrozen
from consent.rules import Assignment, Fact, Part, Span, Viewer
from consent.vocabulary import Condition, Medium, Purpose, Task
from tests.leaks.telling import Told, World
from tests.leaks.world import Visitor, resolved
from tests.reference.model import Full, reference

ENDED = ("sealed", "narrowed")
"""Testimonies on which every task has ended."""
CLOSED_TO_WORK = ("sealed",)
SHOWS = {
    "listening": ("LISTEN", Medium.SOUND),
    "peaks": ("LISTEN", Medium.SOUND),
    "video240": ("WATCH", Medium.VIDEO),
    "poster": ("WATCH", Medium.PICTURE),
    "thumbnail": ("WATCH", Medium.PICTURE),
}
INDEXED_FOR = (
    Viewer(),
    Viewer(facts=(Fact(audience="edu"),), purpose=Purpose.CLASSROOM),
    Viewer(facts=(Fact(audience="res"),), purpose=Purpose.RESEARCH, conditions=frozenset(Condition)),
)
"""What none of these may find is in no index at all, not even for the narrator (docs/search.md)."""
STATUS = {"ok": 200, "gone": 410, "not_found": 404}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A segment as it lies in the database, with the time of each word."""

    id: str
    part: Part
    text: str
    words: tuple[tuple[int, int, str], ...]
    cuttable: bool


class Expected:
    """Answers for one world that stands still."""

    def __init__(self, world: World, look: Session) -> None:
        self.world = world
        self.now: datetime = world.site.archive.clock.now()
        self._look = look
        self._policies = Policies(look, world.site.archive.keys)
        self._spoken: dict[str, tuple[Spoken, ...]] = {}
        self._answers: dict[tuple[int, str, int], Full] = {}
        self._kept: list[object] = []

    # Who asks

    def viewer(self, visitor: Visitor, told: Told | None) -> Viewer:
        """The visitor on the pages of `told`, or (None) anywhere else."""
        facts = [self._fact(visitor, resolved(self.world, door)) for door in visitor.doors]
        purpose = visitor.purpose
        tasks: tuple[Assignment, ...] = ()
        if visitor.duties and told is not None:
            facts += [
                Fact(audience="arc"),
                *([Fact(audience="cust")] if "custodian" in visitor.duties else []),
            ]
            purpose = "care"
            if visitor.task and told.key not in ENDED:
                tasks = (
                    Assignment(
                        testimony=told.id, task=Task(visitor.task), starts=self.now - timedelta(days=3)
                    ),
                )
        elif told is not None and any(
            f"{kind}:{n}" in _audiences(facts) for kind in ("fam", "self") for n in told.narrators
        ):
            purpose = "personal"  # she comes as a relative, or to her own words, whatever else she is
        return Viewer(
            id=visitor.name,
            facts=tuple(facts),
            purpose=Purpose(purpose),
            conditions=frozenset(Condition(c) for c in visitor.conditions.split()),
            assignments=tasks,
        )

    def _fact(self, visitor: Visitor, audience: str) -> Fact:
        if visitor.until is None:
            return Fact(audience=audience)
        return Fact(audience=audience, ends=self.now - timedelta(days=1))

    def ask(self, viewer: Viewer, action: str, part: Part) -> Full:
        key = (id(viewer), action, id(part))
        if key not in self._answers:
            self._kept += [viewer, part]  # so that no id is used twice
            self._answers[key] = reference(viewer, action, part, self.now)
        return self._answers[key]

    # What is asked for

    @cached_property
    def entries(self) -> dict[str, Part]:
        return {key: self._policies.entry(told.id) for key, told in self.world.told.items()}

    def entry(self, viewer: Viewer, told: Told) -> tuple[int, frozenset[str]]:
        """The status of the page, and the words of the catalogue that stand on it."""
        found = self.ask(viewer, "DESCRIBE", self.entries[told.key])
        if found.effect == "DENY":
            return STATUS.get(found.face, 403), frozenset()
        carriers = {"title": "title", "summary": "summary"}
        shown = {told.word(part) for field, part in carriers.items() if field not in found.fields}
        if not found.fields & {"name", "names"}:
            shown.add(told.word("called"))
        return 200, frozenset(shown)

    def revisions(self, told: Told) -> Iterator[tuple[m.Revision, m.Transcript]]:
        """Every revision of the testimony, the spoken language first."""
        rows = self._look.execute(
            select(m.Revision, m.Transcript)
            .join(m.Transcript, m.Transcript.id == m.Revision.transcript_id)
            .where(m.Transcript.testimony_id == told.id)
            .order_by(m.Transcript.kind == "translation")
        )
        yield from ((revision, transcript) for revision, transcript in rows)

    def spoken(self, revision_id: str) -> tuple[Spoken, ...]:
        if revision_id not in self._spoken:
            revision = self._look.get_one(m.Revision, revision_id)
            transcript = self._look.get_one(m.Transcript, revision.transcript_id)
            original = self._look.get_one(m.Original, transcript.original_id)
            rows = self._look.scalars(
                select(m.Segment).where(m.Segment.revision_id == revision_id).order_by(m.Segment.ordinal)
            )
            try:
                self._spoken[revision_id] = tuple(self._segment(original, revision, row) for row in rows)
            except KeyFrozen:  # sealed by card: nobody is to have any of it, and not even this test can
                self._spoken[revision_id] = ()
        return self._spoken[revision_id]

    def _segment(self, original: m.Original, revision: m.Revision, row: m.Segment) -> Spoken:
        fields, owner = self.world.site.archive.fields, testimony_key(row.testimony_id)
        text = fields.open(owner, row.id, "text", row.text_sealed)
        timed = fields.open_json(owner, row.id, "words", row.words_sealed) or []
        words = tuple((int(w[0]), int(w[1]), text[int(w[2]) : int(w[3])]) for w in timed)
        part = self._policies.words(original, revision, row.start_ms, row.end_ms)
        return Spoken(
            id=row.id, part=part, text=text, words=words, cuttable=row.origin == "machine" and bool(words)
        )

    def readable(self, viewer: Viewer, said: Spoken) -> frozenset[str]:
        """The marked words of a segment that this viewer may read."""
        found = self.ask(viewer, "READ", said.part)
        if found.effect == "DENY" or (found.spans and not said.cuttable):
            return frozenset()
        return frozenset(
            word
            for start, end, word in (said.words if found.spans else [(0, 0, w) for w in said.text.split()])
            if word.startswith("zq") and not any(start < hi and lo < end for _, lo, hi in found.spans)
        )

    def words(self, viewer: Viewer, revision_id: str) -> frozenset[str]:
        return frozenset(word for said in self.spoken(revision_id) for word in self.readable(viewer, said))

    def findable(self, viewer: Viewer, said: Spoken, word: str) -> bool:
        """Whether `word` leads this viewer to the segment; what lies between two borders is one moment."""
        version = said.part.testimony.index_version
        part = replace(said.part, index_version=version)
        if said.cuttable and part.span is not None:
            start, end, _ = next(each for each in said.words if each[2] == word)
            part = replace(part, span=Span(original=str(part.original), start_ms=start, end_ms=end))
        open_to_some = any(reference(one, "FIND", part, self.now).effect == "ALLOW" for one in INDEXED_FOR)
        return open_to_some and self.ask(viewer, "FIND", part).effect == "ALLOW"

    def contents(self, viewer: Viewer, told: Told) -> frozenset[str]:
        """The marked words of index points and content notes."""
        shown: set[str] = set()
        original = self._look.get_one(m.Original, told.opened.original_id)
        for point in self._look.scalars(select(m.IndexPoint).where(m.IndexPoint.original_id == original.id)):
            if self.ask(viewer, "READ", self._point(original, point)).effect == "ALLOW":
                shown.add(told.word("pointone" if point.start_ms == 0 else "pointtwo"))
        whole = self._policies.media(original, Medium.TEXT, None)
        if self._look.scalar(select(m.ContentNote.id).where(m.ContentNote.original_id == original.id)):
            found = reference(viewer, "READ", whole, self.now)
            if found.effect != "DENY" and not any(lo < 5000 and hi > 3000 for _, lo, hi in found.spans):
                shown.add(told.word("note"))
        return frozenset(shown)

    def _point(self, original: m.Original, point: m.IndexPoint) -> Part:
        if point.id not in self._points:
            self._points[point.id] = self._policies.point(original, point)
        return self._points[point.id]

    @cached_property
    def _points(self) -> dict[str, Part]:
        return {}

    def renditions(self, told: Told) -> list[m.Rendition]:
        return list(self._look.scalars(select(m.Rendition).where(m.Rendition.testimony_id == told.id)))

    def playable(self, viewer: Viewer, row: m.Rendition) -> bool:
        """A file is served whole or not at all; an unchecked masked one only to those who are to check it."""
        if row.replaced_at is not None:
            return False
        checks = any(a.task in {"check", "hide"} for a in viewer.assignments)
        if row.mask and row.checked_at is None and not checks:
            return False
        action, medium = SHOWS[row.profile]
        original = self._look.get_one(m.Original, row.original_id)
        part = replace(
            self._policies.media(original, medium, None),
            checked_redactions=tuple(
                Span(original=original.id, start_ms=lo, end_ms=hi)
                for lo, hi in mask_of(row.mask)
                if row.checked_at
            ),
        )
        found = reference(viewer, action, part, self.now)
        return found.effect != "DENY" and not found.spans


def _audiences(facts: list[Fact]) -> set[str]:
    return {fact.audience for fact in facts if fact.ends is None}
