"""Saying something in a channel, or in a thread of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opsbot.domain.models import MessageRef
from opsbot.slack.blocks.messages import spoken

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from opsbot.slack.blocks.messages import Message


ABOUT = "opsbot_package"
"""The type of the metadata of an answer that is about one package, or about those of one service."""


def say(client: WebClient, message: Message, channel: str, thread: str | None = None) -> MessageRef:
    """Post an answer; gives where it is. Raises CALL_ERRORS."""
    about = message.about
    metadata = {"event_type": ABOUT, "event_payload": about.payload} if about is not None else None
    return post(client, message, channel, thread, metadata)


def post(
    client: WebClient, message: Message, channel: str, thread: str | None, metadata: dict[str, Any] | None
) -> MessageRef:
    """Post a message with its metadata; gives where it is. Raises CALL_ERRORS."""
    reply = client.chat_postMessage(
        channel=channel,
        text=spoken(message),
        blocks=message.blocks or None,
        thread_ts=thread,
        unfurl_links=False,
        unfurl_media=False,  # a picture that somebody's words lead to would be shown in the bot's name
        metadata=metadata,
    )
    return MessageRef(str(reply["channel"]), str(reply["ts"]))
