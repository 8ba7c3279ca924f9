"""Who hears of what, what happened, and where the story of each version is told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from opsbot.store.schema import Instant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables; announcements that wait are of a kind that is told by watches from now on."""
    op.create_table(
        "watches",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("target", sa.String(32), nullable=False),
        sa.Column("services", sa.String(620), nullable=False),
        sa.Column("topics", sa.Text, nullable=False),
        sa.Column("by_id", sa.String(32), nullable=False),
        sa.Column("by_name", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by_config", sa.Boolean, nullable=False),
        sa.Column("quiet", sa.String(100), nullable=False, server_default=""),
        sa.Column("digest", sa.String(16), nullable=False, server_default=""),
        sa.Column("stopped", sa.Text, nullable=False, server_default=""),
        sqlite_autoincrement=True,
    )
    op.create_index("one_watch_of_a_kind", "watches", ["target", "services", "by_config"], unique=True)
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("identity", sa.String(900), nullable=False),
        sa.Column("topic", sa.String(16), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("service", sa.String(620), nullable=False),
        sa.Column("version", sa.String(200), nullable=False),
        sa.Column("packaged_on", Instant),
        sa.Column("at", Instant, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("request", sa.Integer),
        sa.Column("node_change", sa.Integer),
        sa.Column("detail", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("each_event_once", "events", ["identity"], unique=True)
    op.create_table(
        "stories",
        sa.Column("target", sa.String(32), primary_key=True),
        sa.Column("service", sa.String(620), primary_key=True),
        sa.Column("version", sa.String(200), primary_key=True),
        sa.Column("packaged_on", sa.String(40), primary_key=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("ts", sa.String(32), nullable=False),
    )
    op.create_table(
        "sights",
        sa.Column("service", sa.String(620), primary_key=True),
        sa.Column("node", sa.String(200), nullable=False),
        sa.Column("packages", sa.Text, nullable=False),
        sa.Column("auth", sa.Text),
        sa.Column("endpoints", sa.Text),
        sa.Column("round", sa.Integer, nullable=False),
    )
    op.create_index("sights_by_node", "sights", ["node"])
    op.create_table(
        "node_sights",
        sa.Column("node", sa.String(200), primary_key=True),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("next_at", Instant),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
    )
    op.execute("DELETE FROM deliveries WHERE kind = 'packaged'")
    op.add_column("deliveries", sa.Column("event", sa.Integer))
    op.add_column("deliveries", sa.Column("watch", sa.Integer))
    op.add_column("deliveries", sa.Column("not_before", Instant))


def downgrade() -> None:
    """Forget the watches, and what was to be told by them."""
    op.execute("DELETE FROM deliveries WHERE kind IN ('news', 'watch_stopped', 'node')")
    op.drop_column("deliveries", "not_before")
    op.drop_column("deliveries", "watch")
    op.drop_column("deliveries", "event")
    op.drop_table("node_sights")
    op.drop_table("sights")
    op.drop_table("stories")
    op.drop_table("events")
    op.drop_table("watches")
