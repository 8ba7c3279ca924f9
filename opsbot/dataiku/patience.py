"""How long the client waits for a node, and how often it asks again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

Waiting = Callable[[], AbstractContextManager[None]]
"""Makes a context that is entered around each wait for a node."""


@dataclass(frozen=True, slots=True)
class Patience:
    """All times in seconds.

    Only calls that change nothing (GET) are ever asked again: after no answer, 429, 502, 503 or 504. A 500 isn't,
    since a live node answers 500 for things that stay wrong, such as a package that isn't there.
    """

    connect: float = 5.0
    """To make a connection."""
    read: float = 30.0
    """Between two signs of life of the node, in an ordinary call."""
    total: float = 60.0
    """For an ordinary call as a whole: every attempt, the waits between them and reading the reply.

    The last silence may outlast it by `read`, and a node that sends its headers drop by drop isn't hurried.
    """
    long_read: float = 900.0
    """As `read`, for creating and publishing a package, which the node answers when it is done."""
    attempts: int = 5
    """How often a call that changes nothing is sent at most; 1 never asks again."""
    first_wait: float = 0.2
    """Upper end of the first wait; it doubles with each attempt. The wait itself is drawn between 0 and there."""
    longest_wait: float = 5.0
    """Where the doubling ends. What the node asks for with Retry-After may be longer, within `total`."""
