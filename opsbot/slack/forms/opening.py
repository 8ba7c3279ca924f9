"""Opening forms before people, and changing them while they are open."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opsbot.slack.transport.calls import CALL_ERRORS, error_code

if TYPE_CHECKING:
    from slack_sdk.models.views import View

    from opsbot.domain.models import MessageRef
    from opsbot.slack.transport.client import KeptWebClient

_log = logging.getLogger(__name__)

TOO_LATE = "Slack let me open no form any more. Please try again."
"""What to say where a form could not be opened: mostly the click is older than the three seconds that Slack gives."""

GONE = "gone"
"""Why a form isn't changed that was closed or sent: in words of ours, since Slack wasn't asked."""

CLOSED = frozenset({GONE, "not_found"})
"""Why a form isn't changed that nobody has open any more, in our word and in Slack's."""

_REMEMBERED = 1_000
_TRIGGER_LASTS = 3.0
"""Seconds in which Slack lets a form be opened: to wait longer for that is in vain."""
_LOOKED_AT_FOR = 10.0
"""Seconds that somebody may look at a form before it goes on: whoever has it changed has others to see to."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A form that is open: Slack's id of it, and the hash of what it shows."""

    id: str
    hash: str


class Opener:
    """Calls Slack's `views.*`. Never raises: what Slack won't do is logged, and told by what is given back."""

    def __init__(self, client: KeptWebClient) -> None:
        self._client = client.with_patience(_LOOKED_AT_FOR)
        self._opening = client.with_patience(_TRIGGER_LASTS)
        self._gone: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, trigger: str, view: View) -> Opened | None:
        """Open a form; None where that can't be done, as when the trigger is older than three seconds."""
        try:
            reply = self._opening.views_open(trigger_id=trigger, view=view)
        except CALL_ERRORS as error:
            _log.warning("a form could not be opened: %s", error_code(error))
            return None
        opened: dict[str, Any] = reply["view"]
        return Opened(str(opened["id"]), str(opened["hash"]))

    def forget(self, form: str) -> None:
        """Leave a form alone from now on, by its id: whoever had it open closed it, or sent it."""
        with self._lock:
            self._gone[form] = None
            while len(self._gone) > _REMEMBERED:
                self._gone.popitem(last=False)

    def came_back(self, form: str) -> None:
        """Hear that a form is open for all that: something was done in it, so Slack didn't hear that it was taken."""
        with self._lock:
            self._gone.pop(form, None)

    def is_gone(self, form: str) -> bool:
        """Tell whether a form is known to be closed or sent."""
        with self._lock:
            return form in self._gone

    def update(self, opened: Opened, view: View) -> str | None:
        """Show something else in an open form; gives Slack's word for why not, or GONE for one that was closed."""
        if self.is_gone(opened.id):
            return GONE
        try:
            self._client.views_update(view_id=opened.id, hash=opened.hash or None, view=view)
        except CALL_ERRORS as error:
            _log.info("a form could not be changed: %s", error_code(error))
            return error_code(error)
        return None

    def metadata(self, message: MessageRef, thread: str | None) -> dict[str, Any]:
        """Read what a message of the bot's own says of itself; nothing where Slack won't tell."""
        where: dict[str, Any] = {
            "channel": message.channel,
            "oldest": message.ts,
            "latest": message.ts,
            "inclusive": True,
            "limit": 1,
            "include_all_metadata": True,
        }
        try:
            if thread is None or thread == message.ts:
                reply = self._client.conversations_history(**where)
            else:
                reply = self._client.conversations_replies(ts=thread, **{**where, "limit": 2})  # the parent comes first
        except CALL_ERRORS as error:
            _log.info("a message could not be read: %s", error_code(error))
            return {}
        for each in reply.get("messages") or ():
            if each.get("ts") == message.ts and isinstance(each.get("metadata"), dict):
                return dict(each["metadata"])
        return {}
