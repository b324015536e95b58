"""The accounts of the demonstration: two archivists, two custodians, an educator and a researcher."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from archive.actors import Actor, actor_of
from archive.db.models import Account
from archive.errors import NotFound
from archive.passwords import new_password
from archive.services.accounts import NewAccount
from archive.wiring import Archive

DEMONSTRATION = "demonstration"
_ARCHIVIST = ("intake", "describe", "transcribe", "translate", "tag", "consent")
_CUSTODIAN = ("cases", "custodian")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """One login as `demo.json` tells it."""

    role: str
    login: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    role: str
    login: str
    display: str
    duties: tuple[str, ...] = ()
    doors: tuple[str, ...] = ()


_CAST = (
    _Part(role="archivist", login="archivist1", display="First archivist", duties=_ARCHIVIST),
    _Part(role="archivist", login="archivist2", display="Second archivist", duties=_ARCHIVIST),
    _Part(role="custodian", login="custodian1", display="First custodian", duties=_CUSTODIAN),
    _Part(role="custodian", login="custodian2", display="Second custodian", duties=_CUSTODIAN),
    _Part(role="educator", login="educator", display="An educator", doors=("edu",)),
    _Part(role="researcher", login="researcher", display="A researcher", doors=("res",)),
)


def make_accounts(archive: Archive) -> tuple[DemoAccount, ...]:
    """Make all accounts with random passwords of four words."""
    made = []
    for part in _CAST:
        account = DemoAccount(role=part.role, login=part.login, password=new_password())
        archive.accounts.create(
            DEMONSTRATION,
            NewAccount(
                login=part.login, display=part.display, password=account.password, duties=part.duties,
                doors=part.doors, conditions="agreement attribution" if part.doors else "",
            ),
        )  # fmt: skip
        made.append(account)
    return tuple(made)


def archivist(archive: Archive, number: int) -> Actor:
    """The first or second archivist as an actor, by the archive's clock. :raises NotFound: if there is none."""
    with archive.database.snapshot() as look:
        account_id = look.scalar(select(Account.id).where(Account.login == f"archivist{number}"))
        actor = actor_of(look, account_id, archive.clock.now()) if account_id else None
    if actor is None:
        raise NotFound
    return actor
