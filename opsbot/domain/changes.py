"""A change of a design node that somebody asked for, what became of it, and how that is called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from opsbot.domain import commands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from opsbot.domain.commands import ChangeNode
    from opsbot.domain.models import MessageRef, Package, Person, Place
    from opsbot.domain.references import ServiceRef


class ChangeState(StrEnum):
    """Where a change of a node stands."""

    ASKED = "asked"
    DOING = "doing"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


GOING_ON = frozenset({ChangeState.ASKED, ChangeState.DOING})
"""States of changes that somebody is at, or soon will be: there is at most one such change in a lane of a service."""


@dataclass(frozen=True, slots=True)
class NodeChange:
    """A person's wish to have a node changed, and what became of it.

    `claimed_by` names the run that carries it out, `posted_at` is when that run set out to call the node, and `seconds`
    how long the node took. `package` is the one that was made or deleted. `message` is where it is told how it goes, and
    `look_at` when the node is looked at again, if it isn't known whether it was done.
    """

    id: int
    wanted: ChangeNode
    by: Person
    asked_in: Place
    asked_at: datetime
    state: ChangeState
    outcome: str = ""
    claimed_by: str = ""
    posted_at: datetime | None = None
    seconds: float = 0.0
    package: Package | None = None
    message: MessageRef | None = None
    look_at: datetime | None = None

    @property
    def service(self) -> ServiceRef:
        """The service that is changed, or made."""
        return self.wanted.service

    @property
    def is_private(self) -> bool:
        """Whether it is told to who asked alone."""
        return self.wanted.private


def part_of(wanted: ChangeNode) -> str:
    """Name the part of the service that is changed: a version, an endpoint, or nothing where it is the service."""
    match wanted:
        case commands.CreatePackage() | commands.DeletePackage():
            return wanted.version
        case commands.AddEndpoint() | commands.RemoveEndpoint():
            return wanted.endpoint
        case commands.CreateService():
            return ""
        case _:
            assert_never(wanted)


def lane_of(wanted: ChangeNode) -> str:
    """Name what two changes of a service may not be at together: its settings, which are saved whole, or one version."""
    match wanted:
        case commands.CreatePackage() | commands.DeletePackage():
            return f"package {wanted.version}"
        case commands.AddEndpoint() | commands.RemoveEndpoint():
            return "settings"
        case commands.CreateService():
            return "service"
        case _:
            assert_never(wanted)


def is_same(one: ChangeNode, other: ChangeNode) -> bool:
    """Tell whether two people want the same, whatever they say to it and to whom it is told."""
    if isinstance(one, commands.AddEndpoint) and isinstance(other, commands.AddEndpoint):
        return replace(one, private=False) == replace(other, private=False)
    return type(one) is type(other) and (one.service, part_of(one)) == (other.service, part_of(other))


def makers_of(done: Iterable[NodeChange], packages: Iterable[Package]) -> dict[str, NodeChange]:
    """Tell, by version, which of the changes of a service's packages that were done, oldest first, made these."""
    by_version: dict[str, list[NodeChange]] = {}
    for change in done:
        by_version.setdefault(part_of(change.wanted), []).append(change)
    made = {each.version: _maker_of(by_version.get(each.version, ()), each.created_on) for each in packages}
    return {version: change for version, change in made.items() if change is not None}


def _maker_of(done: Sequence[NodeChange], created_on: datetime | None) -> NodeChange | None:
    """Tell which of the changes of a version that were done, oldest first, made the package of that date.

    Where the node didn't say when it made a package, the package that is there is taken for that one as long as nothing
    that was done later took its place.
    """
    made = [each for each in done if isinstance(each.wanted, commands.CreatePackage)]
    dated = (each for each in made if created_on is not None and _made_on(each) == created_on)
    undated = (each for each in made if each is done[-1] and _made_on(each) is None)
    return next(chain(dated, undated), None)


def _made_on(change: NodeChange) -> datetime | None:
    return change.package.created_on if change.package is not None else None


DOING = MappingProxyType(
    {
        commands.CreateService.verb: "creating",
        commands.AddEndpoint.verb: "adding",
        commands.RemoveEndpoint.verb: "removing",
        commands.CreatePackage.verb: "packaging",
        commands.DeletePackage.verb: "deleting",
    }
)
"""What is being done, by the verb that asks for it."""

DONE = MappingProxyType(
    {
        commands.CreateService.verb: "created",
        commands.AddEndpoint.verb: "added",
        commands.RemoveEndpoint.verb: "removed",
        commands.CreatePackage.verb: "packaged",
        commands.DeletePackage.verb: "deleted",
    }
)
"""What was done, by the verb that asks for it."""


def object_of(wanted: ChangeNode, show: Callable[[object], str] = str) -> str:
    """Say what it is done to; `show` sets ids in type of their own."""
    part, service = show(part_of(wanted)), show(wanted.service)
    match wanted:
        case commands.CreatePackage() | commands.DeletePackage():
            return f"{part} of {service}"
        case commands.AddEndpoint() | commands.RemoveEndpoint():
            return f"endpoint {part} of {service}"
        case commands.CreateService():
            return f"service {service}"
        case _:
            assert_never(wanted)


def in_progress(change: NodeChange) -> str:
    """Say in plain words what is being done."""
    return f"{DOING[change.wanted.verb].capitalize()} {object_of(change.wanted)} for {change.by.name}"
