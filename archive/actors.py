"""Who acts: a signed-in account with its duties, the worker, or a card holder; resolved anew for every request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.db.models import Account, AccountFact, Duty
from archive.errors import NotYourDuty

WORKER = "worker"
DUTIES = ("intake", "describe", "transcribe", "translate", "tag", "consent", "cases", "custodian")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFact:
    """A dated, verified fact about an account, with the conditions met along with it."""

    door: str
    since: datetime
    until: datetime | None
    conditions: tuple[str, ...] = ()

    def live(self, at: datetime) -> bool:
        """Whether it holds at `at`; an expired fact is simply absent."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A signed-in account as it stands right now."""

    id: str
    display: str
    duties: frozenset[tuple[str | None, str]]
    facts: tuple[HeldFact, ...]

    @property
    def is_staff(self) -> bool:
        return bool(self.duties)

    def has_duty(self, duty: str, collection_id: str | None) -> bool:
        return (None, duty) in self.duties or (collection_id, duty) in self.duties

    def need_duty(self, duty: str, collection_id: str | None) -> None:
        """:raises NotYourDuty: if the actor does not hold `duty` there."""
        if not self.has_duty(duty, collection_id):
            raise NotYourDuty(duty)


def actor_of(session: Session, account_id: str, at: datetime) -> Actor | None:
    """The account as it stands at `at`, or None if it is unknown or disabled."""
    account = session.get(Account, account_id)
    if account is None or account.disabled_at is not None:
        return None
    duties = session.scalars(
        select(Duty).where(
            Duty.account_id == account_id, Duty.since <= at, or_(Duty.until.is_(None), Duty.until > at)
        )
    )
    facts = session.scalars(select(AccountFact).where(AccountFact.account_id == account_id))
    return Actor(
        id=account.id,
        display=account.display,
        duties=frozenset((d.collection_id, d.duty) for d in duties),
        facts=tuple(
            HeldFact(door=f.door, since=f.since, until=f.until, conditions=tuple(f.conditions.split()))
            for f in facts
        ),
    )
