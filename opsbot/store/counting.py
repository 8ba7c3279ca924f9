"""A page of a long list and how many rows there are, counted no further than is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from opsbot.domain.counting import count_until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, RowMapping, Select

_COUNTED = "counted"


def page_in(
    connection: Connection, newest: Select[Any], key: str, page: int, size: int
) -> tuple[Sequence[RowMapping], int]:
    """Read a page of a list, whose rows come with the largest key first, and count them as far as the page needs it.

    One statement does both: PostgreSQL takes longer to plan such a statement than to carry it out.
    """
    some = newest.limit(count_until(page, size)).cte("some")
    counted = select(func.count()).select_from(some)
    here = select(some, counted.scalar_subquery().label(_COUNTED)).order_by(some.c[key].desc())
    rows = connection.execute(here.limit(size).offset((page - 1) * size)).mappings().all()
    if not rows and page > 1:
        return rows, connection.execute(counted).scalar_one()
    return rows, rows[0][_COUNTED] if rows else 0
