"""The narrator's card.

Made at the talk, closes her testimonies at once and for as long as she wishes, shows nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, select, update

from archive.actors import Actor
from archive.db.models import NarratorCard, Role, Testimony
from archive.db.uow import Database
from archive.errors import CardUnknown, Conflict, NotFound, TooManyTries
from archive.identifiers import digit_code, digit_secret, new_id, spoken_digits
from archive.services.closing import close_testimony
from archive.services.secrets_on_paper import Kept, PaperSecrets, note_wrong_try
from archive.vault.keys import KeyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class CardMade:
    """The numbers on a new card; they are shown once and kept nowhere."""

    code: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardClosed:
    """What a closing did; the number of testimonies is for the audit, never for a page."""

    testimony_ids: tuple[str, ...]


class Cards:
    """Makes cards and closes with them."""

    def __init__(self, database: Database, keys: KeyStore, papers: PaperSecrets) -> None:
        self._database = database
        self._keys = keys
        self._papers = papers

    def make(self, actor: Actor, testimony_id: str, person_id: str) -> CardMade:
        """A new card for the narrator; an older one ends.

        :raises NotFound: absent, or without the duty consent there. :raises Conflict: if she is no narrator of it.
        """
        code, secret = digit_code(), digit_secret()
        kept = self._papers.keep(code, secret)
        with self._database.uow() as tx:
            testimony = tx.session.get(Testimony, testimony_id)
            if testimony is None or not actor.has_duty("consent", testimony.collection_id):
                raise NotFound
            if tx.session.scalar(select(Role.id).where(_narrates(testimony_id, person_id))) is None:
                raise Conflict("This person is no narrator here. No card was made.")
            tx.session.execute(
                update(NarratorCard)
                .where(NarratorCard.person_id == person_id, NarratorCard.ended_at.is_(None))
                .values(ended_at=tx.now)
            )
            card = NarratorCard(
                id=new_id(),
                person_id=person_id,
                code_digest=self._papers.code_digest(code),
                quick_check=kept.quick_check,
                secret_hash=kept.secret_hash,
                made_by=actor.id,
                made_at=tx.now,
            )
            tx.session.add(card)
            tx.audit(actor.id, "card_made", card.id)
        return CardMade(code=code, secret=secret)

    def close(self, typed_code: str, typed_secret: str) -> CardClosed:
        """Close every testimony the card's narrator gave, at once. Closing twice is closing once.

        :raises CardUnknown: unknown code and wrong secret alike.
        :raises TooManyTries: from the sixth wrong try in an hour on, with the seconds to wait; nothing is locked.
        """
        code, secret = spoken_digits(typed_code), spoken_digits(typed_secret)
        digest = self._papers.code_digest(code)
        with self._database.snapshot() as look:
            card = look.scalar(
                select(NarratorCard).where(
                    NarratorCard.code_digest == digest, NarratorCard.ended_at.is_(None)
                )
            )
            person_id, card_id = (card.person_id, card.id) if card else ("", "")
            right = card is not None and (
                self._papers.matches(
                    Kept(quick_check=card.quick_check, secret_hash=card.secret_hash), code, secret
                )
                or self._papers.matches(
                    Kept(quick_check=card.pressure_check, secret_hash=card.pressure_hash), code, secret
                )
            )
            narrated = select(Role.testimony_id).where(Role.person_id == person_id, Role.role == "narrator")
            testimony_ids = tuple(look.scalars(narrated)) if right else ()
        if not right:
            wait_s = note_wrong_try(self._database, "card", digest)
            raise TooManyTries(wait_s) if wait_s else CardUnknown
        failed: list[Exception] = []
        for testimony_id in testimony_ids:
            try:
                close_testimony(self._database, self._keys, testimony_id, by=f"card:{card_id}", how="card")
            except Exception as error:  # noqa: BLE001  # one that cannot be closed must not keep the others open
                failed.append(error)
        if failed:
            raise failed[0]
        return CardClosed(testimony_ids=testimony_ids)


def _narrates(testimony_id: str, person_id: str) -> ColumnElement[bool]:
    return and_(
        Role.testimony_id == testimony_id,
        Role.person_id == person_id,
        Role.role == "narrator",
        Role.unlinked_at.is_(None),
    )
