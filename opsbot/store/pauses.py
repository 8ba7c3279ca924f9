"""The table of pauses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from opsbot.domain.models import Pause, Person
from opsbot.store.schema import pauses as table

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

    from opsbot.domain.deliveries import Effects
    from opsbot.domain.models import Decision
    from opsbot.store.engine import Database
    from opsbot.store.keeping import Keeper


class PauseStore:
    """Keeps where publishing is paused; a lifted pause stays, with who lifted it."""

    def __init__(self, database: Database, keeper: Keeper) -> None:
        self._database = database
        self._keeper = keeper

    def active(self) -> tuple[Pause, ...]:
        """List the pauses that hold now, oldest first."""
        with self._database.transaction() as connection:
            return active_in(connection)

    def add(self, services: str, decision: Decision, effects: Effects) -> Pause:
        """Keep a new pause, whose reason is the decision's comment."""
        values = {
            "services": services,
            "reason": decision.comment,
            "by_id": decision.person.id,
            "by_name": decision.person.name,
            "at": decision.at,
        }
        with self._keeper.transaction() as keeping:
            row = keeping.connection.execute(insert(table).values(values).returning(table)).mappings().one()
            keeping.keep(effects)
        return _pause(row)

    def lift(self, services: str, decision: Decision, effects: Effects) -> tuple[Pause, ...]:
        """End the pauses of exactly these services; gives those, and keeps the effects only if there are any."""
        lifted = {
            "lifted_by_id": decision.person.id,
            "lifted_by_name": decision.person.name,
            "lifted_at": decision.at,
        }
        holding = (table.c.services == services) & table.c.lifted_at.is_(None)
        with self._keeper.transaction() as keeping:
            rows = keeping.connection.execute(update(table).where(holding).values(lifted).returning(table)).mappings()
            over = tuple(sorted((_pause(row) for row in rows), key=lambda pause: pause.id))
            if over:
                keeping.keep(effects)
        return over


def active_in(connection: Connection) -> tuple[Pause, ...]:
    """List the pauses that hold, within a transaction."""
    rows = connection.execute(select(table).where(table.c.lifted_at.is_(None)).order_by(table.c.id)).mappings()
    return tuple(_pause(row) for row in rows)


def _pause(row: RowMapping) -> Pause:
    return Pause(row["id"], row["services"], row["reason"], Person(row["by_id"], row["by_name"]), row["at"])
