"""What came of looking: one value per outcome, past tense."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opsbot.domain.authorization import NOBODY
from opsbot.domain.homes import HomeShown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opsbot.domain.audit import Entry, Head
    from opsbot.domain.authorization import Grant, Permission, Whom
    from opsbot.domain.commands import (
        Compare,
        DownloadPackage,
        Explain,
        ListDeliveries,
        ListModels,
        ListPackages,
        ListRequests,
        ListServices,
        ShowAudit,
        ShowHistory,
    )
    from opsbot.domain.deliveries import Told
    from opsbot.domain.difference import Difference
    from opsbot.domain.files import Archive, Attachment
    from opsbot.domain.models import (
        MessageRef,
        NodeState,
        Package,
        PackageSummary,
        Person,
        PublishRequest,
        SavedModel,
        Service,
    )
    from opsbot.domain.policies import Policy
    from opsbot.domain.references import ServiceRef
    from opsbot.domain.status import Status
    from opsbot.domain.timeline import Timeline
    from opsbot.domain.watching import Watch


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
    """The grants that hold for the asker here, each with what its role allows; `ask` are who could give one, where none does."""

    person: Person
    grants: tuple[tuple[Grant, tuple[Permission, ...]], ...]
    problem: str = ""
    ask: Whom = NOBODY


@dataclass(frozen=True, slots=True)
class NodesListed:
    """Every node, and whether it answers."""

    nodes: tuple[NodeState, ...]


@dataclass(frozen=True, slots=True)
class ServicesListed:
    """The services that were asked for and that the asker may see, by id.

    `endpoints` names, where a saved model was asked for, those of each service that use it. `unread` says what could not
    be looked at, a sentence each: services may be missing there. `shown_at` is the message that told how it went.
    """

    command: ListServices
    services: tuple[Service, ...]
    endpoints: Mapping[ServiceRef, tuple[str, ...]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    shown_at: MessageRef | None = None


@dataclass(frozen=True, slots=True)
class ModelsListed:
    """The saved models of a project, by name."""

    command: ListModels
    models: tuple[SavedModel, ...]


@dataclass(frozen=True, slots=True)
class ServiceShown:
    """One service, its packages (newest first), and the versions published under its own id.

    `published` is None where the API Deployer could not tell. `packagers` are those that are known, by version. `page` is
    where the service is on the node.
    """

    service: Service
    packages: tuple[Package, ...]
    published: frozenset[str] | None
    packagers: Mapping[str, Person] = field(default_factory=dict)
    page: str = ""


@dataclass(frozen=True, slots=True)
class PackagesListed:
    """The packages of a service, newest first; `packagers` are those that are known, by version."""

    command: ListPackages
    packages: tuple[Package, ...]
    packagers: Mapping[str, Person] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SummaryShown:
    """What the node tells of one package, and who packaged it, where that is known."""

    service: ServiceRef
    summary: PackageSummary
    packager: Person | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """What is new in one version against another, as far as can be known."""

    command: Compare
    difference: Difference


@dataclass(frozen=True, slots=True)
class SettingsShown:
    """The settings of a service as the node keeps them, without secrets, and perhaps without code, as a file."""

    service: ServiceRef
    file: Attachment
    with_code: bool = True


@dataclass(frozen=True, slots=True)
class ArchiveFetched:
    """The archive of a package is here, as a file, `seconds` after it was asked for; `shown_at` is the message that told how it went, if there is one."""

    command: DownloadPackage
    archive: Archive
    file: Attachment
    seconds: float = 0.0
    shown_at: MessageRef | None = None


@dataclass(frozen=True, slots=True)
class ArchiveNotFetched:
    """The archive of a package can't be had here, for the reason given; `link` leads to where it may be."""

    command: DownloadPackage
    reason: str
    link: str = ""
    shown_at: MessageRef | None = None


@dataclass(frozen=True, slots=True)
class RoleHolders:
    """Who could approve in a role just now: people by their ids, and of the groups how they are called.

    `unread` are groups whose members can't be read.
    """

    role: str
    needed: int
    missing: int
    people: tuple[str, ...]
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explained:
    """What a publish needs: the policy that decides and why, what stands in its way, and who could approve.

    `obstacles` say what keeps anybody from publishing just now; `objections` what keeps the asker from asking for it,
    from approving it, and from breaking the glass, a sentence each.
    """

    command: Explain
    policy: Policy
    request: PublishRequest | None
    holders: tuple[RoleHolders, ...]
    obstacles: tuple[str, ...]
    objections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequestsListed:
    """Publish requests, newest first: one page of them, and how many there are in all."""

    command: ListRequests
    requests: tuple[PublishRequest, ...]
    total: int


@dataclass(frozen=True, slots=True)
class HistoryShown:
    """What was done with a service, newest first: one page of it, and how much there is in all."""

    command: ShowHistory
    entries: tuple[tuple[Head, Entry], ...]
    total: int


@dataclass(frozen=True, slots=True)
class TimelineDrawn:
    """The packages and publishes of a service along time; `file` is the picture, None where there is nothing to draw."""

    timeline: Timeline
    file: Attachment | None


@dataclass(frozen=True, slots=True)
class AuditShown:
    """The audit's records, newest first: one page of them, and how many there are in all."""

    command: ShowAudit
    entries: tuple[tuple[Head, Entry], ...]
    total: int


@dataclass(frozen=True, slots=True)
class WatchesListed:
    """What a channel hears of, or what the asker set."""

    watches: tuple[Watch, ...]
    personal: bool = False


@dataclass(frozen=True, slots=True)
class DeliveriesListed:
    """What was said of late without being an answer, newest first: one page of it, and how much there is in all.

    `personal`: it is for the asker's eyes, since others aren't told what is told to one person, or in other channels.
    """

    command: ListDeliveries
    told: tuple[Told, ...]
    total: int
    personal: bool = False


@dataclass(frozen=True, slots=True)
class StatusShown:
    """How the bot is."""

    status: Status


Finding = (
    AccessShown
    | ArchiveFetched
    | ArchiveNotFetched
    | AuditShown
    | Compared
    | DeliveriesListed
    | Explained
    | HelpShown
    | HistoryShown
    | HomeShown
    | ModelsListed
    | NodesListed
    | PackagesListed
    | RequestsListed
    | ServiceShown
    | ServicesListed
    | SettingsShown
    | StatusShown
    | SummaryShown
    | TimelineDrawn
    | WatchesListed
)
"""All that can come of a query."""
