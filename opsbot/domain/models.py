"""The things that opsbot talks about, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from opsbot.domain.audit import Head
    from opsbot.domain.difference import Difference
    from opsbot.domain.lifecycle import PackagingState, State
    from opsbot.domain.references import ServiceRef


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in Slack: the immutable user id, and the name they showed last."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where in Slack something was said: a channel, and the thread in it, if any."""

    channel: str
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class MessageRef:
    """One message in Slack, by its channel and timestamp."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where."""

    person: Person
    place: Place


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One callable thing in a service."""

    id: str
    type: str


@dataclass(frozen=True, slots=True)
class Named:
    """Something on a node that has an id and a name, such as a saved model."""

    id: str
    name: str


class AuthMethod(StrEnum):
    """How a service authenticates who calls it; a node may know more than these."""

    PUBLIC = "PUBLIC"
    API_KEYS = "API_KEYS"
    OAUTH2 = "OAUTH2"


@dataclass(frozen=True, slots=True)
class Service:
    """An API service as the API Designer lists it."""

    ref: ServiceRef
    name: str
    auth_method: str
    endpoints: tuple[Endpoint, ...]


@dataclass(frozen=True, slots=True)
class Package:
    """One version of a service, frozen into an archive. The node may not say when or by whom."""

    version: str
    created_on: datetime | None = None
    created_by: str | None = None
    release_notes: str = ""


@dataclass(frozen=True, slots=True)
class PackageSummary:
    """What the node tells of one package; `digest` names all of it as it is."""

    package: Package
    endpoints: tuple[Endpoint, ...]
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided, when, and what they said to it."""

    person: Person
    at: datetime
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's yes: where it was said, and the roles of the quorum that they held then."""

    person: Person
    at: datetime
    channel: str
    roles: tuple[str, ...]
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants published, and what was true when they asked: a publish request before it is one.

    The package is what `package.created_on` and the digests say, whatever else may be made under its version later;
    `archive_digest` is empty where the policy doesn't ask for it. `policy` is the digest of the policy that decides.
    """

    service: ServiceRef
    package: Package
    published_service: str
    requester: Person
    reason: str
    asked_in: str
    asked_at: datetime
    card_channel: str
    policy: str
    policy_name: str
    summary_digest: str = ""
    archive_digest: str = ""
    packager: Person | None = None
    expires_at: datetime | None = None
    remind_at: datetime | None = None
    break_glass: bool = False
    review_due: datetime | None = None
    difference: Difference | None = None


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """A person's wish to publish a version, and what became of it.

    `decision` is the one that ended the waiting: of an approved request, the vote that filled the quorum. `held` says
    why an approved request waits, and `try_at` until when. `claimed_by` names the run that publishes it, and
    `posted_at` is when that run set out to call the node. `head` is the audit's record of the last change.
    """

    id: int
    wish: Wish
    state: State
    votes: tuple[Vote, ...] = ()
    decision: Decision | None = None
    outcome: str = ""
    card: MessageRef | None = None
    held: str = ""
    try_at: datetime | None = None
    attempt: int = 0
    claimed_by: str = ""
    posted_at: datetime | None = None
    remind_at: datetime | None = None
    ended_at: datetime | None = None
    review_due: datetime | None = None
    review: Decision | None = None
    head: Head | None = None

    @property
    def service(self) -> ServiceRef:
        """The service whose version is to be published."""
        return self.wish.service

    @property
    def version(self) -> str:
        """The version to be published."""
        return self.wish.package.version


@dataclass(frozen=True, slots=True)
class Pause:
    """An administrator's word that nothing is to be published, for the services that the glob matches."""

    id: int
    services: str
    reason: str
    by: Person
    at: datetime


@dataclass(frozen=True, slots=True)
class Packaging:
    """A person's wish to have a package made, and what became of it. `seconds` is how long the node took."""

    id: int
    service: ServiceRef
    version: str
    release_notes: str
    by: Person
    asked_in: str
    private: bool
    asked_at: datetime
    state: PackagingState
    outcome: str = ""
    claimed_by: str = ""
    posted_at: datetime | None = None
    seconds: float = 0.0
    package: Package | None = None
