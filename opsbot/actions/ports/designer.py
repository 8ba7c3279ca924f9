"""What the actions ask of the nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from opsbot.domain.difference import ServiceSetup
    from opsbot.domain.files import Archive
    from opsbot.domain.models import (
        Endpoint,
        EndpointType,
        Package,
        PackageSummary,
        SavedModel,
        Service,
    )
    from opsbot.domain.references import ProjectRef, ServiceRef


class Designer(Protocol):
    """The API Designers of all nodes, and what their API Deployers hold. Every call may raise DSSError."""

    def services(self, project: ProjectRef) -> list[Service]:
        """List the services of a project, in no order."""
        ...

    def packages(self, service: ServiceRef) -> list[Package]:
        """List the packages of a service, in no order; none for a service that isn't there."""
        ...

    def summary(self, service: ServiceRef, version: str) -> PackageSummary:
        """Show one package; NotFoundError where there is none."""
        ...

    def create_package(self, service: ServiceRef, version: str, release_notes: str) -> None:
        """Create a package; ConflictError where the version exists."""
        ...

    def delete_package(self, service: ServiceRef, version: str) -> None:
        """Delete a package; NotFoundError where there is none, as far as the node tells."""
        ...

    def create_service(self, service: ServiceRef) -> None:
        """Create a service without endpoints; ConflictError where the id is taken."""
        ...

    def endpoints(self, service: ServiceRef) -> tuple[Endpoint, ...]:
        """Read the endpoints of a service as it is set up now; NotFoundError where there is no such service."""
        ...

    def models(self, project: ProjectRef) -> list[SavedModel]:
        """List the saved models of a project, in no order."""
        ...

    def add_endpoint(
        self, service: ServiceRef, endpoint: str, kind: EndpointType, model: str, *, compute_propensity: bool
    ) -> None:
        """Add an endpoint that calls a saved model; ConflictError where the id is taken, or somebody else is saving."""
        ...

    def remove_endpoint(self, service: ServiceRef, endpoint: str) -> None:
        """Take an endpoint out; NotFoundError where there is none, ConflictError where somebody else is saving."""
        ...

    def publish(self, service: ServiceRef, version: str, published_service: str) -> None:
        """Put a version on the API Deployer, once; never tried again by itself."""
        ...

    def setup(self, service: ServiceRef) -> ServiceSetup:
        """Read how a service is set up now, without its secrets."""
        ...

    def archive_digest(self, service: ServiceRef, version: str) -> str:
        """Read a package's archive through; gives the digest of its entries."""
        ...

    def settings(self, service: ServiceRef, *, with_code: bool) -> str:
        """Read the settings of a service as the node keeps them, as JSON for people to read, without secrets.

        Without its code, that stands there by its digest.
        """
        ...

    def download(self, service: ServiceRef, version: str, path: Path, heard: Heard) -> Archive:
        """Fetch a package's archive to a file, whole or not at all; NotFoundError where there is none.

        Whatever `heard` raises ends it, and leaves no file.
        """
        ...

    def page(self, service: ServiceRef) -> str:
        """Tell the address at which people find a service's packages on the node."""
        ...

    def published_versions(self, node: str, published_service: str) -> frozenset[str]:
        """Name the versions of a published service; none where the service isn't there."""
        ...


class Heard(Protocol):
    """Called as an archive comes in."""

    def __call__(self, received: int, total: int | None, /) -> None:
        """Hear how many bytes came so far, and how many there will be if that is known."""
        ...
