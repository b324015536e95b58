"""Tables of persons, their names, staff and visitor accounts, duties and sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.models.base import Base, Id, Word


class Person(Base):
    """Someone in some role, with a key of her own. That two testimonies share one is itself guarded."""

    __tablename__ = "persons"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    created_at: Mapped[datetime]
    described_sealed: Mapped[bytes | None]  # how she describes her own people, in her words


class PersonName(Base):
    """One of several names: kind is birth, regime-time, religious, married, publication or helper's."""

    __tablename__ = "person_names"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    kind: Mapped[str] = mapped_column(Word)
    script: Mapped[str] = mapped_column(Word)
    source: Mapped[str] = mapped_column(Word, default="")
    name_sealed: Mapped[bytes]


class Account(Base):
    """Someone who signs in: staff, educator or researcher. Survivors need none."""

    __tablename__ = "accounts"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    login: Mapped[str] = mapped_column(Word, unique=True)
    display: Mapped[str] = mapped_column(Word)
    password_hash: Mapped[str]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class AccountFact(Base):
    """A dated, verified fact about an account: a door (edu, res, com:x, fam:person …)."""

    __tablename__ = "account_facts"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    door: Mapped[str] = mapped_column(Word)
    conditions: Mapped[str] = mapped_column(default="")  # conditions met with it, such as agreement
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class Duty(Base):
    """What a member of staff may do in one collection, or in all (collection is empty)."""

    __tablename__ = "duties"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    collection_id: Mapped[str | None] = mapped_column(ForeignKey("collections.id"))
    duty: Mapped[str] = mapped_column(Word)
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class WebSession(Base):
    """A signed-in browser; the token itself is never stored, only its digest."""

    __tablename__ = "web_sessions"
    token_digest: Mapped[str] = mapped_column(Word, primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class WrongTry(Base):
    """Wrong secrets counted for what was typed, whether it exists or not."""

    __tablename__ = "wrong_tries"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(Word)
    subject: Mapped[str] = mapped_column(Word, index=True)  # keyed digest of the code or login as typed
    at: Mapped[datetime] = mapped_column(index=True)


class Assignment(Base):
    """A dated grant by the archive to one member of staff or the worker, for one task on one testimony."""

    __tablename__ = "assignments"
    __table_args__ = (UniqueConstraint("testimony_id", "assignee", "task", "since"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    testimony_id: Mapped[str] = mapped_column(ForeignKey("testimonies.id"), index=True)
    assignee: Mapped[str] = mapped_column(Word, index=True)  # an account id, or "worker"
    task: Mapped[str] = mapped_column(Word)
    since: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    given_by: Mapped[str] = mapped_column(Word)
