"""The table of what Slack told lately: one replica asks, and the others read what it heard."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from opsbot.store.schema import slack_notes as table

if TYPE_CHECKING:
    from datetime import datetime

    from opsbot.store.engine import Database


class NoteStore:
    """Keeps the newest of each, as JSON, and who has set out to ask anew."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def look(self, name: str) -> tuple[Any, datetime] | None:
        """Find what was told under the name, and when it was asked for."""
        wanted = select(table.c.content, table.c.asked_at).where(table.c.id == name)
        with self._database.transaction() as connection:
            found = connection.execute(wanted).one_or_none()
        return (json.loads(found.content), found.asked_at) if found is not None and found.asked_at is not None else None

    def claim(self, name: str, now: datetime, until: datetime) -> bool:
        """Set out to ask Slack; tells whether no other process does so already."""
        free = or_(table.c.claimed_until.is_(None), table.c.claimed_until < now)
        mine = update(table).where(table.c.id == name, free).values(claimed_until=until)
        with self._database.transaction() as connection:
            if connection.execute(mine).rowcount:
                return True
            try:
                with connection.begin_nested():
                    connection.execute(insert(table).values(id=name, content="null", claimed_until=until))
            except IntegrityError:
                return False
        return True

    def keep(self, name: str, content: Any, asked_at: datetime) -> None:
        """Note what Slack told, for everybody; what was asked for later stays."""
        older = or_(table.c.asked_at.is_(None), table.c.asked_at < asked_at)
        body = json.dumps(content)
        newer = (
            update(table).where(table.c.id == name, older).values(content=body, asked_at=asked_at, claimed_until=None)
        )
        with self._database.transaction() as connection:
            if connection.execute(newer).rowcount:
                return
            try:
                with connection.begin_nested():
                    connection.execute(insert(table).values(id=name, content=body, asked_at=asked_at))
            except IntegrityError:
                return  # somebody who asked later was here already
