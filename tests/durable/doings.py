"""The durable work of a process over a database, and duties that only write down what they were called for."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from opsbot.durable import DurableWork, Duties, Run, Tempo
from opsbot.store import Database, ReplicaStore
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

QUICK = Tempo(line=0.05, sweep=0.3, beat=0.2, dead=1.0, prune=0.4)


class Doings:
    """Duties that only write down that they were called."""

    def __init__(self) -> None:
        self.seen: list[tuple[Any, ...]] = []
        self.fails: dict[str, list[Exception]] = {}
        self.lines: dict[str, list[str]] = {}
        self.sweeps = 0
        self.sweeping: threading.Event | None = None
        self.prunes = 0
        self.lock = threading.Lock()

    def duties(self) -> Duties:
        return Duties(self.run("publish"), self.run("change"), self.deliver_next, self.sweep, self.prune)

    def run(self, kind: str) -> Run:
        def begin(about: int, run: str) -> bool:
            self.note(f"{kind} begin", about, run)
            return True

        def post(about: int, run: str) -> dict[str, Any]:
            self.note(f"{kind} post", about, run)
            return {"state": "done"}

        def settle(about: int, run: str, reply: dict[str, Any]) -> None:
            self.note(f"{kind} settle", about, run, reply["state"])

        def give_up(about: int, run: str, why: str) -> None:
            self.note(f"{kind} give up", about, run, why)

        return Run(begin, post, settle, give_up)

    def note(self, what: str, *more: Any) -> None:
        with self.lock:
            self.seen.append((what, *more))
            failing = self.fails.get(what)
        if failing:
            raise failing.pop(0)

    def deliver_next(self, channel: str) -> float | None:
        with self.lock:
            line = self.lines.get(channel) or []
            if not line:
                return None
            self.seen.append((channel, line.pop(0)))
        return 0.01

    def sweep(self) -> None:
        self.sweeps += 1
        if self.sweeping is not None and not self.sweeping.wait(5.0):
            self.note("sweep was waited for")

    def prune(self) -> None:
        self.prunes += 1

    def wait_for(self, is_so: Callable[[], object]) -> None:
        wait_until(is_so, instead=lambda: self.seen)


@contextmanager
def working(url: str, doings: Doings, tempo: Tempo = QUICK, *, finishing: float = 5.0) -> Iterator[DurableWork]:
    database = Database(url)
    work = DurableWork(url, doings.duties(), ReplicaStore(database), tempo)
    try:
        work.start()
        yield work
    finally:
        work.stop(finishing)
        database.close()
