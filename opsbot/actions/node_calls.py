"""What each kind of change asks of the node, how to see that it was done, and what stands in its way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from opsbot.domain import commands
from opsbot.domain.lifecycle import OPEN
from opsbot.domain.models import AuthMethod
from opsbot.errors import DSSError

if TYPE_CHECKING:
    from opsbot.actions.ports import Designer
    from opsbot.actions.world import World
    from opsbot.domain.commands import ChangeNode, DeletePackage
    from opsbot.domain.models import Package
    from opsbot.domain.references import ServiceRef


@dataclass(frozen=True, slots=True)
class Look:
    """Whether things are as a change wants them, and the package that is there where one was wanted."""

    is_so: bool
    package: Package | None = None


def call(wanted: ChangeNode, designer: Designer) -> None:
    """Have the node do it, once. Raises DSSError."""
    match wanted:
        case commands.CreateService():
            designer.create_service(wanted.service)
        case commands.AddEndpoint():
            designer.add_endpoint(
                wanted.service,
                wanted.endpoint,
                wanted.type,
                wanted.model,
                compute_propensity=wanted.compute_propensity,
            )
        case commands.RemoveEndpoint():
            designer.remove_endpoint(wanted.service, wanted.endpoint)
        case commands.CreatePackage():
            designer.create_package(wanted.service, wanted.version, wanted.release_notes)
        case commands.DeletePackage():
            designer.delete_package(wanted.service, wanted.version)
        case _:
            assert_never(wanted)


def look(wanted: ChangeNode, designer: Designer) -> Look:
    """Look whether it is done, whoever did it. Raises DSSError."""
    match wanted:
        case commands.CreateService():
            return Look(any(each.ref == wanted.service for each in designer.services(wanted.service.project_ref)))
        case commands.AddEndpoint():
            there = (each for each in designer.endpoints(wanted.service) if each.id == wanted.endpoint)
            return Look(any((each.type, each.model) == (wanted.type.on_node, wanted.model) for each in there))
        case commands.RemoveEndpoint():
            return Look(all(each.id != wanted.endpoint for each in designer.endpoints(wanted.service)))
        case commands.CreatePackage():
            package = _listed(wanted.service, wanted.version, designer)
            if package is None:
                return Look(is_so=False)
            return Look(is_so=True, package=replace(package, release_notes=wanted.release_notes))
        case commands.DeletePackage():
            return Look(_listed(wanted.service, wanted.version, designer) is None)
        case _:
            assert_never(wanted)


def caution(wanted: ChangeNode, designer: Designer) -> str:
    """Say what whoever asked should know of what was done; nothing where there is nothing, or the node won't tell.

    A node lets everybody call a new service, unless somebody sets it up otherwise.
    """
    if not isinstance(wanted, commands.CreateService):
        return ""
    try:
        there = (each for each in designer.services(wanted.service.project_ref) if each.ref == wanted.service)
        made = next(there, None)
    except DSSError:
        return ""
    if made is None or made.auth_method != AuthMethod.PUBLIC:
        return ""
    return (
        f"It is {AuthMethod.PUBLIC}, as the node makes new ones: nobody is asked who they are. "
        f"Before it is published, set how callers authenticate on its page on the node, since I can't: "
        f"{designer.page(wanted.service)}"
    )


def obstacle(wanted: ChangeNode, world: World) -> str | None:
    """Say what keeps the bot from doing it just now, but for what the node itself refuses. Raises DSSError."""
    if not isinstance(wanted, commands.DeletePackage):
        return None
    wished = wanted_published(wanted, world)
    return wished if wished is not None or wanted.force else published(wanted, world)


def wanted_published(wanted: DeletePackage, world: World) -> str | None:
    """Name the open request to publish a package; None where there is none."""
    requested = (each for each in world.requests.in_states(OPEN) if each.service == wanted.service)
    request = next((each for each in requested if each.version == wanted.version), None)
    if request is None:
        return None
    return f"request {request.id}, to publish it, is {request.state.value}; cancel that first."


def published(wanted: DeletePackage, world: World) -> str | None:
    """Say where a package is published, as far as can be seen, or that this can't be seen; None where it isn't."""
    service, version = wanted.service, wanted.version
    targets = sorted({service.service, *world.requests.published_services_of(service)})
    try:
        there = [each for each in targets if version in world.designer.published_versions(service.node, each)]
    except DSSError as error:
        return f"whether {version} is published can't be seen: {error.happened}"
    return f"{version} is on the API Deployer, as {' and '.join(f'“{each}”' for each in there)}." if there else None


def _listed(service: ServiceRef, version: str, designer: Designer) -> Package | None:
    return next((package for package in designer.packages(service) if package.version == version), None)
