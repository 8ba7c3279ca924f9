"""SIGHUP: the configuration is read again, and followed if it is good."""

from __future__ import annotations

import logging
import signal
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING

from opsbot.errors import ConfigError, OpsbotError, in_full

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)


class Reload:
    """Does something again whenever SIGHUP asks for it; one time after the other, and what fails is logged."""

    def __init__(self) -> None:
        """Listen for the signal from now on: else it would end the process, or be ignored as it is while that is loaded.

        What it asks for is done once `do` is known.
        """
        self._asked: SimpleQueue[None] = SimpleQueue()
        signal.signal(signal.SIGHUP, lambda *_: self._asked.put(None))

    def do(self, again: Callable[[], None]) -> None:
        """Do this from now on, by a thread of its own."""
        threading.Thread(target=self._listen, args=(again,), name="reload", daemon=True).start()

    def _listen(self, again: Callable[[], None]) -> None:
        while True:
            self._asked.get()
            try:
                again()
            except OpsbotError as error:
                faults = error.faults if isinstance(error, ConfigError) else ()
                _log.error("%s", " ".join(("The configuration stays as it was:", in_full(error), *faults)))
            except Exception:  # noqa: BLE001 - whatever it is, the bot goes on as it was
                _log.exception("the configuration stays as it was")
