"""Counting the rows of a long list, no further than it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from opsbot.domain.counting import count_until

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection, Select


def counted_in(connection: Connection, rows: Select[Any], key: Column[int], page: int, size: int) -> int:
    """Count the rows of a list as far as its page needs it, each by its key, as a part of a transaction."""
    some = rows.with_only_columns(key).order_by(None).limit(count_until(page, size)).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()
