"""What publishing needs kept: requests with their votes, and all that counts for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from opsbot.domain.commands import Mention
    from opsbot.domain.deliveries import Effects
    from opsbot.domain.difference import Snapshot
    from opsbot.domain.lifecycle import State
    from opsbot.domain.models import (
        Decision,
        MessageRef,
        Pause,
        PublishRequest,
        Wish,
    )
    from opsbot.domain.policies import Policy
    from opsbot.domain.references import ServiceRef


@dataclass(frozen=True, slots=True)
class RequestQuery:
    """Which requests to list: those on services that `visible` globs match, and of the rest what isn't None."""

    visible: tuple[str, ...]
    service: ServiceRef | None = None
    states: frozenset[State] | None = None
    requester: Mention | None = None
    page: int = 1
    size: int = 10


class Surroundings(Protocol):
    """What counts for a request beside itself, in the transaction that changes it; only there it may be looked at."""

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The policies in force."""
        ...

    @property
    def pauses(self) -> tuple[Pause, ...]:
        """The pauses that last."""
        ...

    @property
    def holder(self) -> PublishRequest | None:
        """The request whose version may be on its way to the same published service."""
        ...

    @property
    def there(self) -> PublishRequest | None:
        """The request that was published last on the same published service."""
        ...


@dataclass(frozen=True, slots=True)
class Changed:
    """A request as it is to be from now on, and what is kept together with that, if it is worth a record."""

    request: PublishRequest
    effects: Effects | None


class Step(Protocol):
    """A pure decision about a request, which may be asked more than once."""

    def __call__(self, request: PublishRequest, around: Surroundings, /) -> Changed | str:
        """Look at the request as it is now, and say what becomes of it; or, in a sentence, why it stays as it is."""
        ...


class Requests(Protocol):
    """Publish requests, kept; each is read as it was at one moment, votes and all. Every call may raise StoreError."""

    def open(self, wish: Wish, effects: Callable[[PublishRequest], Effects]) -> tuple[PublishRequest, bool]:
        """Keep a new request, pending, or find the open one for the same package; tells whether it is new.

        ConflictError names the break-glass publish under the same policy that nobody reviewed yet, if there is one.
        """
        ...

    def get(self, request: int) -> PublishRequest:
        """Find a request by its number; NotFoundError where there is none."""
        ...

    def of_card(self, card: MessageRef) -> PublishRequest | None:
        """Find the newest request whose card this is."""
        ...

    def page(self, query: RequestQuery) -> tuple[list[PublishRequest], int]:
        """Find a page of requests, newest first, and how many there are, as far as that is counted."""
        ...

    def in_states(self, states: frozenset[State]) -> list[PublishRequest]:
        """Find the requests that are in one of the states, oldest first."""
        ...

    def in_debt(self) -> list[PublishRequest]:
        """Find the break-glass publishes that wait for their review, oldest first."""
        ...

    def last_published(self, node: str, published_service: str) -> PublishRequest | None:
        """Find the request that was published last on the published service."""
        ...

    def published_services_of(self, service: ServiceRef) -> frozenset[str]:
        """Name the published services that versions of the service were published to."""
        ...

    def change(self, request: int, step: Step) -> PublishRequest | str:
        """Have the step decide, with the request locked, and keep what it says in one transaction.

        Gives the request as it is then, or the step's sentence where it leaves it. Raises NotFoundError.
        """
        ...

    def remember_card(self, request: int, card: MessageRef, instead_of: MessageRef | None = None) -> PublishRequest:
        """Keep where the card of a request is, unless it has one; gives the request with the card that counts.

        A card that is gone is replaced: `instead_of` is the one.
        """
        ...


class Pauses(Protocol):
    """Where publishing is paused. Every call may raise StoreError."""

    def active(self) -> tuple[Pause, ...]:
        """List the pauses that hold now, oldest first."""
        ...

    def add(self, services: str, decision: Decision, effects: Effects) -> Pause:
        """Keep a new pause, whose reason is the decision's comment."""
        ...

    def lift(self, services: str, decision: Decision, effects: Effects) -> tuple[Pause, ...]:
        """End the pauses of exactly these services; gives those, and keeps the effects only if there are any."""
        ...


class Policies(Protocol):
    """The policies that every replica goes by. Every call may raise StoreError."""

    def in_force(self) -> tuple[Policy, ...]:
        """Read the newest that were put in force."""
        ...


class Snapshots(Protocol):
    """How a service was set up when a package of it was first seen. Every call may raise StoreError."""

    def keep(self, snapshot: Snapshot) -> Snapshot:
        """Keep the snapshot unless there is one of the same package; gives the one that counts."""
        ...

    def find(self, service: ServiceRef, version: str, packaged_on: datetime | None) -> Snapshot | None:
        """Find the snapshot of a package."""
        ...
