"""Slack's timestamps, which are the ids of messages."""

from __future__ import annotations

from collections.abc import Callable

Clock = Callable[[], float]

MICROSECONDS = 1_000_000


class Timestamps:
    """Gives `seconds.microseconds`, each later than the one before."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> str:
        """Return a timestamp that no other message has."""
        self._last = max(self._last + 1, int(self._clock() * MICROSECONDS))
        return f"{self._last // MICROSECONDS}.{self._last % MICROSECONDS:06d}"
