"""Events: what the app subscribed to is told it as it happens, and again when it doesn't acknowledge."""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import TYPE_CHECKING

from opsbot.sandbox.workspace.delivery import Acknowledged, Delivery, Retry
from opsbot.sandbox.workspace.feed import (
    Change,
    MembershipChanged,
    MessageChanged,
    MessageDeleted,
    MessagePosted,
    WorkspaceReset,
)
from opsbot.sandbox.workspace.payloads import event_callback
from opsbot.sandbox.workspace.people import SLACKBOT
from opsbot.sandbox.workspace.shapes import JSON, message_json, view_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opsbot.sandbox.workspace.messages import Message
    from opsbot.sandbox.workspace.state import Workspace

_CHANNEL_TYPES = {"public": "channel", "private": "group", "im": "im"}
_MESSAGE_EVENTS = {"public": "message.channels", "private": "message.groups", "im": "message.im"}
_SCOPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "app_mention": ("app_mentions:read",),
        "member_joined_channel": ("channels:read", "groups:read"),
        "member_left_channel": ("channels:read", "groups:read"),
        "message.channels": ("channels:history",),
        "message.groups": ("groups:history",),
        "message.im": ("im:history",),
    }
)
_REASONS = {"operation_timeout": "http_timeout", "dispatch_failed": "connection_failed"}


class Events:
    """Tells the app of changes in channels that its bot is in."""

    def __init__(self, workspace: Workspace, delivery: Delivery) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._sending: set[asyncio.Task[None]] = set()

    def on_change(self, change: Change) -> None:
        """Send the events of one change, in the background; quiet changes have none."""
        match change:
            case MessagePosted(message, quiet=False) if not message.is_ephemeral:
                self._posted(message)
            case MessageChanged(message, previous, edited=True) if not message.is_ephemeral:
                body: JSON = {"message": self._shape(message), "previous_message": self._shape(previous)}
                self._message_event(message, body | {"subtype": "message_changed", "hidden": True})
            case MessageDeleted(message) if not message.is_ephemeral:
                body = {"previous_message": self._shape(message), "deleted_ts": message.ts}
                self._message_event(message, body | {"subtype": "message_deleted", "hidden": True})
            case MembershipChanged():
                self._membership_event(change)
            case WorkspaceReset():
                self._give_up()
            case _:
                pass

    async def home_opened(self, user: str, channel: str, tab: str) -> None:
        """Tell the app that somebody entered the conversation with it: at a Home that was published, with its view."""
        event: JSON = {"type": "app_home_opened", "user": user, "channel": channel, "tab": tab}
        home = self._workspace.views.home(user)
        if tab == "home" and home is not None:
            event["view"] = view_json(self._workspace, home)
        await self._send_if_subscribed("app_home_opened", event | {"event_ts": self._workspace.next_ts()})

    async def close(self) -> None:
        """Give up what is still being sent."""
        await asyncio.gather(*self._give_up(), return_exceptions=True)

    def _give_up(self) -> tuple[asyncio.Task[None], ...]:
        sending = tuple(self._sending)
        for task in sending:
            task.cancel()
        return sending

    def _posted(self, message: Message) -> None:
        bot = self._workspace.app.bot_user
        self._message_event(message, self._shape(message))
        by_person = message.user not in (bot, SLACKBOT)
        in_channel = self._workspace.channels.get(message.channel).kind != "im"
        if by_person and in_channel and f"<@{bot}" in message.text and self._hears(message.channel):
            event = self._shape(message) | {"type": "app_mention", "channel": message.channel, "event_ts": message.ts}
            self._start("app_mention", event)

    def _message_event(self, message: Message, body: JSON) -> None:
        channel = self._workspace.channels.get(message.channel)
        if self._hears(channel.id):
            ts = message.ts if "subtype" not in body else self._workspace.next_ts()
            event = {"type": "message", **body, "ts": ts, "event_ts": ts, "channel": channel.id}
            self._start(_MESSAGE_EVENTS[channel.kind], event | {"channel_type": _CHANNEL_TYPES[channel.kind]})

    def _membership_event(self, change: MembershipChanged) -> None:
        if change.channel.kind == "im" or not self._hears(change.channel.id):
            return
        kind = "member_joined_channel" if change.joined else "member_left_channel"
        event = {"type": kind, "user": change.user, "channel": change.channel.id, "channel_type": "C"}
        self._start(kind, event | {"team": self._workspace.team_id, "event_ts": self._workspace.next_ts()})

    def _hears(self, channel: str) -> bool:
        return self._workspace.app.bot_user in self._workspace.channels.get(channel).members

    def _may_hear(self, subscription: str) -> bool:
        """Whether the app subscribed, and has the scope that Slack asks for with that."""
        manifest = self._workspace.app.manifest
        needed = _SCOPES.get(subscription)
        return subscription in manifest.events and (needed is None or not manifest.scopes.isdisjoint(needed))

    def _shape(self, message: Message) -> JSON:
        return message_json(self._workspace, message, metadata=True, counts=False)

    def _start(self, subscription: str, event: JSON) -> None:
        if self._may_hear(subscription):
            task = asyncio.get_running_loop().create_task(self._send_if_subscribed(subscription, event))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _send_if_subscribed(self, subscription: str, event: JSON) -> None:
        if not self._may_hear(subscription):
            return
        payload = event_callback(self._workspace, event)
        answer = await self._delivery.deliver("events_api", payload)
        for number, delay in enumerate(self._workspace.timing.event_retries, start=1):
            if isinstance(answer, Acknowledged) or answer.final:
                return
            await self._workspace.clock.sleep(delay)
            retry = Retry(number, answer.reason or _REASONS[answer.error])
            answer = await self._delivery.deliver("events_api", payload, retry=retry)
