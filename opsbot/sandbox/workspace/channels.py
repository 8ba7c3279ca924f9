"""Channels and who is in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from opsbot.sandbox.workspace.feed import Feed, MembershipChanged
from opsbot.sandbox.workspace.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

ChannelKind = Literal["public", "private", "im"]


@dataclass(frozen=True, slots=True)
class Channel:
    """A place where messages go. A direct conversation is one of kind `im`."""

    id: str
    name: str
    members: frozenset[str] = frozenset()
    kind: ChannelKind = "public"
    topic: str = ""
    created: int = 1_700_000_000
    is_archived: bool = False


class Channels:
    """The channels of the workspace."""

    def __init__(self, channels: Iterable[Channel], feed: Feed) -> None:
        self._feed = feed
        self._channels = {channel.id: channel for channel in channels}

    def all(self) -> list[Channel]:
        """Every channel, in the order of their making."""
        return list(self._channels.values())

    def find(self, id_or_name: str) -> Channel | None:
        """Return the channel of this id or name (with or without `#`), if any."""
        name = id_or_name.removeprefix("#")
        named = (channel for channel in self._channels.values() if channel.kind != "im" and channel.name == name)
        return self._channels.get(id_or_name) or next(named, None)

    def get(self, id_or_name: str) -> Channel:
        """Return the channel of this id or name, or refuse with `channel_not_found`."""
        channel = self.find(id_or_name)
        if channel is None:
            raise RefusedError("channel_not_found")
        return channel

    def visible_to(self, user: str) -> list[Channel]:
        """Return what this person or bot can know of: public channels, and those that it is in."""
        return [channel for channel in self._channels.values() if channel.kind == "public" or user in channel.members]

    def join(self, channel: Channel, user: str) -> Channel:
        """Return the channel with this person or bot in it; twice is the same as once."""
        if user in channel.members:
            return channel
        joined = self._put(replace(channel, members=channel.members | {user}))
        self._feed.publish(MembershipChanged(joined, user, joined=True))
        return joined

    def leave(self, channel: Channel, user: str) -> Channel:
        """Return the channel without this person or bot; twice is the same as once."""
        if user not in channel.members:
            return channel
        left = self._put(replace(channel, members=channel.members - {user}))
        self._feed.publish(MembershipChanged(left, user, joined=False))
        return left

    def direct(self, one: str, other: str) -> Channel:
        """Return the direct conversation of two, which is made at its first use."""
        members = frozenset({one, other})
        for channel in self._channels.values():
            if channel.kind == "im" and channel.members == members:
                return channel
        made = self._put(Channel(f"D{len(self._channels) + 1:02d}{one.removeprefix('U')}", "", members, "im"))
        self._feed.publish(MembershipChanged(made, one, joined=True))
        return made

    def _put(self, channel: Channel) -> Channel:
        self._channels[channel.id] = channel
        return channel
