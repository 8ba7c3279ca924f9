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

    Of whom neither is known are left out. The store is asked once, however many there are, and Slack isn't: whom only
    [people] knows has the id for a name, where nobody asked Slack for it before.
    """
    asked = world.changes.makers(service, packages) if packages else {}
    users = {login: user for user, login in reversed(tuple(world.rules.people.items()))}
    logins = {package.version: package.created_by for package in packages if package.created_by in users}
    name = world.directory.known_name
    found = {
        version: Person(users[login], name(users[login]) or users[login]) for version, login in logins.items() if login
    }
    found |= {version: change.by for version, change in asked.items()}
    return found


def packager_of(service: ServiceRef, package: Package, world: World) -> Person | None:
    """Tell who packaged one, None where nobody knows."""
    return packagers_of(service, (package,), world).get(package.version)
