"""Messages: what was said where, in which thread, to whom."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.workspace.feed import Feed, MessageChanged, MessageDeleted, MessagePosted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opsbot.sandbox.workspace.files import File

Blocks = tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody said.

    `thread_ts` is the parent's timestamp in a reply and None elsewhere. An `addressee` makes it ephemeral: only that
    person sees it, and no method of the Web API returns it. `state` holds what people chose in its selects.
    """

    channel: str
    ts: str
    user: str
    text: str
    blocks: Blocks = ()
    thread_ts: str | None = None
    broadcast: bool = False
    addressee: str | None = None
    edited_ts: str | None = None
    edited_by: str | None = None
    metadata: Mapping[str, Any] | None = None
    subtype: str | None = None
    reactions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: tuple[File, ...] = ()

    @property
    def is_ephemeral(self) -> bool:
        """Whether only the addressee sees it."""
        return self.addressee is not None

    def is_visible_to(self, user: str) -> bool:
        """Whether this person sees it in the channel."""
        return self.addressee is None or self.addressee == user


class Messages:
    """The messages of all channels, oldest first."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._by_channel: defaultdict[str, dict[str, Message]] = defaultdict(dict)
        self._threads: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._deleted: set[tuple[str, str]] = set()

    def post(self, message: Message, *, quiet: bool = False) -> Message:
        """Add a message; a reply also counts on its parent. A `quiet` one makes no event for the app."""
        self._by_channel[message.channel][message.ts] = message
        if message.thread_ts is not None:
            self._threads[message.channel, message.thread_ts].append(message.ts)
        self._feed.publish(MessagePosted(message, quiet))
        self._touch_parent(message)
        return message

    def change(self, message: Message, *, edited: bool = True) -> Message:
        """Put `message` in the place of the one with its timestamp."""
        previous = self._by_channel[message.channel][message.ts]
        self._by_channel[message.channel][message.ts] = message
        self._feed.publish(MessageChanged(message, previous, edited))
        return message

    def delete(self, message: Message) -> None:
        """Take the message away; twice is the same as once."""
        if self._by_channel[message.channel].pop(message.ts, None) is None:
            return
        if message.thread_ts is not None:
            self._threads[message.channel, message.thread_ts].remove(message.ts)
        self._deleted.add((message.channel, message.ts))
        self._feed.publish(MessageDeleted(message))
        self._touch_parent(message)

    def find(self, channel: str, ts: str) -> Message | None:
        """Return the message of this timestamp, ephemeral or not, if it is there."""
        return self._by_channel[channel].get(ts)

    def was_deleted(self, channel: str, ts: str) -> bool:
        """Tell whether there was a message of this timestamp."""
        return (channel, ts) in self._deleted

    def of(self, channel: str) -> list[Message]:
        """Return everything said in the channel, replies and ephemerals as well, oldest first."""
        return list(self._by_channel[channel].values())

    def replies(self, channel: str, thread_ts: str) -> list[Message]:
        """Return the replies of a thread, ephemerals as well, oldest first."""
        messages = self._by_channel[channel]
        return [messages[ts] for ts in self._threads.get((channel, thread_ts), ())]

    def public_replies(self, channel: str, thread_ts: str) -> list[Message]:
        """Return the replies of a thread that everybody sees, oldest first."""
        return [reply for reply in self.replies(channel, thread_ts) if not reply.is_ephemeral]

    def clear(self) -> None:
        """Forget everything, without a word."""
        self._by_channel.clear()
        self._threads.clear()
        self._deleted.clear()

    def _touch_parent(self, reply: Message) -> None:
        if reply.thread_ts is None or reply.is_ephemeral:
            return
        parent = self._by_channel[reply.channel].get(reply.thread_ts)
        if parent is not None:
            self._feed.publish(MessageChanged(parent, parent, edited=False))
