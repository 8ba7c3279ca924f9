"""A page of a list comes with how many rows there are, whether it is full, short, or behind the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select

from opsbot.domain.counting import MOST_COUNTED
from opsbot.store.counting import keys_in, page_in

if TYPE_CHECKING:
    from opsbot.store import Database

_MANY = MOST_COUNTED + 50
_numbers = Table("numbers", MetaData(), Column("number", Integer, primary_key=True))


@pytest.mark.parametrize(
    ("rows", "page", "shown", "total"),
    [
        (0, 1, [], 0),
        (3, 1, [3, 2, 1], 3),
        (4, 1, [4, 3, 2, 1], 4),
        (6, 1, [6, 5, 4, 3], 6),
        (6, 2, [2, 1], 6),
        (6, 3, [], 6),
        (_MANY, 1, [_MANY, _MANY - 1, _MANY - 2, _MANY - 3], MOST_COUNTED + 1),
        (_MANY, 60, [14, 13, 12, 11], 241),
    ],
)
def test_a_page_comes_with_the_count_of_its_list(
    database: Database, rows: int, page: int, shown: list[int], total: int
) -> None:
    with database.transaction() as connection:
        _numbers.create(connection)
        for number in range(1, rows + 1):
            connection.execute(insert(_numbers).values(number=number))
        newest = select(_numbers).order_by(_numbers.c.number.desc())
        found, counted = page_in(connection, newest, page, size=4)
        keys = keys_in(connection, newest, page, size=4)
        _numbers.drop(connection)
    assert ([row["number"] for row in found], counted) == (shown, total)
    assert keys == (shown, total)
