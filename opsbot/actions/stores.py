"""What the actions need kept, as protocols: each change with its audit entry and its messages, all or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from opsbot.domain.audit import Entry, Head, Record
    from opsbot.domain.changes import ChangeState, NodeChange
    from opsbot.domain.commands import Mention
    from opsbot.domain.deliveries import Delivery, Effects, Message
    from opsbot.domain.difference import Snapshot
    from opsbot.domain.homes import Home
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
    from opsbot.domain.sights import NodeSight, Sight
    from opsbot.domain.watching import Event, Watch, WatchRule


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
    """Publish requests, kept. Every call may raise StoreError."""

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
        """Find a page of requests, newest first, and how many there are in all."""
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

    def remember_card(self, request: int, card: MessageRef) -> PublishRequest:
        """Keep where the card of a request is, unless it has one; gives the request with the card that counts."""
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

    def put_in_force(self, policies: tuple[Policy, ...], at: datetime) -> bool:
        """Make these count from now on, everywhere; tells whether that changed anything."""
        ...


class NodeChanges(Protocol):
    """Changes of nodes that people asked for, kept. Every call may raise StoreError."""

    def open(self, change: NodeChange, effects: Callable[[NodeChange], Effects]) -> tuple[NodeChange, bool]:
        """Keep a new one (its id is given here), or find the one in the same lane of the service that is going on."""
        ...

    def get(self, change: int) -> NodeChange:
        """Find one by its number; NotFoundError where there is none."""
        ...

    def made(self, service: ServiceRef, version: str, created_on: datetime | None) -> NodeChange | None:
        """Find the one that made this very package, or the last of that version where the node didn't say when."""
        ...

    def in_states(self, states: frozenset[ChangeState]) -> list[NodeChange]:
        """Find those in one of the states, oldest first."""
        ...

    def repeats_of(self, change: NodeChange) -> list[NodeChange]:
        """Find those of the same kind that somebody asked for later, of the same part of the service; oldest first."""
        ...

    def change(
        self, change: int, step: Callable[[NodeChange], tuple[NodeChange, Effects | None] | str]
    ) -> NodeChange | str:
        """Have the step decide, with the change locked, and keep what it says; or give its sentence."""
        ...

    def remember_message(self, change: int, message: MessageRef) -> None:
        """Keep where it is told how the change goes, unless that is known."""
        ...


class Audit(Protocol):
    """The audit's chain. Every call may raise StoreError."""

    def append(self, entry: Entry) -> Head:
        """Keep what was tried, after all that was kept before."""
        ...

    def page(
        self, *, service: ServiceRef | None, request: int | None, page: int, size: int
    ) -> tuple[list[Record], int]:
        """Find a page of records, newest first, and how many there are in all."""
        ...


class Snapshots(Protocol):
    """How a service was set up when a package of it was first seen. Every call may raise StoreError."""

    def keep(self, snapshot: Snapshot) -> Snapshot:
        """Keep the snapshot unless there is one of the same package; gives the one that counts."""
        ...

    def find(self, service: ServiceRef, version: str, packaged_on: datetime | None) -> Snapshot | None:
        """Find the snapshot of a package."""
        ...


class Deliveries(Protocol):
    """What is to be said, a line per channel. Every call may raise StoreError."""

    def next(self, channel: str) -> Delivery | None:
        """Take the first of the channel's line that isn't said: marked as being sent, and told if it was before."""
        ...

    def last_post(self, channel: str) -> datetime | None:
        """Tell when something was last posted in the channel."""
        ...

    def settle(self, delivery: Delivery, at: datetime) -> None:
        """Keep what became of a delivery; one that is waiting again goes back to the head of its line."""
        ...

    def add(self, messages: tuple[Message, ...], at: datetime) -> None:
        """Put messages at the end of their channels' lines."""
        ...

    def joined(self, delivery: Delivery) -> tuple[Message, ...]:
        """List what is told by this one, too, oldest first."""
        ...

    def join(self, delivery: Delivery, least: int) -> tuple[Message, ...]:
        """Have this one tell of all packages that wait in its line, if they are so many with its own; gives the others."""
        ...

    def channels(self) -> list[str]:
        """Name the channels in which something is still to be said."""
        ...


class Watches(Protocol):
    """Who hears of what. Every call may raise StoreError."""

    def add(self, watch: Watch, effects: Effects) -> Watch:
        """Keep a watch, in the place of one of the same services for the same target; gives it with its id."""
        ...

    def remove(self, watch: Watch, effects: Effects) -> bool:
        """Forget a watch; tells whether it was there, and keeps the effects only then."""
        ...

    def get(self, number: int) -> Watch | None:
        """Find a watch by its number."""
        ...

    def of_target(self, target: str) -> tuple[Watch, ...]:
        """List what a channel or a person hears of, stopped watches and all, oldest first."""
        ...

    def set_by(self, person: str) -> tuple[Watch, ...]:
        """List what somebody set, for themselves and for channels, oldest first."""
        ...

    def going_on(self) -> tuple[Watch, ...]:
        """List all watches that aren't stopped, oldest first."""
        ...

    def stop(self, target: str, why: str, at: datetime) -> tuple[Watch, ...]:
        """Have nothing more told to a target, and tell each who set a watch for it, once; gives those that went on."""
        ...

    def put_configured(self, wanted: Iterable[WatchRule], at: datetime) -> None:
        """Have exactly these watches stand for the configuration, and go on anew."""
        ...


class Sights(Protocol):
    """What was seen on the nodes. Every call may raise StoreError."""

    def node(self, node: str) -> NodeSight:
        """Tell how the looks at a node go."""
        ...

    def of(self, node: str) -> Mapping[ServiceRef, Sight]:
        """Find what was seen on a node last, by service."""
        ...

    def keep(
        self,
        node: NodeSight,
        changed: Iterable[Sight],
        gone: Sequence[ServiceRef],
        events: Iterable[Event],
        at: datetime,
        *,
        said_of_node: str = "",
    ) -> None:
        """Keep a round: what changed, what is gone, what happened; `said_of_node` is told to all who watch there."""
        ...

    def forget_all_but(self, node: str, services: Sequence[ServiceRef]) -> None:
        """Forget what nobody watches any more: when somebody does again, its first sight isn't news."""
        ...


class Events(Protocol):
    """What happened, and where it is told. Every call may raise StoreError."""

    def get(self, number: int) -> Event:
        """Find an event by its number; NotFoundError where there is none."""
        ...

    def story(self, target: str, event: Event) -> MessageRef | None:
        """Find where the story of the event's version is told to a target."""
        ...

    def begin_story(self, target: str, event: Event, message: MessageRef) -> None:
        """Keep where the story of the event's version is told, unless that is known."""
        ...


class Homes(Protocol):
    """Who has opened their Home, and what it shows. Every call may raise StoreError."""

    def opened(self, user: str, at: datetime) -> None:
        """Remember that somebody looks at their Home: from here on every change that concerns it is told."""
        ...

    def get(self, user: str) -> Home | None:
        """Find what is known of somebody's Home; None where they never opened it."""
        ...

    def see(self, user: str, sight: frozenset[str]) -> None:
        """Remember of which services the Home tells: from here on every change of these is told."""
        ...

    def shown(self, user: str, mark: str, *, instead_of: str) -> None:
        """Remember the mark of what is shown now, unless somebody else remembered another; empty replaces any."""
        ...

    def forget(self, user: str) -> None:
        """Tell nothing more until the Home is opened again."""
        ...
