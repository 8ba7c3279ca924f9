"""What came over the socket and has no acknowledgement yet."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK = '"envelope_id"'
"""What has one is waited for by Slack; of a greeting or a goodbye nothing is expected."""


class Envelopes:
    """Counts them, for whoever hangs up to wait until nobody is left waiting."""

    def __init__(self) -> None:
        self._open = 0
        self._changed = threading.Condition()

    def came(self, _: object, text: str) -> None:
        """Notice what came."""
        if _MARK in text:
            self._count(1)

    @contextmanager
    def acknowledging(self) -> Iterator[None]:
        """Acknowledge one of them, inside."""
        try:
            yield
        finally:
            self._count(-1)

    def wait_for_none(self, seconds: float) -> None:
        """Wait until each has its acknowledgement, for so long at most."""
        with self._changed:
            self._changed.wait_for(lambda: self._open <= 0, seconds)

    def _count(self, more: int) -> None:
        with self._changed:
            self._open += more
            self._changed.notify_all()
