"""The ports of the actions, in memory."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from opsbot.actions.surveys import Gathered
from opsbot.actions.world import World
from opsbot.domain.audit import BEFORE_THE_FIRST, Entry, Head, digest, link
from opsbot.domain.authorization import Membership
from opsbot.domain.changes import GOING_ON, ChangeState, lane_of, makers_of, part_of
from opsbot.domain.commands import CreatePackage, DeletePackage
from opsbot.domain.difference import EndpointSetup, ServiceSetup
from opsbot.domain.figures import Figures
from opsbot.domain.files import Archive
from opsbot.domain.homes import Home
from opsbot.domain.lifecycle import HOLDING, OPEN, State, may_follow
from opsbot.domain.models import (
    Endpoint,
    MessageRef,
    NodeState,
    Package,
    PackageSummary,
    Pause,
    Person,
    Place,
    PublishRequest,
    SavedModel,
    Service,
    Wish,
)
from opsbot.domain.policy import no_such_request
from opsbot.domain.rules import NewInForce
from opsbot.domain.status import Outlook, Records
from opsbot.domain.watching import News
from opsbot.errors import ConflictError, DSSError, DSSRefusedError, DSSUnavailableError, NotFoundError
from opsbot.grammar import manual
from tests.builders import NOON, SCORING, TEAM, package, rules, service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from opsbot.actions.ports import Counted, Heard
    from opsbot.actions.stores import DeliveryQuery, RequestQuery, Step
    from opsbot.domain.audit import Record
    from opsbot.domain.changes import NodeChange
    from opsbot.domain.deliveries import Delivery, Effects, Message, Told
    from opsbot.domain.difference import Snapshot
    from opsbot.domain.figures import Span
    from opsbot.domain.models import Decision, EndpointType
    from opsbot.domain.policies import Policy
    from opsbot.domain.references import ModelRef, ProjectRef, ServiceRef
    from opsbot.domain.rules import Rules
    from opsbot.domain.timeline import Timeline
    from opsbot.domain.watching import Event, Watch, WatchRule
    from opsbot.errors import TellingError

K = TypeVar("K")
V = TypeVar("V")


@dataclass
class FakeDesigner:
    """A node with one service, unless told otherwise. `fails` holds errors to raise, by call."""

    known: dict[ServiceRef, Service] = field(default_factory=lambda: {SCORING: service()})
    made: dict[ServiceRef, list[Package]] = field(default_factory=lambda: {SCORING: [package("v3")]})
    published: dict[str, set[str]] = field(default_factory=dict)
    fails: dict[str, DSSError] = field(default_factory=dict)
    publishes: list[tuple[ServiceRef, str, str]] = field(default_factory=list)
    publish_arrives: bool = True
    archives: dict[str, str] = field(default_factory=dict)
    saved: dict[str, list[SavedModel]] = field(
        default_factory=lambda: {"FRAUD": [SavedModel("fraud_xgb", "Fraud score"), SavedModel("tree", "Rules")]}
    )
    asked: list[str] = field(default_factory=list)
    loses_answers: bool = False
    announces: bool = False

    def services(self, project: ProjectRef) -> list[Service]:
        self._fail("services")
        return [each for ref, each in self.known.items() if ref.project_ref == project]

    def packages(self, ref: ServiceRef) -> list[Package]:
        self._fail("packages")
        return list(self.made.get(ref, ()))

    def summary(self, ref: ServiceRef, version: str) -> PackageSummary:
        found = next((each for each in self.packages(ref) if each.version == version), None)
        if found is None:
            raise NotFoundError(f"no package {version}")
        return PackageSummary(found, self.known[ref].endpoints, f"summary of {version}")

    def create_package(self, ref: ServiceRef, version: str, release_notes: str) -> None:
        self._fail("create_package")
        if any(each.version == version for each in self.made.get(ref, ())):
            raise ConflictError("already exists")
        self.made.setdefault(ref, []).append(replace(package(version), release_notes=release_notes))
        self._note("create_package")

    def delete_package(self, ref: ServiceRef, version: str) -> None:
        self._fail("delete_package")
        if all(each.version != version for each in self.made.get(ref, ())):
            raise NotFoundError("no such package")
        self.made[ref] = [each for each in self.made[ref] if each.version != version]
        self._note("delete_package")

    def create_service(self, ref: ServiceRef) -> None:
        self._fail("create_service")
        if ref in self.known:
            raise ConflictError("already exists")
        self.known[ref] = Service(ref, ref.service, "PUBLIC", ())
        self._note("create_service")

    def endpoints(self, ref: ServiceRef) -> tuple[Endpoint, ...]:
        self._fail("endpoints")
        if ref not in self.known:
            raise NotFoundError(f"no service {ref}")
        return self.known[ref].endpoints

    def models(self, project: ProjectRef) -> list[SavedModel]:
        self._fail("models")
        if project.project not in self.saved:
            raise DSSRefusedError("You may not see that project.")
        return self.saved[project.project]

    def add_endpoint(
        self, ref: ServiceRef, endpoint: str, kind: EndpointType, model: str, *, compute_propensity: bool
    ) -> None:
        self._fail("add_endpoint")
        known = self.known[ref]
        if any(each.id == endpoint for each in known.endpoints):
            raise ConflictError("already exists")
        self.known[ref] = replace(known, endpoints=(*known.endpoints, Endpoint(endpoint, kind.on_node, model)))
        self._note("add_endpoint")

    def remove_endpoint(self, ref: ServiceRef, endpoint: str) -> None:
        self._fail("remove_endpoint")
        left = tuple(each for each in self.known[ref].endpoints if each.id != endpoint)
        self.known[ref] = replace(self.known[ref], endpoints=left)
        self._note("remove_endpoint")

    def publish(self, ref: ServiceRef, version: str, published_service: str) -> None:
        self.publishes.append((ref, version, published_service))
        if self.publish_arrives:
            self.published.setdefault(published_service, set()).add(version)
        self._fail("publish")

    def setup(self, ref: ServiceRef) -> ServiceSetup:
        self._fail("setup")
        known = self.known[ref]
        return ServiceSetup(known.auth_method, tuple(EndpointSetup(each.id, each.type) for each in known.endpoints))

    def archive_digest(self, ref: ServiceRef, version: str) -> str:
        self._fail("archive_digest")
        return self.archives.get(version, f"archive of {version}")

    def settings(self, ref: ServiceRef, *, with_code: bool) -> str:
        self._fail("settings")
        return f'{{"id": "{ref.service}", "code": {str(with_code).lower()}}}\n'

    def download(self, ref: ServiceRef, version: str, path: Path, heard: Heard) -> Archive:
        """Send the archive in pieces of four bytes, and announce its size if `announces`."""
        self._fail("download")
        content = self.archives.get(version, f"archive of {version}").encode()
        with path.open("wb") as file:
            for start in range(0, len(content), 4):
                file.write(content[start : start + 4])
                heard(file.tell(), len(content) if self.announces else None)
        return Archive(len(content), f"sha256 of {version}", f"entries of {version}")

    def page(self, ref: ServiceRef) -> str:
        return f"https://dss.test/{ref.project}/{ref.service}"

    def published_versions(self, node: str, published_service: str) -> frozenset[str]:
        self._fail("published_versions")
        return frozenset(self.published.get(published_service, ()))

    def make_again(self, version: str, *, later: datetime, ref: ServiceRef = SCORING) -> None:
        """Delete a package and make another under its version."""
        self.made[ref] = [each for each in self.made[ref] if each.version != version]
        self.made[ref].append(replace(package(version), created_on=later))

    def _note(self, call: str) -> None:
        """Note a change that was made; its answer may be lost."""
        self.asked.append(call)
        if self.loses_answers:
            raise DSSUnavailableError("The answer was lost.")

    def _fail(self, call: str) -> None:
        if call in self.fails:
            raise self.fails[call]


@dataclass
class FakeSurvey:
    """Asks the fake node one thing after the other. `silent` are nodes that don't answer."""

    designer: FakeDesigner
    silent: dict[str, str] = field(default_factory=dict)
    in_use: dict[ServiceRef, list[tuple[str, ModelRef]]] = field(default_factory=dict)
    unread: dict[Any, DSSError] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def nodes(self) -> tuple[NodeState, ...]:
        return tuple(NodeState(name, self.silent.get(name, "")) for name in sorted({"design", *self.silent}))

    def projects(self, node: str) -> list[ProjectRef]:
        if node in self.silent:
            raise DSSUnavailableError(self.silent[node])
        return list({ref.project_ref: None for ref in self.designer.known if ref.node == node})

    def services(
        self, projects: Sequence[ProjectRef], counted: Counted | None = None
    ) -> Gathered[ProjectRef, list[Service]]:
        return self._gather(projects, self.designer.services, counted)

    def packages(self, services: Sequence[ServiceRef]) -> Gathered[ServiceRef, list[Package]]:
        self.calls.append("packages")
        return self._gather(services, self.designer.packages)

    def glances(self, services: Sequence[ServiceRef]) -> Gathered[ServiceRef, ServiceSetup]:
        self.calls.append("glances")
        return self._gather(services, self.designer.setup)

    def models_in_use(
        self, services: Sequence[ServiceRef], counted: Counted | None = None
    ) -> Gathered[ServiceRef, list[tuple[str, ModelRef]]]:
        return self._gather(services, lambda ref: self.in_use.get(ref, []), counted)

    def _gather(self, things: Sequence[K], ask: Callable[[K], V], counted: Counted | None = None) -> Gathered[K, V]:
        if counted is not None:
            counted(len(things), len(things))
        failed = {thing: self.unread[thing] for thing in things if thing in self.unread}
        return Gathered({thing: ask(thing) for thing in things if thing not in failed}, failed)


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


@dataclass(frozen=True)
class _Around:
    policies: tuple[Policy, ...]
    pauses: tuple[Pause, ...]
    holder: PublishRequest | None


class FakeRequests:
    """Publish requests in a dict; changes are made with the request locked, as in the store."""

    def __init__(self, keeping: FakeKeeping, policies: FakePolicies, pauses: FakePauses) -> None:
        self._kept: dict[int, PublishRequest] = {}
        self._lock = threading.Lock()
        self._keeping, self._policies, self._pauses = keeping, policies, pauses

    def open(self, wish: Wish, effects: Callable[[PublishRequest], Effects]) -> tuple[PublishRequest, bool]:
        with self._lock:
            for found in self._kept.values():
                if found.state in OPEN and _same(found.wish, wish):
                    return found, False
            if wish.break_glass and any(each.wish.policy_name == wish.policy_name for each in self.in_debt()):
                raise ConflictError("The glass was broken, and nobody reviewed it yet.")
            number = len(self._kept) + 1
            opened = PublishRequest(number, wish, State.PENDING, remind_at=wish.remind_at, review_due=wish.review_due)
            self._kept[number] = replace(opened, head=self._keeping.keep(effects(opened)))
            return self._kept[number], True

    def get(self, request: int) -> PublishRequest:
        if request not in self._kept:
            raise no_such_request(request)
        return self._kept[request]

    def of_card(self, card: MessageRef) -> PublishRequest | None:
        return next((found for found in self._newest() if found.card == card), None)

    def page(self, query: RequestQuery) -> tuple[list[PublishRequest], int]:
        found = [each for each in self._newest() if _matches(each, query)]
        return found[(query.page - 1) * query.size : query.page * query.size], len(found)

    def in_states(self, states: frozenset[State]) -> list[PublishRequest]:
        return [kept for _, kept in sorted(self._kept.items()) if kept.state in states]

    def in_debt(self) -> list[PublishRequest]:
        return [kept for _, kept in sorted(self._kept.items()) if kept.review_due is not None and kept.review is None]

    def last_published(self, node: str, published_service: str) -> PublishRequest | None:
        there = [
            each
            for each in self.in_states(frozenset({State.PUBLISHED}))
            if (each.service.node, each.wish.published_service) == (node, published_service)
        ]
        return max(there, key=lambda each: (each.ended_at or NOON, each.id), default=None)

    def published_services_of(self, ref: ServiceRef) -> frozenset[str]:
        published = self.in_states(frozenset({State.PUBLISHED}))
        return frozenset(each.wish.published_service for each in published if each.service == ref)

    def change(self, request: int, step: Step) -> PublishRequest | str:
        with self._lock:
            before = self.get(request)
            said = step(before, _Around(self._policies.in_force(), self._pauses.active(), self._holder(before)))
            if isinstance(said, str):
                return said
            after = said.request
            if after.state is not before.state and not may_follow(before.state, after.state):
                raise ValueError(f"{before.state} to {after.state}")
            if said.effects is not None:
                after = replace(after, head=self._keeping.keep(said.effects))
            self._kept[request] = after
            return after

    def remember_card(self, request: int, card: MessageRef, instead_of: MessageRef | None = None) -> PublishRequest:
        with self._lock:
            if self._kept[request].card in {None, instead_of}:
                self._kept[request] = replace(self._kept[request], card=card)
            return self._kept[request]

    def _holder(self, request: PublishRequest) -> PublishRequest | None:
        target = (request.service.node, request.wish.published_service)
        others = (each for each in self._kept.values() if each.state in HOLDING and each.id != request.id)
        return next((each for each in others if (each.service.node, each.wish.published_service) == target), None)

    def _newest(self) -> list[PublishRequest]:
        return sorted(self._kept.values(), key=lambda each: each.id, reverse=True)


class FakeNodeChanges:
    """Changes of nodes in a dict."""

    def __init__(self, keeping: FakeKeeping) -> None:
        self._kept: dict[int, NodeChange] = {}
        self.looked_for_makers = 0
        self._keeping = keeping

    def open(self, change: NodeChange, effects: Callable[[NodeChange], Effects]) -> tuple[NodeChange, bool]:
        for found in self.in_states(GOING_ON):
            if (found.service, lane_of(found.wanted)) == (change.service, lane_of(change.wanted)):
                return found, False
        opened = replace(change, id=len(self._kept) + 1)
        self._kept[opened.id] = opened
        self._keeping.keep(effects(opened))
        return opened, True

    def get(self, change: int) -> NodeChange:
        if change not in self._kept:
            raise NotFoundError(f"There is no change {change}.")
        return self._kept[change]

    def makers(self, ref: ServiceRef, packages: Sequence[Package]) -> Mapping[str, NodeChange]:
        self.looked_for_makers += 1
        done = (each for each in self.in_states(frozenset({ChangeState.DONE})) if each.service == ref)
        return makers_of((each for each in done if isinstance(each.wanted, CreatePackage | DeletePackage)), packages)

    def in_states(self, states: frozenset[ChangeState]) -> list[NodeChange]:
        return [kept for _, kept in sorted(self._kept.items()) if kept.state in states]

    def repeats_of(self, change: NodeChange) -> list[NodeChange]:
        later = (each for number, each in sorted(self._kept.items()) if number > change.id)
        same = (change.service, change.wanted.verb, part_of(change.wanted))
        return [each for each in later if (each.service, each.wanted.verb, part_of(each.wanted)) == same]

    def change(
        self, change: int, step: Callable[[NodeChange], tuple[NodeChange, Effects | None] | str]
    ) -> NodeChange | str:
        said = step(self.get(change))
        if isinstance(said, str):
            return said
        after, effects = said
        self._kept[change] = replace(after, message=self._kept[change].message)
        if effects is not None:
            self._keeping.keep(effects)
        return after

    def remember_message(self, change: int, message: MessageRef, instead_of: MessageRef | None = None) -> None:
        kept = self._kept[change]
        if kept.message in {None, instead_of}:
            self._kept[change] = replace(kept, message=message)


class FakeSnapshots:
    """Snapshots in a dict."""

    def __init__(self) -> None:
        self._kept: dict[tuple[ServiceRef, str, datetime | None], Snapshot] = {}

    def keep(self, snapshot: Snapshot) -> Snapshot:
        return self._kept.setdefault((snapshot.service, snapshot.version, snapshot.packaged_on), snapshot)

    def find(self, ref: ServiceRef, version: str, packaged_on: datetime | None) -> Snapshot | None:
        return self._kept.get((ref, version, packaged_on))


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


def _same(one: Wish, other: Wish) -> bool:
    return (one.service, one.package.version, one.published_service) == (
        other.service,
        other.package.version,
        other.published_service,
    )


def _matches(found: PublishRequest, query: RequestQuery) -> bool:
    wanted = query.requester
    return (
        any(fnmatchcase(str(found.service), glob) for glob in query.visible)
        and (query.service is None or found.service == query.service)
        and (query.states is None or found.state in query.states)
        and (wanted is None or wanted.id in {None, found.wish.requester.id})
        and (wanted is None or wanted.name in {None, found.wish.requester.name} or wanted.id is not None)
    )
