"""What can be asked of opsbot: one value per verb, imperative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from opsbot.domain.authorization import Permission

if TYPE_CHECKING:
    from opsbot.domain.lifecycle import State
    from opsbot.domain.models import EndpointType
    from opsbot.domain.references import ProjectRef, Scope, ServiceRef


PAGE_SIZE = 10
"""How many rows a page of a long list has."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is meant where somebody didn't say it, in one place."""

    node: str | None = None
    project: str | None = None
    request: int | None = None


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
class ListServices:
    """List API services; only those that ask nobody who they are, or those with an endpoint on a saved model."""

    verb: ClassVar = "services"
    permission: ClassVar[Permission | None] = Permission.READ
    where: Scope
    page: int = 1
    public: bool = False
    model: str | None = None


@dataclass(frozen=True, slots=True)
class ListNodes:
    """List the nodes, and whether they answer."""

    verb: ClassVar = "nodes"
    permission: ClassVar[Permission | None] = Permission.READ


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
class CreatePackage:
    """Create a package."""

    verb: ClassVar = "package"
    permission: ClassVar[Permission | None] = Permission.PACKAGE
    service: ServiceRef
    version: str
    release_notes: str = ""
    private: bool = False


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
class RequestPublish:
    """Ask for a version to be published."""

    verb: ClassVar = "publish"
    permission: ClassVar[Permission | None] = Permission.PUBLISH
    service: ServiceRef
    version: str
    published_service: str | None = None
    reason: str = ""
    break_glass: bool = False


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
class Approve:
    """Say yes to a publish request."""

    verb: ClassVar = "approve"
    permission: ClassVar[Permission | None] = Permission.APPROVE
    request: int
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Decline:
    """Say no to a publish request."""

    verb: ClassVar = "decline"
    permission: ClassVar[Permission | None] = Permission.APPROVE
    request: int
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Take a publish request back."""

    verb: ClassVar = "cancel"
    permission: ClassVar[Permission | None] = Permission.PUBLISH
    request: int
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Settle:
    """Say what became of a publish that nobody knows the outcome of."""

    verb: ClassVar = "settle"
    permission: ClassVar[Permission | None] = Permission.APPROVE
    request: int
    published: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Review:
    """Say that a break-glass publish was looked at by another person."""

    verb: ClassVar = "review"
    permission: ClassVar[Permission | None] = Permission.APPROVE
    request: int
    comment: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Let nothing be published, of one service or of all, until somebody resumes."""

    verb: ClassVar = "pause"
    permission: ClassVar[Permission | None] = Permission.ADMIN
    reason: str
    service: ServiceRef | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """End a pause."""

    verb: ClassVar = "resume"
    permission: ClassVar[Permission | None] = Permission.ADMIN
    service: ServiceRef | None = None


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
class CreateService:
    """Create an API service without endpoints."""

    verb: ClassVar = "create"
    permission: ClassVar[Permission | None] = Permission.DESIGN
    service: ServiceRef
    private: bool = False


@dataclass(frozen=True, slots=True)
class AddEndpoint:
    """Add an endpoint that calls a saved model, by its id; `PROJECT.ID` where it is another project's."""

    verb: ClassVar = "add-endpoint"
    permission: ClassVar[Permission | None] = Permission.DESIGN
    service: ServiceRef
    endpoint: str
    type: EndpointType
    model: str
    compute_propensity: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True)
class RemoveEndpoint:
    """Take an endpoint out of a service."""

    verb: ClassVar = "remove-endpoint"
    permission: ClassVar[Permission | None] = Permission.DESIGN
    service: ServiceRef
    endpoint: str
    private: bool = False


@dataclass(frozen=True, slots=True)
class DeletePackage:
    """Delete a package; without `confirmed` the asker is asked first.

    `force`: although it is published, or nobody can say whether it is.
    """

    verb: ClassVar = "delete"
    permission: ClassVar[Permission | None] = Permission.PACKAGE
    service: ServiceRef
    version: str
    force: bool = False
    confirmed: bool = False
    private: bool = False


Decide = Approve | Decline | Cancel
"""What ends the waiting of a publish request."""

OnRequest = Decide | Settle | Review
"""What is done to a request that is there; the policy says by whom."""

ChangeNode = CreateService | AddEndpoint | RemoveEndpoint | CreatePackage | DeletePackage
"""What changes something on a node, by way of a run that survives a crash."""

Change = ChangeNode | RequestPublish | OnRequest | Pause | Resume
"""What changes something; each try is audited."""

LongWork = DownloadPackage
"""What may take minutes: it has workers of its own, so that it never keeps those waiting who only look."""

Command = (
    ShowHelp
    | ShowAccess
    | ListNodes
    | ListServices
    | ListModels
    | ShowService
    | ListPackages
    | ShowSummary
    | Compare
    | ChangeNode
    | DownloadPackage
    | RequestPublish
    | Explain
    | ListRequests
    | OnRequest
    | Pause
    | Resume
    | ShowHistory
    | ShowAudit
    | ShowHome
)
"""All that can be asked."""
