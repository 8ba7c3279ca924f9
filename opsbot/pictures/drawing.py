"""The door to drawing: says what is missing where the extra isn't installed, and lets one draw at a time."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING

from opsbot.errors import MissingExtraError

if TYPE_CHECKING:
    from opsbot.actions.ports import Waiting
    from opsbot.domain.timeline import Timeline


class Drawing:
    """Draws with matplotlib, which isn't safe for several threads at once; `waiting` lets others compute meanwhile."""

    def __init__(self, waiting: Waiting = nullcontext) -> None:
        self._waiting = waiting
        self._lock = threading.Lock()

    def timeline(self, timeline: Timeline) -> bytes:
        """Draw packages and publishes along time, as a PNG; MissingExtraError where matplotlib isn't installed."""
        with self._waiting(), self._lock:
            try:
                from opsbot.pictures.timeline import drawn  # noqa: PLC0415 - half a second, and an extra
            except ModuleNotFoundError as error:
                raise MissingExtraError(
                    "I can't draw here: that takes the extra “pictures”, which whoever runs me can install."
                ) from error
            return drawn(timeline)
