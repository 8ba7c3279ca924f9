"""What people want to hear of: watches, the events that they match, and what makes two events one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from opsbot.domain.authorization import covers
from opsbot.domain.commands import (
    Compare,
    CreatePackage,
    DeletePackage,
    DownloadPackage,
    RequestPublish,
    ShowSummary,
)
from opsbot.domain.lifecycle import State
from opsbot.domain.models import Package
from opsbot.domain.references import ProjectRef, ServiceRef

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from opsbot.domain.changes import NodeChange
    from opsbot.domain.difference import Difference
    from opsbot.domain.models import MessageRef, Person, PublishRequest
    from opsbot.domain.pace import Digest, Quiet
    from opsbot.domain.references import Watchable


class Topic(StrEnum):
    """What a watch can be about."""

    PACKAGED = "packaged"
    DELETED = "deleted"
    REQUESTED = "requested"
    """A publish was asked for, and what people decided about it."""
    PUBLISHED = "published"
    FAILED = "failed"
    ENDPOINTS = "endpoints"
    """Endpoints are gone."""
    AUTH = "auth"
    """Callers are asked less than before who they are."""


EVERY_TOPIC = frozenset(Topic)
OFFERED = (RequestPublish, Compare, ShowSummary, DownloadPackage)
"""What can be done with a package that was just made."""
BY_CONFIG = "config"
"""Stands for the id of whoever set a watch that is in the configuration."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody's wish to hear of services: `target` is the channel that hears of it, or the id of a person.

    `services` is a glob of NODE:PROJECT/SERVICE. What happens in its `quiet` hours, or between two digests, is told
    afterwards, together. `stopped` says why nothing is told any more, empty where it is.
    """

    id: int
    target: str
    services: str
    topics: frozenset[Topic]
    by: Person
    at: datetime
    stopped: str = ""
    quiet: Quiet | None = None
    digest: Digest | None = None

    @property
    def is_personal(self) -> bool:
        """Tell whether one person hears of it, who may not see all that others see."""
        return is_person(self.target)

    def wants(self, event: Event) -> bool:
        """Tell whether the event is one that the watch is about."""
        return not self.stopped and event.topic in self.topics and covers((self.services,), event.service)


@dataclass(frozen=True, slots=True)
class WatchRule:
    """A watch as the configuration has it."""

    target: str
    services: str
    topics: frozenset[Topic]
    quiet: Quiet | None = None
    digest: Digest | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a service, once: two events of one `identity` are the same.

    `what` is the topic, or the state that a request came to. `packaged_on` tells packages of one version apart.
    `detail` are sentences, of those that hold for the moment only.
    """

    identity: str
    topic: Topic
    what: str
    service: ServiceRef
    version: str
    at: datetime
    packaged_on: datetime | None = None
    who: str = ""
    request: int | None = None
    change: int | None = None
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class News:
    """An event with what is known around it when it is told.

    `thread` is the message that is the version's story there, None where the event begins it. `difference` is that from
    the version published last, `packager` who packaged it, where that is known, and `page` where the service is on the
    node, where there is something to be done there. `offered` are the verbs that there are buttons for.
    """

    event: Event
    thread: MessageRef | None = None
    request: PublishRequest | None = None
    change: NodeChange | None = None
    difference: Difference | None = None
    packager: Person | None = None
    page: str = ""
    offered: frozenset[str] = frozenset(each.verb for each in OFFERED)


def is_person(target: str) -> bool:
    """Tell whether a target is a person, not a channel."""
    return target.startswith(("U", "W"))


def is_direct(channel: str) -> bool:
    """Tell whether a channel is somebody's direct conversation with the bot."""
    return channel.startswith("D")


def globbed(what: Watchable) -> str:
    """Write what is watched as a glob of services."""
    match what:
        case ServiceRef():
            return str(what)
        case ProjectRef():
            return f"{what}/*"
        case _:
            return str(what)


def chosen(watches: Iterable[Watch], event: Event) -> tuple[Watch, ...]:
    """Pick the watches by which an event is told: one for each target, however many match."""
    by_target: dict[str, Watch] = {}
    for watch in watches:
        if watch.wants(event):
            by_target.setdefault(watch.target, watch)
    return tuple(by_target.values())


def packaged(service: ServiceRef, package: Package, at: datetime, who: str, change: int | None = None) -> Event:
    """Tell that a package was made."""
    return Event(
        _of_package(Topic.PACKAGED, service, package.version, package.created_on),
        Topic.PACKAGED,
        Topic.PACKAGED.value,
        service,
        package.version,
        at,
        package.created_on,
        who,
        change=change,
    )


def deleted(service: ServiceRef, package: Package, at: datetime, who: str = "", change: int | None = None) -> Event:
    """Tell that a package was deleted."""
    version, packaged_on = package.version, package.created_on
    topic = Topic.DELETED
    identity = _of_package(topic, service, version, packaged_on)
    if packaged_on is None:  # nobody can tell which one it was
        identity += f"at {at.isoformat()}"
    return Event(identity, topic, topic.value, service, version, at, packaged_on, who, change=change)


def of_change(change: NodeChange, at: datetime) -> tuple[Event, ...]:
    """Make the event of a change of a node that was done, if it is one to tell of."""
    wanted = change.wanted
    match wanted:
        case CreatePackage() if change.package is not None:
            return (packaged(wanted.service, change.package, at, change.by.id, change.id),)
        case DeletePackage():
            gone = change.package or Package(wanted.version)
            return (deleted(wanted.service, gone, at, change.by.id, change.id),)
        case _:
            return ()


def of_request(request: PublishRequest, at: datetime) -> tuple[Event, ...]:
    """Make the event of the state that a request is in, if it is one to tell of; it happens once in its life."""
    topic = _topic(request.state)
    if topic is None:
        return ()
    state, package = request.state.value, request.wish.package
    return (
        Event(
            f"request {request.id} {state}",
            topic,
            state,
            request.service,
            request.version,
            at,
            package.created_on,
            request.wish.requester.id,
            request.id,
        ),
    )


def _topic(state: State) -> Topic | None:
    match state:
        case State.PUBLISHED:
            return Topic.PUBLISHED
        case State.FAILED | State.UNKNOWN:
            return Topic.FAILED
        case State.PUBLISHING:
            return None
        case _:
            return Topic.REQUESTED


def _of_package(topic: Topic, service: ServiceRef, version: str, packaged_on: datetime | None) -> str:
    made = str(round(packaged_on.timestamp() * 1000)) if packaged_on is not None else ""
    return f"{topic.value} {service} {version} {made}"
