"""Marks: the metadata by which a message that may have been said is found, rather than said twice."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from opsbot.domain.models import MessageRef
from opsbot.domain.watching import is_direct, is_person
from opsbot.slack.transport.calls import CALL_ERRORS, error_code, is_gone, require_marks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opsbot.slack.transport.client import KeptWebClient

_log = logging.getLogger(__name__)

MARK = "opsbot_delivery"
"""The type of the metadata of every message that is said without being an answer."""

_AT_ONCE = 200
_MOST_PAGES = 5
_LACKING = "missing_scope"


def find_marked(client: KeptWebClient, channel: str, thread: str | None, mark: Mapping[str, Any]) -> MessageRef | None:
    """Find the message that carries a delivery's mark among the last thousand in a channel, or of a thread.

    A database that was restored gives numbers again: a mark of the same number that is about something else is another's.
    A person's id stands for their direct conversation with the bot. An app that may not read those finds nothing there:
    twice is better than never. Of a thread that is gone the channel is looked through: what Slack said beside it is there.
    Raises CALL_ERRORS.
    """
    is_of_person = is_person(channel) or is_direct(channel)
    try:
        return _find_below(client, _opened(client, channel), thread, mark)
    except CALL_ERRORS as error:
        if is_of_person and error_code(error) == _LACKING:
            _log.warning("what was said to %s can't be looked for: the app lacks im:write or im:history", channel)
            return None
        raise


def _opened(client: KeptWebClient, channel: str) -> str:
    """Name the conversation with a person: Slack takes a person's id where something is said, not where it is read."""
    if not is_person(channel):
        return channel
    return str(client.conversations_open(users=channel)["channel"]["id"])


def _find_below(client: KeptWebClient, channel: str, thread: str | None, mark: Mapping[str, Any]) -> MessageRef | None:
    try:
        return _find(client, channel, thread, mark)
    except CALL_ERRORS as error:
        if thread is None or not is_gone(error):
            raise
        return _find(client, channel, None, mark)


def _find(client: KeptWebClient, channel: str, thread: str | None, mark: Mapping[str, Any]) -> MessageRef | None:
    where: dict[str, Any] = {"channel": channel, "limit": _AT_ONCE, "include_all_metadata": True}
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        if thread is None:
            page = client.conversations_history(**where, cursor=cursor)
        else:
            page = client.conversations_replies(ts=thread, **where, cursor=cursor)
        for message in page.get("messages") or ():
            found = message.get("metadata") or {}
            if found.get("event_type") == MARK and _is_same(found.get("event_payload") or {}, mark):
                return MessageRef(channel, str(message["ts"]))
        require_marks(page)
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return None
    return None


def _is_same(found: Mapping[str, Any], mark: Mapping[str, Any]) -> bool:
    """Tell whether a mark is the wanted one; where the audit stood has moved on since, and older marks say less."""
    told = {name: value for name, value in mark.items() if name in found and name != "head"}
    return "delivery" in told and all(found[name] == value for name, value in told.items())
