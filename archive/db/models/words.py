"""Tables of transcripts, revisions, segments, name marks, index points and tags."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.models.base import Base, Id, Word


class Transcript(Base):
    """One language of one original: machine, verbatim, edited, narrator's own text, or translation."""

    __tablename__ = "transcripts"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    testimony_id: Mapped[str] = mapped_column(ForeignKey("testimonies.id"), index=True)
    original_id: Mapped[str] = mapped_column(ForeignKey("originals.id"), index=True)
    language: Mapped[str] = mapped_column(Word)  # empty while a machine has not heard it yet
    kind: Mapped[str] = mapped_column(Word)
    created_at: Mapped[datetime]


class Revision(Base):
    """One append-only state of a transcript; citations name it."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("transcript_id", "number"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    transcript_id: Mapped[str] = mapped_column(ForeignKey("transcripts.id"), index=True)
    number: Mapped[int]
    made_by: Mapped[str] = mapped_column(Word)
    made_at: Mapped[datetime]
    provenance: Mapped[str] = mapped_column(
        default=""
    )  # JSON: engine, versions, model digest, options, filter
    findings: Mapped[str] = mapped_column(default="")
    aligned: Mapped[bool] = mapped_column(default=False)  # its times were made by an engine or checked by ear
    renders_id: Mapped[str | None] = mapped_column(ForeignKey("revisions.id"))
    complete_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None] = mapped_column(Word)
    withdrawn_at: Mapped[datetime | None]
    names_checked_at: Mapped[datetime | None]
    names_checked_by: Mapped[str | None] = mapped_column(Word)


class Segment(Base):
    """One speaker between pauses. Times are milliseconds in the original; untimed text has none."""

    __tablename__ = "segments"
    __table_args__ = (UniqueConstraint("revision_id", "ordinal"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    revision_id: Mapped[str] = mapped_column(ForeignKey("revisions.id"), index=True)
    testimony_id: Mapped[str] = mapped_column(ForeignKey("testimonies.id"), index=True)
    ordinal: Mapped[int]
    start_ms: Mapped[int | None]
    end_ms: Mapped[int | None]
    speaker: Mapped[str] = mapped_column(Word, default="")  # a role, or empty when nobody has said who speaks
    speaker_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    language: Mapped[str] = mapped_column(Word)
    origin: Mapped[str] = mapped_column(Word)  # machine, person, imported
    flags: Mapped[str] = mapped_column(default="")
    confidence: Mapped[float | None]
    renders_ordinal: Mapped[int | None]  # the segment of the rendered revision that this one translates
    text_sealed: Mapped[bytes]
    words_sealed: Mapped[bytes | None]
    tokens_sealed: Mapped[bytes | None]


class NameMark(Base):
    """Where a name is said: a stretch of a segment, and whose name it is, as far as anyone knows."""

    __tablename__ = "name_marks"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    revision_id: Mapped[str] = mapped_column(ForeignKey("revisions.id"), index=True)
    segment_id: Mapped[str] = mapped_column(ForeignKey("segments.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    person_class: Mapped[str] = mapped_column(
        Word, default="unknown"
    )  # docs/consent.md, people who are named
    start_ms: Mapped[int | None]
    end_ms: Mapped[int | None]
    start_char: Mapped[int]
    end_char: Mapped[int]
    marked_by: Mapped[str] = mapped_column(Word)


class IndexPoint(Base):
    """A titled stretch of an original, findable without words; together they are its contents list."""

    __tablename__ = "index_points"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    testimony_id: Mapped[str] = mapped_column(ForeignKey("testimonies.id"), index=True)
    original_id: Mapped[str] = mapped_column(ForeignKey("originals.id"), index=True)
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    language: Mapped[str] = mapped_column(Word)
    title_sealed: Mapped[bytes]
    synopsis_sealed: Mapped[bytes | None]
    keywords_sealed: Mapped[bytes | None]
    tokens_sealed: Mapped[bytes | None]
    concepts: Mapped[str] = mapped_column(default="")
    places: Mapped[str] = mapped_column(default="")
    names_checked_at: Mapped[datetime | None]
    names_checked_by: Mapped[str | None] = mapped_column(Word)
    made_by: Mapped[str] = mapped_column(Word)


class Tag(Base):
    """A concept at a moment: suggested, accepted or refused; never public before it is accepted."""

    __tablename__ = "tags"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    testimony_id: Mapped[str] = mapped_column(ForeignKey("testimonies.id"), index=True)
    segment_id: Mapped[str | None] = mapped_column(ForeignKey("segments.id"), index=True)
    index_point_id: Mapped[str | None] = mapped_column(ForeignKey("index_points.id"))
    concept: Mapped[str] = mapped_column(Word)
    status: Mapped[str] = mapped_column(Word)
    suggested_by: Mapped[str] = mapped_column(Word)
    decided_by: Mapped[str | None] = mapped_column(Word)
    decided_at: Mapped[datetime | None]


class ContentNote(Base):
    """A plain fact about a stretch that may be hard to hear, shown before and at the moment."""

    __tablename__ = "content_notes"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    testimony_id: Mapped[str] = mapped_column(ForeignKey("testimonies.id"), index=True)
    original_id: Mapped[str] = mapped_column(ForeignKey("originals.id"), index=True)
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    language: Mapped[str] = mapped_column(Word)
    text_sealed: Mapped[bytes]
