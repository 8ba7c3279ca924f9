"""What the actions need of the world, as protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime

    from opsbot.domain.authorization import Membership
    from opsbot.domain.deliveries import Delivery
    from opsbot.domain.difference import ServiceSetup
    from opsbot.domain.models import (
        MessageRef,
        Named,
        Package,
        PackageSummary,
        Packaging,
        Person,
        PublishRequest,
        Service,
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

    def setup(self, service: ServiceRef) -> ServiceSetup:
        """Read how a service is set up now, without its secrets."""
        ...

    def archive_digest(self, service: ServiceRef, version: str) -> str:
        """Read a package's archive through; gives the digest of its entries."""
        ...

    def published_versions(self, node: str, published_service: str) -> frozenset[str]:
        """Name the versions of a published service; none where the service isn't there."""
        ...


class Messenger(Protocol):
    """Slack, for what is told without being the answer to a command.

    Refusals are raised: NotHereError where the bot may not speak there, TellingError for the rest; its `again` tells
    whether another try may help, `after` how many seconds to wait first, `uncertain` whether it may have been said.
    """

    def say(self, delivery: Delivery, subject: PublishRequest | Packaging) -> MessageRef | None:
        """Say it; gives where, or None where there was nothing to say any more."""
        ...

    def find(self, delivery: Delivery, subject: PublishRequest | Packaging) -> MessageRef | None:
        """Find where it was said already, by the mark that every message carries; TellingError where Slack won't tell."""
        ...


class Directory(Protocol):
    """Slack's knowledge of people."""

    def membership(self, person: Person, *, fresh: bool = False) -> Membership:
        """Tell the user groups a person is in; never raises: what could not be read is the `problem`.

        What is told was read at most a minute ago, or just now where it has to be `fresh`.
        """
        ...

    def members(self, group: str) -> frozenset[str]:
        """Name the people in a group, by the group's id or handle; none where that can't be read."""
        ...


class Durable(Protocol):
    """Whatever survives a crash: what is begun here is carried to its end by this process or another."""

    def publish(self, request: int, attempt: int) -> None:
        """Have an approved request carried out; twice for the same attempt is the same as once."""
        ...

    def package(self, packaging: int) -> None:
        """Have a package made; twice is the same as once."""
        ...

    def deliver(self, channel: str) -> None:
        """Have said what waits in the channel's line."""
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


class Catalog(Protocol):
    """What is on the nodes, as it was a short while ago: for choosing, never for deciding.

    Nothing is raised: a node that doesn't answer has what it had. Whoever asks for what was never read waits for it a
    second at most, and gets what has come by then.
    """

    def projects(self) -> list[ProjectRef]:
        """List the projects of all nodes."""
        ...

    def services(self) -> list[Service]:
        """List the services of all projects."""
        ...

    def packages(self, service: ServiceRef) -> list[Package]:
        """List the packages of a service."""
        ...

    def models(self, project: ProjectRef) -> list[Named]:
        """List the saved models of a project."""
        ...

    def published_services(self, node: str) -> list[str]:
        """Name the services that the node's API Deployer knows."""
        ...

    def look_again(self, service: ServiceRef) -> None:
        """Have the packages of a service read soon: somebody is about to choose one. Nobody waits for it."""
        ...
