"""The things that opsbot talks about, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from opsbot.domain.audit import Head
    from opsbot.domain.difference import Difference
    from opsbot.domain.lifecycle import State
    from opsbot.domain.references import ServiceRef


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in Slack: the immutable user id, and the name they showed last."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was said: a channel of Slack, and the thread in it, if any.

    `terminal` is the login of whoever said it in a terminal; the channel is then the one that they named, or "".
    """

    channel: str
    thread: str | None = None
    terminal: str = ""


HOME = Place("home")
"""The App Home: nothing is said in a channel there, so what counts in some channels only doesn't count."""


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
    """One callable thing in a service; `model` is the saved model that it calls, where it calls one and that is known."""

    id: str
    type: str
    model: str | None = None


class EndpointType(StrEnum):
    """What an endpoint that calls a saved model does with it, in people's words."""

    PREDICTION = "prediction"
    MULTITARGET = "multitarget"
    CLUSTERING = "clustering"
    FORECASTING = "forecasting"
    CAUSAL = "causal"

    @property
    def on_node(self) -> str:
        """The node's own word for it."""
        return _ON_NODE[self]


_ON_NODE = MappingProxyType(
    {
        EndpointType.PREDICTION: "STD_PREDICTION",
        EndpointType.MULTITARGET: "STD_MULTITARGET_PREDICTION",
        EndpointType.CLUSTERING: "STD_CLUSTERING",
        EndpointType.FORECASTING: "STD_FORECAST",
        EndpointType.CAUSAL: "STD_CAUSAL_PREDICTION",
    }
)


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
class SavedModel:
    """A model that endpoints can call; `kind` is what the node calls its sort, empty where it doesn't say."""

    id: str
    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class NodeState:
    """A node that the bot talks to; `problem` says why it doesn't answer as it should, empty where it does."""

    name: str
    problem: str = ""


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
