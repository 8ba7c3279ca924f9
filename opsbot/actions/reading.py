"""The verbs that only look: services, service, packages, summary."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from opsbot.domain.authorization import Permission
from opsbot.domain.results import PackagesListed, ServiceShown, ServicesListed, SummaryShown
from opsbot.errors import DSSError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opsbot.actions.ports import Designer
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import ListPackages, ListServices, ShowService, ShowSummary
    from opsbot.domain.models import Package
    from opsbot.domain.references import ServiceRef

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def list_services(command: ListServices, standing: Standing, designer: Designer) -> ServicesListed:
    """List the services that the asker may see, by id."""
    seen = (found for found in designer.services(command.project) if standing.allows(Permission.READ, found.ref))
    return ServicesListed(command, tuple(sorted(seen, key=lambda service: service.ref.service)))


def show_service(command: ShowService, designer: Designer) -> ServiceShown:
    """Show a service with its packages, and which of them are published under its own id."""
    service = designer.service(command.service)
    packages = newest_first(designer.packages(command.service))
    return ServiceShown(service, packages, _published(command.service, designer))


def list_packages(command: ListPackages, designer: Designer) -> PackagesListed:
    """List the packages of a service, newest first."""
    packages = newest_first(designer.packages(command.service))
    if not packages:
        designer.service(command.service)  # the node lists no packages for an unknown service, too: this call says so
    return PackagesListed(command, packages)


def show_summary(command: ShowSummary, designer: Designer) -> SummaryShown:
    """Show what the node tells of one package."""
    return SummaryShown(command.service, designer.summary(command.service, command.version))


def find_package(service: ServiceRef, version: str, designer: Designer) -> Package:
    """Find one package of a service, with its release notes; NotFoundError names the newest ones there are."""
    packages = newest_first(designer.packages(service))
    found = next((package for package in packages if package.version == version), None)
    if found is None:
        raise NotFoundError(_no_such_version(service, version, packages))
    return found


def newest_first(packages: Iterable[Package]) -> tuple[Package, ...]:
    """Sort packages by when they were made; those of unknown age come last."""
    return tuple(sorted(packages, key=lambda package: package.created_on or _LONG_AGO, reverse=True))


def _published(service: ServiceRef, designer: Designer) -> frozenset[str] | None:
    try:
        return designer.published_versions(service.node, service.service)
    except DSSError:
        return None  # the result says that it isn't known: a node without an API Deployer is still worth showing


def _no_such_version(service: ServiceRef, version: str, packages: tuple[Package, ...]) -> str:
    if not packages:
        return f"{service} has no package “{version}”; it has none at all."
    newest = ", ".join(package.version for package in packages[:5])
    return f"{service} has no package “{version}”. The newest there: {newest}."
