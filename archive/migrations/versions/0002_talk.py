"""How her word was given stays with it: day, place, language, interpreter and witness of the talk, sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consent_records", sa.Column("talk_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("consent_records", "talk_sealed")
