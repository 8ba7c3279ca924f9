"""What is kept of requests, changes and versions, in memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from opsbot.domain.changes import GOING_ON, ChangeState, lane_of, makers_of, part_of
from opsbot.domain.commands import CreatePackage, DeletePackage
from opsbot.domain.lifecycle import HOLDING, OPEN, State, may_follow
from opsbot.domain.models import MessageRef, Package, Pause, PublishRequest, Wish
from opsbot.domain.policy import no_such_request
from opsbot.errors import ConflictError, NotFoundError
from tests.builders import NOON

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from opsbot.actions.stores import RequestQuery, Step
    from opsbot.domain.changes import NodeChange
    from opsbot.domain.deliveries import Effects
    from opsbot.domain.difference import Snapshot
    from opsbot.domain.policies import Policy
    from opsbot.domain.references import ServiceRef
    from tests.fakes import FakeKeeping, FakePauses, FakePolicies


@dataclass(frozen=True)
class _Around:
    policies: tuple[Policy, ...]
    pauses: tuple[Pause, ...]
    holder: PublishRequest | None
    there: PublishRequest | None


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
            there = self.last_published(before.service.node, before.wish.published_service)
            around = _Around(self._policies.in_force(), self._pauses.active(), self._holder(before), there)
            said = step(before, around)
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
