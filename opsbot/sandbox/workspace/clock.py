"""The time of the workspace, which can be put forward, and Slack's timestamps, which are the ids of messages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Clock = Callable[[], float]
Found = TypeVar("Found")

MICROSECONDS = 1_000_000


class WorkspaceClock:
    """Runs as its source does, and can be put forward: what waits for a later time then goes on at once.

    It belongs to the event loop of the workspace, except that anybody may read it.
    """

    def __init__(self, source: Clock) -> None:
        self._source = source
        self._ahead = 0.0
        self._sleepers: set[asyncio.Event] = set()

    def __call__(self) -> float:
        """Return the seconds since 1970, as the workspace has it."""
        return self._source() + self._ahead

    def advance(self, seconds: float) -> None:
        """Put the clock forward, and wake whoever waits for a time that has come."""
        self._ahead += seconds
        for sleeper in self._sleepers:
            sleeper.set()

    async def sleep(self, seconds: float) -> None:
        """Wait until so many seconds have passed here."""
        await self.sleep_until(self() + seconds)

    async def sleep_until(self, until: float) -> None:
        """Wait for a time."""
        while (left := until - self()) > 0:
            moved = asyncio.Event()
            self._sleepers.add(moved)
            try:
                async with asyncio.timeout(left):
                    await moved.wait()
            except TimeoutError:
                pass  # the time has come by itself; the loop looks
            finally:
                self._sleepers.discard(moved)

    async def wait_for(self, awaited: Awaitable[Found], until: float) -> Found:
        """Return what is awaited, or raise TimeoutError when the time comes first."""
        coming = asyncio.ensure_future(awaited)
        timer = asyncio.ensure_future(self.sleep_until(until))
        try:
            await asyncio.wait({coming, timer}, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                raise TimeoutError
            return await coming
        finally:
            timer.cancel()
            coming.cancel()


class Timestamps:
    """Gives `seconds.microseconds`, each later than the one before."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> str:
        """Return a timestamp that no other message has."""
        self._last = max(self._last + 1, int(self._clock() * MICROSECONDS))
        return f"{self._last // MICROSECONDS}.{self._last % MICROSECONDS:06d}"
