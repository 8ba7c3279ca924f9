"""The verb that makes packages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from opsbot.actions.reading import find_service
from opsbot.domain.models import Package
from opsbot.domain.results import PackageCreated
from opsbot.errors import ConflictError, DSSError

if TYPE_CHECKING:
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import CreatePackage
    from opsbot.domain.models import Asker


def create_package(command: CreatePackage, asker: Asker, standing: Standing, world: World) -> PackageCreated:
    """Create a package, and tell the channels that want to hear of it."""
    _refuse_taken(command, standing, world)
    began = world.clock()
    world.designer.create_package(command.service, command.version, command.release_notes)
    seconds = (world.clock() - began).total_seconds()
    package = replace(_made(command, world), release_notes=command.release_notes)
    listening = tuple(found for found in world.rules.listening(command.service) if found != asker.place.channel)
    world.announcer.tell_packaged(command.service, package, asker.person, listening)
    return PackageCreated(command.service, package, asker.person, seconds)


def _refuse_taken(command: CreatePackage, standing: Standing, world: World) -> None:
    """Refuse a version that exists; what a live node answers to it is not known, so it isn't left to the node."""
    packages = world.designer.packages(command.service)
    if not packages:
        find_service(command.service, standing, world.designer)
    if any(package.version == command.version for package in packages):
        raise ConflictError(f"{command.service} has a package “{command.version}” already; choose another version.")


def _made(command: CreatePackage, world: World) -> Package:
    """Look the new package up; that it was made is true even where the node won't show it now."""
    try:
        packages = world.designer.packages(command.service)
    except DSSError:
        packages = []
    return next((found for found in packages if found.version == command.version), Package(command.version))
