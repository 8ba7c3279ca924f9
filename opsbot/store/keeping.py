"""Keeping what goes with a change: its record in the audit and its messages, in the one transaction."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import insert

from opsbot.store.deliveries import waiting_rows
from opsbot.store.schema import deliveries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from opsbot.domain.audit import Head
    from opsbot.domain.deliveries import Effects
    from opsbot.store.audit import AuditStore
    from opsbot.store.engine import Database

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Keeping:
    """A transaction in which effects can be kept."""

    connection: Connection
    _audit: AuditStore
    channels: set[str] = field(default_factory=set)

    def keep(self, effects: Effects) -> Head:
        """Append the entry to the audit, and put the messages into their channels' lines."""
        # In this order: who appends holds the chain, so that messages get their numbers in the order of their records.
        head = self._audit.append_in(self.connection, effects.entry)
        if effects.messages:
            self.connection.execute(insert(deliveries), waiting_rows(effects.messages, effects.entry.at))
            self.channels.update(message.channel for message in effects.messages)
        return head


class Keeper:
    """Opens such transactions, and has the messages said once they are kept.

    `wake` is called with each channel in which something is to be said; what it fails at, a later sweep makes up for.
    """

    def __init__(self, database: Database, audit: AuditStore, wake: Callable[[str], None]) -> None:
        self._database = database
        self._audit = audit
        self.wake = wake

    @contextmanager
    def transaction(self) -> Iterator[Keeping]:
        """Give a transaction whose writes are kept at the end, all or none; raises StoreError."""
        with self._database.transaction() as connection:
            keeping = Keeping(connection, self._audit)
            yield keeping
        for channel in sorted(keeping.channels):
            try:
                self.wake(channel)
            except Exception:  # noqa: BLE001 - what was kept is kept, whoever fails to hear of it
                _log.exception("%s could not be told that there is something to say", channel)
