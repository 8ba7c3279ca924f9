"""What is kept of what has to be told: deliveries, and who looks at which Home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from opsbot.domain.deliveries import Delivery, Message, Told
    from opsbot.domain.homes import Home


@dataclass(frozen=True, slots=True)
class DeliveryQuery:
    """Which deliveries to list: of those since then, what `person` may see.

    Of what is about a service only that which `visible` globs match, and of what one person did privately only theirs.
    `target` None: to everybody, and with that of all persons. `failed`: only what is given up, or couldn't be said yet.
    """

    visible: tuple[str, ...]
    person: str
    since: datetime
    target: str | None = None
    failed: bool = False
    page: int = 1
    size: int = 10


class Deliveries(Protocol):
    """What is to be said, a line per channel. Every call may raise StoreError."""

    def next(self, channel: str) -> Delivery | None:
        """Take the first of the channel's line that isn't said: marked as being sent, and told if it was before."""
        ...

    def last_post(self, channel: str) -> datetime | None:
        """Tell when something was last posted in the channel."""
        ...

    def put_off(self, channel: str) -> datetime | None:
        """Tell until when the channel's line waits, where something of it was put off; None where nothing was."""
        ...

    def settle(self, delivery: Delivery, at: datetime, instead: tuple[Message, ...] = ()) -> None:
        """Keep what became of a delivery, unless somebody else took it since; one that waits again heads its line.

        With that, all or nothing, `instead` is put at the end of its lines: what is to be said because of it. With one
        that is given up all is that was joined to it.
        """
        ...

    def add(self, messages: tuple[Message, ...], at: datetime) -> None:
        """Put messages at the end of their channels' lines."""
        ...

    def joined(self, delivery: Delivery) -> tuple[Message, ...]:
        """List what is told by this one, too, oldest first."""
        ...

    def join(self, delivery: Delivery, least: int) -> tuple[Message, ...]:
        """Have this one tell of all packages that wait in its line, if they are so many with its own; gives the others."""
        ...

    def channels(self) -> list[str]:
        """Name the channels in which something is to be said now: not those whose line is put off."""
        ...

    def page(self, query: DeliveryQuery) -> tuple[list[Told], int]:
        """Find a page of deliveries, newest first, and how many there are, as far as that is counted."""
        ...


class Homes(Protocol):
    """Who has opened their Home, and what it shows. Every call may raise StoreError."""

    def opened(self, user: str, at: datetime) -> None:
        """Remember that somebody looks at their Home: from here on every change that concerns it is told."""
        ...

    def get(self, user: str) -> Home | None:
        """Find what is known of somebody's Home; None where they never opened it."""
        ...

    def see(self, user: str, sight: frozenset[str]) -> None:
        """Remember of which services the Home tells: from here on every change of these is told."""
        ...

    def shown(self, user: str, mark: str, *, instead_of: str) -> None:
        """Remember the mark of what is shown now, unless somebody else remembered another; empty replaces any."""
        ...

    def forget(self, user: str) -> None:
        """Tell nothing more until the Home is opened again."""
        ...
