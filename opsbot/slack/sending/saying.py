"""Saying something in a channel, or in a thread of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from opsbot.domain.models import MessageRef
from opsbot.slack.blocks.messages import spoken
from opsbot.slack.transport.calls import CALL_ERRORS, UnthreadedError, error_code

if TYPE_CHECKING:
    from slack_sdk import WebClient
    from slack_sdk.web import SlackResponse

    from opsbot.slack.blocks.messages import Message

_log = logging.getLogger(__name__)

ABOUT = "opsbot_package"
"""The type of the metadata of an answer that is about one package, or about those of one service."""


def say(client: WebClient, message: Message, channel: str, thread: str | None = None) -> MessageRef:
    """Post an answer; gives where it is. Raises CALL_ERRORS."""
    about = message.about
    metadata = {"event_type": ABOUT, "event_payload": about.payload} if about is not None else None
    return _where(_post(client, message, channel, thread, metadata))


def post(
    client: WebClient, message: Message, channel: str, thread: str | None, metadata: dict[str, Any] | None
) -> MessageRef:
    """Post a message with its metadata; gives where it is. Raises CALL_ERRORS.

    Where a thread's first message was deleted before anybody replied, Slack says without a word beside the thread what
    was to go there. That is taken back: UnthreadedError.
    """
    reply = _post(client, message, channel, thread, metadata)
    said, shown = _where(reply), reply.get("message")
    if thread is not None and isinstance(shown, dict) and "thread_ts" not in shown:
        try:
            client.chat_delete(channel=said.channel, ts=said.ts)
        except CALL_ERRORS as error:
            _log.warning("what was said beside a thread that is gone stays there: %s", error_code(error))
        else:
            raise UnthreadedError("Slack says it beside the thread, which is gone.")
    return said


def _post(
    client: WebClient, message: Message, channel: str, thread: str | None, metadata: dict[str, Any] | None
) -> SlackResponse:
    return client.chat_postMessage(
        channel=channel,
        text=spoken(message),
        blocks=message.blocks or None,
        thread_ts=thread,
        unfurl_links=False,
        unfurl_media=False,  # a picture that somebody's words lead to would be shown in the bot's name
        metadata=metadata,
    )


def _where(reply: SlackResponse) -> MessageRef:
    return MessageRef(str(reply["channel"]), str(reply["ts"]))
