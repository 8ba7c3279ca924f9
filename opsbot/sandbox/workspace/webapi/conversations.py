"""conversations.*: channels, who is in them, what was said there."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING

from opsbot.sandbox.workspace.refusals import RefusedError
from opsbot.sandbox.workspace.shapes import JSON, channel_json, message_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opsbot.sandbox.workspace.channels import Channel, ChannelKind
    from opsbot.sandbox.workspace.messages import Message
    from opsbot.sandbox.workspace.webapi.calls import Call

_METADATA = "metadata.message:read"
_KINDS: Mapping[str, ChannelKind] = MappingProxyType(
    {"public_channel": "public", "private_channel": "private", "im": "im"}
)


def list_channels(call: Call) -> JSON:
    """conversations.list: what the app can know of."""
    channels, metadata = call.page(_listed(call))
    return {"ok": True, "channels": [channel_json(call.workspace, channel) for channel in channels], **metadata}


def list_own(call: Call) -> JSON:
    """users.conversations: the channels that somebody, by default the bot, is in."""
    user = call.text("user") or call.workspace.app.bot_user
    channels, metadata = call.page([channel for channel in _listed(call) if user in channel.members])
    return {"ok": True, "channels": [channel_json(call.workspace, channel) for channel in channels], **metadata}


def info(call: Call) -> JSON:
    """conversations.info: one channel."""
    return {"ok": True, "channel": channel_json(call.workspace, call.channel())}


def members(call: Call) -> JSON:
    """conversations.members: who is in a channel."""
    people, metadata = call.page(sorted(call.channel().members))
    return {"ok": True, "members": list(people), **metadata}


def history(call: Call) -> JSON:
    """conversations.history: what was said in a channel outside of threads, newest first."""
    channel = call.joined_channel()
    said = [message for message in call.workspace.messages.of(channel.id) if _stands_in_channel(message)]
    return _messages(call, [message for message in reversed(said) if _in_range(call, message)])


def replies(call: Call) -> JSON:
    """conversations.replies: a thread, its parent first."""
    channel = call.joined_channel()
    ts = call.required("ts")
    parent = call.workspace.messages.find(channel.id, ts)
    left = call.workspace.messages.public_replies(channel.id, ts)
    if parent is None and left:
        return _messages(
            call, [reply for reply in left if _in_range(call, reply)]
        )  # guess: as if its parent were there
    if parent is None or parent.is_ephemeral:
        raise RefusedError("thread_not_found")
    if parent.thread_ts is not None:
        return _messages(call, [parent])
    thread = call.workspace.messages.public_replies(channel.id, parent.ts)
    return _messages(call, [parent, *(reply for reply in thread if _in_range(call, reply))])


def join(call: Call) -> JSON:
    """conversations.join: put the bot into a public channel."""
    channel = call.channel()
    if channel.kind != "public":
        raise RefusedError("method_not_supported_for_channel_type")
    joined = call.workspace.channels.join(call.require_open(channel), call.workspace.app.bot_user)
    return {"ok": True, "channel": channel_json(call.workspace, joined)}


def open_direct(call: Call) -> JSON:
    """conversations.open: the direct conversation with one person."""
    users = [user for user in call.required("users").split(",") if user]
    if len(users) != 1:
        raise RefusedError("not_enough_users" if not users else "too_many_users")
    person = call.workspace.directory.get(users[0])
    channel = call.workspace.channels.direct(person.id, call.workspace.app.bot_user)
    shape = channel_json(call.workspace, channel) if call.flag("return_im") else {"id": channel.id}
    return {"ok": True, "channel": shape}


def _listed(call: Call) -> list[Channel]:
    """Return the channels of the types that are asked for, each of which needs its scope."""
    asked = [kind.strip() for kind in (call.text("types") or "public_channel").split(",")]
    if not {*asked} <= {*_KINDS, "mpim"}:
        raise RefusedError("invalid_types")
    wanted = {_KINDS[kind] for kind in asked if kind in _KINDS}
    for kind in sorted(wanted):
        call.require_kind(kind)
    hidden = call.flag("exclude_archived")
    visible = call.workspace.channels.visible_to(call.workspace.app.bot_user)
    return [channel for channel in visible if channel.kind in wanted and not (hidden and channel.is_archived)]


def _stands_in_channel(message: Message) -> bool:
    return not message.is_ephemeral and (message.thread_ts is None or message.broadcast)


def _in_range(call: Call, message: Message) -> bool:
    oldest, latest = _bound(call, "oldest", 0.0), _bound(call, "latest", math.inf)
    ts = float(message.ts)
    return oldest <= ts <= latest if call.flag("inclusive") else oldest < ts < latest


def _bound(call: Call, name: str, default: float) -> float:
    try:
        return float(call.text(name) or default)
    except ValueError:
        raise RefusedError(f"invalid_ts_{name}") from None


def _messages(call: Call, messages: list[Message]) -> JSON:
    page, metadata = call.page(messages)
    # guess: without its scope Slack leaves the metadata out, and says nothing
    with_metadata = call.flag("include_all_metadata") and _METADATA in call.workspace.app.manifest.scopes
    return {
        "ok": True,
        "messages": [message_json(call.workspace, message, metadata=with_metadata) for message in page],
        "has_more": bool(metadata["response_metadata"]["next_cursor"]),
        **metadata,
    }
