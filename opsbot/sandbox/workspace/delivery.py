"""How the app is told: one road for commands, clicks and events, whichever way the app is connected."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

JSON = dict[str, Any]
Kind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The app said in time that it has it; `payload` is what it said along with that."""

    payload: JSON = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The app didn't say in time that it has it (`operation_timeout`), or couldn't be told (`dispatch_failed`)."""

    error: Literal["operation_timeout", "dispatch_failed"]
    reason: str = ""
    """Slack's word for it when an event is sent again; empty for the usual one of the error."""
    final: bool = False
    """Whether the app asked not to be told again."""


Answer = Acknowledged | Unanswered


@dataclass(frozen=True, slots=True)
class Retry:
    """How often an event was sent before, and what became of it."""

    number: int
    reason: str


class Delivery(Protocol):
    """A way to the app."""

    @property
    def connections(self) -> int:
        """How many connections the app keeps open for it; none where each payload makes its own."""
        ...

    async def deliver(self, kind: Kind, payload: JSON, *, retry: Retry | None = None) -> Answer:
        """Tell the app, and wait until it acknowledges or its time is over."""
        ...

    async def disconnect(self, *, announced: bool) -> int:
        """Close the connections that the app keeps open, and return how many; it may open others."""
        ...

    async def warn(self) -> int:
        """Say that the connections are going to be closed in a while, and return to how many it was said."""
        ...

    async def cut(self) -> int:
        """Let the connections end without a word, as when a network fails, and return how many."""
        ...

    async def close(self) -> None:
        """Let go of whatever connects to the app."""
        ...
