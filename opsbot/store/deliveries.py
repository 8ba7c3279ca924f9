"""The table of what is to be said in Slack: a line per channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from opsbot.domain.deliveries import Delivery, DeliveryState, Kind, Message
from opsbot.domain.models import MessageRef
from opsbot.store.schema import deliveries as table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import RowMapping

    from opsbot.store.engine import Database

_UNSAID = (DeliveryState.WAITING.value, DeliveryState.SENDING.value)


class DeliveryStore:
    """Keeps messages until they were said, and what became of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def next(self, channel: str) -> Delivery | None:
        """Take the first of the channel's line that isn't said: marked as being sent from now on.

        It comes as it was found: one that was being sent already may have been said by somebody who died since.
        """
        here = (table.c.channel == channel) & table.c.state.in_(_UNSAID)
        with self._database.transaction() as connection:
            row = connection.execute(select(table).where(here).order_by(table.c.id).limit(1)).mappings().one_or_none()
            if row is None:
                return None
            taken = {"state": DeliveryState.SENDING.value, "attempts": row["attempts"] + 1}
            connection.execute(update(table).where(table.c.id == row["id"]).values(taken))
        return _delivery(row, attempts=taken["attempts"])

    def last_post(self, channel: str) -> datetime | None:
        """Tell when something was last posted in the channel."""
        posted = (table.c.channel == channel) & (table.c.kind != Kind.REPAINT.value)
        with self._database.transaction() as connection:
            last: datetime | None = connection.execute(select(func.max(table.c.sent_at)).where(posted)).scalar_one()
        return last

    def settle(self, delivery: Delivery, at: datetime) -> None:
        """Keep what became of a delivery; one that is waiting again goes back to the head of its line."""
        values: dict[str, Any] = {
            "state": delivery.state.value,
            "problem": delivery.problem,
            "ts": delivery.ref.ts if delivery.ref is not None else None,
            "sent_at": at if delivery.state is DeliveryState.SENT else None,
        }
        with self._database.transaction() as connection:
            connection.execute(update(table).where(table.c.id == delivery.id).values(values))

    def add(self, messages: tuple[Message, ...], at: datetime) -> None:
        """Put messages at the end of their channels' lines."""
        with self._database.transaction() as connection:
            connection.execute(insert(table), waiting_rows(messages, at))

    def channels(self) -> list[str]:
        """Name the channels in which something is still to be said."""
        unsaid = select(table.c.channel).where(table.c.state.in_(_UNSAID)).distinct().order_by(table.c.channel)
        with self._database.transaction() as connection:
            return list(connection.execute(unsaid).scalars())


def waiting_rows(messages: Iterable[Message], at: datetime) -> list[dict[str, Any]]:
    """Make the rows of messages that wait to be said."""
    return [
        {
            "channel": message.channel,
            "kind": message.kind.value,
            "request": message.request,
            "node_change": message.change,
            "text": message.text,
            "created_at": at,
            "state": DeliveryState.WAITING.value,
        }
        for message in messages
    ]


def _delivery(row: RowMapping, *, attempts: int) -> Delivery:
    message = Message(Kind(row["kind"]), row["channel"], row["request"], row["node_change"], row["text"])
    ref = MessageRef(row["channel"], row["ts"]) if row["ts"] is not None else None
    return Delivery(row["id"], message, DeliveryState(row["state"]), attempts, row["problem"], ref)
