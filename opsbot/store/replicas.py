"""The table of the processes that share the work, and the lock that one of them holds."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, nullcontext, suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from opsbot.store.schema import replicas as table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from opsbot.store.engine import Database

_LOCK = 0x6F707362
"""Any number will do, as long as nobody else locks it, or the next one: this spells “opsb”."""

_LONGEST_LOOK = 600.0
"""A look is over after so many seconds, or it hangs."""
_STIR = text("SHOW transaction_isolation")
"""Takes no snapshot, and drops the one that a SELECT leaves behind: an index that is made meanwhile would wait for that."""
_FROZEN = 20.0
"""Whoever looks at the nodes is frozen when nothing is heard of them for so many seconds."""


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

        One that is frozen in here for so many seconds doesn't keep the others out; one that lives may take its time.
        """
        return self._alone(_LOCK, seconds)

    def polling_alone(self) -> AbstractContextManager[bool]:
        """Be the one process that looks at the nodes, inside; gives False where another one is."""
        return self._alone(_LOCK + 1, _FROZEN)

    @contextmanager
    def _alone(self, lock: int, seconds: float) -> Iterator[bool]:
        if self._database.is_embedded:
            yield True
            return
        limit = func.set_config("idle_in_transaction_session_timeout", f"{int(seconds * 1000)}ms", True)  # noqa: FBT003 - PostgreSQL's signature: for this transaction only
        with self._database.transaction() as connection:
            connection.execute(select(limit))
            taken = bool(connection.execute(select(func.pg_try_advisory_xact_lock(lock))).scalar_one())
            connection.execute(_STIR)
            with _stirring(connection, seconds / 4) if taken else nullcontext():
                yield taken


@contextmanager
def _stirring(connection: Connection, seconds: float) -> Iterator[None]:
    """Have a connection that nobody uses meanwhile do something now and then, to tell that its process lives.

    A process that is frozen is so with all of its threads. What takes longer than the longest look hangs, and is as good as
    frozen.
    """
    is_over = threading.Event()
    last = time.monotonic() + _LONGEST_LOOK

    def stir() -> None:
        # A connection that is gone says so at the end of the transaction, to whoever began it.
        with suppress(SQLAlchemyError):
            while not is_over.wait(seconds) and time.monotonic() < last:
                connection.execute(_STIR)

    thread = threading.Thread(target=stir, name="alone", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
