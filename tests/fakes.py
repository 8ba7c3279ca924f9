"""The ports of the actions, in memory, and the scene that puts them together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING

from opsbot.actions.world import World
from opsbot.domain.audit import BEFORE_THE_FIRST, Entry, Head, digest, link
from opsbot.domain.figures import Figures
from opsbot.domain.homes import Home
from opsbot.domain.models import (
    MessageRef,
    Pause,
)
from opsbot.domain.rules import NewInForce
from opsbot.domain.status import Outlook, Records
from opsbot.grammar import manual
from tests.builders import NOON, SCORING, TEAM, rules
from tests.fake_nodes import FakeDesigner, FakeSurvey
from tests.fake_requests import FakeNodeChanges, FakeRequests, FakeSnapshots
from tests.fake_slack import FakeDirectory, FakePictures, FakeProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from opsbot.actions.stores import DeliveryQuery
    from opsbot.domain.audit import Record
    from opsbot.domain.deliveries import Delivery, Effects, Message, Told
    from opsbot.domain.figures import Span
    from opsbot.domain.models import Decision
    from opsbot.domain.policies import Policy
    from opsbot.domain.references import ServiceRef
    from opsbot.domain.rules import Rules
    from opsbot.domain.watching import Event, Watch, WatchRule


class FakeAudit:
    """The chain in a list; the bodies are not the store's."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._head = BEFORE_THE_FIRST

    def append(self, entry: Entry) -> Head:
        self.entries.append(entry)
        self._head = Head(self._head.seq + 1, link(self._head.link, digest(repr(entry))))
        return self._head

    def page(
        self, *, service: ServiceRef | None, request: int | None, page: int, size: int
    ) -> tuple[list[Record], int]:
        raise NotImplementedError


@dataclass
class FakeDeliveries:
    """What was to be said, in its order."""

    messages: list[Message] = field(default_factory=list)
    waiting: tuple[Message, ...] = ()
    told_by: dict[int, tuple[Message, ...]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    queries: list[DeliveryQuery] = field(default_factory=list)

    def joined(self, delivery: Delivery) -> tuple[Message, ...]:
        return self.told_by.get(delivery.id, ())

    def join(self, delivery: Delivery, least: int) -> tuple[Message, ...]:
        if len(self.waiting) + 1 >= least:
            self.told_by[delivery.id], self.waiting = self.waiting, ()
        return self.joined(delivery)

    def next(self, channel: str) -> Delivery | None:
        raise NotImplementedError

    def last_post(self, channel: str) -> datetime | None:
        raise NotImplementedError

    def put_off(self, channel: str) -> datetime | None:
        raise NotImplementedError

    def settle(self, delivery: Delivery, at: datetime, instead: tuple[Message, ...] = ()) -> None:
        raise NotImplementedError

    def add(self, messages: tuple[Message, ...], at: datetime) -> None:
        self.messages += messages

    def channels(self) -> list[str]:
        return sorted({message.channel for message in self.messages})

    def page(self, query: DeliveryQuery) -> tuple[list[Told], int]:
        self.queries.append(query)
        return self.told, len(self.told)


@dataclass
class FakeKeeping:
    """Keeps effects where tests can look at them."""

    audit: FakeAudit = field(default_factory=FakeAudit)
    deliveries: FakeDeliveries = field(default_factory=FakeDeliveries)
    events: dict[str, Event] = field(default_factory=dict)

    def keep(self, effects: Effects) -> Head:
        for event in effects.events:
            self.events.setdefault(event.identity, event)
        self.deliveries.messages += effects.messages
        return self.audit.append(effects.entry)


@dataclass
class FakePolicies:
    """The policies in force, as they are just now."""

    policies: tuple[Policy, ...] = ()

    def in_force(self) -> tuple[Policy, ...]:
        return self.policies


@dataclass
class FakeRulebook:
    """Puts policies in force among the fakes; of watches it knows nothing."""

    policies: FakePolicies

    def put_in_force(
        self,
        policies: tuple[Policy, ...],
        watching: Iterable[WatchRule],
        at: datetime,
        effects: Callable[[NewInForce], Effects | None],
        settings: Mapping[str, str] | None = None,
    ) -> NewInForce:
        new = NewInForce(frozenset({"policies"}) if policies != self.policies.policies else frozenset())
        self.policies.policies = policies
        effects(new)
        return new


class FakePauses:
    """Pauses in a list."""

    def __init__(self, keeping: FakeKeeping) -> None:
        self._kept: list[Pause] = []
        self._keeping = keeping

    def active(self) -> tuple[Pause, ...]:
        return tuple(self._kept)

    def add(self, services: str, decision: Decision, effects: Effects) -> Pause:
        pause = Pause(len(self._kept) + 1, services, decision.comment, decision.person, decision.at)
        self._kept.append(pause)
        self._keeping.keep(effects)
        return pause

    def lift(self, services: str, decision: Decision, effects: Effects) -> tuple[Pause, ...]:
        lifted = tuple(each for each in self._kept if each.services == services)
        self._kept = [each for each in self._kept if each.services != services]
        if lifted:
            self._keeping.keep(effects)
        return lifted


@dataclass
class FakeDurable:
    """Keeps what was to be done, for the test to do it."""

    published: list[tuple[int, int]] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)

    def publish(self, request: int, attempt: int) -> None:
        self.published.append((request, attempt))

    def change(self, change: int) -> None:
        self.changed.append(change)

    def deliver(self, channel: str) -> None:
        self.delivered.append(channel)


class FakeWatches:
    """Watches in a dict."""

    def __init__(self, keeping: FakeKeeping) -> None:
        self.kept: dict[int, Watch] = {}
        self.digests_wanted_at: datetime | None = None
        self.configured: tuple[WatchRule, ...] = ()
        self._keeping = keeping
        self._numbers = count(1)

    def add(self, watch: Watch, effects: Effects) -> Watch:
        self._keeping.keep(effects)
        same = (
            each.id for each in self.kept.values() if (each.target, each.services) == (watch.target, watch.services)
        )
        added = replace(watch, id=next(same, None) or next(self._numbers))
        self.kept[added.id] = added
        return added

    def remove(self, watch: Watch, effects: Effects) -> bool:
        if self.kept.pop(watch.id, None) is None:
            return False
        self._keeping.keep(effects)
        return True

    def get(self, number: int) -> Watch | None:
        return self.kept.get(number)

    def of_target(self, target: str) -> tuple[Watch, ...]:
        return tuple(each for each in self.kept.values() if each.target == target)

    def set_by(self, person: str) -> tuple[Watch, ...]:
        return tuple(each for each in self.kept.values() if person in {each.by.id, each.target})

    def stop(self, target: str, why: str, at: datetime) -> tuple[Watch, ...]:
        stopped = [replace(each, stopped=why) for each in self.of_target(target) if not each.stopped]
        self.kept |= {each.id: each for each in stopped}
        return tuple(stopped)

    def going_on(self) -> tuple[Watch, ...]:
        return tuple(each for each in self.kept.values() if not each.stopped)

    def want_digests(self, at: datetime) -> None:
        self.digests_wanted_at = at

    def test(self, tests: Iterable[Effects]) -> None:
        for each in tests:
            self._keeping.keep(each)


@dataclass
class FakeEvents:
    """Events in a dict, and where their stories are told."""

    kept: dict[int, Event] = field(default_factory=dict)
    stories: dict[tuple[str, str, datetime | None], MessageRef] = field(default_factory=dict)

    def get(self, number: int) -> Event:
        return self.kept[number]

    def figures(self, span: Span) -> Figures:
        return Figures(span)

    def story(self, target: str, event: Event) -> MessageRef | None:
        return self.stories.get((target, event.version, event.packaged_on))

    def told_at(self, message: MessageRef) -> tuple[tuple[ServiceRef, str], ...]:
        return tuple((SCORING, version) for (_, version, _), where in self.stories.items() if where == message)

    def begin_story(
        self, target: str, event: Event, message: MessageRef, at: datetime, instead_of: MessageRef | None = None
    ) -> None:
        key = (target, event.version, event.packaged_on)
        if self.stories.get(key) in {None, instead_of}:
            self.stories[key] = message


class FakeHomes:
    """Homes in a dict."""

    def __init__(self) -> None:
        self.kept: dict[str, Home] = {}

    def opened(self, user: str, at: datetime) -> None:
        self.kept.setdefault(user, Home(user))

    def get(self, user: str) -> Home | None:
        return self.kept.get(user)

    def see(self, user: str, sight: frozenset[str]) -> None:
        self.kept[user] = replace(self.kept[user], sight=sight)

    def shown(self, user: str, mark: str, *, instead_of: str) -> None:
        if instead_of in {"", self.kept[user].mark}:
            self.kept[user] = replace(self.kept[user], mark=mark)

    def forget(self, user: str) -> None:
        self.kept.pop(user, None)


SOME_RULES = rules(*TEAM)


class Scene:
    """A world of fakes, each of which a test may look into."""

    def __init__(self, rules: Rules = SOME_RULES, designer: FakeDesigner | None = None) -> None:
        self.rules = rules
        self.now = NOON
        self.keeping = FakeKeeping()
        self.designer = designer or FakeDesigner()
        self.survey = FakeSurvey(self.designer)
        self.policies = FakePolicies(self.rules.policies)
        self.pauses = FakePauses(self.keeping)
        self.requests = FakeRequests(self.keeping, self.policies, self.pauses)
        self.changes = FakeNodeChanges(self.keeping)
        self.snapshots = FakeSnapshots()
        self.directory = FakeDirectory()
        self.durable = FakeDurable()
        self.homes = FakeHomes()
        self.watches = FakeWatches(self.keeping)
        self.events = FakeEvents()
        self.progress = FakeProgress()
        self.pictures = FakePictures()
        self.health = FakeHealth()

    @property
    def entries(self) -> list[Entry]:
        """What the audit holds."""
        return self.keeping.audit.entries

    @property
    def messages(self) -> list[Message]:
        """What was to be said."""
        return self.keeping.deliveries.messages

    @property
    def world(self) -> World:
        return World(
            ruling=lambda: self.rules,
            designer=self.designer,
            survey=self.survey,
            requests=self.requests,
            changes=self.changes,
            policies=self.policies,
            pauses=self.pauses,
            snapshots=self.snapshots,
            deliveries=self.keeping.deliveries,
            audit=self.keeping.audit,
            directory=self.directory,
            durable=self.durable,
            progress=self.progress,
            pictures=self.pictures,
            health=self.health,
            manual=manual,
            clock=lambda: self.now,
            homes=self.homes,
            watches=self.watches,
            events=self.events,
        )


@dataclass
class FakeHealth:
    version: str = "1.2.3"
    known: Records = field(default_factory=lambda: Records(NOON, "0007", {}, {}, {}))
    seen: Outlook = field(default_factory=Outlook)

    def records(self) -> Records:
        return self.known

    def outlook(self) -> Outlook:
        return self.seen
