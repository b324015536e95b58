"""Tables of collections, testimonies, sessions, originals and renditions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.models.base import Base, Id, Word


class Collection(Base):
    """Who gathered it, and under which agreement; a rights statement is shown and opens nothing."""

    __tablename__ = "collections"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str]
    agreement: Mapped[str] = mapped_column(default="")
    rights_holder: Mapped[str] = mapped_column(default="")
    rights_statement: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class Testimony(Base):
    """What one or more narrators gave: the unit of consent, sealing and shredding."""

    __tablename__ = "testimonies"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(Word, unique=True)
    collection_id: Mapped[str] = mapped_column(ForeignKey("collections.id"), index=True)
    state: Mapped[str] = mapped_column(Word)
    state_since: Mapped[datetime]
    index_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    accession_sealed: Mapped[
        bytes | None
    ]  # accession number, from whom, carrier, legacy numbers: staff fields


class TestimonyText(Base):
    """A title, summary or context note in one language; limits may hide it unless it was found free of them."""

    __tablename__ = "testimony_texts"
    __table_args__ = (UniqueConstraint("testimony_id", "field", "language"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    testimony_id: Mapped[str] = mapped_column(ForeignKey("testimonies.id"), index=True)
    field: Mapped[str] = mapped_column(Word)
    language: Mapped[str] = mapped_column(Word)
    text_sealed: Mapped[bytes]


class Role(Base):
    """A person in a testimony: narrator, interviewer, interpreter, translator, transcriber, present or named."""

    __tablename__ = "roles"
    __table_args__ = (UniqueConstraint("testimony_id", "person_id", "role"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    testimony_id: Mapped[str] = mapped_column(ForeignKey("testimonies.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    role: Mapped[str] = mapped_column(Word)
    ordinal: Mapped[int] = mapped_column(default=1)
    unlinked_at: Mapped[datetime | None]


class Session(Base):
    """One meeting: a date in EDTF with the words as said, a place with its public precision."""

    __tablename__ = "sessions"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    testimony_id: Mapped[str] = mapped_column(ForeignKey("testimonies.id"), index=True)
    ordinal: Mapped[int] = mapped_column(default=1)
    date_edtf: Mapped[str] = mapped_column(Word, default="")
    date_said_sealed: Mapped[bytes | None]
    place_said_sealed: Mapped[bytes | None]
    place_id: Mapped[str | None] = mapped_column(Word)  # gazetteer id; public precision is the province
    place_allowed: Mapped[bool] = mapped_column(
        default=False
    )  # she allows place and language to stand together
    present_sealed: Mapped[bytes | None]


class Original(Base):
    """One thing as received, in order within a session: sound, film, photograph, paper or text."""

    __tablename__ = "originals"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    testimony_id: Mapped[str] = mapped_column(ForeignKey("testimonies.id"), index=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id"), index=True)
    ordinal: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str] = mapped_column(Word)
    container: Mapped[str] = mapped_column(Word, default="")
    language: Mapped[str] = mapped_column(
        Word, default=""
    )  # spoken language as said at intake; empty: to be heard
    object_version: Mapped[int] = mapped_column(default=1)
    object_key: Mapped[str | None]
    size_bytes: Mapped[int] = mapped_column(default=0)
    declared_ms: Mapped[int | None]
    length_ms: Mapped[int | None]  # decoded, once known
    findings: Mapped[str] = mapped_column(default="")  # words such as truncated, incomplete_words
    name_sealed: Mapped[bytes | None]  # the file's name as received: staff field
    duplicate_mark: Mapped[str | None] = mapped_column(Word, index=True)  # keyed digest, deleted at shred
    received_at: Mapped[datetime]


class Rendition(Base):
    """Made from an original for someone; keyed by (original, profile, mask); its address never changes its bytes."""

    __tablename__ = "renditions"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    original_id: Mapped[str] = mapped_column(ForeignKey("originals.id"), index=True)
    testimony_id: Mapped[str] = mapped_column(ForeignKey("testimonies.id"), index=True)
    profile: Mapped[str] = mapped_column(Word)  # listening, video240, poster, thumbnail, peaks
    mask: Mapped[str] = mapped_column(
        default=""
    )  # JSON list of [start_ms, end_ms], canonical; empty: nothing is left out
    mime: Mapped[str] = mapped_column(Word)
    object_version: Mapped[int] = mapped_column(default=1)
    object_key: Mapped[str]
    size_bytes: Mapped[int]
    length_ms: Mapped[int]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(Word)
    measured: Mapped[str] = mapped_column(default="")  # what the machine measured in the mask
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[str | None] = mapped_column(Word)
    replaced_at: Mapped[datetime | None]
