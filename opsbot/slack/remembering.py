"""What Slack was asked and needn't be asked again for a while, by this process or another."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from opsbot.errors import StoreError
from opsbot.slack.transport.calls import CALL_ERRORS, error_code

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.actions.ports import Waiting

T = TypeVar("T")

_log = logging.getLogger(__name__)

_FAILURE_LASTS = 5.0
_STILL_KNOWN = 600.0
_PATIENCE = 0.8
"""What was read so many seconds ago still tells what to offer; for what wasn't somebody waits so many.

Slack takes a third of a second at times, and more for the first call. Who waits so for people, for groups and for a node
is answered within the three seconds that there are for a form or a keystroke.
"""

_READING = 5.0
"""For so many seconds another process is left to read what it set out to read, and waited for."""

_LOOK_AGAIN = 0.1
_CLOCKS_DIFFER = timedelta(seconds=5)
"""What is from a later time than that was written by a clock that nobody can go by."""


class Notes(Protocol):
    """What all processes know of what Slack told. May raise StoreError."""

    def look(self, name: str) -> tuple[Any, datetime] | None:
        """Find what was told under the name, and when it was asked for."""
        ...

    def claim(self, name: str, now: datetime, until: datetime) -> bool:
        """Set out to ask Slack; tells whether no other process does so already."""
        ...

    def keep(self, name: str, content: Any, asked_at: datetime) -> None:
        """Note what Slack told, for everybody."""
        ...


@dataclass(frozen=True, slots=True)
class Memory:
    """How things are remembered: by which clocks, and with whom.

    `notes` None: there is one process, and it remembers alone. `waiting` is entered around waiting for others.
    """

    now: Callable[[], float] = time.monotonic
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    waiting: Waiting = nullcontext
    notes: Notes | None = None


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """What was read, or the `problem` that kept it from being read."""

    value: T
    problem: str = ""
    begun: float = float("-inf")
    until: float = field(default=0.0)


class Remembered(Generic[T]):
    """One thing that Slack is asked for: by one thread at a time, and by one process of all.

    It `lasts` so many seconds, and is never given out when it is older; from the last quarter of them on it is read
    again aside, so that nobody waits for what is asked for all the time. What fails gives the `empty` value with its
    problem, for a few seconds.
    """

    def __init__(
        self,
        name: str,
        *,
        ask: Callable[[], Any],
        read: Callable[[Any], T],
        empty: T,
        lasts: float,
        memory: Memory,
    ) -> None:
        """Remember what `ask` gets from Slack, as JSON that other processes may read, and `read` makes of it."""
        self._name = name
        self._ask = ask
        self._read = read
        self._empty = empty
        self._lasts = lasts
        self._memory = memory
        self._last = Reading(empty)
        self._reading = threading.Lock()
        self._beginning = threading.Lock()
        self._aside: threading.Thread | None = None

    def current(self) -> Reading[T]:
        """Give what isn't too old; who comes while it is being read waits for that."""
        last, now = self._last, self._memory.now()
        if now < last.until:
            if not last.problem and now > last.until - self._lasts / 4:
                self._begin_aside()
            return last
        return self._renewed(lambda: self._memory.now() < self._last.until)

    def read_now(self) -> Reading[T]:
        """Give what Slack was asked for after this call began; of many who call at once, one asks for all."""
        called = self._memory.now()
        return self._renewed(lambda: self._last.begun >= called, shared=False)

    def known(self) -> Reading[T] | None:
        """Give what was read some minutes ago at most, whoever reads again meanwhile; None where that takes too long.

        A failure isn't given out for longer than by `current`.
        """
        last = self._last
        if self._memory.now() < last.until:
            return last
        reading = self._begin_aside()
        if not self._is_known(last):
            with self._memory.waiting():
                reading.join(_PATIENCE)
            last = self._last
        return last if self._is_known(last) else None

    def _is_known(self, reading: Reading[T]) -> bool:
        now = self._memory.now()
        return now < reading.until or (not reading.problem and now < reading.begun + _STILL_KNOWN)

    def last(self) -> T:
        """Give what was read last, however long ago; nobody is asked."""
        return self._last.value

    def _begin_aside(self) -> threading.Thread:
        """Have it read by a thread of its own, unless one is at it."""
        with self._beginning:
            if self._aside is None or not self._aside.is_alive():
                # No one waits for it at the end: Slack may have asked it to come back in a minute.
                self._aside = threading.Thread(target=self._read_again, name="slack-reading", daemon=True)
                self._aside.start()
            return self._aside

    def _read_again(self) -> None:
        begun = self._last.begun
        self._renewed(lambda: self._last.begun > begun)

    def _renewed(self, is_good: Callable[[], bool], *, shared: bool = True) -> Reading[T]:
        with self._memory.waiting(), self._reading:  # one reads, the others wait for what it reads
            if not is_good():
                self._last = (self._from_others() if shared else None) or self._from_slack()
            return self._last

    def _from_slack(self) -> Reading[T]:
        begun, asked_at = self._memory.now(), self._memory.clock()
        try:
            content = self._ask()
            value = self._read(content)
        except (*CALL_ERRORS, KeyError, TypeError, ValueError) as error:
            problem = error_code(error)
            _log.warning("%s can't be read: %s", self._name, problem)
            return Reading(self._empty, problem, begun, self._memory.now() + _FAILURE_LASTS)
        if self._memory.notes is not None:
            try:
                self._memory.notes.keep(self._name, content, asked_at)
            except StoreError as error:
                _log.warning("%s can't be kept for the other replicas: %s", self._name, error)
        return Reading(value, begun=begun, until=begun + self._lasts)

    def _from_others(self) -> Reading[T] | None:
        """Take what another process read, if it is newer than what is known here; wait for one that is reading."""
        notes = self._memory.notes
        if notes is None:
            return None
        give_up = self._memory.now() + _READING
        try:
            while True:
                found = self._taken(notes.look(self._name))
                if found is not None:
                    return found
                now = self._memory.clock()
                if notes.claim(self._name, now, now + timedelta(seconds=_READING)):
                    return self._taken(notes.look(self._name))  # who read it may have been done just before
                if self._memory.now() > give_up:
                    return None
                time.sleep(_LOOK_AGAIN)
        except StoreError as error:
            _log.warning("what other replicas know of %s can't be read: %s", self._name, error)
            return None

    def _taken(self, noted: tuple[Any, datetime] | None) -> Reading[T] | None:
        if noted is None:
            return None
        content, asked_at = noted
        age = (self._memory.clock() - asked_at).total_seconds()
        begun = self._memory.now() - max(age, 0.0)
        is_new = begun > self._last.begun + _LOOK_AGAIN  # the same thing is never quite as old as before
        if age > self._lasts * 3 / 4 or age < -_CLOCKS_DIFFER.total_seconds() or not is_new:
            return None
        try:
            return Reading(self._read(content), begun=begun, until=begun + self._lasts)
        except (KeyError, TypeError, ValueError):
            return None  # another version's
