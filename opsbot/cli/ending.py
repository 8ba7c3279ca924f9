"""The end of a process, asked for by signals."""

from __future__ import annotations

import os
import signal
import threading
import time
from queue import SimpleQueue

import click


class End:
    """The end of a process: the first SIGINT or SIGTERM asks for it; a second one, or `seconds`, brings it at once."""

    def __init__(self, seconds: float) -> None:
        """Listen for signals from now on."""
        # Of all that could wake a thread, these queues alone may be used where a signal interrupts whatever it likes.
        self._asked: SimpleQueue[None] = SimpleQueue()
        self._counting: SimpleQueue[None] = SimpleQueue()
        threading.Thread(target=self._count, args=(seconds,), name="end", daemon=True).start()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def wait(self) -> None:
        """Wait until the end is asked for."""
        self._asked.get()

    def _ask(self, *_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        self._asked.put(None)
        self._counting.put(None)

    def _count(self, seconds: float) -> None:
        self._counting.get()
        time.sleep(seconds)
        click.echo(f"Not all work was done {seconds:g} s after the signal; I end without it.", err=True)
        os._exit(1)
