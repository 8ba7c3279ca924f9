"""The table of the Homes that people opened."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from opsbot.domain.homes import LATELY, Home
from opsbot.store.schema import homes as table

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    from opsbot.domain.audit import Entry
    from opsbot.store.engine import Database
    from opsbot.store.keeping import Keeper


class HomeStore:
    """Keeps who looks at their Home.

    What decides whether a change is told is written while nobody changes anything: a change is either kept before, and
    is there for whoever looks afterwards, or it is told.
    """

    def __init__(self, database: Database, keeper: Keeper) -> None:
        self._database = database
        self._keeper = keeper

    def opened(self, user: str, at: datetime) -> None:
        """Remember that somebody looks at their Home."""
        mine = update(table).where(table.c.user_id == user).values(opened_at=at)
        with self._keeper.transaction() as keeping:
            keeping.alone()
            if not keeping.connection.execute(mine).rowcount:
                keeping.connection.execute(insert(table).values(user_id=user, opened_at=at, sight="[]", mark=""))

    def get(self, user: str) -> Home | None:
        """Find what is known of somebody's Home; None where they never opened it."""
        with self._database.transaction() as connection:
            row = connection.execute(select(table).where(table.c.user_id == user)).mappings().one_or_none()
        return _home(row) if row is not None else None

    def see(self, user: str, sight: frozenset[str]) -> None:
        """Remember of which services the Home tells."""
        with self._keeper.transaction() as keeping:
            keeping.alone()
            seen = update(table).where(table.c.user_id == user).values(sight=json.dumps(sorted(sight)))
            keeping.connection.execute(seen)

    def shown(self, user: str, mark: str, *, instead_of: str) -> None:
        """Remember the mark of what is shown now, unless somebody else remembered another; empty replaces any."""
        mine = table.c.user_id == user
        replaced = mine & (table.c.mark == instead_of) if instead_of else mine
        with self._database.transaction() as connection:
            connection.execute(update(table).where(replaced).values(mark=mark))

    def forget(self, user: str) -> None:
        """Tell nothing more until the Home is opened again."""
        with self._database.transaction() as connection:
            connection.execute(delete(table).where(table.c.user_id == user))


def concerned_in(connection: Connection, entry: Entry) -> list[str]:
    """Name those who opened their Home lately and may see there what the entry records, as a part of a transaction."""
    opened = select(table).where(table.c.opened_at > entry.at - LATELY).order_by(table.c.user_id)
    found = (_home(row) for row in connection.execute(opened).mappings())
    return [home.user for home in found if home.is_concerned(entry)]


def _home(row: RowMapping) -> Home:
    return Home(row["user_id"], frozenset(json.loads(row["sight"])), row["mark"])
