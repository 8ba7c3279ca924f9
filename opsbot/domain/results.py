"""What came of a command: one value per outcome, past tense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsbot.domain.authorization import Grant, Permission
    from opsbot.domain.commands import ListPackages, ListRequests, ListServices
    from opsbot.domain.models import Package, PackageSummary, Person, PublishRequest, Service
    from opsbot.domain.references import ServiceRef


@dataclass(frozen=True, slots=True)
class VerbHelp:
    """How one verb is used: `usage` is what to type, `example` a whole line of it."""

    verb: str
    usage: str
    says: str
    example: str
    permission: Permission | None
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class HelpShown:
    """The verbs that the asker may use; one, with its options, where `about` was asked."""

    verbs: tuple[VerbHelp, ...]
    about: str | None = None


@dataclass(frozen=True, slots=True)
class AccessShown:
    """The grants that hold for the asker here, each with what its role allows."""

    person: Person
    grants: tuple[tuple[Grant, tuple[Permission, ...]], ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ServicesListed:
    """The services of a project that the asker may see, by id."""

    command: ListServices
    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True)
class ServiceShown:
    """One service, its packages (newest first), and the versions published under its own id.

    `published` is None where the API Deployer could not tell.
    """

    service: Service
    packages: tuple[Package, ...]
    published: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class PackagesListed:
    """The packages of a service, newest first."""

    command: ListPackages
    packages: tuple[Package, ...]


@dataclass(frozen=True, slots=True)
class SummaryShown:
    """What the node tells of one package."""

    service: ServiceRef
    summary: PackageSummary


@dataclass(frozen=True, slots=True)
class PackageCreated:
    """A package was made; `seconds` is how long the node took."""

    service: ServiceRef
    package: Package
    by: Person
    seconds: float


@dataclass(frozen=True, slots=True)
class PublishRequested:
    """A publish request is open: a new one, or the one that `was_open` already.

    `card_problem` says why its card could not be posted, if so.
    """

    request: PublishRequest
    was_open: bool = False
    card_problem: str = ""


@dataclass(frozen=True, slots=True)
class RequestsListed:
    """Publish requests, newest first: one page of them, and how many there are in all."""

    command: ListRequests
    requests: tuple[PublishRequest, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision was made about a publish request: its state says which."""

    request: PublishRequest


@dataclass(frozen=True, slots=True)
class Refused:
    """The asker may not, or came too late; nothing was changed."""

    reason: str


Result = (
    HelpShown
    | AccessShown
    | ServicesListed
    | ServiceShown
    | PackagesListed
    | SummaryShown
    | PackageCreated
    | PublishRequested
    | RequestsListed
    | Decided
    | Refused
)
"""All that can come of a command."""
