"""What was heard, by which door, and since when: the time to its acknowledgement and to its answer.

The answer is there when all is done that the payload set off here: its job, and whatever that handed to other workers.
"""

from __future__ import annotations

import threading
from contextvars import ContextVar
from time import perf_counter
from typing import Protocol


class Meter(Protocol):
    """Hears how long people wait."""

    def acknowledged(self, door: str, seconds: float) -> None:
        """Hear how long Slack waited for the acknowledgement of a payload."""
        ...

    def answered(self, door: str, seconds: float) -> None:
        """Hear how long it took until all was done that a payload asked for."""
        ...


class Heard:
    """One payload. Its `door` is known once a listener has it."""

    __slots__ = ("_began", "_counting", "_jobs", "_meter", "door")

    def __init__(self, meter: Meter) -> None:
        self.door = ""
        self._meter = meter
        self._began = perf_counter()
        self._jobs = 0
        self._counting = threading.Lock()

    def acknowledged(self) -> None:
        """Tell that Slack has its acknowledgement; what no listener wanted isn't counted."""
        if self.door:
            self._meter.acknowledged(self.door, perf_counter() - self._began)

    def begin(self) -> None:
        """Have one more job to wait for."""
        with self._counting:
            self._jobs += 1

    def end(self, *, done: bool = True) -> None:
        """Have one job less; with the last one that was done, whoever asked has their answer."""
        with self._counting:
            self._jobs -= 1
            is_last = not self._jobs
        if is_last and done:
            self._meter.answered(self.door, perf_counter() - self._began)


_heard: ContextVar[Heard | None] = ContextVar("heard", default=None)


def heard_now() -> Heard | None:
    """Give the payload that is being worked on; None where it isn't one that began this."""
    return _heard.get()


class hearing:  # noqa: N801 - it is used like a function; a generator would cost each acknowledgement twice as much
    """Take a payload inside, up to its acknowledgement."""

    __slots__ = ("_before", "_heard")

    def __init__(self, meter: Meter) -> None:
        self._heard = Heard(meter)

    def __enter__(self) -> None:
        self._before = _heard.set(self._heard)

    def __exit__(self, *_: object) -> None:
        _heard.reset(self._before)
        self._heard.acknowledged()
