"""The tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, DateTime, Dialect, Index, Integer, MetaData, String, Table, Text, text
from sqlalchemy.types import TypeDecorator

from opsbot.domain.lifecycle import OPEN


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

_open = text("state IN ({})".format(", ".join(f"'{state.value}'" for state in sorted(OPEN))))

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
    Index(
        "one_open_request_per_package",
        "service",
        "version",
        "published_service",
        unique=True,
        sqlite_where=_open,
        postgresql_where=_open,
    ),
    Index("requests_by_card", "card_channel", "card_ts"),
    Index("requests_by_state", "state", "id"),
    sqlite_autoincrement=True,  # the number of a request is never given twice
)

seen_events = Table(
    "seen_events",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("seen_at", Instant, nullable=False),
)
