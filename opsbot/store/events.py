"""The tables of events, and of where their stories are told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from opsbot.domain.deliveries import Kind, Message
from opsbot.domain.models import MessageRef
from opsbot.domain.pace import held_until
from opsbot.domain.references import ServiceRef
from opsbot.domain.watching import Event, Topic, chosen
from opsbot.errors import NotFoundError
from opsbot.store.figures import figures_in
from opsbot.store.schema import events, stories
from opsbot.store.watches import going_on_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    from opsbot.domain.figures import Figures, Span
    from opsbot.store.engine import Database

_AT_ONCE = 200


class EventStore:
    """Keeps what happened, and where the story of each version is told."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, number: int) -> Event:
        """Find an event by its number; NotFoundError where there is none."""
        with self._database.transaction() as connection:
            row = connection.execute(select(events).where(events.c.id == number)).mappings().one_or_none()
        if row is None:
            raise NotFoundError(f"There is no event {number}.")
        return _event(row)

    def figures(self, span: Span) -> Figures:
        """Count what happened in a span of time."""
        with self._database.transaction() as connection:
            return figures_in(connection, span)

    def story(self, target: str, event: Event) -> MessageRef | None:
        """Find where the story of the event's version is told to a target."""
        where = [stories.c[name] == value for name, value in _story_key(target, event).items()]
        with self._database.transaction() as connection:
            row = connection.execute(select(stories.c.channel, stories.c.ts).where(*where)).one_or_none()
        return MessageRef(row.channel, row.ts) if row is not None else None

    def told_at(self, message: MessageRef) -> tuple[tuple[ServiceRef, str], ...]:
        """Name the versions, each with its service, whose stories are told in the thread of a message."""
        here = (stories.c.channel == message.channel) & (stories.c.ts == message.ts)
        told = select(stories.c.service, stories.c.version).where(here).distinct()
        with self._database.transaction() as connection:
            rows = connection.execute(told).all()
        return tuple((ServiceRef.parse(row.service, node=None, project=None), row.version) for row in rows)

    def begin_story(
        self, target: str, event: Event, message: MessageRef, at: datetime, instead_of: MessageRef | None = None
    ) -> None:
        """Keep where the story of the event's version is told, unless that is known, and that it went on.

        A message that is gone is replaced: `instead_of` is the one.
        """
        key = _story_key(target, event)
        here = [stories.c[name] == value for name, value in key.items()]
        told = {"channel": message.channel, "ts": message.ts, "told_at": at}
        with self._database.transaction() as connection:
            if not connection.execute(update(stories).where(*here).values(told_at=at)).rowcount:
                connection.execute(insert(stories).values({**key, **told}))
            elif instead_of is not None:
                gone = (stories.c.channel == instead_of.channel) & (stories.c.ts == instead_of.ts)
                connection.execute(update(stories).where(*here, gone).values(told))


def tell_in(connection: Connection, happened: Iterable[Event], at: datetime) -> list[Message]:
    """Keep the events that are new, as a part of a transaction in which nobody else keeps any; gives what is to be said."""
    told = list({event.identity: event for event in happened}.values())
    said: list[Message] = []
    for start in range(0, len(told), _AT_ONCE):
        said += _tell(connection, told[start : start + _AT_ONCE], at)
    return said


def _tell(connection: Connection, happened: list[Event], at: datetime) -> list[Message]:
    identities = [event.identity for event in happened]
    known = set(connection.execute(select(events.c.identity).where(events.c.identity.in_(identities))).scalars())
    fresh = {event.identity: event for event in happened if event.identity not in known}
    if not fresh:
        return []
    rows = [_event_row(event) for event in fresh.values()]
    connection.execute(insert(events), rows)
    kept = connection.execute(select(events.c.identity, events.c.id).where(events.c.identity.in_(list(fresh))))
    numbers = {row.identity: row.id for row in kept}
    listening = going_on_in(connection)
    return [
        Message(
            Kind.NEWS,
            watch.target,
            event=numbers[event.identity],
            watch=watch.id,
            not_before=held_until(watch.quiet, watch.digest, at),
        )
        for event in fresh.values()
        for watch in chosen(listening, event)
    ]


def _event_row(event: Event) -> dict[str, Any]:
    return {
        "identity": event.identity,
        "topic": event.topic.value,
        "what": event.what,
        "service": str(event.service),
        "version": event.version,
        "packaged_on": event.packaged_on,
        "at": event.at,
        "who": event.who,
        "request": event.request,
        "node_change": event.change,
        "detail": json.dumps(event.detail),
    }


def _event(row: RowMapping) -> Event:
    return Event(
        row["identity"],
        Topic(row["topic"]),
        row["what"],
        ServiceRef.parse(row["service"], node=None, project=None),
        row["version"],
        row["at"],
        row["packaged_on"],
        row["who"],
        row["request"],
        row["node_change"],
        tuple(json.loads(row["detail"])),
    )


def _story_key(target: str, event: Event) -> dict[str, str]:
    made = event.packaged_on.isoformat() if event.packaged_on is not None else ""
    return {"target": target, "service": str(event.service), "version": event.version, "packaged_on": made}
