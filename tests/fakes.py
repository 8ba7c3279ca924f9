"""The ports of the actions, in memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from opsbot.actions.world import World
from opsbot.domain.authorization import Membership
from opsbot.domain.lifecycle import OPEN, State, may_follow
from opsbot.domain.models import (
    Decision,
    MessageRef,
    Package,
    PackageSummary,
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

    from opsbot.actions.ports import RequestQuery
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
        return PackageSummary(found, self.known[ref].endpoints)

    def create_package(self, ref: ServiceRef, version: str, release_notes: str) -> None:
        if any(each.version == version for each in self.made.get(ref, ())):
            raise ConflictError("already exists")
        self.made.setdefault(ref, []).append(replace(package(version), release_notes=release_notes))

    def publish(self, ref: ServiceRef, version: str, published_service: str) -> None:
        self.publishes.append((ref, version, published_service))
        if self.publish_arrives:
            self.published.setdefault(published_service, set()).add(version)
        self._fail("publish")

    def published_versions(self, node: str, published_service: str) -> frozenset[str]:
        self._fail("published_versions")
        return frozenset(self.published.get(published_service, ()))

    def _fail(self, call: str) -> None:
        if call in self.fails:
            raise self.fails[call]


class FakeRequests:
    """Publish requests in a dict; changes are conditional, as in the store."""

    def __init__(self) -> None:
        self._kept: dict[int, PublishRequest] = {}
        self._lock = threading.Lock()

    def open(self, wish: Wish) -> tuple[PublishRequest, bool]:
        with self._lock:
            for found in self._kept.values():
                if found.state in OPEN and _same(found.wish, wish):
                    return found, False
            number = len(self._kept) + 1
            self._kept[number] = PublishRequest(number, wish, State.PENDING)
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

    def in_state(self, state: State) -> list[int]:
        return sorted(number for number, kept in self._kept.items() if kept.state is state)

    def decide(self, request: int, before: State, after: State, decision: Decision) -> PublishRequest | None:
        return self._move(request, before, after, decision=decision)

    def advance(self, request: int, before: State, after: State, outcome: str = "") -> PublishRequest | None:
        return self._move(request, before, after, outcome=outcome)

    def remember_card(self, request: int, card: MessageRef) -> PublishRequest:
        with self._lock:
            if self._kept[request].card is None:
                self._kept[request] = replace(self._kept[request], card=card)
            return self._kept[request]

    def _move(self, request: int, before: State, after: State, **changes: object) -> PublishRequest | None:
        if not may_follow(before, after):
            raise ValueError(f"{before} to {after}")
        with self._lock:
            if request not in self._kept or self._kept[request].state is not before:
                return None
            self._kept[request] = replace(self._kept[request], state=after, **changes)  # type: ignore[arg-type]
            return self._kept[request]

    def _newest(self) -> list[PublishRequest]:
        return sorted(self._kept.values(), key=lambda each: each.id, reverse=True)


@dataclass
class FakeAnnouncer:
    """Keeps what was told."""

    cards: list[tuple[int, str]] = field(default_factory=list)
    painted: list[PublishRequest] = field(default_factory=list)
    outcomes: list[PublishRequest] = field(default_factory=list)
    packaged: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    withdrawn: list[MessageRef] = field(default_factory=list)
    refuses: str = ""

    def post_card(self, request: PublishRequest, channel: str) -> MessageRef | str:
        if self.refuses:
            return self.refuses
        self.cards.append((request.id, channel))
        return MessageRef(channel, f"{request.id}.0")

    def repaint(self, request: PublishRequest) -> None:
        self.painted.append(request)

    def withdraw(self, card: MessageRef) -> None:
        self.withdrawn.append(card)

    def tell_outcome(self, request: PublishRequest) -> None:
        self.outcomes.append(request)

    def tell_packaged(self, ref: ServiceRef, made: Package, by: Person, channels: tuple[str, ...]) -> None:
        self.packaged.append((made.version, channels))


@dataclass
class FakeDirectory:
    """Knows the groups that it is told."""

    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    problem: str = ""

    def membership(self, person: Person) -> Membership:
        return Membership(self.groups.get(person.id, frozenset()), self.problem)


@dataclass
class Scene:
    """A world of fakes, each of which a test may look into."""

    rules: Rules = field(default_factory=lambda: rules(*TEAM))
    designer: FakeDesigner = field(default_factory=FakeDesigner)
    requests: FakeRequests = field(default_factory=FakeRequests)
    announcer: FakeAnnouncer = field(default_factory=FakeAnnouncer)
    directory: FakeDirectory = field(default_factory=FakeDirectory)
    started: list[int] = field(default_factory=list)
    clock: Callable[[], datetime] = lambda: NOON

    @property
    def world(self) -> World:
        return World(
            self.rules,
            self.designer,
            self.requests,
            self.directory,
            self.announcer,
            self.started.append,
            manual,
            self.clock,
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
