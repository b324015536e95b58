"""Sound and picture through the gate.

The least masked checked rendition that a decision covers, one range at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from archive.clock import Clock
from archive.db import models as m
from archive.db.masks import mask_of
from archive.errors import NotFound
from archive.gate import Looking
from archive.gate.policies import STRANGER
from archive.services.owners import testimony_key
from archive.services.renditions import LISTENING, PEAKS, POSTER, THUMBNAIL, VIDEO_240P
from archive.vault.vault import Vault
from consent.permit import Permit
from consent.rules import Part
from consent.vocabulary import Action, Medium

MIB = 1_048_576
LONGEST_RANGE_MS = 15_000

SHOWS: dict[str, tuple[Action, Medium]] = {
    LISTENING: (Action.LISTEN, Medium.SOUND),
    PEAKS: (Action.LISTEN, Medium.SOUND),
    VIDEO_240P: (Action.WATCH, Medium.VIDEO),
    POSTER: (Action.WATCH, Medium.PICTURE),
    THUMBNAIL: (Action.WATCH, Medium.PICTURE),
}
"""What each profile shows, and so what is asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """A rendition that may be served: its address, type, size and length."""

    rendition_id: str
    mime: str
    size_bytes: int
    length_ms: int
    mask: tuple[tuple[int, int], ...] = ()

    @property
    def longest_range(self) -> int:
        """Bytes of one answer: 1 MiB or 15 s of media, whichever is less (docs/security.md, media)."""
        if not self.length_ms:
            return MIB
        return max(4096, min(MIB, self.size_bytes * LONGEST_RANGE_MS // self.length_ms))


@dataclass(frozen=True, slots=True, kw_only=True)
class PermittedFile:
    """A permit together with the file it was asked for."""

    permit: Permit
    file: MediaFile
    testimony_id: str
    original_id: str
    profile: str


class Media:
    """Chooses renditions and reads ranges of them."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    def choose(self, looking: Looking, original_id: str, profile: str) -> PermittedFile | None:
        """The least masked rendition of that profile which this viewer may have whole; None if there is none."""
        original = looking.session.get_one(m.Original, original_id)
        rows = looking.session.scalars(
            select(m.Rendition).where(
                m.Rendition.original_id == original_id,
                m.Rendition.profile == profile,
                m.Rendition.replaced_at.is_(None),
            )
        ).all()
        for row in sorted(rows, key=lambda r: sum(end - start for start, end in mask_of(r.mask))):
            found = self._permitted(looking, original, row)
            if found is not None:
                return found
        return None

    def _permitted(self, looking: Looking, original: m.Original, row: m.Rendition) -> PermittedFile | None:
        if row.mask and row.checked_at is None and not self._may_check(looking, row):
            return None
        action, medium = SHOWS[row.profile]
        part = looking.policies.media(original, medium, row)
        decision = looking.decide(action, part)
        if decision.denied or decision.spans:
            return None
        file = MediaFile(
            rendition_id=row.id,
            mime=row.mime,
            size_bytes=row.size_bytes,
            length_ms=row.length_ms,
            mask=mask_of(row.mask),
        )
        return PermittedFile(
            permit=looking.permit(action, part),
            file=file,
            testimony_id=original.testimony_id,
            original_id=original.id,
            profile=row.profile,
        )

    def _may_check(self, looking: Looking, row: m.Rendition) -> bool:
        """An unchecked masked copy is heard only by someone who has the task to check it."""
        return any(
            a.testimony == row.testimony_id and a.task in {"check", "hide"} and a.live(looking.now)
            for a in looking.viewer.assignments
        )

    def testimony_of(self, looking: Looking, rendition_id: str) -> str:
        """Whose rendition it is, so that the right facts of the viewer can be read.

        A stranger's id if it is nobody's.
        """
        row = looking.session.get(m.Rendition, rendition_id)
        return STRANGER if row is None else row.testimony_id

    def at_address(self, looking: Looking, rendition_id: str) -> PermittedFile:
        """The rendition at an address, decided anew for every request.

        :raises NotFound: absent, replaced, not to be known or not open: one answer, after the same work.
        """
        row = looking.session.get(m.Rendition, rendition_id)
        original = (
            None
            if row is None or row.replaced_at is not None
            else looking.session.get(m.Original, row.original_id)
        )
        if row is None or original is None:
            looking.decide(
                Action.LISTEN,
                Part(testimony=looking.policies.testimony(STRANGER), medium=Medium.SOUND, original=STRANGER),
            )
            raise NotFound
        found = self._permitted(looking, original, row)
        if found is None:
            raise NotFound
        return found

    def read(self, permitted: PermittedFile, start: int, length: int) -> bytes:
        """At most `longest_range` bytes from `start`, under the consent the permit was decided by.

        :raises NotFound: if the permit is not for this file, or its time is over.
        :raises KeyFrozen, ConsentVersionTooOld: if it was closed since. :raises ObjectDamaged, ObjectMissing:
        """
        return self._read(permitted, start, min(length, permitted.file.longest_range))

    def read_whole(self, permitted: PermittedFile) -> bytes:
        """All of a small rendition (peaks, pictures). Raises as `read`."""
        return self._read(permitted, 0, permitted.file.size_bytes)

    def _read(self, permitted: PermittedFile, start: int, length: int) -> bytes:
        self._must_cover(permitted)
        newest = max((record.version for record in permitted.permit.part.testimony.consents), default=0)
        return self._vault.read(
            testimony_key(permitted.testimony_id),
            permitted.file.rendition_id,
            1,
            "rendition",
            start,
            length,
            consent_version=newest,
        )

    def _must_cover(self, permitted: PermittedFile) -> None:
        """The whole original, this action, this moment: a permit for anything else opens nothing."""
        permit, region = permitted.permit, permitted.permit.part.region
        action, _ = SHOWS[permitted.profile]
        if region is None or not permit.covers(
            permitted.testimony_id,
            action,
            permitted.original_id,
            region.start_ms,
            region.end_ms,
            self._clock.now(),
        ):
            raise NotFound
