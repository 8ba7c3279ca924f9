"""The heads of the audit's chain that Slack keeps: they are in the marks of the bot's own messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opsbot.domain.audit import Head
from opsbot.domain.chain import KnownHead
from opsbot.slack.identity import who_am_i
from opsbot.slack.sending.marks import MARK
from opsbot.slack.transport.calls import CALL_ERRORS, error_code, require_marks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from slack_sdk import WebClient

    from opsbot.slack.identity import Identity

_AT_ONCE = 200


def read_heads(
    client: WebClient, channels: Iterable[str], *, at_once: int = _AT_ONCE
) -> tuple[list[KnownHead], list[str]]:
    """Read the heads in these channels and in the threads there; gives what kept a channel from being read, too.

    Only what the bot itself wrote counts: a mark can be put on a message by any app. Raises ConfigError where Slack
    doesn't take the token.
    """
    reading = _Reading(client, who_am_i(client), at_once)
    heads: list[KnownHead] = []
    problems = []
    for channel in dict.fromkeys(channels):
        try:
            heads += reading.of(channel)
        except CALL_ERRORS as error:
            problems.append(f"Slack doesn't show what was said in {channel}: {error_code(error)}.")
    return heads, problems


class _Reading:
    """Reads channels, page by page."""

    def __init__(self, client: WebClient, identity: Identity, at_once: int) -> None:
        self._client = client
        self._identity = identity
        self._at_once = at_once

    def of(self, channel: str) -> Iterator[KnownHead]:
        """Read the heads in a channel and in the threads under the bot's messages, where alone it replies of a request."""
        for message in self._pages(self._client.conversations_history, channel=channel):
            if not self._is_own(message):
                continue
            yield from self._head(message, channel)
            if message.get("reply_count"):
                thread = self._pages(self._client.conversations_replies, channel=channel, ts=message["ts"])
                for reply in thread:
                    if reply["ts"] != message["ts"] and self._is_own(reply):
                        yield from self._head(reply, channel)

    def _pages(self, call: Callable[..., Any], **where: Any) -> Iterator[dict[str, Any]]:
        cursor = None
        while True:
            page = call(**where, limit=self._at_once, cursor=cursor, include_all_metadata=True)
            require_marks(page)
            yield from page["messages"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    def _is_own(self, message: dict[str, Any]) -> bool:
        bot = self._identity.bot
        return message.get("user") == self._identity.user or bool(bot and message.get("bot_id") == bot)

    def _head(self, message: dict[str, Any], channel: str) -> Iterator[KnownHead]:
        mark = message.get("metadata") or {}
        text = (mark.get("event_payload") or {}).get("head")
        if mark.get("event_type") == MARK and isinstance(text, str):
            yield KnownHead(Head.parse(text), f"message {message['ts']} in {channel}")
