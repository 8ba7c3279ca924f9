"""The nodes as the actions see them: commands in, domain values out."""

from __future__ import annotations

import logging
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsbot.dataiku.content import content_digest
from opsbot.dataiku.setups import digest_of, setup_of
from opsbot.domain.models import Endpoint, Named, Package, PackageSummary, Service
from opsbot.domain.references import ProjectRef, ServiceRef
from opsbot.errors import DSSError, DSSNotFoundError, DSSRefusedError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from opsbot.dataiku.apiservice import DSSAPIService, DSSAPIServiceListItem
    from opsbot.dataiku.client import DSSClient
    from opsbot.domain.difference import ServiceSetup

_log = logging.getLogger(__name__)


class Nodes:
    """The API Designers of all configured nodes, each by its name."""

    def __init__(self, clients: Mapping[str, DSSClient]) -> None:
        self._clients = clients

    def services(self, project: ProjectRef) -> list[Service]:
        """List the services of a project, in no order."""
        handle = self._client(project.node).get_project(project.project)
        with _calling(project.node, project.project):
            items = handle.list_api_services()
        return [_service(project, item) for item in items]

    def packages(self, service: ServiceRef) -> list[Package]:
        """List the packages of a service, in no order; none for a service that isn't there."""
        handle = self._service(service)
        with _calling(service.node, service.project):
            listed = handle.list_packages()
        return [_package(each) for each in listed]

    def summary(self, service: ServiceRef, version: str) -> PackageSummary:
        """Show one package; NotFoundError where there is none."""
        handle = self._service(service)
        with _calling(service.node, service.project):
            summary = handle.get_package_summary(version)
        package = _package({**summary, "id": version})
        return PackageSummary(package, _endpoints(summary.get("endpoints")), digest_of(summary))

    def setup(self, service: ServiceRef) -> ServiceSetup:
        """Read how a service is set up now, without its secrets."""
        handle = self._service(service)
        with _calling(service.node, service.project):
            settings = handle.get_settings().get_raw()
        return setup_of(settings, cache(partial(self._active_version, service)))

    def archive_digest(self, service: ServiceRef, version: str) -> str:
        """Read a package's archive through, by way of a file that is gone afterwards; gives the digest of its entries."""
        handle = self._service(service)
        with tempfile.TemporaryDirectory(prefix="opsbot-") as folder, _calling(service.node, service.project):
            return content_digest(
                handle.download_package_to_file(version, Path(folder) / "package.zip", sync=False).path
            )

    def create_package(self, service: ServiceRef, version: str, release_notes: str) -> None:
        """Create a package; ConflictError where the version exists."""
        handle = self._service(service)
        with _calling(service.node, service.project):
            handle.create_package(version, release_notes or None)

    def publish(self, service: ServiceRef, version: str, published_service: str) -> None:
        """Put a version on the API Deployer, once."""
        handle = self._service(service)
        with _calling(service.node, service.project):
            handle.publish_package(version, published_service)

    def published_versions(self, node: str, published_service: str) -> frozenset[str]:
        """Name the versions of a published service; none where the service isn't there."""
        handle = self._client(node).get_apideployer().get_service(published_service)
        try:
            with _calling(node):
                status = handle.get_status()
        except DSSNotFoundError:
            return frozenset()
        return frozenset(version["id"] for version in status.get_versions())

    def projects_on(self, node: str) -> list[ProjectRef]:
        """List the projects of a node that the key may see."""
        with _calling(node):
            return [ProjectRef(node, key) for key in self._client(node).list_project_keys()]

    def models_in(self, project: ProjectRef) -> list[Named]:
        """List the saved models of a project."""
        handle = self._client(project.node).get_project(project.project)
        with _calling(project.node, project.project):
            listed = handle.list_saved_models()
        return [Named(str(each["id"]), str(each.get("name") or each["id"])) for each in listed]

    def published_on(self, node: str) -> list[str]:
        """Name the services that the node's API Deployer knows."""
        with _calling(node):
            return [service.id for service in self._client(node).get_apideployer().list_services()]

    def unreachable(self) -> dict[str, str]:
        """Call every node; gives those that don't answer as they should, each with the reason."""
        reasons: dict[str, str] = {}
        for name, client in self._clients.items():
            try:
                client.list_project_keys()
            except DSSError as error:
                reasons[name] = str(error)
        return reasons

    def close(self) -> None:
        """Let go of every connection."""
        for client in self._clients.values():
            client.close()

    def _active_version(self, service: ServiceRef, model: str) -> str | None:
        """Tell which version of a saved model is in use; None where the node won't say. A model may be another project's."""
        project, dot, name = model.rpartition(".")
        handle = self._client(service.node).get_project(project if dot else service.project).get_saved_model(name)
        try:
            active = handle.get_active_version()
        except DSSError as error:
            _log.info("which version of %s is active can't be read: %s", model, error)
            return None
        return str(active["id"]) if active is not None else None

    def _client(self, node: str) -> DSSClient:
        client = self._clients.get(node)
        if client is None:
            raise NotFoundError(f"There is no node “{node}”. The nodes: {', '.join(sorted(self._clients))}.")
        return client

    def _service(self, service: ServiceRef) -> DSSAPIService:
        return self._client(service.node).get_project(service.project).get_api_service(service.service)


@contextmanager
def _calling(node: str, project: str | None = None) -> Iterator[None]:
    """Call a node; one that refuses doesn't say whether the project or the right is missing, so both are said."""
    try:
        yield
    except DSSRefusedError as error:
        missing = f"There is no project “{project}” on {node}, or my" if project is not None else "My"
        raise DSSRefusedError(f"{missing} key on {node} may not do that. {error}", error.reply) from error


def _service(project: ProjectRef, item: DSSAPIServiceListItem) -> Service:
    ref = ServiceRef(project.node, project.project, item.id)
    return Service(ref, item.name or item.id, item.auth_method or "unknown", _endpoints(item.endpoints))


def _endpoints(listed: object) -> tuple[Endpoint, ...]:
    found = listed if isinstance(listed, list) else []
    described = (endpoint for endpoint in found if isinstance(endpoint, dict))
    return tuple(Endpoint(str(each.get("id", "?")), str(each.get("type", "unknown"))) for each in described)


def _package(listed: Mapping[str, Any]) -> Package:
    """Read a package; all but its id is known from some nodes only."""
    return Package(
        version=listed["id"],
        created_on=_instant(listed.get("createdOn")),
        created_by=_text(listed.get("createdBy")) or None,
        release_notes=_text(listed.get("releaseNotes")),
    )


def _instant(milliseconds: object) -> datetime | None:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
