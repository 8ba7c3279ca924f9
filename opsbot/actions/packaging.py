"""The verbs that make and delete packages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from opsbot.actions.changing import ask_for
from opsbot.actions.node_calls import published, wanted_published
from opsbot.actions.reading import find_package, find_service
from opsbot.domain.authorization import Permission
from opsbot.domain.results import ConfirmationAsked, Refused
from opsbot.errors import ConflictError

if TYPE_CHECKING:
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import CreatePackage, DeletePackage
    from opsbot.domain.models import Asker
    from opsbot.domain.results import ChangeBegun


def create_package(command: CreatePackage, asker: Asker, standing: Standing, world: World) -> ChangeBegun:
    """Have a package made; what became of it is told where it was asked, when the node is done."""
    _refuse_taken(command, standing, world)
    return ask_for(command, asker, world)


def delete_package(
    command: DeletePackage, asker: Asker, standing: Standing, world: World
) -> ChangeBegun | ConfirmationAsked | Refused:
    """Have a package deleted, once the asker confirmed it; not while it is published or somebody wants it to be.

    What is published, or may be, is deleted only where an administrator of the service insists.
    """
    find_package(command.service, command.version, standing, world.designer)
    wished = wanted_published(command, world)
    if wished is not None:
        return Refused(f"{command.version} of {command.service} isn't deleted: {wished}")
    there = published(command, world)
    if there is not None and not (command.force and standing.allows(Permission.ADMIN, command.service)):
        return Refused(
            f"{command.version} of {command.service} isn't deleted: {there} An administrator may insist, with --force.",
            world.rules.access.administrators(command.service),
        )
    if not command.confirmed:
        return ConfirmationAsked(command, there or "")
    # Who didn't have to insist didn't: what is published meanwhile stays.
    return ask_for(replace(command, force=there is not None), asker, world)


def _refuse_taken(command: CreatePackage, standing: Standing, world: World) -> None:
    """Refuse a version that exists; what a live node answers to it is not known, so it isn't left to the node."""
    packages = world.designer.packages(command.service)
    if not packages:
        find_service(command.service, standing, world.designer)
    if any(package.version == command.version for package in packages):
        said = f"{command.service} has a package “{command.version}” already; choose another version."
        raise ConflictError(said, about=command.version)
