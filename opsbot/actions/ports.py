"""What the actions need of the world, as protocols."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime

    from opsbot.domain.authorization import Membership
    from opsbot.domain.commands import Mention
    from opsbot.domain.lifecycle import State
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
    from opsbot.domain.references import ProjectRef, ServiceRef
    from opsbot.domain.results import VerbHelp


class Designer(Protocol):
    """The API Designers of all nodes, and what their API Deployers hold. Every call may raise DSSError."""

    def services(self, project: ProjectRef) -> list[Service]:
        """List the services of a project, in no order."""
        ...

    def packages(self, service: ServiceRef) -> list[Package]:
        """List the packages of a service, in no order; none for a service that isn't there."""
        ...

    def summary(self, service: ServiceRef, version: str) -> PackageSummary:
        """Show one package; NotFoundError where there is none."""
        ...

    def create_package(self, service: ServiceRef, version: str, release_notes: str) -> None:
        """Create a package; ConflictError where the version exists."""
        ...

    def publish(self, service: ServiceRef, version: str, published_service: str) -> None:
        """Put a version on the API Deployer, once; never tried again by itself."""
        ...

    def published_versions(self, node: str, published_service: str) -> frozenset[str]:
        """Name the versions of a published service; none where the service isn't there."""
        ...


@dataclass(frozen=True, slots=True)
class RequestQuery:
    """Which requests to list: those on services that `visible` globs match, and of the rest what isn't None."""

    visible: tuple[str, ...]
    service: ServiceRef | None = None
    states: frozenset[State] | None = None
    requester: Mention | None = None
    page: int = 1
    size: int = 10


class Requests(Protocol):
    """Publish requests, kept. Every call may raise StoreError."""

    def open(self, wish: Wish) -> tuple[PublishRequest, bool]:
        """Keep a new request, or find the open one for the same package; tells whether it is new."""
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

    def in_state(self, state: State) -> list[int]:
        """Name the requests that are in a state, oldest first."""
        ...

    def decide(self, request: int, before: State, after: State, decision: Decision) -> PublishRequest | None:
        """Decide about a request in one conditional write; None where it isn't in `before` any more."""
        ...

    def advance(self, request: int, before: State, after: State, outcome: str = "") -> PublishRequest | None:
        """Move a request on in one conditional write; None where it isn't in `before`."""
        ...

    def remember_card(self, request: int, card: MessageRef) -> PublishRequest:
        """Keep where the card of a request is, unless it has one; gives the request with the card that counts."""
        ...


class Directory(Protocol):
    """Slack's knowledge of people."""

    def membership(self, person: Person) -> Membership:
        """Tell the user groups a person is in; never raises: what could not be read is the `problem`."""
        ...


class Announcer(Protocol):
    """What is told without being the answer to a command. Never raises: what can't be told is logged."""

    def post_card(self, request: PublishRequest, channel: str) -> MessageRef | str:
        """Post the card of a request; a sentence where Slack refuses."""
        ...

    def repaint(self, request: PublishRequest) -> None:
        """Show the request on its card as it is now."""
        ...

    def withdraw(self, card: MessageRef) -> None:
        """Take back a card that does not count."""
        ...

    def tell_outcome(self, request: PublishRequest) -> None:
        """Say in the card's thread what became of the request."""
        ...

    def tell_packaged(self, service: ServiceRef, package: Package, by: Person, channels: tuple[str, ...]) -> None:
        """Announce a new package."""
        ...


class PublishStarter(Protocol):
    """Whatever carries approved requests out, after the decision was answered."""

    def __call__(self, request: int, /) -> None:
        """Have the approved request carried out soon; twice is the same as once."""
        ...


class Manual(Protocol):
    """How each verb is used."""

    def __call__(self) -> tuple[VerbHelp, ...]:
        """Describe every verb, in the order of learning them."""
        ...


class Waiting(Protocol):
    """Entered around whatever waits for somebody else, so that others may compute meanwhile."""

    def __call__(self) -> AbstractContextManager[None]:
        """Make the context."""
        ...


class Clock(Protocol):
    """What time it is."""

    def __call__(self) -> datetime:
        """Tell the time, in UTC."""
        ...
