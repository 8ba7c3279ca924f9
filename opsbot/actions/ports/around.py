"""What the actions need beside nodes, stores and Slack's channels: who people are, what must survive a crash, clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime

    from opsbot.domain.authorization import Membership
    from opsbot.domain.models import (
        Person,
    )
    from opsbot.domain.results import VerbHelp
    from opsbot.domain.status import Outlook, Records


class Directory(Protocol):
    """Slack's knowledge of people."""

    def membership(self, person: Person, *, fresh: bool = False) -> Membership:
        """Tell the user groups a person is in; never raises: what could not be read is the `problem`.

        What is told was read at most a minute ago, or just now where it has to be `fresh`. One reading is of everybody:
        whoever is asked about next is told of by it or by a later one.
        """
        ...

    def known_membership(self, person: Person) -> Membership:
        """Tell the groups as they were some minutes ago at most: for choosing, never for deciding.

        It answers within half a second; where nothing is known by then, that is the `problem`.
        """
        ...

    def members(self, group: str) -> frozenset[str]:
        """Name the people in a group, by the group's id or handle; none where that can't be read."""
        ...

    def known_name(self, user: str) -> str | None:
        """Tell what a person is called, where that is known already: Slack isn't asked."""
        ...


class Durable(Protocol):
    """Whatever survives a crash: what is begun here is carried to its end by this process or another."""

    def publish(self, request: int, attempt: int) -> None:
        """Have an approved request carried out; twice for the same attempt is the same as once."""
        ...

    def change(self, change: int) -> None:
        """Have a node changed; twice is the same as once."""
        ...

    def deliver(self, channel: str) -> None:
        """Have said what waits in the channel's line."""
        ...


class Health(Protocol):
    """How the bot is."""

    @property
    def version(self) -> str:
        """The version that runs."""
        ...

    def records(self) -> Records:
        """Tell what the store knows, or knew some seconds ago; raises StoreError."""
        ...

    def outlook(self) -> Outlook:
        """Tell what this replica sees, or saw some seconds ago."""
        ...


class Manual(Protocol):
    """How each verb is used."""

    def __call__(self) -> tuple[VerbHelp, ...]:
        """Describe every verb, in the order of learning them."""
        ...


class Waiting(Protocol):
    """Entered around whatever waits for somebody else, so that others may compute meanwhile."""

    def __call__(self) -> AbstractContextManager[None]:
        """Make the context."""
        ...


class Clock(Protocol):
    """What time it is."""

    def __call__(self) -> datetime:
        """Tell the time, in UTC."""
        ...


class Counted(Protocol):
    """Called as many things are read."""

    def __call__(self, done: int, of: int, /) -> None:
        """Hear how many of them were read so far."""
        ...
