"""The things that opsbot talks about, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from opsbot.domain.lifecycle import State
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
    """What the node tells of one package."""

    package: Package
    endpoints: tuple[Endpoint, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """Who ended the waiting, when, and what they said to it."""

    person: Person
    at: datetime
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants published: a publish request before it is one."""

    service: ServiceRef
    package: Package
    published_service: str
    requester: Person
    reason: str
    asked_in: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """A person's wish to publish a version, and what became of it."""

    id: int
    wish: Wish
    state: State
    decision: Decision | None = None
    outcome: str = ""
    card: MessageRef | None = None

    @property
    def service(self) -> ServiceRef:
        """The service whose version is to be published."""
        return self.wish.service

    @property
    def version(self) -> str:
        """The version to be published."""
        return self.wish.package.version
