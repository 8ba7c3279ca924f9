"""DBOS as we want it: its errors in our words, its log in ours, and its context left where it is."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import Context
from typing import TYPE_CHECKING, Any

from dbos import DBOS, DBOSConfig, error

from opsbot.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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
    """Make DBOS's one instance; it logs by our logging, not by a stream of its own."""
    made = DBOS(config=config)
    log = logging.getLogger("dbos")
    for stream in list(log.handlers):
        log.removeHandler(stream)
    log.propagate = True
    return made
