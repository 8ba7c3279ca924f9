"""What can be asked of opsbot that changes nothing: one value per verb, imperative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from opsbot.domain.authorization import Permission

if TYPE_CHECKING:
    from opsbot.domain.lifecycle import State
    from opsbot.domain.references import ProjectRef, Scope, ServiceRef


@dataclass(frozen=True, slots=True)
class Mention:
    """A person as somebody typed them: by id (`<@U012>`), or by name (`@maya`)."""

    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """Tell what the asker can do, or how one verb is used."""

    verb: ClassVar = "help"
    permission: ClassVar[Permission | None] = None
    about: str | None = None


@dataclass(frozen=True, slots=True)
class ShowAccess:
    """Tell the asker what they may do, and by which grant."""

    verb: ClassVar = "whoami"
    permission: ClassVar[Permission | None] = None


@dataclass(frozen=True, slots=True)
class ListNodes:
    """List the nodes, and whether they answer."""

    verb: ClassVar = "nodes"
    permission: ClassVar[Permission | None] = Permission.READ


@dataclass(frozen=True, slots=True)
class ListServices:
    """List API services; only those that ask nobody who they are, or those with an endpoint on a saved model.

    One that is `quiet` tells nobody how it goes: nobody but the asker may see the answer, or it has its place already.
    """

    verb: ClassVar = "services"
    permission: ClassVar[Permission | None] = Permission.READ
    where: Scope
    page: int = 1
    public: bool = False
    model: str | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class ListModels:
    """List the saved models of a project."""

    verb: ClassVar = "models"
    permission: ClassVar[Permission | None] = Permission.READ
    project: ProjectRef
    page: int = 1


@dataclass(frozen=True, slots=True)
class ShowService:
    """Show one service: endpoints, packages, what is published; or, `raw`, its settings as the node keeps them."""

    verb: ClassVar = "service"
    permission: ClassVar[Permission | None] = Permission.READ
    service: ServiceRef
    raw: bool = False


@dataclass(frozen=True, slots=True)
class ListPackages:
    """List the packages of a service, newest first."""

    verb: ClassVar = "packages"
    permission: ClassVar[Permission | None] = Permission.READ
    service: ServiceRef
    page: int = 1


@dataclass(frozen=True, slots=True)
class ShowSummary:
    """Show what the node tells of one package."""

    verb: ClassVar = "summary"
    permission: ClassVar[Permission | None] = Permission.READ
    service: ServiceRef
    version: str


@dataclass(frozen=True, slots=True)
class Compare:
    """Compare two packages of a service; without `other`, one with the service as it is set up now."""

    verb: ClassVar = "diff"
    permission: ClassVar[Permission | None] = Permission.READ
    service: ServiceRef
    version: str
    other: str | None = None


@dataclass(frozen=True, slots=True)
class DownloadPackage:
    """Fetch the archive of a package.

    It takes the permission to package: an archive holds the code, the models and the keys of a service, which is more
    than a list tells, and no more than who makes archives has in hand. Who may read only may not.
    """

    verb: ClassVar = "download"
    permission: ClassVar[Permission | None] = Permission.PACKAGE
    service: ServiceRef
    version: str
    private: bool = False


@dataclass(frozen=True, slots=True)
class Explain:
    """Tell what publishing a service needs just now, and why the asker can't."""

    verb: ClassVar = "explain"
    permission: ClassVar[Permission | None] = Permission.READ
    service: ServiceRef
    version: str | None = None
    published_service: str | None = None


@dataclass(frozen=True, slots=True)
class ListRequests:
    """List publish requests, newest first; without `state`, those that are open."""

    verb: ClassVar = "requests"
    permission: ClassVar[Permission | None] = Permission.READ
    service: ServiceRef | None = None
    state: State | None = None
    requester: Mention | None = None
    every: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class ShowHistory:
    """Tell what was done with a service, newest first; or draw its packages and publishes along time."""

    verb: ClassVar = "history"
    permission: ClassVar[Permission | None] = Permission.READ
    service: ServiceRef
    page: int = 1
    picture: bool = False


@dataclass(frozen=True, slots=True)
class ShowAudit:
    """Show the audit's records, newest first, refused attempts and all."""

    verb: ClassVar = "audit"
    permission: ClassVar[Permission | None] = Permission.ADMIN
    service: ServiceRef | None = None
    request: int | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class ShowHome:
    """Show what waits for the asker's decision, what they asked for, and what was published lately."""

    verb: ClassVar = "inbox"
    permission: ClassVar[Permission | None] = None


@dataclass(frozen=True, slots=True)
class ListWatches:
    """List what a channel hears of, or in a direct message what the asker set; or show the one of that number."""

    verb: ClassVar = "watches"
    permission: ClassVar[Permission | None] = Permission.READ
    number: int | None = None


@dataclass(frozen=True, slots=True)
class ListDeliveries:
    """List what was said of late without being an answer, or couldn't be; in a direct message what the asker was told.

    `failed`: only what is given up, or couldn't be said yet. `everywhere`: in all channels and to everybody.
    """

    verb: ClassVar = "deliveries"
    permission: ClassVar[Permission | None] = Permission.READ
    failed: bool = False
    days: int = 7
    everywhere: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class ShowStatus:
    """Show how the bot is: its replicas, what waits, what is wrong."""

    verb: ClassVar = "status"
    permission: ClassVar[Permission | None] = Permission.ADMIN


Query = (
    ShowHelp
    | ShowAccess
    | ListNodes
    | ListServices
    | ListModels
    | ShowService
    | ListPackages
    | ShowSummary
    | Compare
    | DownloadPackage
    | Explain
    | ListRequests
    | ShowHistory
    | ShowAudit
    | ShowHome
    | ListWatches
    | ListDeliveries
    | ShowStatus
)
"""All that only looks."""
