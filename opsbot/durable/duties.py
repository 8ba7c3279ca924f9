"""What the durable work is made of: the steps that it calls, and what it knows of other replicas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

JSON = dict[str, Any]


def _unnoted(_: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Run:
    """How one kind of thing is done in three steps, each of which may be called again after a crash.

    `begin` tells whether to go on, `post` calls the node and tells what came of it, `settle` keeps that. `give_up` is
    called with what went wrong where a step failed in a way that nobody thought of.
    """

    begin: Callable[[int, str], bool]
    post: Callable[[int, str], JSON]
    settle: Callable[[int, str, JSON], None]
    give_up: Callable[[int, str, str], None]


@dataclass(frozen=True, slots=True)
class Duties:
    """Everything that is done durably.

    `deliver_next` says the next thing in a channel, and tells how many seconds to wait before the one after it, or None
    where the line is empty. `sweep` does what is due, and begins what a crash left undone. `prune` deletes what is kept
    no longer. `rescued` hears by its name of each kind of work that is taken over from a process that is gone.
    """

    publishing: Run
    changing: Run
    deliver_next: Callable[[str], float | None]
    sweep: Callable[[], None]
    prune: Callable[[], None]
    rescued: Callable[[str], None] = _unnoted


class Replicas(Protocol):
    """The processes that share the work, as they are seen through the database."""

    def beat(self, executor: str) -> None:
        """Tell the others that this process lives."""
        ...

    def silent(self, seconds: float) -> list[str]:
        """Name the processes that haven't been heard of for so long."""
        ...

    def forget(self, executor: str) -> None:
        """Take a process off the list."""
        ...

    def watching_alone(self, seconds: float) -> AbstractContextManager[bool]:
        """Be the one process that looks after the others, inside, unless it is frozen for so long; False where another is."""
        ...
