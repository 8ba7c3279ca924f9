"""The verbs that look at one service: service, packages, summary."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from opsbot.actions.packagers import packager_of, packagers_of
from opsbot.domain.authorization import Permission
from opsbot.domain.models import PackageSummary
from opsbot.domain.nearness import did_you_mean, nearest
from opsbot.domain.results import PackagesListed, ServiceShown, SummaryShown
from opsbot.errors import DSSError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opsbot.actions.ports import Designer
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import ListPackages, ShowService, ShowSummary
    from opsbot.domain.models import Package, Service
    from opsbot.domain.references import ProjectRef, ServiceRef

_MOST_NAMED = 10
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def show_service(command: ShowService, standing: Standing, world: World) -> ServiceShown:
    """Show a service with its packages, and which of them are published under its own id."""
    designer = world.designer
    service = find_service(command.service, standing, designer)
    packages = newest_first(designer.packages(command.service))
    packagers = packagers_of(command.service, packages, world)
    published = published_of(command.service, designer)
    return ServiceShown(service, packages, published, packagers, designer.page(command.service))


def list_packages(command: ListPackages, standing: Standing, world: World) -> PackagesListed:
    """List the packages of a service, newest first."""
    packages = newest_first(world.designer.packages(command.service))
    if not packages:
        find_service(command.service, standing, world.designer)  # the node lists none for an unknown service, either
    return PackagesListed(command, packages, packagers_of(command.service, packages, world))


def show_summary(command: ShowSummary, standing: Standing, world: World) -> SummaryShown:
    """Show what the node tells of one package."""
    service, designer = command.service, world.designer
    try:
        summary = designer.summary(service, command.version)
    except NotFoundError:  # nodes before DSS 13.2 have no summaries
        summary = PackageSummary(find_package(service, command.version, standing, designer), ())
    return SummaryShown(service, summary, packager_of(service, summary.package, world))


def find_service(ref: ServiceRef, standing: Standing, designer: Designer) -> Service:
    """Find one service; NotFoundError names others of the project, as far as the asker may see them."""
    seen = _seen(ref.project_ref, standing, designer)
    found = next((service for service in seen if service.ref == ref), None)
    if found is None:
        others = [service.ref.service for service in seen]
        near = nearest(ref.service, others)
        listed = ", ".join(others[:_MOST_NAMED]) or "none that you may see"
        said = f"{ref.project_ref} has no service “{ref.service}”.{did_you_mean(near)} Its services: {listed}."
        raise NotFoundError(said, near)
    return found


def find_package(service: ServiceRef, version: str, standing: Standing, designer: Designer) -> Package:
    """Find one package of a service; NotFoundError names the newest ones there are, or the services."""
    packages = newest_first(designer.packages(service))
    found = next((package for package in packages if package.version == version), None)
    if found is None and not packages:
        find_service(service, standing, designer)
    if found is None:
        raise _no_such_version(service, version, packages)
    return found


def published_of(service: ServiceRef, designer: Designer) -> frozenset[str] | None:
    """Name the versions that are published under the service's own id; None where nobody can tell."""
    try:
        return designer.published_versions(service.node, service.service)
    except DSSError:
        return None  # the result says that it isn't known: a node without an API Deployer is still worth showing


def newest_first(packages: Iterable[Package]) -> tuple[Package, ...]:
    """Sort packages by when they were made; those of unknown age come last."""
    return tuple(sorted(packages, key=lambda package: package.created_on or _LONG_AGO, reverse=True))


def _seen(project: ProjectRef, standing: Standing, designer: Designer) -> tuple[Service, ...]:
    found = (service for service in designer.services(project) if standing.allows(Permission.READ, service.ref))
    return tuple(sorted(found, key=lambda service: service.ref.service))


def _no_such_version(service: ServiceRef, version: str, packages: tuple[Package, ...]) -> NotFoundError:
    if not packages:
        return NotFoundError(f"{service} has no package “{version}”; it has none at all.")
    near = nearest(version, (package.version for package in packages))
    newest = ", ".join(package.version for package in packages[:5])
    return NotFoundError(f"{service} has no package “{version}”.{did_you_mean(near)} The newest there: {newest}.", near)
