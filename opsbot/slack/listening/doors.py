"""The doors by which people come in, each by its name; whoever stands in one is known to the logs by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from opsbot.domain.tracing import new_trace, traced
from opsbot.slack.transport.heard import heard_now

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


class Ack(Protocol):
    """Bolt's way to acknowledge."""

    def __call__(self) -> object:
        """Acknowledge."""
        ...


class SeenEvents(Protocol):
    """The events that were taken already."""

    def is_first(self, event: str, now: datetime) -> bool:
        """Remember the event; tells whether it is new."""
        ...


def through(door: str, listener: Callable[[Any, dict[str, Any]], None]) -> Callable[[Any, dict[str, Any]], None]:
    """Have a listener hear what comes by a door; Bolt goes by the names of what it takes."""

    def listen(ack: Any, body: dict[str, Any]) -> None:
        heard = heard_now()
        if heard is not None:
            heard.door = door
        with traced(trace=new_trace(), door=door, user=_user(body), slack_event=_text(body.get("event_id"))):
            listener(ack, body)

    return listen


def _user(body: dict[str, Any]) -> str:
    """Find who it is, wherever this kind of payload says so; what they wrote isn't looked at."""
    for holder in (body, body.get("user"), body.get("event")):
        if isinstance(holder, dict):
            found = _text(holder.get("user_id")) or _text(holder.get("id")) or _text(holder.get("user"))
            if found:
                return found
    return ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
