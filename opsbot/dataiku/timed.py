"""Each call to a node, as it went: what was called, what came of it, and how long it took."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from opsbot.errors import DSSError, DSSUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_log = logging.getLogger(__name__)

_REQUEST_IDS = ("x-request-id", "x-correlation-id", "x-dss-request-id")
"""guess: the node's documentation names none; proxies in front of nodes send the first two."""


@dataclass(frozen=True, slots=True)
class NodeCall:
    """One request to a node that is over; a call that is asked again is several.

    `outcome` is the HTTP status, "silence" where no answer came, or "unreadable". `path` holds ids: it is for logs.
    """

    method: str
    path: str
    outcome: str
    seconds: float


NoteNode = Callable[[NodeCall], None]


class Going:
    """A request that is going on; `reply` hears what came back."""

    __slots__ = ("request_id", "status")

    def __init__(self) -> None:
        self.status: int | None = None
        self.request_id = ""

    def reply(self, status: int, headers: Mapping[str, str]) -> None:
        """Take the status, and the name that the node or a proxy gave to the request."""
        self.status = status
        self.request_id = next((headers[name] for name in _REQUEST_IDS if name in headers), "")


def unnoted(_: NodeCall) -> None:
    """Note nothing."""


@contextmanager
def timed(method: str, path: str, note: NoteNode) -> Iterator[Going]:
    """Note a request once it is over, whatever came of it, and log it."""
    going, began = Going(), perf_counter()
    kind = ""
    try:
        yield going
    except DSSError as error:
        kind = "silence" if isinstance(error, DSSUnavailableError) else "unreadable"
        raise
    finally:
        seconds = perf_counter() - began
        outcome = str(going.status) if going.status is not None else kind or "unreadable"
        note(NodeCall(method, path, outcome, seconds))
        _log.debug(
            "%s %s: %s",
            method,
            path,
            outcome,
            extra={
                "method": method,
                "path": path,
                "status": outcome,
                "ms": round(seconds * 1000, 1),
                "node_request": going.request_id,
            },
        )
