"""What can be asked of opsbot: one value per verb, imperative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from opsbot.domain.authorization import Permission
from opsbot.domain.defaults import Defaults, Subject
from opsbot.domain.queries import (
    Compare,
    DownloadPackage,
    Explain,
    ListDeliveries,
    ListModels,
    ListNodes,
    ListPackages,
    ListRequests,
    ListServices,
    ListWatches,
    Mention,
    Query,
    ShowAccess,
    ShowAudit,
    ShowHelp,
    ShowHistory,
    ShowHome,
    ShowService,
    ShowStatus,
    ShowSummary,
)

if TYPE_CHECKING:
    from opsbot.domain.models import EndpointType
    from opsbot.domain.pace import Digest, Quiet
    from opsbot.domain.references import ServiceRef, Watchable
    from opsbot.domain.seals import Button


__all__ = [
    "PAGE_SIZE",
    "AddEndpoint",
    "Approve",
    "Cancel",
    "Change",
    "ChangeNode",
    "Command",
    "Compare",
    "CreatePackage",
    "CreateService",
    "Decide",
    "Decline",
    "Defaults",
    "DeletePackage",
    "DownloadPackage",
    "Explain",
    "ListDeliveries",
    "ListModels",
    "ListNodes",
    "ListPackages",
    "ListRequests",
    "ListServices",
    "ListWatches",
    "LongWork",
    "Mention",
    "OnRequest",
    "Pause",
    "Query",
    "RemoveEndpoint",
    "RequestPublish",
    "Resume",
    "Review",
    "Settle",
    "ShowAccess",
    "ShowAudit",
    "ShowHelp",
    "ShowHistory",
    "ShowHome",
    "ShowService",
    "ShowStatus",
    "ShowSummary",
    "Subject",
    "TryWatches",
    "Unwatch",
    "WatchServices",
]

PAGE_SIZE = 10
"""How many rows a page of a long list has."""


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
class Approve:
    """Say yes to a publish request."""

    verb: ClassVar = "approve"
    permission: ClassVar[Permission | None] = Permission.APPROVE
    request: int
    comment: str = ""
    button: Button | None = None


@dataclass(frozen=True, slots=True)
class Decline:
    """Say no to a publish request."""

    verb: ClassVar = "decline"
    permission: ClassVar[Permission | None] = Permission.APPROVE
    request: int
    comment: str = ""
    button: Button | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """Take a publish request back."""

    verb: ClassVar = "cancel"
    permission: ClassVar[Permission | None] = Permission.PUBLISH
    request: int
    comment: str = ""
    button: Button | None = None


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


@dataclass(frozen=True, slots=True)
class WatchServices:
    """Have a channel hear of services, or the asker alone; `events` are topics, and none means all."""

    verb: ClassVar = "watch"
    permission: ClassVar[Permission | None] = Permission.READ
    what: Watchable
    events: tuple[str, ...] = ()
    personally: bool = False
    quiet: Quiet | None = None
    digest: Digest | None = None


@dataclass(frozen=True, slots=True)
class Unwatch:
    """End a watch, named by what is watched or by its number; a button says by its `seal` which watch had that.

    Without one it was named on purpose. The buttons of an earlier version have an empty one.
    """

    verb: ClassVar = "unwatch"
    permission: ClassVar[Permission | None] = Permission.READ
    what: Watchable | int
    personally: bool = False
    seal: str | None = None


@dataclass(frozen=True, slots=True)
class TryWatches:
    """Send a test by a watch, or by one for each who hears of something; it begins no story and isn't held back."""

    verb: ClassVar = "watches"
    permission: ClassVar[Permission | None] = Permission.READ
    number: int | None = None


Decide = Approve | Decline | Cancel
"""What ends the waiting of a publish request; without a `button` it was named by its number, on purpose."""

OnRequest = Decide | Settle | Review
"""What is done to a request that is there; the policy says by whom."""

ChangeNode = CreateService | AddEndpoint | RemoveEndpoint | CreatePackage | DeletePackage
"""What changes something on a node, by way of a run that survives a crash."""

Change = ChangeNode | RequestPublish | OnRequest | Pause | Resume | WatchServices | Unwatch | TryWatches
"""What changes something; each try is audited."""

LongWork = DownloadPackage
"""What may take minutes: it has workers of its own, so that it never keeps those waiting who only look."""

Command = Query | Change
"""All that can be asked."""
