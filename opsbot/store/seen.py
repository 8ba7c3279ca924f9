"""The table of Slack's events that were taken: Slack sends an event again when it doubts that it arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from opsbot.store.schema import seen_events

if TYPE_CHECKING:
    from datetime import datetime

    from opsbot.store.engine import Database


class SeenStore:
    """Remembers the ids of events."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_first(self, event: str, now: datetime) -> bool:
        """Remember the event; tells whether it is seen for the first time, by any replica."""
        with self._database.transaction() as connection:
            try:
                with connection.begin_nested():
                    connection.execute(insert(seen_events).values(id=event, seen_at=now))
            except IntegrityError:
                return False
        return True
