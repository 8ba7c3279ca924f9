"""How old a version may be that still works on the schema: for those that a newer one comes after."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the table; whatever applies a migration keeps in it what that means for older versions."""
    op.create_table("schema_floor", sa.Column("revision", sa.String(32), primary_key=True))


def downgrade() -> None:
    """Take it away: older versions than this one don't ask."""
    op.drop_table("schema_floor")
