"""The tables of work: changes of nodes, the audit, and who is alive."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from opsbot.domain.changes import GOING_ON
from opsbot.store.schema.base import Instant, in_states, metadata

_going_on = in_states(GOING_ON)

node_changes = Table(
    "node_changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    Column("service", String(620), nullable=False),
    Column("part", String(200), nullable=False),
    Column("lane", String(220), nullable=False),
    Column("detail", Text, nullable=False),  # a JSON table
    Column("private", Boolean, nullable=False),
    Column("by_id", String(32), nullable=False),
    Column("by_name", Text, nullable=False),
    Column("channel", String(32), nullable=False),
    Column("thread", String(32)),
    Column("asked_at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("outcome", Text, nullable=False, server_default=""),
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("posted_at", Instant),
    Column("seconds", Float, nullable=False, server_default="0"),
    Column("look_at", Instant),
    Column("packaged_on", Instant),
    Column("packaged_by", Text),
    Column("message_channel", String(32)),
    Column("message_ts", String(32)),
    Index(
        "one_change_at_a_time",
        "service",
        "lane",
        unique=True,
        sqlite_where=_going_on,
        postgresql_where=_going_on,
    ),
    Index("node_changes_by_state", "state", "id"),
    Index("node_changes_by_state_and_time", "state", "asked_at"),
    Index("node_changes_by_part", "service", "part", "id"),
    sqlite_autoincrement=True,
)

audit_records = Table(
    "audit_records",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("what", String(40), nullable=False),
    Column("request", Integer),
    Column("service", String(620)),
    Column("body", Text, nullable=False),
    Column("link", String(64), nullable=False),
    Index("audit_by_request", "request", "seq"),
    Index("audit_by_service", "service", "seq"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row, which whoever appends holds
    Column("seq", Integer, nullable=False),
    Column("link", String(64), nullable=False),
)

replicas = Table(
    "replicas",
    metadata,
    Column("executor", String(64), primary_key=True),
    Column("beat_at", Instant, nullable=False),
)

schema_floor = Table(
    "schema_floor",
    metadata,
    Column("revision", String(32), primary_key=True),  # one row: versions that know this one can work on the schema
)
