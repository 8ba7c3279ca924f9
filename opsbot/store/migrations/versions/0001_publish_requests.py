"""Publish requests, and the events that were seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from opsbot.store.schema import Instant

revision = "0001"
down_revision = None

_OPEN = sa.text("state IN ('approved', 'pending', 'publishing', 'unknown')")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "publish_requests",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("service", sa.String(620), nullable=False),
        sa.Column("version", sa.String(200), nullable=False),
        sa.Column("published_service", sa.String(200), nullable=False),
        sa.Column("packaged_on", Instant),
        sa.Column("packaged_by", sa.Text),
        sa.Column("release_notes", sa.Text, nullable=False),
        sa.Column("requester_id", sa.String(32), nullable=False),
        sa.Column("requester_name", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("asked_in", sa.String(32), nullable=False),
        sa.Column("asked_at", Instant, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("decided_by_id", sa.String(32)),
        sa.Column("decided_by_name", sa.Text),
        sa.Column("decided_at", Instant),
        sa.Column("decision_comment", sa.Text),
        sa.Column("outcome", sa.Text, nullable=False, server_default=""),
        sa.Column("card_channel", sa.String(32)),
        sa.Column("card_ts", sa.String(32)),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "one_open_request_per_package",
        "publish_requests",
        ["service", "version", "published_service"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index("requests_by_card", "publish_requests", ["card_channel", "card_ts"])
    op.create_index("requests_by_state", "publish_requests", ["state", "id"])
    op.create_table(
        "seen_events",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("seen_at", Instant, nullable=False),
    )


def downgrade() -> None:
    """Drop both tables."""
    op.drop_table("seen_events")
    op.drop_table("publish_requests")
