"""Tables that tie the search index to the policy: interned classes, indexed moments, the deny overlay."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from archive.db.models.base import Base, Id, Word


class AccessClass(Base):
    """A canonical set of rules with persons replaced by roles; many moments share one."""

    __tablename__ = "access_classes"
    key: Mapped[str] = mapped_column(Word, primary_key=True)
    rules: Mapped[str]  # JSON


class TestimonyClass(Base):
    """Which classes the moments of a testimony carry, for visitors whose facts name its people."""

    __tablename__ = "testimony_classes"
    testimony_id: Mapped[str] = mapped_column(ForeignKey("testimonies.id"), primary_key=True)
    key: Mapped[str] = mapped_column(ForeignKey("access_classes.key"), primary_key=True)
    index_version: Mapped[int]


class IndexedPiece(Base):
    """Where a moment lies that is only a piece of its segment: hits are decided before any text is opened."""

    __tablename__ = "indexed_pieces"
    moment_id: Mapped[str] = mapped_column(Word, primary_key=True)
    testimony_id: Mapped[str] = mapped_column(ForeignKey("testimonies.id"), index=True)
    segment_id: Mapped[str] = mapped_column(ForeignKey("segments.id"))
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    start_char: Mapped[int]
    end_char: Mapped[int]


class DenyOverlay(Base):
    """A testimony whose indexed rows up to this version must not be found; sent with every query."""

    __tablename__ = "deny_overlay"
    testimony_id: Mapped[str] = mapped_column(Id, primary_key=True)
    index_version: Mapped[int] = mapped_column(primary_key=True)
    since: Mapped[datetime]
