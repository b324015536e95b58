"""Accounts, their facts and duties, and signed-in sessions in a table of our own."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from archive.actors import DUTIES, Actor, actor_of
from archive.db.models import Account, AccountFact, Duty, WebSession
from archive.db.uow import Database
from archive.errors import Conflict, FormInvalid, SignInFailed, TooManyTries
from archive.identifiers import new_id
from archive.services.secrets_on_paper import PaperSecrets, note_wrong_try
from consent.vocabulary import CONDITIONS

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 15, 200
OUTER_DOOR = re.compile(r"edu|res|reg|(?:com|fam|self):\S+")
"""Facts an account can hold everywhere; `arc` and `cust` come from duties, on one testimony's own pages."""
MARK_SEEN_EVERY = timedelta(minutes=1)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What is needed to make an account."""

    login: str
    display: str
    password: str
    doors: Sequence[str] = ()
    conditions: str = ""
    duties: Sequence[str] = ()
    until: datetime | None = None


class Accounts:
    """Makes accounts, signs people in and out, and says who a session belongs to."""

    def __init__(self, database: Database, papers: PaperSecrets) -> None:
        self._database = database
        self._papers = papers
        self._nobody = papers.hash_password(secrets.token_hex(16))

    def create(self, actor_id: str, new: NewAccount) -> str:
        """A new account; returns its id.

        :raises FormInvalid: if the login is taken, the password too short or long, a duty, door or condition unknown.
        """
        problems: dict[str, str] = {}
        if len(new.password) < SHORTEST_PASSWORD:
            problems["password"] = (
                f"At least {SHORTEST_PASSWORD} characters; several words are easy to remember."
            )
        if len(new.password) > LONGEST_PASSWORD:
            problems["password"] = f"At most {LONGEST_PASSWORD} characters."
        if not new.login.strip():
            problems["login"] = "A login is needed."
        unknown = [d for d in new.duties if d not in DUTIES]
        if unknown:
            problems["duties"] = f"No such duty: {', '.join(unknown)}."
        if any(not OUTER_DOOR.fullmatch(door) for door in new.doors):
            problems["doors"] = (
                "A door is edu, res, reg, com:<id>, fam:<person> or self:<person>; staff have duties."
            )
        if not set(new.conditions.split()) <= CONDITIONS:  # an unknown one would end every page of this account
            problems["conditions"] = f"A condition is one of {', '.join(sorted(CONDITIONS))}."
        if problems:
            raise FormInvalid(problems)
        password_hash = self._papers.hash_password(new.password)
        with self._database.uow() as tx:
            if tx.session.scalar(select(Account.id).where(Account.login == new.login.strip())):
                raise FormInvalid({"login": "This login is taken."})
            account = Account(
                id=new_id(),
                login=new.login.strip(),
                display=new.display,
                password_hash=password_hash,
                created_at=tx.now,
            )
            tx.session.add(account)
            tx.session.flush()  # facts and duties refer to the account
            for door in new.doors:
                tx.session.add(
                    AccountFact(
                        id=new_id(),
                        account_id=account.id,
                        door=door,
                        conditions=new.conditions,
                        since=tx.now,
                        until=new.until,
                    )
                )
            for duty in new.duties:
                tx.session.add(
                    Duty(
                        id=new_id(),
                        account_id=account.id,
                        collection_id=None,
                        duty=duty,
                        since=tx.now,
                        until=None,
                    )
                )
            tx.audit(actor_id, "account_made", account.id, doors=len(new.doors), duties=sorted(new.duties))
            return account.id

    def sign_in(self, login: str, password: str) -> str:
        """A new session's token, for the cookie.

        :raises SignInFailed: unknown login and wrong password alike, after the same work.
        :raises TooManyTries: from the sixth wrong try in an hour on, with the seconds to wait.
        """
        with self._database.snapshot() as look:
            account = look.scalar(
                select(Account).where(Account.login == login, Account.disabled_at.is_(None))
            )
        right = self._papers.password_matches(account.password_hash if account else self._nobody, password)
        if account is None or not right:
            wait_s = note_wrong_try(self._database, "sign_in", self._papers.code_digest(login))
            raise TooManyTries(wait_s) if wait_s else SignInFailed
        token = secrets.token_urlsafe(32)
        with self._database.uow() as tx:
            tx.session.add(
                WebSession(
                    token_digest=_digest(token), account_id=account.id, created_at=tx.now, seen_at=tx.now
                )
            )
            tx.audit(account.id, "signed_in", account.id)
        return token

    def who(self, token: str) -> Actor | None:
        """The account behind a token, or None when it is unknown, ended, idle for 30 minutes or 12 hours old."""
        now = self._database.clock.now()
        with self._database.snapshot() as look:
            session = look.get(WebSession, _digest(token))
            if (
                session is None
                or session.ended_at is not None
                or now - session.seen_at > IDLE
                or now - session.created_at > ABSOLUTE
            ):
                return None
            actor = actor_of(look, session.account_id, now)
            seen_at = session.seen_at
        if actor is not None and now - seen_at > MARK_SEEN_EVERY:
            with self._database.uow() as tx:
                tx.session.execute(
                    update(WebSession).where(WebSession.token_digest == _digest(token)).values(seen_at=now)
                )
        return actor

    def sign_out(self, token: str) -> None:
        """End the session; its cookie opens nothing any more."""
        with self._database.uow() as tx:
            tx.session.execute(
                update(WebSession).where(WebSession.token_digest == _digest(token)).values(ended_at=tx.now)
            )

    def disable(self, actor_id: str, login: str) -> None:
        """Close an account and every session of it at once.

        :raises Conflict: if there is no such account.
        """
        with self._database.uow() as tx:
            account = tx.session.scalar(select(Account).where(Account.login == login))
            if account is None:
                raise Conflict("There is no account with this login. Nothing was changed.")
            account.disabled_at = tx.now
            tx.session.execute(
                update(WebSession).where(WebSession.account_id == account.id).values(ended_at=tx.now)
            )
            tx.audit(actor_id, "account_disabled", account.id)
