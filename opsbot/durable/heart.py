"""Telling the other replicas that this process lives, whatever else it is at."""

from __future__ import annotations

import logging
import threading
from time import monotonic
from typing import TYPE_CHECKING

from opsbot.errors import in_full

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.durable.duties import Replicas
    from opsbot.durable.tempo import Tempo

_log = logging.getLogger(__name__)

_LAST_BEAT_SECONDS = 2.0


class Heart:
    """Beats in a thread of its own, until the last of what was begun is done: a slow node must not make it look dead."""

    def __init__(self, replicas: Replicas, executor: str, tempo: Tempo) -> None:
        """Beat in the name of an executor."""
        self._replicas = replicas
        self.executor = executor
        self._tempo = tempo
        self._last = monotonic()
        self._quiet_until = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="heart", daemon=True)

    def start(self) -> None:
        """Beat once now, and from then on again and again; raises StoreError where not even that can be kept."""
        self._beat()
        # Perhaps the database is just back: those that live have to beat, too, before silence says that they don't.
        self._quiet_until = monotonic() + 2 * self._tempo.beat
        self._thread.start()

    def stop(self) -> None:
        """Beat no more; a beat that hangs isn't waited for."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_LAST_BEAT_SECONDS)

    def leave(self, is_done: Callable[[], bool]) -> None:
        """Go off the list after the last beat, unless something is left undone, which the others find by that list.

        Where that can't be known, this process stays on it: who ends in silence is looked after.
        """
        if self._thread.ident is None or self._was_silent(monotonic()):
            return
        try:
            if is_done():
                self._replicas.forget(self.executor)
        except Exception as error:  # noqa: BLE001 - whatever it is, this is the end
            _log.warning("that this process has ended can't be told: %s", in_full(error))

    def is_quiet(self) -> bool:
        """Tell whether silence of the others says nothing: where this one couldn't beat for long, neither could they."""
        now = monotonic()
        return now < self._quiet_until or self._was_silent(now)

    def _go_on(self) -> None:
        while not self._stopping.wait(self._tempo.beat):
            try:
                self._beat()
            except Exception as error:  # noqa: BLE001 - a database that is gone comes back
                _log.warning("that this process lives can't be told: %s", in_full(error))

    def _beat(self) -> None:
        self._replicas.beat(self.executor)
        now = monotonic()
        if self._was_silent(now):
            self._quiet_until = now + self._tempo.dead
        self._last = now

    def _was_silent(self, now: float) -> bool:
        return now - self._last > self._tempo.dead / 2
