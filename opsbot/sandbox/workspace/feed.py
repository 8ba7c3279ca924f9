"""What changes in the workspace, told to whoever asked: the page, and what tells the app of events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.channels import Channel
    from opsbot.sandbox.workspace.messages import Message
    from opsbot.sandbox.workspace.views import View


@dataclass(frozen=True, slots=True)
class MessagePosted:
    """A message came, or an ephemeral to its addressee. A `quiet` one is none of the app's business."""

    message: Message
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class MessageChanged:
    """A message reads differently now, or its thread grew (then `edited` is False)."""

    message: Message
    previous: Message
    edited: bool = True


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    """A message is gone."""

    message: Message


@dataclass(frozen=True, slots=True)
class MembershipChanged:
    """Somebody joined a channel or left it."""

    channel: Channel
    user: str
    joined: bool


@dataclass(frozen=True, slots=True)
class ViewChanged:
    """A modal or Home is shown to a person, or reads differently."""

    view: View


@dataclass(frozen=True, slots=True)
class ViewClosed:
    """A modal is gone from a person's screen."""

    view: View


@dataclass(frozen=True, slots=True)
class TrafficLogged:
    """Something passed between the workspace and the app."""

    entry: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WorkspaceReset:
    """Everything is as it was at the start."""


Change = (
    MessagePosted
    | MessageChanged
    | MessageDeleted
    | MembershipChanged
    | ViewChanged
    | ViewClosed
    | TrafficLogged
    | WorkspaceReset
)
Subscriber = Callable[[Change], None]


class Feed:
    """Tells every subscriber of every change, in order, before the call that made it returns."""

    def __init__(self) -> None:
        self._subscribers: list[Subscriber] = []

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Tell `subscriber` of every change until the function that is returned is called."""
        self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            if subscriber in self._subscribers:
                self._subscribers.remove(subscriber)

        return unsubscribe

    def publish(self, change: Change) -> None:
        """Tell everybody who asked."""
        for subscriber in tuple(self._subscribers):
            subscriber(change)
