"""The verb that makes packages, and the steps of the run that carries it out.

A step that was under way when a run was stopped is done again; each says what happens if it is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from opsbot.actions.comparing import seen
from opsbot.actions.reading import find_service
from opsbot.actions.recording import DONE, of_packaging
from opsbot.domain.deliveries import Effects, Kind, Message
from opsbot.domain.lifecycle import PackagingState
from opsbot.domain.models import Package, Packaging
from opsbot.domain.results import PackagingBegun
from opsbot.errors import ConflictError, DSSError, DSSUnavailableError

if TYPE_CHECKING:
    from datetime import datetime

    from opsbot.actions.ports import Designer
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import CreatePackage
    from opsbot.domain.models import Asker
    from opsbot.domain.references import ServiceRef


def create_package(command: CreatePackage, asker: Asker, standing: Standing, world: World) -> PackagingBegun:
    """Have a package made; what became of it is told where it was asked, when the node is done."""
    _refuse_taken(command, standing, world)
    now = world.clock()
    wanted = Packaging(
        id=0,
        service=command.service,
        version=command.version,
        release_notes=command.release_notes,
        by=asker.person,
        asked_in=asker.place.channel or asker.person.id,  # where no channel is, they are told directly
        private=command.private,
        asked_at=now,
        state=PackagingState.ASKED,
    )
    kept, is_new = world.packagings.open(
        wanted, lambda opened: Effects(of_packaging(opened, asker, command.verb, DONE, now))
    )
    world.durable.package(kept.id)
    return PackagingBegun(kept, was_begun=not is_new)


def begin_packaging(number: int, run: str, world: World) -> bool:
    """Claim the packaging for the run; tells whether to go on. Twice is the same as once."""

    def step(packaging: Packaging) -> tuple[Packaging, Effects | None] | str:
        if packaging.claimed_by != run and packaging.state is not PackagingState.ASKED:
            return f"packaging {number} is {packaging.state.value}"
        return replace(packaging, state=PackagingState.MAKING, claimed_by=run), None

    current = world.packagings.get(number)
    if current.state not in {PackagingState.ASKED, PackagingState.MAKING}:
        return False
    return not isinstance(world.packagings.change(number, step), str)


def post_packaging(number: int, run: str, world: World) -> Packaging:
    """Have the node make it, and tell what came of that; a run that may have asked before looks instead."""
    now = world.clock()

    def set_out(packaging: Packaging) -> tuple[Packaging, Effects | None] | str:
        if packaging.claimed_by != run or packaging.posted_at is not None:
            return "it was set out before"
        return replace(packaging, posted_at=now), None

    packaging = world.packagings.get(number)
    if isinstance(world.packagings.change(number, set_out), str):
        return _looked_up(packaging, "I was stopped while the node was at it.", world.designer)
    try:
        world.designer.create_package(packaging.service, packaging.version, packaging.release_notes)
    except DSSUnavailableError as error:
        return _looked_up(packaging, str(error), world.designer)
    except DSSError as error:
        return replace(packaging, state=PackagingState.FAILED, outcome=str(error))
    seconds = (world.clock() - now).total_seconds()
    package = _find(packaging, world.designer) or Package(packaging.version)
    return replace(packaging, state=PackagingState.MADE, package=package, seconds=seconds)


def settle_packaging(ended: Packaging, world: World) -> None:
    """Keep what came of it, and have it told; twice is the same as once."""
    now = world.clock()

    def step(packaging: Packaging) -> tuple[Packaging, Effects | None] | str:
        if packaging.state is not PackagingState.MAKING:
            return f"packaging {packaging.id} is {packaging.state.value}"
        return _settled(ended, now, world)

    if ended.state is PackagingState.MADE and ended.package is not None:
        seen(ended.service, ended.package, world.designer, world.snapshots, world.clock)
    world.packagings.change(ended.id, step)


def look_for_package(packaging: Packaging, world: World) -> None:
    """Look whether a package of unknown outcome is there by now."""
    package = _find(packaging, world.designer)
    if package is None:
        return
    now = world.clock()
    made = replace(packaging, state=PackagingState.MADE, outcome="It was there when I looked later.", package=package)

    def step(current: Packaging) -> tuple[Packaging, Effects | None] | str:
        if current.state is not PackagingState.UNKNOWN:
            return f"packaging {current.id} is {current.state.value}"
        return _settled(made, now, world)

    world.packagings.change(packaging.id, step)


def _settled(ended: Packaging, now: datetime, world: World) -> tuple[Packaging, Effects]:
    messages = [Message(Kind.PACKAGING, ended.asked_in, packaging=ended.id)]
    if ended.state is PackagingState.MADE:
        others = (channel for channel in world.rules.listening(ended.service) if channel != ended.asked_in)
        messages += [Message(Kind.PACKAGED, channel, packaging=ended.id) for channel in others]
    what = f"packaging {ended.state.value}"
    return ended, Effects(of_packaging(ended, None, what, DONE, now), tuple(messages))


def _refuse_taken(command: CreatePackage, standing: Standing, world: World) -> None:
    """Refuse a version that exists; what a live node answers to it is not known, so it isn't left to the node."""
    packages = world.designer.packages(command.service)
    if not packages:
        find_service(command.service, standing, world.designer)
    if any(package.version == command.version for package in packages):
        raise ConflictError(f"{command.service} has a package “{command.version}” already; choose another version.")


def _looked_up(packaging: Packaging, why: str, designer: Designer) -> Packaging:
    """Look the package up after silence: it was looked for before, so if it is there, it is ours."""
    try:
        package = _listed(packaging.service, packaging.version, designer)
    except DSSError as error:
        return replace(packaging, state=PackagingState.UNKNOWN, outcome=f"{why} Nor could I look: {error}")
    if package is None:
        said = f"{why} The package isn't there yet; the node may still be at it."
        return replace(packaging, state=PackagingState.UNKNOWN, outcome=said)
    made = replace(package, release_notes=packaging.release_notes)
    return replace(packaging, state=PackagingState.MADE, package=made)


def _find(packaging: Packaging, designer: Designer) -> Package | None:
    """Look the package up; None where it isn't there, or the node won't say."""
    try:
        package = _listed(packaging.service, packaging.version, designer)
    except DSSError:
        return None
    return replace(package, release_notes=packaging.release_notes) if package is not None else None


def _listed(service: ServiceRef, version: str, designer: Designer) -> Package | None:
    return next((package for package in designer.packages(service) if package.version == version), None)
