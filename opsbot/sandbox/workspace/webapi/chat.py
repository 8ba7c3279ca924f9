"""chat.*: what the app says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.workspace import limits
from opsbot.sandbox.workspace.blocks import check_message_blocks
from opsbot.sandbox.workspace.refusals import RefusedError
from opsbot.sandbox.workspace.shapes import JSON, message_json

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.channels import Channel
    from opsbot.sandbox.workspace.messages import Blocks, Message
    from opsbot.sandbox.workspace.webapi.calls import Call

_TRUNCATED = {"warning": "message_truncated", "response_metadata": {"warnings": ["message_truncated"]}}


def post_message(call: Call) -> JSON:
    """chat.postMessage: say something in a channel or a thread."""
    workspace = call.workspace
    channel = _place_to_write(call)
    text = call.text("text") or ""
    message = workspace.post(
        channel.id,
        workspace.app.bot_user,
        text[: limits.MESSAGE_TEXT],
        blocks=_blocks_or_text(call),
        thread_ts=thread_of(call, channel),
        broadcast=call.flag("reply_broadcast"),
        metadata=_metadata(call),
    )
    reply = {
        "ok": True,
        "channel": channel.id,
        "ts": message.ts,
        "message": message_json(workspace, message, metadata=True),
    }
    return reply if message.text == text else reply | _TRUNCATED


def post_ephemeral(call: Call) -> JSON:
    """chat.postEphemeral: say something that one person sees."""
    workspace = call.workspace
    channel = call.require_open(call.joined_channel())
    addressee = workspace.directory.get(call.required("user"))
    if addressee.id not in channel.members:
        raise RefusedError("user_not_in_channel")
    message = workspace.post(
        channel.id,
        workspace.app.bot_user,
        _text(call, limits.MESSAGE_TEXT),
        blocks=_blocks_or_text(call),
        thread_ts=thread_of(call, channel),
        addressee=addressee.id,
    )
    return {"ok": True, "message_ts": message.ts}


def update(call: Call) -> JSON:
    """chat.update: say something else in the place of an own message. Text without blocks takes the blocks away."""
    workspace = call.workspace
    channel = call.channel()
    message = _own_message(call, channel, "cant_update_message")
    edited = replace(
        message,
        text=_text(call, limits.UPDATED_TEXT),
        blocks=_blocks_or_text(call),
        metadata=_metadata(call) if "metadata" in call.arguments else message.metadata,
        edited_ts=workspace.next_ts(),
        edited_by=workspace.app.bot_user,
    )
    workspace.messages.change(edited)
    return {
        "ok": True,
        "channel": channel.id,
        "ts": edited.ts,
        "text": edited.text,
        "message": message_json(workspace, edited, metadata=True),
    }


def delete(call: Call) -> JSON:
    """chat.delete: take an own message away."""
    channel = call.channel()
    message = _own_message(call, channel, "cant_delete_message")
    call.workspace.messages.delete(message)
    return {"ok": True, "channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> JSON:
    """chat.getPermalink: where a message can be read."""
    channel = call.channel()
    message = _visible_message(call, channel, call.required("message_ts"))
    link = f"{call.workspace.url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts is not None:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"ok": True, "channel": channel.id, "permalink": link}


def thread_of(call: Call, channel: Channel) -> str | None:
    """Return the thread that the app names, by its parent; refuse one that isn't there.

    One whose parent was deleted goes on below what is left of it; where nobody had replied, what was to go there is said
    in the channel, and no word of that is lost to the app (slack-go/slack, issue 1571).
    """
    thread_ts = call.text("thread_ts")
    if thread_ts is None:
        return None
    parent = call.workspace.messages.find(channel.id, thread_ts)
    if parent is None and call.workspace.messages.was_deleted(channel.id, thread_ts):
        return thread_ts if call.workspace.messages.public_replies(channel.id, thread_ts) else None
    if parent is None or parent.is_ephemeral:
        raise RefusedError("cannot_reply_to_message")
    return parent.thread_ts or parent.ts


def _place_to_write(call: Call) -> Channel:
    workspace = call.workspace
    person = workspace.directory.find(call.required("channel"))
    if person is not None and person.id == call.text("channel"):
        return workspace.channels.direct(person.id, workspace.app.bot_user)
    channel = call.require_open(call.channel(by_name=True))
    may_everywhere = channel.kind == "public" and "chat:write.public" in workspace.app.manifest.scopes
    return channel if may_everywhere else call.joined_channel(by_name=True)


def _text(call: Call, limit: int) -> str:
    text = call.text("text") or ""
    if len(text) > limit:
        raise RefusedError("msg_too_long")
    return text


def _blocks_or_text(call: Call) -> Blocks:
    blocks = call.structure("blocks", "invalid_blocks_format")
    if not blocks and not call.text("text"):
        raise RefusedError("no_text")
    return tuple(check_message_blocks(blocks)) if blocks else ()


def _metadata(call: Call) -> dict[str, Any] | None:
    metadata = call.structure("metadata", "invalid_metadata_format")
    if metadata in (None, {}):
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise RefusedError("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise RefusedError("invalid_metadata_schema")
    if len(str(metadata)) > limits.METADATA_BYTES:
        raise RefusedError("metadata_too_large")
    return metadata


def _own_message(call: Call, channel: Channel, refusal: str) -> Message:
    message = _visible_message(call, channel, call.required("ts"))
    if message.user != call.workspace.app.bot_user:
        raise RefusedError(refusal)
    return message


def _visible_message(call: Call, channel: Channel, ts: str) -> Message:
    message = call.workspace.messages.find(channel.id, ts)
    if message is None or message.is_ephemeral:
        raise RefusedError("message_not_found")
    return message
