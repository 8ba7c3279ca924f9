"""One transaction for a change, its audit entry and what is to be said of it: all or nothing."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import insert

from opsbot.domain.deliveries import HOMES
from opsbot.store.deliveries import waiting_rows, want_homes_in
from opsbot.store.events import tell_in
from opsbot.store.homes import concerned_in
from opsbot.store.schema import deliveries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from opsbot.domain.audit import Entry, Head
    from opsbot.domain.deliveries import Effects, Message
    from opsbot.domain.watching import Event
    from opsbot.store.audit import AuditStore
    from opsbot.store.engine import Database

_log = logging.getLogger(__name__)


class Keeping:
    """A transaction that is going on: changes go through `connection`, what is kept with them through `keep`."""

    def __init__(self, connection: Connection, audit: AuditStore) -> None:
        self.connection = connection
        self.channels: dict[str, None] = {}
        """The channels that get messages, in the order in which they got the first."""
        self.entries: list[Entry] = []
        self._audit = audit

    def keep(self, effects: Effects) -> Head:
        """Keep the audit entry and the messages; gives the head of the chain from here on.

        Until the transaction ends, everyone else who keeps something waits: so do the change itself first.
        """
        # The entry first: while its chain is held nobody else's messages get a number, so that those of one channel
        # become visible in the order of their numbers.
        head = self._audit.append_in(self.connection, effects.entry)
        self.entries.append(effects.entry)
        self.say(effects.messages, effects.entry.at)
        self.tell(effects.events, effects.entry.at)
        users = concerned_in(self.connection, effects.entry)
        if users:
            want_homes_in(self.connection, users, effects.entry.at)
            self.channels[HOMES] = None
        return head

    def alone(self) -> None:
        """Have everyone who keeps something wait from here on, until the transaction ends."""
        self._audit.hold_in(self.connection)

    def tell(self, events: Iterable[Event], at: datetime) -> None:
        """Keep the events that are new, and put them into the lines of whoever watches; only while nobody else keeps."""
        happened = tuple(events)
        if happened:
            self.say(tuple(tell_in(self.connection, happened, at)), at)

    def say(self, messages: tuple[Message, ...], at: datetime) -> None:
        """Put messages at the end of their channels' lines, without an entry."""
        if not messages:
            return
        self.connection.execute(insert(deliveries), waiting_rows(messages, at))
        self.channels.update(dict.fromkeys(message.channel for message in messages))


class Keeper:
    """Begins such transactions. `wake` is called for each channel that got messages; it may be replaced."""

    def __init__(self, database: Database, audit: AuditStore, wake: Callable[[str], None]) -> None:
        self.wake = wake
        self._database = database
        self._audit = audit

    @contextmanager
    def transaction(self) -> Iterator[Keeping]:
        """Give a transaction; once it is committed, and only then, channels are woken. Raises StoreError."""
        with self._database.transaction() as connection:
            keeping = Keeping(connection, self._audit)
            yield keeping
        for entry in keeping.entries:
            self._audit.note(entry)
        for channel in keeping.channels:
            self._wake(channel)

    def _wake(self, channel: str) -> None:
        try:
            self.wake(channel)
        except Exception:  # noqa: BLE001 - whoever is woken fails in their own way
            # What was changed is changed, whatever is wrong with telling it now: the sweep wakes the channel again.
            _log.exception("Channel %s could not be woken.", channel)
