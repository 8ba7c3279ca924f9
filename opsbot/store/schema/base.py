"""What all tables share: their registry, and how points in time are kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    DateTime,
    Dialect,
    Index,
    MetaData,
    text,
)
from sqlalchemy import column as named
from sqlalchemy.types import TypeDecorator

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


def in_states(states: Iterable[StrEnum]) -> TextClause:
    return text("state IN ({})".format(", ".join(f"'{state.value}'" for state in sorted(states))))


def reference_index(name: str, column: str) -> Index:
    """Find the rows that refer to something by the column; most of a table that has such an index refer to nothing there."""
    is_one = named(column).is_not(None)
    return Index(name, column, sqlite_where=is_one, postgresql_where=is_one)
