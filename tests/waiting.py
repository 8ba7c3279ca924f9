"""Waiting for what comes true in another thread or process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_NAP = 0.01


def wait_until(
    holds: Callable[[], object],
    seconds: float = 20.0,
    *,
    instead: Callable[[], object] = lambda: "it did not come true in time",
) -> None:
    """Look again and again; after so many seconds in vain it is an AssertionError that tells what is there `instead`."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, instead()
        time.sleep(_NAP)
