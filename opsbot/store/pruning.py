"""Deleting what was kept long enough: a few rows at a time, so that nobody waits for it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, exists, or_, select

from opsbot.domain.deliveries import DeliveryState
from opsbot.store.delivered import UNSAID
from opsbot.store.outlived import home_does_not_wait, nothing_hangs_on_change, nothing_is_compared_with_snapshot
from opsbot.store.schema import (
    deliveries,
    events,
    homes,
    node_changes,
    node_sights,
    seen_events,
    sights,
    slack_notes,
    snapshots,
    stories,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Column, ColumnElement, Row, Table

    from opsbot.domain.retention import Retention
    from opsbot.store.engine import Database

_AT_ONCE = 500
_MOST_TIMES = 40
_NOTES_LAST = timedelta(days=1)
"""What Slack told is believed for minutes only."""
_MOST_WITH_LONG_KEYS = 100  # each takes as many values as its key has


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
            (stories, stories.c.told_at < now - kept.stories, None),  # what follows in one of these begins a new one
            (seen_events, seen_events.c.seen_at < now - kept.seen_events, None),
            (slack_notes, _is_of_use_to_nobody(now - _NOTES_LAST), None),
            (node_changes, node_changes.c.asked_at < now - kept.changes, nothing_hangs_on_change()),
            (snapshots, snapshots.c.taken_at < now - kept.snapshots, nothing_is_compared_with_snapshot()),
            (homes, homes.c.opened_at < now - kept.homes, home_does_not_wait()),
        )
        return sum(self._delete(*each) for each in old) + self._forget_nodes(now - kept.sights)

    def _delete(self, table: Table, is_old: ColumnElement[bool], if_so: ColumnElement[bool] | None) -> int:
        """Find what is old, which may take a while and locks nothing; then delete it bit by bit, if it is old even then."""
        keys = tuple(table.primary_key.columns)
        at_once = self._at_once if len(keys) == 1 else min(self._at_once, _MOST_WITH_LONG_KEYS)
        wanted = is_old if if_so is None else is_old & if_so
        with self._database.transaction() as connection:
            found = connection.execute(select(*keys).where(wanted).limit(at_once * _MOST_TIMES)).all()
        gone = 0
        for start in range(0, len(found), at_once):
            mine = _any_of(keys, found[start : start + at_once])
            with self._database.transaction() as connection:
                gone += connection.execute(delete(table).where(mine, is_old)).rowcount
        return gone

    def _forget_nodes(self, before: datetime) -> int:
        """Forget what was seen on nodes that nobody has looked at for long: the next look is a first one."""
        with self._database.transaction() as connection:
            wanted = select(node_sights.c.node).where(node_sights.c.next_at < before)
            nodes = list(connection.execute(wanted).scalars())
            gone = connection.execute(delete(sights).where(sights.c.node.in_(nodes))).rowcount if nodes else 0
            connection.execute(delete(node_sights).where(node_sights.c.node.in_(nodes)))
        return gone


def _any_of(keys: Sequence[Column[Any]], found: Sequence[Row[Any]]) -> ColumnElement[bool]:
    """Ask for rows by their keys, in the way by which SQLite finds each of them through its index."""
    if len(keys) == 1:
        return keys[0].in_([row[0] for row in found])
    return or_(*(and_(*(key == value for key, value in zip(keys, row, strict=True))) for row in found))


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
