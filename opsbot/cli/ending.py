"""The end of a process, asked for by signals."""

from __future__ import annotations

import os
import signal
import threading
import time
from queue import SimpleQueue

import click

_FIRST_PROCESS = 1
_KILLED = 128
"""What shells add to the number of a signal that ended a process."""


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
        # The kernel spares the first process of a container what a signal does by default: that one ends itself.
        again = _end_at_once if os.getpid() == _FIRST_PROCESS else signal.SIG_DFL
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, again)
        self._asked.put(None)
        self._counting.put(None)

    def _count(self, seconds: float) -> None:
        self._counting.get()
        time.sleep(seconds)
        click.echo(f"Not all work was done {seconds:g} s after the signal; I end without it.", err=True)
        os._exit(1)


def _end_at_once(number: int, _: object) -> None:
    os._exit(_KILLED + number)
