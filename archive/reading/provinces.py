"""Whether the province of a testimony may stand beside its language, which together can point at a few people."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.db import models as m
from archive.gate.policies import Policies
from consent.decision import decide
from consent.rules import Viewer
from consent.vocabulary import Action

TOGETHER = 5
"""Place and language stand together only if so many open testimonies share them, or she allows it."""
ANYBODY = Viewer()
NOT_KNOWN = ""


def place_is_public(session: Session, policies: Policies, meeting: m.Session, now: datetime) -> bool:
    """Whether the province may stand beside the languages: she allows it, or enough others share both.

    Only testimonies that everybody may see described are counted: a closed one must not show by what stands beside
    another.
    """
    if meeting.place_id is None:
        return False
    if meeting.place_allowed:
        return True
    mine = {NOT_KNOWN, *spoken_in(session, meeting.testimony_id)}
    known = ("place", meeting.place_id, *sorted(mine))
    if known not in policies.kept:
        policies.kept[known] = _shared(session, policies, meeting.place_id, mine, now)
    return policies.kept[known]


def _shared(session: Session, policies: Policies, place_id: str, languages: set[str], now: datetime) -> bool:
    there = session.scalars(
        select(m.Testimony.id)
        .join(m.Session, m.Session.testimony_id == m.Testimony.id)
        .where(m.Session.place_id == place_id, m.Testimony.state == "active")
        .distinct()
    )
    sharing: Counter[str] = Counter()
    for testimony_id in there:
        if decide(ANYBODY, Action.DESCRIBE, policies.entry(testimony_id), now).denied:
            continue
        sharing.update(languages & {NOT_KNOWN, *spoken_in(session, testimony_id)})
        if all(sharing[language] >= TOGETHER for language in languages):
            return True
    return False


def spoken_in(session: Session, testimony_id: str) -> tuple[str, ...]:
    """What is spoken: as said at intake, else as heard in the published transcript."""
    said = session.scalars(
        select(m.Original.language)
        .where(m.Original.testimony_id == testimony_id)
        .order_by(m.Original.ordinal)
    ).all()
    heard = session.scalars(
        select(m.Transcript.language)
        .join(m.Revision, m.Revision.transcript_id == m.Transcript.id)
        .where(
            m.Transcript.testimony_id == testimony_id,
            m.Transcript.kind != "translation",
            m.Revision.published_at.is_not(None),
        )
    ).all()
    return tuple(dict.fromkeys(language for language in (*said, *heard) if language))
