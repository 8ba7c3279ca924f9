"""What came of a command: one value per outcome, past tense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsbot.domain.authorization import NOBODY
from opsbot.domain.findings import (
    AccessShown,
    ArchiveFetched,
    ArchiveNotFetched,
    AuditShown,
    Compared,
    DeliveriesListed,
    Explained,
    Finding,
    HelpShown,
    HistoryShown,
    ModelsListed,
    NodesListed,
    PackagesListed,
    RequestsListed,
    RoleHolders,
    ServiceShown,
    ServicesListed,
    SettingsShown,
    StatusShown,
    SummaryShown,
    TimelineDrawn,
    VerbHelp,
    WatchesListed,
)

if TYPE_CHECKING:
    from opsbot.domain.authorization import Whom
    from opsbot.domain.changes import NodeChange
    from opsbot.domain.commands import (
        DeletePackage,
    )
    from opsbot.domain.models import (
        Pause,
        PublishRequest,
    )
    from opsbot.domain.watching import Watch


__all__ = [
    "AccessShown",
    "ArchiveFetched",
    "ArchiveNotFetched",
    "AuditShown",
    "ChangeBegun",
    "Compared",
    "ConfirmationAsked",
    "Decided",
    "DeliveriesListed",
    "Explained",
    "Finding",
    "HelpShown",
    "HistoryShown",
    "ModelsListed",
    "NodesListed",
    "PackagesListed",
    "Paused",
    "PublishRequested",
    "Refused",
    "RequestsListed",
    "Result",
    "Resumed",
    "Reviewed",
    "RoleHolders",
    "ServiceShown",
    "ServicesListed",
    "SettingsShown",
    "Settled",
    "StatusShown",
    "SummaryShown",
    "TimelineDrawn",
    "Unwatched",
    "VerbHelp",
    "Watched",
    "WatchesListed",
    "WatchesTested",
]


@dataclass(frozen=True, slots=True)
class ChangeBegun:
    """A node is being changed, by this asking or, where it `was_begun`, by an earlier one; the outcome is told later."""

    change: NodeChange
    was_begun: bool = False


@dataclass(frozen=True, slots=True)
class ConfirmationAsked:
    """Nothing was done yet: whoever asked is to confirm it first, in spite of the `warning` if there is one."""

    command: DeletePackage
    warning: str = ""


@dataclass(frozen=True, slots=True)
class PublishRequested:
    """A publish request is open: a new one, or the one that `was_open` already.

    `missing` are the roles that still have to approve, each with how many people; none where it publishes at once.
    """

    request: PublishRequest
    missing: tuple[tuple[str, int], ...] = ()
    was_open: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision was made about a publish request: its state says which.

    One that is pending still has got a vote; `missing` are the roles that have to approve yet, each with how many.
    """

    request: PublishRequest
    missing: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """Somebody said what became of a publish of unknown outcome: its state says what."""

    request: PublishRequest


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Somebody looked at a break-glass publish."""

    request: PublishRequest


@dataclass(frozen=True, slots=True)
class Paused:
    """Nothing is published of the services of the pause; `waiting` requests are open there."""

    pause: Pause
    waiting: int


@dataclass(frozen=True, slots=True)
class Resumed:
    """The pauses are over."""

    pauses: tuple[Pause, ...]


@dataclass(frozen=True, slots=True)
class Watched:
    """A channel or a person hears of services from now on."""

    watch: Watch


@dataclass(frozen=True, slots=True)
class Unwatched:
    """A channel or a person doesn't hear of them any more."""

    watch: Watch


@dataclass(frozen=True, slots=True)
class WatchesTested:
    """A test is on its way by each of these watches; whether it arrived is told later."""

    watches: tuple[Watch, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The asker may not, or came too late; nothing was changed.

    `ask` are the people and the user groups who could change that, where a grant is missing.
    """

    reason: str
    ask: Whom = NOBODY


Result = (
    Finding
    | ChangeBegun
    | ConfirmationAsked
    | PublishRequested
    | Decided
    | Settled
    | Reviewed
    | Paused
    | Resumed
    | Watched
    | Unwatched
    | WatchesTested
    | Refused
)
"""All that can come of a command."""
