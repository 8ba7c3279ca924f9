"""The tables of publishing: requests, votes, and what counts for them."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from opsbot.domain.lifecycle import HOLDING, OPEN
from opsbot.store.schema.base import Instant, in_states, metadata

_open = in_states(OPEN)
_holding = in_states(HOLDING)
_in_debt = text("review_due IS NOT NULL AND reviewed_at IS NULL")

publish_requests = Table(
    "publish_requests",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("service", String(620), nullable=False),
    Column("version", String(200), nullable=False),
    Column("published_service", String(200), nullable=False),
    Column("packaged_on", Instant),
    Column("packaged_by", Text),
    Column("release_notes", Text, nullable=False),
    Column("requester_id", String(32), nullable=False),
    Column("requester_name", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_in", String(32), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("decided_by_id", String(32)),
    Column("decided_by_name", Text),
    Column("decided_at", Instant),
    Column("decision_comment", Text),
    Column("outcome", Text, nullable=False, server_default=""),
    Column("card_channel", String(32)),
    Column("card_ts", String(32)),
    Column("node", String(200), nullable=False, server_default=""),
    Column("revision", Integer, nullable=False, server_default="0"),  # moves with every change, and locks the row first
    Column("summary_digest", String(64), nullable=False, server_default=""),
    Column("archive_digest", String(64), nullable=False, server_default=""),
    Column("packager_id", String(32)),
    Column("packager_name", Text),
    Column("policy", String(64), nullable=False, server_default=""),
    Column("policy_name", Text, nullable=False, server_default=""),
    Column("difference", Text),
    Column("expires_at", Instant),
    Column("remind_at", Instant),
    Column("held", Text, nullable=False, server_default=""),
    Column("try_at", Instant),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("claimed_by", String(64), nullable=False, server_default=""),
    Column("posted_at", Instant),
    Column("ended_at", Instant),
    Column("break_glass", Boolean, nullable=False, server_default=text("false")),
    Column("review_due", Instant),
    Column("reviewed_by_id", String(32)),
    Column("reviewed_by_name", Text),
    Column("reviewed_at", Instant),
    Column("review_comment", Text),
    Column("head_seq", Integer),
    Column("head_link", String(64)),
    Index(
        "one_open_request_per_package",
        "service",
        "version",
        "published_service",
        unique=True,
        sqlite_where=_open,
        postgresql_where=_open,
    ),
    Index(
        "one_publish_at_a_time",
        "node",
        "published_service",
        unique=True,
        sqlite_where=_holding,
        postgresql_where=_holding,
    ),
    Index(
        "one_unreviewed_break_glass",
        "policy_name",
        unique=True,
        sqlite_where=_in_debt,
        postgresql_where=_in_debt,
    ),
    Index("requests_by_card", "card_channel", "card_ts"),
    Index("requests_by_state", "state", "id"),
    Index("requests_by_service", "service", "id", postgresql_ops={"service": "varchar_pattern_ops"}),
    Index("requests_by_state_and_service", "state", "service", postgresql_ops={"service": "varchar_pattern_ops"}),
    Index("requests_by_requester", "requester_id", "id"),
    Index("requests_by_requester_and_state", "requester_id", "state", "id"),
    Index("requests_by_requester_name", "requester_name", "id"),
    Index("requests_by_published_service", "node", "published_service", "state", "ended_at"),
    Index("requests_by_end", "ended_at"),
    Index("requests_by_package", "service", "version"),
    sqlite_autoincrement=True,  # the number of a request is never given twice
)

votes = Table(
    "votes",
    metadata,
    Column("request", Integer, ForeignKey("publish_requests.id"), primary_key=True),
    Column("person_id", String(32), primary_key=True),
    Column("person_name", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("channel", String(32), nullable=False),
    Column("roles", Text, nullable=False),  # a JSON list
    Column("comment", Text, nullable=False),
)

pauses = Table(
    "pauses",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("services", String(620), nullable=False),
    Column("reason", Text, nullable=False),
    Column("by_id", String(32), nullable=False),
    Column("by_name", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("lifted_by_id", String(32)),
    Column("lifted_by_name", Text),
    Column("lifted_at", Instant),
    sqlite_autoincrement=True,
)

policies_in_force = Table(
    "policies_in_force",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("body", Text, nullable=False),  # a JSON list of policies
    Column("stored_at", Instant, nullable=False),
    Column("settings", Text),  # a JSON object: the digest of each other thing that the configuration decides
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("service", String(620), primary_key=True),
    Column("version", String(200), primary_key=True),
    Column("packaged_on", String(40), primary_key=True),  # ISO 8601; empty where the node didn't say
    Column("taken_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    Index("snapshots_by_time", "taken_at"),
    Index("snapshots_by_service", "service", "taken_at"),
)
