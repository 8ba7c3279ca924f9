"""Deleting what was kept long enough: a few rows at a time, so that nobody waits for it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, exists, or_, select

from opsbot.domain.deliveries import DeliveryState
from opsbot.store.delivered import UNSAID
from opsbot.store.schema import deliveries, events, node_sights, seen_events, sights, slack_notes, stories

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Table

    from opsbot.domain.retention import Retention
    from opsbot.store.engine import Database

_AT_ONCE = 500
_MOST_TIMES = 40
_NOTES_LAST = timedelta(days=1)
"""What Slack told is believed for minutes only."""
_MOST_STORIES = 100  # each takes four values, and a condition of its own


class PruningStore:
    """Forgets what is old. What is still to be said is kept, however old it is, and all that it takes to say it."""

    def __init__(self, database: Database, at_once: int = _AT_ONCE) -> None:
        self._database = database
        self._at_once = at_once

    def prune(self, kept: Retention, now: datetime) -> int:
        """Delete what is older than it is to be kept, each few rows by themselves; gives how many there were.

        What is more than can be deleted in one go is left for the next.
        """
        old = (
            (deliveries, deliveries.c.created_at < now - kept.deliveries, _is_said()),
            (events, events.c.at < now - kept.events, _is_told()),
            (seen_events, seen_events.c.seen_at < now - kept.seen_events, None),
            (slack_notes, _is_of_use_to_nobody(now - _NOTES_LAST), None),
        )
        gone = sum(self._delete(table, is_old if if_so is None else is_old & if_so) for table, is_old, if_so in old)
        return gone + self._forget_stories(now - kept.stories) + self._forget_nodes(now - kept.sights)

    def _delete(self, table: Table, wanted: ColumnElement[bool]) -> int:
        some = select(table.c.id).where(wanted).order_by(table.c.id).limit(self._at_once)

        def delete_some(connection: Connection) -> int:
            found = list(connection.execute(some).scalars())
            if found:
                connection.execute(delete(table).where(table.c.id.in_(found)))
            return len(found)

        return self._bit_by_bit(delete_some, self._at_once)

    def _forget_stories(self, before: datetime) -> int:
        """Forget where stories are in which nothing was told for long: what follows begins a new one."""
        at_once = min(self._at_once, _MOST_STORIES)
        some = select(*stories.primary_key).where(stories.c.told_at < before).limit(at_once)

        def delete_some(connection: Connection) -> int:
            keys = connection.execute(some).mappings().all()
            if keys:
                mine = (and_(*(stories.c[name] == value for name, value in key.items())) for key in keys)
                connection.execute(delete(stories).where(or_(*mine), stories.c.told_at < before))
            return len(keys)

        return self._bit_by_bit(delete_some, at_once)

    def _bit_by_bit(self, delete_some: Callable[[Connection], int], at_once: int) -> int:
        """Delete some after the other, each in a transaction of its own, until there are few; gives how many there were."""
        gone = 0
        for _ in range(_MOST_TIMES):
            with self._database.transaction() as connection:
                found = delete_some(connection)
            gone += found
            if found < at_once:
                break
        return gone

    def _forget_nodes(self, before: datetime) -> int:
        """Forget what was seen on nodes that nobody has looked at for long: the next look is a first one."""
        with self._database.transaction() as connection:
            wanted = select(node_sights.c.node).where(node_sights.c.next_at < before)
            nodes = list(connection.execute(wanted).scalars())
            gone = connection.execute(delete(sights).where(sights.c.node.in_(nodes))).rowcount if nodes else 0
            connection.execute(delete(node_sights).where(node_sights.c.node.in_(nodes)))
        return gone


def _is_said() -> ColumnElement[bool]:
    """Ask for deliveries that are done with; one that is told by another goes no sooner than that one."""
    other = deliveries.alias()
    by_one_that_waits = exists().where(
        other.c.channel == deliveries.c.channel, other.c.id < deliveries.c.id, other.c.state.in_(UNSAID)
    )
    is_joined = deliveries.c.state == DeliveryState.JOINED.value
    return deliveries.c.state.not_in(UNSAID) & ~(is_joined & by_one_that_waits)


def _is_of_use_to_nobody(before: datetime) -> ColumnElement[bool]:
    """Ask for notes that are old, and for those that somebody set out to make long ago and never made."""
    note = slack_notes.c
    return (note.asked_at < before) | (note.asked_at.is_(None) & (note.claimed_until < before))


def _is_told() -> ColumnElement[bool]:
    """Ask for events of which nothing is still to be told."""
    return ~exists().where(
        deliveries.c.event == events.c.id, deliveries.c.state.in_((*UNSAID, DeliveryState.JOINED.value))
    )
