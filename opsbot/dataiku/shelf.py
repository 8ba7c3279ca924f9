"""Things that are read in the background, kept for a while, and given out at once, stale or not."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from concurrent.futures import Executor, Future, wait
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from opsbot.errors import DSSError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ages:
    """For how many seconds what was read is good.

    Older than `fresh`, it is given out and read again meanwhile; older than `stale`, whoever asks waits for the new
    one as for what was never read. After a failure nothing is tried for `failed` seconds.
    """

    fresh: float = 60.0
    stale: float = 900.0
    failed: float = 10.0


@dataclass(frozen=True, slots=True)
class _Kept(Generic[V]):
    things: tuple[V, ...]
    read_at: float
    try_at: float


class Shelf(Generic[K, V]):
    """Lists of one sort, by what they are of. Each is read by one at a time, however many ask for it."""

    def __init__(
        self,
        read: Callable[[K], Iterable[V]],
        executor: Executor,
        ages: Ages,
        *,
        most: int = 10_000,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep at most `most` lists, the ones that were asked for last."""
        self._read = read
        self._executor = executor
        self._ages = ages
        self._most = most
        self._now = now
        self._kept: OrderedDict[K, _Kept[V]] = OrderedDict()
        self._coming: dict[K, Future[None]] = {}
        self._lock = threading.Lock()
        self.generation = 0
        """Another number whenever something was read that is other than before."""

    def ask(self, keys: Iterable[K], until: float) -> dict[K, tuple[V, ...]]:
        """Give what is known of each, having waited until then at most for what isn't."""
        wanted = tuple(keys)
        awaited = [future for key in wanted if (future := self._look(key)) is not None]
        if awaited:
            wait(awaited, timeout=max(0.0, until - self._now()))
        with self._lock:
            return {key: self._kept[key].things if key in self._kept else () for key in wanted}

    def look_again(self, key: K, older_than: float) -> None:
        """Have a list read soon, if it wasn't just now."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or self._now() - kept.read_at > older_than:
                self._start(key)

    def _look(self, key: K) -> Future[None] | None:
        """Start what has to be read; gives what is worth waiting for."""
        now = self._now()
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                if now < kept.try_at:
                    return None
            future = self._start(key)
            return future if kept is None or now - kept.read_at > self._ages.stale else None

    def _start(self, key: K) -> Future[None] | None:
        """Have a list read, unless that is under way; the lock is held."""
        coming = self._coming.get(key)
        if coming is not None:
            return coming
        try:
            future = self._executor.submit(copy_context().run, self._refresh, key)
        except RuntimeError:  # shutting down
            return None
        self._coming[key] = future
        return future

    def _refresh(self, key: K) -> None:
        things: tuple[V, ...] | None = None
        try:
            things = tuple(self._read(key))
        except (DSSError, NotFoundError) as error:
            _log.info("%s can't be read for the forms: %s", key, error)
        except Exception:  # noqa: BLE001 - nobody else would hear of it
            _log.exception("%s can't be read for the forms", key)
        finally:
            with self._lock:
                self._put(key, things)
                del self._coming[key]

    def _put(self, key: K, things: tuple[V, ...] | None) -> None:
        """Keep what was read, or after a failure what there was; the lock is held."""
        now, before = self._now(), self._kept.get(key)
        if things is None:
            kept = _Kept(before.things if before is not None else (), now, now + self._ages.failed)
        else:
            kept = _Kept(things, now, now + self._ages.fresh)
        if before is None or kept.things != before.things:
            self.generation += 1
        self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
