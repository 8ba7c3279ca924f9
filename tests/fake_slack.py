"""What the actions see of Slack, in memory, and what draws for it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opsbot.domain.authorization import Membership
from opsbot.domain.models import MessageRef, Person, Place
from opsbot.domain.watching import News

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from opsbot.domain.deliveries import Delivery
    from opsbot.domain.figures import Figures, Span
    from opsbot.domain.timeline import Timeline
    from opsbot.domain.watching import Event, Watch
    from opsbot.errors import TellingError


@dataclass
class FakeDirectory:
    """Knows the groups that it is told."""

    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    problem: str = ""
    barred: str = ""
    readings: int = 0
    names: dict[str, str] = field(default_factory=dict)

    def known_name(self, user: str) -> str | None:
        return self.names.get(user)

    def membership(self, person: Person, *, fresh: bool = False) -> Membership:
        self.readings += fresh
        return Membership(self.groups.get(person.id, frozenset()), self.problem, self.barred)

    def known_membership(self, person: Person) -> Membership:
        return self.membership(person)

    def members(self, group: str) -> frozenset[str]:
        return frozenset(user for user, groups in self.groups.items() if group in groups)


@dataclass
class FakeNewsroom:
    """Remembers what was told, by its delivery; `fails` are errors to raise, after it was heard where it is uncertain."""

    told: dict[int, News] = field(default_factory=dict)
    bursts: list[list[str]] = field(default_factory=list)
    fails: list[TellingError] = field(default_factory=list)
    tests: list[tuple[str, int]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)

    def post(self, delivery: Delivery, news: News) -> MessageRef:
        trouble = self.fails.pop(0) if self.fails else None
        if trouble is not None and not trouble.uncertain:
            raise trouble
        assert delivery.id not in self.told
        self.told[delivery.id] = news
        if trouble is not None:
            raise trouble
        return MessageRef(delivery.message.channel, f"{delivery.id}.0")

    def burst(self, delivery: Delivery, events: Sequence[Event], figures: Sequence[Figures] = ()) -> MessageRef:
        said = self.post(delivery, News(events[0])) if events else MessageRef(delivery.message.channel, "0.0")
        self.bursts.append([event.version for event in events])
        self.spans += [each.span for each in figures]
        return said

    def of_node(self, delivery: Delivery) -> MessageRef:
        raise NotImplementedError

    def stopped(self, delivery: Delivery, watch: Watch) -> MessageRef:
        raise NotImplementedError

    def test(self, delivery: Delivery, watch: Watch) -> MessageRef:
        trouble = self.fails.pop(0) if self.fails else None
        if trouble is not None:
            raise trouble
        self.tests.append((delivery.message.channel, watch.id))
        return MessageRef(delivery.message.channel, f"{delivery.id}.0")

    def test_ended(self, delivery: Delivery, watch: Watch) -> MessageRef:
        raise NotImplementedError

    def find(self, delivery: Delivery, thread: MessageRef | None) -> MessageRef | None:
        return MessageRef(delivery.message.channel, f"{delivery.id}.0") if delivery.id in self.told else None


@dataclass
class FakeProgress:
    """Remembers what it was told; `going_on` counts the work that isn't over."""

    told: list[str] = field(default_factory=list)
    going_on: int = 0
    takes_long: bool = False
    places: list[Place] = field(default_factory=list)

    @contextmanager
    def begin(self, place: Place, text: str) -> Iterator[Telling]:
        with self.over(lambda: MessageRef(place.channel, "1.0"), text) as progress:
            yield progress

    @contextmanager
    def if_long(self, place: Place, text: str) -> Iterator[Telling]:
        self.places.append(place)
        shown = MessageRef(place.channel, "1.0") if self.takes_long else None
        with self.over(lambda: shown, text) as progress:
            yield progress

    @contextmanager
    def over(self, where: Callable[[], MessageRef | None], text: str) -> Iterator[Telling]:
        self.told.append(text)
        self.going_on += 1
        try:
            yield Telling(self.told, where)
        finally:
            self.going_on -= 1


@dataclass
class Telling:
    """The progress of one piece of work."""

    told: list[str]
    where: Callable[[], MessageRef | None]

    def tell(self, text: str) -> None:
        self.told.append(text)


@dataclass
class FakePictures:
    """Draws nothing, and keeps what it was to draw."""

    drawn: list[Timeline] = field(default_factory=list)

    def timeline(self, timeline: Timeline) -> bytes:
        self.drawn.append(timeline)
        return b"a picture"
