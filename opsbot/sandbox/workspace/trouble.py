"""What goes wrong with Slack on demand: which calls, how, for how long, and what after that."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opsbot.sandbox.workspace.clock import Clock

_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Status:
    """Slack answers with a status that is no 200. A 429 says after how many seconds to come again."""

    code: int
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Slack answers that it won't, with this error code."""

    code: str


@dataclass(frozen=True, slots=True)
class Slowness:
    """Slack does as it is told, so many seconds later."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Dropped:
    """Slack hangs up without a word."""


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """All is well for a while, before the next thing goes wrong."""


Failure = Status | Refusal | Dropped
Trouble = Failure | Slowness | Undisturbed


@dataclass(frozen=True, slots=True)
class Step:
    """One trouble, for so many calls or so many seconds, whichever is over first; with neither it stays."""

    trouble: Trouble
    calls: int | None = None
    seconds: float | None = None


class Course:
    """Troubles that follow one another, for the calls whose names match one of the patterns."""

    def __init__(self, methods: Iterable[str], steps: Iterable[Step], now: float) -> None:
        self._methods = tuple(methods)
        self._steps = deque(steps)
        self._since = now
        self._met = 0

    def meets(self, name: str) -> bool:
        """Whether this is about calls of that name."""
        return any(fnmatchcase(name, method) for method in self._methods)

    def next(self, now: float) -> Trouble | None:
        """Return what goes wrong with a call that comes now; None once everything is over."""
        while self._steps:
            step = self._steps[0]
            if step.seconds is not None and now >= self._since + step.seconds:
                self._go_on(self._since + step.seconds)
                continue
            self._met += 1
            trouble = self._dated(step, now)
            if step.calls is not None and self._met >= step.calls:
                self._go_on(now)
            return trouble
        return None

    def _dated(self, step: Step, now: float) -> Trouble:
        """Return the trouble; a 429 that doesn't say when to come again says when its step is over."""
        trouble = step.trouble
        if not isinstance(trouble, Status) or trouble.code != _TOO_MANY or trouble.retry_after is not None:
            return trouble
        left = self._since + step.seconds - now if step.seconds is not None else 1.0
        return Status(trouble.code, max(1, math.ceil(left)))

    def _go_on(self, since: float) -> None:
        self._steps.popleft()
        self._since, self._met = since, 0


class Troubles:
    """Everything that is ordered to go wrong; the newest order about a call decides."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._courses: list[Course] = []

    def order(self, methods: Iterable[str], steps: Iterable[Step]) -> None:
        """Let things go wrong from now on: for Web API methods, `response_url` and `upload`, by name or pattern."""
        self._courses.insert(0, Course(methods, steps, self._clock()))

    def call_off(self) -> None:
        """Let everything be well again."""
        self._courses.clear()

    def meet(self, name: str) -> Failure | Slowness | None:
        """Return what goes wrong with one call, if anything does."""
        for course in self._courses:
            if course.meets(name):
                trouble = course.next(self._clock())
                if trouble is not None:
                    return None if isinstance(trouble, Undisturbed) else trouble
        return None
