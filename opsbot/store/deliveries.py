"""The table of what is to be said in Slack: a line per channel."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from opsbot.domain.deliveries import HOMES, DeliveryState, Kind, Message
from opsbot.domain.tracing import trace
from opsbot.domain.watching import Topic
from opsbot.store.delivered import GIVEN_UP, UNSAID, delivery_of, told_in
from opsbot.store.schema import deliveries as table
from opsbot.store.schema import events

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, Connection

    from opsbot.actions.ports import Clock
    from opsbot.actions.stores import DeliveryQuery
    from opsbot.domain.deliveries import Delivery, Told
    from opsbot.store.engine import Database

_MOST_JOINED = 500
_HELD = (Kind.NEWS.value, Kind.DIGEST.value)


def _now() -> datetime:
    return datetime.now(UTC)


class DeliveryStore:
    """Keeps messages until they were said, and what became of them."""

    def __init__(self, database: Database, clock: Clock = _now) -> None:
        self._database = database
        self._clock = clock

    def next(self, channel: str) -> Delivery | None:
        """Take the first of the channel's line that isn't said: marked as being sent from now on.

        It comes as it was found: one that was being sent already may have been said by somebody who died since.
        Homes have no order among them, so that one which can't be shown doesn't keep the others waiting.
        """
        here = (table.c.channel == channel) & table.c.state.in_(UNSAID) & self._is_due()
        order = (table.c.attempts, table.c.id) if channel == HOMES else (table.c.id,)
        with self._database.transaction() as connection:
            row = connection.execute(select(table).where(here).order_by(*order).limit(1)).mappings().one_or_none()
            if row is None:
                return None
            taken = {
                "state": DeliveryState.SENDING.value,
                "attempts": row["attempts"] + 1,
                "tried_at": self._clock(),
                "again_at": None,
            }
            connection.execute(update(table).where(table.c.id == row["id"]).values(taken))
        return delivery_of(row, attempts=row["attempts"] + 1)

    def last_post(self, channel: str) -> datetime | None:
        """Tell when something was last posted in the channel; what turned out to be nothing to say wasn't."""
        posted = (table.c.channel == channel) & (table.c.kind != Kind.REPAINT.value) & table.c.ts.is_not(None)
        with self._database.transaction() as connection:
            last: datetime | None = connection.execute(select(func.max(table.c.sent_at)).where(posted)).scalar_one()
        return last

    def put_off(self, channel: str) -> datetime | None:
        """Tell until when the channel's line waits, where something of it was put off; None where nothing was."""
        line = (table.c.channel == channel) & table.c.state.in_(UNSAID)
        with self._database.transaction() as connection:
            until: datetime | None = connection.execute(select(func.max(table.c.again_at)).where(line)).scalar_one()
        return until

    def settle(self, delivery: Delivery, at: datetime, instead: tuple[Message, ...] = ()) -> None:
        """Keep what became of a delivery; one that is waiting again goes back to the head of its line.

        Where somebody else took it since, as after a freeze, it is theirs: what became of this try isn't kept.
        With it, all or nothing, `instead` is put at the end of its lines: what is to be said because of that.
        With one that is given up, what it was to tell of, too, is given up.
        Of a Home that is shown nothing is kept: it will be shown again, and again.
        """
        values: dict[str, Any] = {
            "state": delivery.state.value,
            "problem": delivery.problem,
            "ts": delivery.ref.ts if delivery.ref is not None else None,
            "said_in": delivery.ref.channel if delivery.ref is not None else None,
            "again_at": delivery.again_at,
            "sent_at": at if delivery.state is DeliveryState.SENT else None,
        }
        is_over = delivery.message.kind is Kind.HOME and delivery.state is DeliveryState.SENT
        mine = (table.c.id == delivery.id) & (table.c.attempts == delivery.attempts)
        with self._database.transaction() as connection:
            ended = delete(table).where(mine) if is_over else update(table).where(mine).values(values)
            if not connection.execute(ended).rowcount:
                return
            if delivery.state.value in GIVEN_UP:
                given_up = {"state": delivery.state.value, "problem": delivery.problem, "tried_at": at}
                connection.execute(update(table).where(_is_told_by(delivery)).values(given_up))
            if instead:
                connection.execute(insert(table), waiting_rows(instead, at))

    def add(self, messages: tuple[Message, ...], at: datetime) -> None:
        """Put messages at the end of their channels' lines."""
        with self._database.transaction() as connection:
            connection.execute(insert(table), waiting_rows(messages, at))

    def joined(self, delivery: Delivery) -> tuple[Message, ...]:
        """List what is told by this one, too, oldest first."""
        with self._database.transaction() as connection:
            return _joined(connection, delivery)

    def join(self, delivery: Delivery, least: int) -> tuple[Message, ...]:
        """Have this one tell of all packages that wait in its line, if they are so many with its own; gives the others.

        One that was held back tells of all that was held back with it.

        What it tells from then on stays the same, whoever sends it, and however often that is tried.
        """
        mine = (table.c.channel == delivery.message.channel) & (table.c.state == DeliveryState.WAITING.value)
        alike = self._is_due()
        if delivery.message.not_before is None:
            alike &= (table.c.event == events.c.id) & (events.c.topic == Topic.PACKAGED.value)
        else:
            alike &= table.c.not_before.is_not(None) & table.c.kind.in_(_HELD)
        later = select(table.c.id).where(mine, alike, table.c.id > delivery.id)
        later = later.order_by(table.c.id).limit(_MOST_JOINED)
        with self._database.transaction() as connection:
            waiting = list(connection.execute(later).scalars())
            if len(waiting) + 1 < least:
                return ()
            told_by = {"state": DeliveryState.JOINED.value, "text": str(delivery.id)}
            connection.execute(update(table).where(table.c.id.in_(waiting)).values(told_by))
            return _joined(connection, delivery)

    def _is_due(self) -> ColumnElement[bool]:
        return table.c.not_before.is_(None) | (table.c.not_before <= self._clock())

    def channels(self) -> list[str]:
        """Name the channels in which something is to be said now."""
        put_off = func.max(table.c.again_at)
        unsaid = (
            select(table.c.channel)
            .where(table.c.state.in_(UNSAID), self._is_due())
            .group_by(table.c.channel)
            .having(put_off.is_(None) | (put_off <= self._clock()))
            .order_by(table.c.channel)
        )
        with self._database.transaction() as connection:
            return list(connection.execute(unsaid).scalars())

    def page(self, query: DeliveryQuery) -> tuple[list[Told], int]:
        """Find a page of deliveries, newest first, and how many there are, as far as that is counted."""
        with self._database.transaction() as connection:
            return told_in(connection, query)


def want_homes_in(connection: Connection, users: Iterable[str], at: datetime) -> None:
    """Have people's Homes shown anew, as a part of a transaction: one that waits to be shown already is enough.

    That one is written to, so that whoever takes it meanwhile waits for the end of the transaction, and then sees what
    it changed. One that is being shown isn't enough: it may show what was true before.
    """
    wanted = list(users)
    here = (table.c.channel == HOMES) & (table.c.state == DeliveryState.WAITING.value) & table.c.text.in_(wanted)
    touched = update(table).where(here).values(created_at=at).returning(table.c.text)
    waiting = set(connection.execute(touched).scalars())
    missing = [Message(Kind.HOME, HOMES, text=user) for user in wanted if user not in waiting]
    if missing:
        connection.execute(insert(table), waiting_rows(missing, at))


def _is_told_by(delivery: Delivery) -> ColumnElement[bool]:
    by_this = (table.c.channel == delivery.message.channel) & (table.c.text == str(delivery.id))
    return by_this & (table.c.state == DeliveryState.JOINED.value)


def _joined(connection: Connection, delivery: Delivery) -> tuple[Message, ...]:
    joined = select(table).where(_is_told_by(delivery)).order_by(table.c.id)
    return tuple(delivery_of(row, attempts=0).message for row in connection.execute(joined).mappings())


def waiting_rows(messages: Iterable[Message], at: datetime) -> list[dict[str, Any]]:
    """Make the rows of messages that wait to be said."""
    return [
        {
            "channel": message.channel,
            "kind": message.kind.value,
            "request": message.request,
            "node_change": message.change,
            "event": message.event,
            "watch": message.watch,
            "not_before": message.not_before,
            "text": message.text,
            "created_at": at,
            "state": DeliveryState.WAITING.value,
            "trace": trace() or None,
        }
        for message in messages
    ]
