"""Runs migrations on the connection that `archive.db.schema` hands over; there is no other way in."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

from archive.db.models import Base
from archive.db.models.base import Moment


def render_item(kind: str, item: Any, _autogen_context: Any) -> str | Literal[False]:
    """Instants are plain big integers in a migration, so that it never changes when the class does."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.BigInteger()"
    return False


def compare_type(
    _context: Any, _inspected: Any, _metadata: Any, inspected_type: Any, metadata_type: Any
) -> bool | None:
    """Instants compare as the integers they are."""
    if isinstance(metadata_type, Moment):
        return not isinstance(inspected_type, sa.Integer)
    return None


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_item=render_item,
    compare_type=compare_type,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
