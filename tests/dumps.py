"""What an archive holds, as plain values that two runs can be compared by."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select, text

from archive.db import models as m
from archive.services.owners import testimony_key
from archive.wiring import Archive

ALWAYS_MOVING = ("steps", "audit_entries", "audit_payloads")
"""Steps remember tries, and every act adds to the audit; what was made is in the other tables."""


def rows_of(
    archive: Archive, *, without: Collection[str] = ALWAYS_MOVING
) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, to show that something changed nothing at all."""
    found = {}
    with archive.database.engines.reader.connect() as connection:
        for table in m.Base.metadata.sorted_tables:
            if table.name not in without:
                rows = connection.execute(text(f"SELECT * FROM {table.name}"))  # noqa: S608  # our own names
                found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return found


def made_of(archive: Archive) -> dict[str, Any]:
    """What was made of the recordings, without random ids and times: equal for two archives that went the same way."""
    with archive.database.snapshot() as look:
        originals = [
            (o.kind, o.container, o.declared_ms, o.length_ms, o.findings)
            for o in look.scalars(select(m.Original))
        ]
        renditions = sorted(
            (r.profile, r.mask, r.mime, r.length_ms)
            for r in look.scalars(select(m.Rendition))
            if r.replaced_at is None
        )
        replaced = len([r for r in look.scalars(select(m.Rendition)) if r.replaced_at is not None])
        revisions = sorted(
            (r.number, r.findings, r.complete_at is not None) for r in look.scalars(select(m.Revision))
        )
        segments = [
            (s.ordinal, s.start_ms, s.end_ms, _text(archive, s))
            for s in look.scalars(select(m.Segment).order_by(m.Segment.revision_id, m.Segment.ordinal))
        ]
        steps = sorted((s.kind, s.state) for s in look.scalars(select(m.Step)))
        states = [t.state for t in look.scalars(select(m.Testimony))]
        indexed = [
            archive.index.confirmed(t.id) == t.index_version for t in look.scalars(select(m.Testimony))
        ]
        overlay = len(look.scalars(select(m.DenyOverlay)).all())
    return {
        "originals": originals, "renditions": renditions, "replaced": replaced, "revisions": revisions,
        "segments": segments, "steps": steps, "states": states, "indexed": indexed, "overlay": overlay,
    }  # fmt: skip


def _text(archive: Archive, segment: m.Segment) -> str:
    return archive.fields.open(testimony_key(segment.testimony_id), segment.id, "text", segment.text_sealed)


def named_objects(archive: Archive) -> set[str]:
    """Keys of stored objects that some row names."""
    with archive.database.snapshot() as look:
        return {
            *look.scalars(select(m.Original.object_key).where(m.Original.object_key.is_not(None))),
            *look.scalars(select(m.Rendition.object_key)),
            *look.scalars(select(m.Evidence.object_key)),
        }
