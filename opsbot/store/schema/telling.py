"""The tables of what has to be told, and of what was heard already."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from opsbot.store.schema.base import Instant, metadata, reference_index

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("channel", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("request", Integer),
    Column("node_change", Integer),
    Column("event", Integer),
    Column("watch", Integer),
    Column("not_before", Instant),
    Column("text", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("problem", Text, nullable=False, server_default=""),
    Column("ts", String(32)),
    Column("sent_at", Instant),
    Column(
        "said_in", String(32)
    ),  # the conversation that the message is in, which has an id of its own if it is direct
    Column("tried_at", Instant),
    Column("again_at", Instant),
    Column("trace", String(32)),
    Index("deliveries_in_line", "state", "channel", "id"),
    Index("deliveries_by_time", "created_at"),
    Index("deliveries_by_channel", "channel", "sent_at"),
    reference_index("deliveries_by_change", "node_change"),
    reference_index("deliveries_by_event", "event"),
    sqlite_autoincrement=True,
)

homes = Table(
    "homes",
    metadata,
    Column("user_id", String(32), primary_key=True),
    Column("opened_at", Instant, nullable=False),
    Column("sight", Text, nullable=False),  # a JSON list of globs
    Column("mark", String(255), nullable=False),  # Slack's hash of the view; empty where it isn't known
    Index("homes_by_opening", "opened_at"),
)

seen_events = Table(
    "seen_events",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("seen_at", Instant, nullable=False),
    Index("seen_events_by_time", "seen_at"),
)

slack_notes = Table(
    "slack_notes",
    metadata,
    Column("id", String(64), primary_key=True),  # what it is about
    Column("content", Text, nullable=False),  # JSON
    Column("asked_at", Instant),
    Column("claimed_until", Instant),  # until when some replica may be asking Slack
)
