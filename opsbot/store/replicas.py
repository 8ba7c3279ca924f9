"""The table of the processes that share the work, and the lock that one of them holds."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select, update

from opsbot.store.schema import replicas as table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from opsbot.store.engine import Database

_LOCK = 0x6F707362
"""Any number will do, as long as nobody else locks it, or the next one: this spells “opsb”."""

_LONGEST_LOOK = 600.0
"""A look at all nodes is over after so many seconds, or whoever is at it is frozen."""


class ReplicaStore:
    """Keeps who lives, by the database's own clock; on SQLite there is one process, and it is never missed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beat(self, executor: str) -> None:
        """Tell the others that this process lives."""
        mine = update(table).where(table.c.executor == executor).values(beat_at=func.now())
        with self._database.transaction() as connection:
            if not connection.execute(mine).rowcount:
                connection.execute(insert(table).values(executor=executor, beat_at=func.now()))

    def silent(self, seconds: float) -> list[str]:
        """Name the processes that haven't been heard of for so long."""
        if self._database.is_embedded:
            return []
        dead = select(table.c.executor).where(table.c.beat_at < func.now() - timedelta(seconds=seconds))
        with self._database.transaction() as connection:
            return list(connection.execute(dead).scalars())

    def forget(self, executor: str) -> None:
        """Take a process off the list."""
        with self._database.transaction() as connection:
            connection.execute(delete(table).where(table.c.executor == executor))

    def watching_alone(self, seconds: float) -> AbstractContextManager[bool]:
        """Be the one process that looks after the others, inside; gives False where another one is.

        It is that for so many seconds at most: one that is frozen in here doesn't keep the others out.
        """
        return self._alone(_LOCK, seconds)

    def polling_alone(self) -> AbstractContextManager[bool]:
        """Be the one process that looks at the nodes, inside; gives False where another one is."""
        return self._alone(_LOCK + 1, _LONGEST_LOOK)

    @contextmanager
    def _alone(self, lock: int, seconds: float) -> Iterator[bool]:
        if self._database.is_embedded:
            yield True
            return
        limit = func.set_config("idle_in_transaction_session_timeout", f"{int(seconds * 1000)}ms", True)  # noqa: FBT003 - PostgreSQL's signature: for this transaction only
        with self._database.transaction() as connection:
            connection.execute(select(limit))
            taken = connection.execute(select(func.pg_try_advisory_xact_lock(lock))).scalar_one()
            yield bool(taken)
