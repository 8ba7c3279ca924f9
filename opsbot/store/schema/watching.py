"""The tables of watching: who hears of what, what was seen, and what happened."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from opsbot.store.schema.base import Instant, metadata, reference_index

watches = Table(
    "watches",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("target", String(32), nullable=False),
    Column("services", String(620), nullable=False),
    Column("topics", Text, nullable=False),  # a JSON list
    Column("by_id", String(32), nullable=False),
    Column("by_name", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by_config", Boolean, nullable=False),  # such a watch follows the configuration alone
    Column("quiet", String(100), nullable=False, server_default=""),
    Column("digest", String(16), nullable=False, server_default=""),
    Column("stopped", Text, nullable=False, server_default=""),
    Index("one_watch_of_a_kind", "target", "services", "by_config", unique=True),
    sqlite_autoincrement=True,
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("identity", String(900), nullable=False),
    Column("topic", String(16), nullable=False),
    Column("what", String(20), nullable=False),
    Column("service", String(620), nullable=False),
    Column("version", String(200), nullable=False),
    Column("packaged_on", Instant),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("request", Integer),
    Column("node_change", Integer),
    Column("detail", Text, nullable=False),  # a JSON list
    Index("each_event_once", "identity", unique=True),
    Index("events_by_time", "at"),
    Index("events_by_package", "service", "version"),
    reference_index("events_by_change", "node_change"),
    sqlite_autoincrement=True,
)

sights = Table(
    "sights",
    metadata,
    Column("service", String(620), primary_key=True),
    Column("node", String(200), nullable=False),
    Column("packages", Text, nullable=False),  # a JSON list of version, time, person
    Column("auth", Text),
    Column("endpoints", Text),  # a JSON list
    Column("round", Integer, nullable=False),
    Index("sights_by_node", "node"),
)

node_sights = Table(
    "node_sights",
    metadata,
    Column("node", String(200), primary_key=True),
    Column("round", Integer, nullable=False),
    Column("next_at", Instant),
    Column("failures", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Column("looked_at", Instant),
)

stories = Table(
    "stories",
    metadata,
    Column("target", String(32), primary_key=True),
    Column("service", String(620), primary_key=True),
    Column("version", String(200), primary_key=True),
    Column("packaged_on", String(40), primary_key=True),  # ISO 8601; empty where the node didn't say
    Column("channel", String(32), nullable=False),
    Column("ts", String(32), nullable=False),
    Column("told_at", Instant),  # when something was last told there
    Index("stories_by_time", "told_at"),
    Index("stories_by_message", "channel", "ts"),
    Index("stories_by_package", "service", "version"),
)
