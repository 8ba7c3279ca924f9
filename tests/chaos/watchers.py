"""Watches under fire: packages made on a node while whoever looks and tells is killed, and what must be true of it."""

from __future__ import annotations

import random
import re
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import httpx

from opsbot.sandbox import demo
from tests.chaos.field import field_of
from tests.weather import Weather

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.chaos.field import Field, Replica
    from tests.weather import Spell

EVERYTHING, SOME, PERSON = "C01MLOPS", "C02APPROVALS", demo.VIC.id
WATCHES = [
    {"channel": EVERYTHING, "services": ["design:FRAUD/*"], "events": ["packaged"]},
    {"channel": EVERYTHING, "services": ["design:FRAUD/r*"], "events": ["packaged"]},  # matches what the first does
    {"channel": SOME, "services": ["design:FRAUD/r*"], "events": ["packaged"]},
    {"user": PERSON, "services": ["design:FRAUD/r*"], "events": ["packaged"]},
]
OFTEN = {"poll_interval": "100ms"}
OF_SOME = ("rules", "r1", "r2", "r3")
SERVICES = (*OF_SOME, "scoring", "s1", "s2", "s3")
"""So many that a list, which names twenty versions of each service, names all of them."""
TARGETS = (EVERYTHING, SOME, PERSON)
AT_RANDOM = "at random"
SEED = 6
BURSTS = {"joined", "list told"}
"""Points that only many packages at once come to."""
_IN_A_BURST = 12
_PATIENCE = 60.0
_QUICKER = 10.0
_NAME = re.compile(r"`k(\d+)`")


@dataclass
class Story:
    """What happened on the node, who was killed, and what people were told."""

    made: dict[str, list[int]] = field(default_factory=lambda: {service: [] for service in SERVICES})
    kills: list[str] = field(default_factory=list)
    silent: list[float] = field(default_factory=list)
    """Seconds from each kill, or from the end of bad weather, to the next message."""
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    told: int = 0
    lists: int = 0

    @property
    def events(self) -> int:
        return sum(map(len, self.made.values()))

    @property
    def faults(self) -> tuple[int, int, int]:
        return self.lost, self.doubled, self.disordered


class Watched:
    """A field whose node is watched by channels and a person."""

    def __init__(self, made: Field, seed: int) -> None:
        self.story = Story()
        self._field = made
        self._draw = random.Random(seed)
        self._since = 0.0
        self._hands = httpx.Client(base_url=f"{made.workspace.url}/_control", timeout=30)
        for service in set(SERVICES) - {"rules", "scoring"}:
            made.designer.node.create_service("FRAUD", service, by="script")
        made.wait(self._are_seen)

    def make(self, number: int, *, at_once: bool = False) -> None:
        """Make packages on the node, at once or as it comes."""
        for _ in range(number):
            service = self._draw.choice(SERVICES)
            count = self.story.events
            self._field.designer.node.create_package("FRAUD", service, f"k{count}", by="script")
            self.story.made[service].append(count)
            if not at_once:
                time.sleep(self._draw.uniform(0, 0.1))

    def kill(self, point: str, number: int) -> None:
        """Make so many packages and have somebody die meanwhile, at the point or whenever it comes."""
        living = [replica for replica in self._field.replicas if replica.lives]
        if point == AT_RANDOM:
            self.make(number)
            time.sleep(self._draw.uniform(0, 1.5))
            dead = self._draw.choice(living)
            dead.tell(signal.SIGKILL)
        else:
            self._field.armed.write_text(point)
            dead = self._driven_to_death(living, number, point)
        assert dead.end() == -signal.SIGKILL
        self.story.kills.append(point)
        self._since = time.time()
        self.make(1)

    def wait_for_a_message(self) -> None:
        """Wait for the first since the kill, or since the weather was over."""
        self._field.wait(lambda: self._last_at() > self._since, _PATIENCE)
        said_at = [at for target in TARGETS for at, _ in self._said(target) if at > self._since]
        self.story.silent.append(min(said_at) - self._since)

    def weather(self, *spells: Spell) -> None:
        """Make packages while Slack answers badly, and one more once that is over."""
        assert self._field.weather is not None
        self._field.weather.expect(*spells)
        while not self._field.weather.is_over():
            self.make(1)
            time.sleep(self._draw.uniform(0, 0.5))
        self._since = time.time()
        self.make(1)

    def finish(self) -> Story:
        """Wait until nothing is left to say, and count."""
        self._wait_patiently(self._is_all_told)
        self._field.wait(self._is_settled, _PATIENCE)
        story = self.story
        for target, services in ((EVERYTHING, SERVICES), (SOME, OF_SOME), (PERSON, OF_SOME)):
            expected = {count for service in services for count in story.made[service]}
            said = [message for _, message in self._said(target)]
            told = Counter(count for message in said for count in message)
            story.lost += len(expected - told.keys())
            story.doubled += sum(times - 1 for times in told.values())
            story.told += sum(told.values())
            story.lists += sum(len(message) > 1 for message in said)
            story.disordered += sum(_disordered(said, set(made)) for made in story.made.values())
        return story

    def close(self) -> None:
        self._hands.close()

    def _driven_to_death(self, living: list[Replica], number: int, point: str) -> Replica:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            self.make(max(number, _IN_A_BURST) if point in BURSTS else number, at_once=point in BURSTS)
            again = time.monotonic() + _QUICKER
            while time.monotonic() < again:
                dead = next((each for each in living if not each.lives), None)
                if dead is not None:
                    return dead
                time.sleep(0.02)
        raise AssertionError(f"nobody came to “{point}”")

    def _said(self, target: str) -> list[tuple[float, list[int]]]:
        """When each message was said to a target, and which packages it tells of, oldest first."""
        channel = self._field.direct(target) if target == PERSON else target
        seen = self._hands.get(f"/messages/{channel}", params={"user": PERSON}).json()["messages"]
        said = sorted((float(message["ts"]), list(map(int, _NAME.findall(message["text"])))) for message in seen)
        return [(at, told) for at, told in said if told]

    def _last_at(self) -> float:
        return max((at for target in TARGETS for at, _ in self._said(target)), default=0.0)

    def _wait_patiently(self, holds: Callable[[], bool]) -> None:
        """Wait until it holds, or long enough: what doesn't hold then is counted."""
        until = time.monotonic() + _PATIENCE
        while not holds() and time.monotonic() < until:
            time.sleep(0.1)

    def _is_all_told(self) -> bool:
        """Whether everything was told to the channel that hears everything."""
        return len({count for _, told in self._said(EVERYTHING) for count in told}) == self.story.events

    def _is_settled(self) -> bool:
        return not self._count("SELECT count(*) FROM deliveries WHERE state IN ('waiting', 'sending')")

    def _are_seen(self) -> bool:
        return self._count("SELECT count(*) FROM sights") == len(SERVICES)

    def _count(self, query: str) -> int:
        with self._field.database.transaction() as connection:
            return int(connection.exec_driver_sql(query).scalar_one())


def run(folder: Path, url: str, points: Sequence[str], *, each: int) -> Story:
    """Have somebody die at each of the points, while `each` packages are made."""
    replicas = 1 if url.startswith("sqlite") else 2
    with field_of(folder, url, replicas=replicas, watches=WATCHES, watching=OFTEN) as made:
        watched = Watched(made, SEED)
        try:
            for number, point in enumerate(points, 1):
                watched.kill(point, each)
                if replicas == 1 or number < len(points):  # of several, the last one does the rest alone
                    made.start()
                watched.wait_for_a_message()
            return watched.finish()
        finally:
            watched.close()


def run_through(folder: Path, url: str, *spells: Spell) -> tuple[Story, Counter[int]]:
    """Have Slack answer badly for a while; gives, too, how many calls met which status."""
    with field_of(folder, url, replicas=1, before=Weather, watches=WATCHES, watching=OFTEN) as made:
        watched = Watched(made, SEED)
        try:
            watched.weather(*spells)
            watched.wait_for_a_message()
            story = watched.finish()
        finally:
            watched.close()
        assert made.weather is not None
        return story, made.weather.struck


def _disordered(said: list[list[int]], of_service: set[int]) -> int:
    """How often a package is told of after a later one of the same service."""
    order = [count for message in said for count in message if count in of_service]
    return sum(one > other for one, other in pairwise(order))
