"""Each call to Slack, as it went: what was called, what came of it, and how long it took."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from time import perf_counter
from typing import TYPE_CHECKING

from slack_sdk.errors import SlackApiError

from opsbot.slack.transport.calls import error_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_log = logging.getLogger(__name__)

DONE = "ok"
_REQUEST_ID = "x-slack-req-id"


@dataclass(frozen=True, slots=True)
class SlackCall:
    """A call that is over. `outcome` is "ok", Slack's own code for its refusal, or the kind of silence.

    `method` is one of Slack's, or says which other address was called: an address itself is a secret.
    """

    method: str
    outcome: str
    seconds: float


NoteSlack = Callable[[SlackCall], None]


class Going:
    """A call that is going on; `reply` hears what came back."""

    __slots__ = ("outcome", "request_id")

    def __init__(self) -> None:
        self.outcome = DONE
        self.request_id = ""

    def reply(self, headers: Mapping[str, str]) -> None:
        """Take Slack's own name for the call, by which its support finds it."""
        self.request_id = next((value for name, value in headers.items() if name.lower() == _REQUEST_ID), "")

    def end(self, status: int) -> None:
        """Take the status of an address that tells nothing else."""
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            self.outcome = f"http_{status}"


def unnoted(_: SlackCall) -> None:
    """Note nothing."""


@contextmanager
def timed(method: str, note: NoteSlack) -> Iterator[Going]:
    """Note a call once it is over, whatever came of it, and log it."""
    going, began = Going(), perf_counter()
    try:
        yield going
    except Exception as error:
        going.outcome = error_code(error)
        if isinstance(error, SlackApiError):
            going.reply(error.response.headers)
        raise
    finally:
        seconds = perf_counter() - began
        note(SlackCall(method, going.outcome, seconds))
        _log.debug(
            "slack %s: %s",
            method,
            going.outcome,
            extra={
                "method": method,
                "outcome": going.outcome,
                "ms": round(seconds * 1000, 1),
                "slack_request": going.request_id,
            },
        )
