"""Whether the province of a testimony may stand beside its language, which together can point at a few people."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.db import models as m
from consent.vocabulary import Level

TOGETHER = 5
"""Place and language stand together only if so many open testimonies share them, or she allows it."""


def place_is_public(session: Session, meeting: m.Session) -> bool:
    """Whether the province may stand beside the language: she allows it, or enough others share it."""
    return meeting.place_id is not None and (meeting.place_allowed or _common(session, meeting.place_id))


def _common(session: Session, place_id: str) -> bool:
    """Whether so many open testimonies of this place exist that it points at nobody."""
    many = session.scalar(
        select(func.count(func.distinct(m.Testimony.id)))
        .join(m.Session, m.Session.testimony_id == m.Testimony.id)
        .join(m.ConsentRecord, m.ConsentRecord.testimony_id == m.Testimony.id)
        .where(
            m.Session.place_id == place_id,
            m.Testimony.state == "active",
            m.ConsentRecord.level == str(Level.OPEN),
        )
    )
    return (many or 0) >= TOGETHER
