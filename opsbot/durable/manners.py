"""DBOS as we want it: its errors in our words, its log in ours, and its context left where it is."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import Context
from time import monotonic
from typing import TYPE_CHECKING, Any

from dbos import DBOS, DBOSConfig, error

from opsbot.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SAID_AGAIN_AFTER = 60.0


def outside(begin: Callable[[], None]) -> None:
    """Begin something of its own, even from within a step: DBOS knows by the context what belongs to what."""
    Context().run(begin)


@contextmanager
def translated() -> Iterator[None]:
    """Say in our own words that DBOS's database failed."""
    try:
        yield
    except error.DBOSWorkflowIDInUseError:
        raise
    except Exception as fault:
        failed = StoreError("My database doesn't answer as it should. Try again soon.")
        failed.add_note(f"{type(fault).__name__}: {str(fault).partition(chr(10))[0]}")
        raise failed from fault


def quietly(config: DBOSConfig) -> Any:
    """Make DBOS's one instance; it logs by our logging, not by a stream of its own, and each thing once in a while."""
    made = DBOS(config=config)
    log = logging.getLogger("dbos")
    for stream in list(log.handlers):
        log.removeHandler(stream)
    for earlier in [each for each in log.filters if isinstance(each, Seldom)]:
        log.removeFilter(earlier)
    log.addFilter(Seldom())
    log.propagate = True
    return made


class Seldom(logging.Filter):
    """Lets a thing be said once in so many seconds: DBOS says at each look that its database is gone, 20 times a second.

    What stands before the first colon says which thing it is. What is worse than a warning is always heard.
    """

    def __init__(self, seconds: float = _SAID_AGAIN_AFTER, now: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._seconds = seconds
        self._now = now
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether it is time to hear it."""
        if record.levelno > logging.WARNING:
            return True
        what, now = record.getMessage().partition(":")[0], self._now()
        if now < self._said.get(what, now):
            return False
        still = {each: until for each, until in self._said.items() if now < until}
        self._said = {**still, what: now + self._seconds}  # never changed once others see it: they may be reading
        return True
