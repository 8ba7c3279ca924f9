"""Who packaged a package: the one place where that is decided, for cards, policies, lists and news."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.domain.models import Person

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from opsbot.actions.world import World
    from opsbot.domain.models import Package
    from opsbot.domain.references import ServiceRef


def packagers_of(service: ServiceRef, packages: Sequence[Package], world: World) -> Mapping[str, Person]:
    """Tell who packaged each, by version: who asked the bot to, else whom the node names and [people] knows.

    Of whom neither is known are left out. The store is asked once, however many there are.
    """
    asked = world.changes.makers(service, packages) if packages else {}
    known = {login: Person(user, login) for user, login in reversed(tuple(world.rules.people.items()))}
    found = {package.version: known.get(package.created_by or "") for package in packages}
    found |= {version: change.by for version, change in asked.items()}
    return {version: person for version, person in found.items() if person is not None}


def packager_of(service: ServiceRef, package: Package, world: World) -> Person | None:
    """Tell who packaged one, None where nobody knows."""
    return packagers_of(service, (package,), world).get(package.version)
