"""Counting what the work is at: a few small reads, over what is open and never over all that was."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, type_coerce

from opsbot.domain.changes import GOING_ON, ChangeState
from opsbot.domain.deliveries import DeliveryState
from opsbot.domain.lifecycle import OPEN, State
from opsbot.domain.status import LATELY, Look, Records, Replica
from opsbot.store.delivered import GIVEN_UP, UNSAID
from opsbot.store.migrating import revision_of
from opsbot.store.pauses import active_in
from opsbot.store.schema import Instant, deliveries, node_changes, node_sights, publish_requests, replicas

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from opsbot.store.engine import Database

_WAITING = (State.PENDING.value, State.APPROVED.value)


class RecordStore:
    """Reads how the work stands."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, now: datetime) -> Records:
        """Read it all in one transaction; raises StoreError."""
        with self._database.transaction() as connection:
            waiting = publish_requests.c.state.in_(_WAITING)
            oldest = select(func.min(publish_requests.c.asked_at)).where(waiting)
            return Records(
                at=now,
                schema=revision_of(connection) or "",
                requests=_requests(connection),
                changes=_changes(connection),
                deliveries=_deliveries(connection, now),
                oldest_waiting=connection.execute(oldest).scalar_one(),
                oldest_due=_oldest_due(connection, now),
                replicas=_replicas(connection),
                looks=_looks(connection),
                pauses=active_in(connection),
            )


def _requests(connection: Connection) -> dict[State, int]:
    table = publish_requests
    wanted = select(table.c.state, func.count()).where(table.c.state.in_([state.value for state in OPEN]))
    found = {row[0]: row[1] for row in connection.execute(wanted.group_by(table.c.state))}
    return {state: found.get(state.value, 0) for state in State if state in OPEN}


def _changes(connection: Connection) -> dict[ChangeState, int]:
    table, states = node_changes, GOING_ON | {ChangeState.UNKNOWN}
    wanted = select(table.c.state, func.count()).where(table.c.state.in_([state.value for state in states]))
    found = {row[0]: row[1] for row in connection.execute(wanted.group_by(table.c.state))}
    return {state: found.get(state.value, 0) for state in ChangeState if state in states}


def _deliveries(connection: Connection, now: datetime) -> dict[DeliveryState, int]:
    table = deliveries
    lately = table.c.state.in_(GIVEN_UP) & (table.c.created_at >= now - LATELY)
    wanted = select(table.c.state, func.count()).where(table.c.state.in_(UNSAID) | lately)
    found = {row[0]: row[1] for row in connection.execute(wanted.group_by(table.c.state))}
    return {DeliveryState(state): found.get(state, 0) for state in (*UNSAID, *GIVEN_UP)}


def _oldest_due(connection: Connection, now: datetime) -> datetime | None:
    table = deliveries
    due = func.coalesce(table.c.not_before, table.c.created_at)
    held_back = table.c.not_before.is_not(None) & (table.c.not_before > now)
    oldest = select(type_coerce(func.min(due), Instant)).where(table.c.state.in_(UNSAID), ~held_back)
    found: datetime | None = connection.execute(oldest).scalar_one()
    return found


def _replicas(connection: Connection) -> tuple[Replica, ...]:
    """Tell how long each is silent, by the database's own clock, which set the beats."""
    now = connection.execute(select(type_coerce(func.now(), Instant))).scalar_one()
    rows = connection.execute(select(replicas).order_by(replicas.c.executor))
    return tuple(Replica(row.executor, max(now - row.beat_at, timedelta(0))) for row in rows)


def _looks(connection: Connection) -> tuple[Look, ...]:
    """Tell of the nodes that were looked at since somebody watches them."""
    looked = node_sights.c.looked_at.is_not(None) | (node_sights.c.problem != "")
    rows = connection.execute(select(node_sights).where(looked).order_by(node_sights.c.node))
    return tuple(Look(row.node, row.looked_at, row.problem) for row in rows)
