"""A replica that is frozen, and replicas that are replaced one by one under load: what must be true when it is over."""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from opsbot.domain.lifecycle import State
from opsbot.sandbox import demo
from tests.chaos.kills import faults

if TYPE_CHECKING:
    from opsbot.domain.models import PublishRequest
    from tests.chaos.field import Field, Replica

IN_TIME = 3.0
"""Slack waits so many seconds for an acknowledgement."""

AT_ONCE: dict[str, Any] = {"policies": [{"name": "at once", "services": ["*"], "quorum": {}}]}
_NAP = 0.15


@dataclass
class Load:
    """Commands that go to whichever replica takes them, as a balancer sends them."""

    made: Field
    acks: list[float] = field(default_factory=list)
    lost: int = 0

    def send(self, text: str, *to: Replica) -> None:
        """Send one; who doesn't listen any more is passed over."""
        for replica in to or [each for each in reversed(self.made.replicas) if each.lives and each.port]:
            began = time.monotonic()
            if self.made.command(replica, text, demo.MAYA) == 200:
                self.acks.append(time.monotonic() - began)
                return
        self.lost += 1

    def wrong(self) -> list[str]:
        """Say what isn't as it must be."""
        late = [f"{each:.1f} s" for each in self.acks if each > IN_TIME]
        return [
            *([f"acknowledged after {', '.join(late)}"] if late else []),
            *([f"{self.lost} commands were taken by nobody"] if self.lost else []),
        ]


def freeze(made: Field, seconds: float) -> list[str]:
    """Have one of two replicas frozen in the middle of a publish, and thawed again; gives what was wrong."""
    frozen, other = made.replicas[-2:]
    load, target = Load(made), f"frozen-{time.monotonic_ns()}"
    request = made.ask(frozen, target)
    made.designer.site.latency = 0.5
    made.click(frozen, request)
    made.wait(lambda: made.requests.get(request.id).posted_at is not None)
    frozen.tell(signal.SIGSTOP)
    try:
        until, before = time.monotonic() + seconds, len(made.ear.heard)
        while time.monotonic() < until:
            load.send("whoami", other)
            time.sleep(_NAP)
        made.designer.site.latency = 0.0
        ended: PublishRequest = made.wait(lambda: made.settled(request))  # by the other
        made.wait(lambda: len(made.ear.heard) - before == len(load.acks))
    finally:
        frozen.tell(signal.SIGCONT)
    heard = len(made.ear.heard)
    load.send("whoami", frozen)
    made.wait(lambda: len(made.ear.heard) > heard)
    time.sleep(1.0)  # for what it was at to go wrong
    return [*load.wrong(), *faults(ended, made)]


def roll(made: Field, every: float) -> list[str]:
    """Replace every replica by another one, while a publish is asked for `every` so often; gives what was wrong."""
    load, over = Load(made), threading.Event()
    name = time.monotonic_ns()

    def ask_on() -> None:
        while not over.wait(every):
            load.send(f"publish FRAUD/scoring v4 --as roll-{name}-{len(load.acks)}")

    made.designer.site.latency = 0.1
    asking = threading.Thread(target=ask_on)
    asking.start()
    wrong = []
    try:
        for old in [each for each in made.replicas if each.lives]:
            made.start()
            old.tell(signal.SIGTERM)
            began = time.monotonic()
            code = old.end(30)
            if code != 0:
                wrong.append(f"a replica ended with {code}")
            if time.monotonic() - began > 25:
                wrong.append("a replica took longer than 25 s to end")
    finally:
        over.set()
        asking.join()
        made.designer.site.latency = 0.0
    for number in range(len(load.acks)):
        target = f"roll-{name}-{number}"
        wrong += faults(_settled(made, target), made)
    return [*wrong, *load.wrong()]


def lose_database(made: Field, server: Any, seconds: float) -> list[str]:
    """Have the database gone for so long in the middle of a publish; gives what was wrong."""
    name = time.monotonic_ns()
    first, second = (made.ask(made.replicas[-1], f"{when}-{name}") for when in ("before", "meanwhile"))
    made.designer.site.latency = 1.0
    made.click(made.replicas[-1], first)
    made.wait(lambda: made.requests.get(first.id).posted_at is not None)
    server.stop()  # while the node is at it
    gone = time.monotonic()
    heard = len(made.ear.heard)
    made.click(made.replicas[-2], second)
    made.wait(lambda: any("My database doesn't answer" in each for each in made.ear.heard[heard:]))
    time.sleep(max(0.0, seconds - (time.monotonic() - gone)))
    with server._lock:
        server.ensure_postgres_running()
    made.designer.site.latency = 0.0
    ended: list[PublishRequest] = [made.wait(lambda: made.settled(first))]
    made.click(made.replicas[-2], second)
    ended.append(made.wait(lambda: made.settled(second)))
    wrong = [f"request {each.id} is {each.state}" for each in ended if each.state is not State.PUBLISHED]
    wrong += [fault for each in ended for fault in faults(each, made)]
    return [*wrong, *([] if all(each.lives for each in made.replicas[-2:]) else ["a replica died"])]


def _settled(made: Field, target: str) -> PublishRequest:
    """Wait for the one publish to that target to be over, and told."""

    def look() -> PublishRequest | None:
        everything = made.requests.in_states(frozenset(State))
        found = next((each for each in everything if each.wish.published_service == target), None)
        return made.settled(found) if found is not None and found.card is not None else None

    ended: PublishRequest = made.wait(look)
    return ended
