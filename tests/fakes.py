"""The ports of the actions, in memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from opsbot.actions.world import World
from opsbot.domain.audit import BEFORE_THE_FIRST, Entry, Head, digest, link
from opsbot.domain.authorization import Membership
from opsbot.domain.difference import EndpointSetup, ServiceSetup
from opsbot.domain.lifecycle import HOLDING, OPEN, PackagingState, State, may_follow
from opsbot.domain.models import (
    MessageRef,
    Package,
    PackageSummary,
    Packaging,
    Pause,
    Person,
    PublishRequest,
    Service,
    Wish,
)
from opsbot.domain.policy import no_such_request
from opsbot.errors import ConflictError, DSSError, NotFoundError
from opsbot.grammar import manual
from tests.builders import NOON, SCORING, TEAM, package, rules, service

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from opsbot.actions.stores import RequestQuery, Step
    from opsbot.domain.audit import Record
    from opsbot.domain.deliveries import Delivery, Effects, Message
    from opsbot.domain.difference import Snapshot
    from opsbot.domain.models import Decision
    from opsbot.domain.policies import Policy
    from opsbot.domain.references import ProjectRef, ServiceRef
    from opsbot.domain.rules import Rules


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

    def published_versions(self, node: str, published_service: str) -> frozenset[str]:
        self._fail("published_versions")
        return frozenset(self.published.get(published_service, ()))

    def make_again(self, version: str, *, later: datetime, ref: ServiceRef = SCORING) -> None:
        """Delete a package and make another under its version."""
        self.made[ref] = [each for each in self.made[ref] if each.version != version]
        self.made[ref].append(replace(package(version), created_on=later))

    def _fail(self, call: str) -> None:
        if call in self.fails:
            raise self.fails[call]


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

    def next(self, channel: str) -> Delivery | None:
        raise NotImplementedError

    def last_post(self, channel: str) -> datetime | None:
        raise NotImplementedError

    def settle(self, delivery: Delivery, at: datetime) -> None:
        raise NotImplementedError

    def add(self, messages: tuple[Message, ...], at: datetime) -> None:
        self.messages += messages

    def channels(self) -> list[str]:
        return sorted({message.channel for message in self.messages})


@dataclass
class FakeKeeping:
    """Keeps effects where tests can look at them."""

    audit: FakeAudit = field(default_factory=FakeAudit)
    deliveries: FakeDeliveries = field(default_factory=FakeDeliveries)

    def keep(self, effects: Effects) -> Head:
        self.deliveries.messages += effects.messages
        return self.audit.append(effects.entry)


@dataclass
class FakePolicies:
    """The policies in force, as they are just now."""

    policies: tuple[Policy, ...] = ()

    def in_force(self) -> tuple[Policy, ...]:
        return self.policies

    def put_in_force(self, policies: tuple[Policy, ...], at: datetime) -> bool:
        is_new, self.policies = policies != self.policies, policies
        return is_new


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

    def remember_card(self, request: int, card: MessageRef) -> PublishRequest:
        with self._lock:
            if self._kept[request].card is None:
                self._kept[request] = replace(self._kept[request], card=card)
            return self._kept[request]

    def _holder(self, request: PublishRequest) -> PublishRequest | None:
        target = (request.service.node, request.wish.published_service)
        others = (each for each in self._kept.values() if each.state in HOLDING and each.id != request.id)
        return next((each for each in others if (each.service.node, each.wish.published_service) == target), None)

    def _newest(self) -> list[PublishRequest]:
        return sorted(self._kept.values(), key=lambda each: each.id, reverse=True)


class FakePackagings:
    """Packagings in a dict."""

    def __init__(self, keeping: FakeKeeping) -> None:
        self._kept: dict[int, Packaging] = {}
        self._keeping = keeping

    def open(self, packaging: Packaging, effects: Callable[[Packaging], Effects]) -> tuple[Packaging, bool]:
        for found in self.in_states(frozenset({PackagingState.ASKED, PackagingState.MAKING})):
            if (found.service, found.version) == (packaging.service, packaging.version):
                return found, False
        opened = replace(packaging, id=len(self._kept) + 1)
        self._kept[opened.id] = opened
        self._keeping.keep(effects(opened))
        return opened, True

    def get(self, packaging: int) -> Packaging:
        if packaging not in self._kept:
            raise NotFoundError(f"There is no packaging {packaging}.")
        return self._kept[packaging]

    def made(self, ref: ServiceRef, version: str, created_on: datetime | None) -> Packaging | None:
        found = (
            each
            for each in self.in_states(frozenset({PackagingState.MADE}))
            if (each.service, each.version) == (ref, version)
            and each.package is not None
            and each.package.created_on == created_on
        )
        return next(found, None)

    def in_states(self, states: frozenset[PackagingState]) -> list[Packaging]:
        return [kept for _, kept in sorted(self._kept.items()) if kept.state in states]

    def change(
        self, packaging: int, step: Callable[[Packaging], tuple[Packaging, Effects | None] | str]
    ) -> Packaging | str:
        said = step(self.get(packaging))
        if isinstance(said, str):
            return said
        after, effects = said
        self._kept[packaging] = after
        if effects is not None:
            self._keeping.keep(effects)
        return after


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
    readings: int = 0

    def membership(self, person: Person, *, fresh: bool = False) -> Membership:
        self.readings += fresh
        return Membership(self.groups.get(person.id, frozenset()), self.problem)

    def members(self, group: str) -> frozenset[str]:
        return frozenset(user for user, groups in self.groups.items() if group in groups)


@dataclass
class FakeDurable:
    """Keeps what was to be done, for the test to do it."""

    published: list[tuple[int, int]] = field(default_factory=list)
    packaged: list[int] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)

    def publish(self, request: int, attempt: int) -> None:
        self.published.append((request, attempt))

    def package(self, packaging: int) -> None:
        self.packaged.append(packaging)

    def deliver(self, channel: str) -> None:
        self.delivered.append(channel)


SOME_RULES = rules(*TEAM)


class Scene:
    """A world of fakes, each of which a test may look into."""

    def __init__(self, rules: Rules = SOME_RULES, designer: FakeDesigner | None = None) -> None:
        self.rules = rules
        self.now = NOON
        self.keeping = FakeKeeping()
        self.designer = designer or FakeDesigner()
        self.policies = FakePolicies(self.rules.policies)
        self.pauses = FakePauses(self.keeping)
        self.requests = FakeRequests(self.keeping, self.policies, self.pauses)
        self.packagings = FakePackagings(self.keeping)
        self.snapshots = FakeSnapshots()
        self.directory = FakeDirectory()
        self.durable = FakeDurable()

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
            rules=self.rules,
            designer=self.designer,
            requests=self.requests,
            packagings=self.packagings,
            policies=self.policies,
            pauses=self.pauses,
            snapshots=self.snapshots,
            deliveries=self.keeping.deliveries,
            audit=self.keeping.audit,
            directory=self.directory,
            durable=self.durable,
            manual=manual,
            clock=lambda: self.now,
        )


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
