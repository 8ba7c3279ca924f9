"""A page of a long list, and how many rows there are, counted no further than is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from opsbot.domain.counting import count_until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, RowMapping, Select


def page_in(connection: Connection, ordered: Select[Any], page: int, size: int) -> tuple[Sequence[RowMapping], int]:
    """Read a page of a list, and count its rows as far as the page needs it, as a part of a transaction.

    A page that isn't full ends the list, so its rows aren't counted again. Counting is a statement of its own: in one
    with the order, PostgreSQL may walk a table in that order for rows that aren't there.
    """
    before = (page - 1) * size
    rows = connection.execute(ordered.limit(size).offset(before)).mappings().all()
    if 0 < len(rows) < size or not (rows or before):
        return rows, before + len(rows)
    key = next(iter(ordered.selected_columns))
    some = ordered.with_only_columns(key).order_by(None).limit(count_until(page, size)).subquery()
    return rows, connection.execute(select(func.count()).select_from(some)).scalar_one()


def keys_in(connection: Connection, ordered: Select[int], page: int, size: int) -> tuple[Sequence[int], int]:
    """Read the keys of a page of a list, and count as far as the page needs it, in one statement of a transaction.

    It is for conditions that PostgreSQL plans anew each time, which takes longer than to read the keys that are counted.
    """
    keys = connection.execute(ordered.limit(count_until(page, size))).scalars().all()
    return keys[(page - 1) * size : page * size], len(keys)
