"""The tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.types import TypeDecorator

from opsbot.domain.changes import GOING_ON
from opsbot.domain.lifecycle import HOLDING, OPEN

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum

    from sqlalchemy import TextClause


class Instant(TypeDecorator[datetime]):
    """A point in time: aware, in UTC, on databases that forget zones, too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """Turn an aware time into UTC."""
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as above
        """Say of what comes out that it is UTC."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


metadata = MetaData()


def _in(states: Iterable[StrEnum]) -> TextClause:
    return text("state IN ({})".format(", ".join(f"'{state.value}'" for state in sorted(states))))


_open = _in(OPEN)
_holding = _in(HOLDING)
_going_on = _in(GOING_ON)
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
)

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
    Index("node_changes_by_part", "service", "part", "id"),
    sqlite_autoincrement=True,
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("service", String(620), primary_key=True),
    Column("version", String(200), primary_key=True),
    Column("packaged_on", String(40), primary_key=True),  # ISO 8601; empty where the node didn't say
    Column("taken_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
)

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
    Index("deliveries_in_line", "state", "channel", "id"),
    sqlite_autoincrement=True,
)

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

homes = Table(
    "homes",
    metadata,
    Column("user_id", String(32), primary_key=True),
    Column("opened_at", Instant, nullable=False),
    Column("sight", Text, nullable=False),  # a JSON list of globs
    Column("mark", String(255), nullable=False),  # Slack's hash of the view; empty where it isn't known
    Index("homes_by_opening", "opened_at"),
)

replicas = Table(
    "replicas",
    metadata,
    Column("executor", String(64), primary_key=True),
    Column("beat_at", Instant, nullable=False),
)

seen_events = Table(
    "seen_events",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("seen_at", Instant, nullable=False),
)
