"""The nodes as the actions see them: commands in, domain values out."""

from __future__ import annotations

import logging
import tempfile
import threading
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsbot.dataiku import designing
from opsbot.dataiku.bounds import bounded
from opsbot.dataiku.content import content_digest
from opsbot.dataiku.ids import url_part
from opsbot.dataiku.setups import digest_of, readable_settings, setup_of
from opsbot.dataiku.texts import text_of
from opsbot.domain.files import Archive
from opsbot.domain.models import Endpoint, Package, PackageSummary, SavedModel, Service
from opsbot.domain.redaction import redacting
from opsbot.domain.references import ModelRef, ProjectRef, ServiceRef
from opsbot.errors import DSSError, DSSNotFoundError, DSSRefusedError, DSSUnavailableError, NotFoundError, in_full

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from opsbot.dataiku.apiservice import DSSAPIService, DSSAPIServiceListItem
    from opsbot.dataiku.client import DSSClient
    from opsbot.dataiku.download import Progress
    from opsbot.dataiku.patience import Waiting
    from opsbot.domain.difference import ServiceSetup
    from opsbot.domain.models import EndpointType
    from opsbot.domain.redaction import Redact

_log = logging.getLogger(__name__)


class Nodes:
    """The API Designers of all configured nodes, each by its name."""

    def __init__(
        self, clients: Mapping[str, DSSClient], redact: Redact | None = None, waiting: Waiting = nullcontext
    ) -> None:
        """Take a client for each node, and what takes known secrets out of what people are shown.

        `waiting` is entered around what computes for long: nobody's turn is to last for a gigabyte.
        """
        self._waiting = waiting
        self._clients = clients
        self._redact = redact or redacting()
        self._hurries = threading.Event()

    @property
    def names(self) -> tuple[str, ...]:
        """Name the nodes."""
        return tuple(self._clients)

    def projects(self, node: str) -> list[ProjectRef]:
        """List the projects that our key may see on a node, in no order."""
        with _calling(node):
            return [ProjectRef(node, key) for key in self._client(node).list_project_keys()]

    def models_in_use(self, service: ServiceRef) -> list[tuple[str, ModelRef]]:
        """Tell which endpoints of a service use which saved model."""
        handle = self._service(service)
        with _calling(service.node, service.project):
            endpoints = handle.get_settings().endpoints
        models = ((str(each.get("id", "?")), text_of(each.get("modelRef"))) for each in endpoints)
        return [(endpoint, ModelRef.parse(model, service.project)) for endpoint, model in models if model]

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
        return setup_of(settings, cache(partial(self._active_version, service)), self._redact)

    def glance(self, service: ServiceRef) -> ServiceSetup:
        """Read as `setup` does, but ask nothing about models: one call."""
        handle = self._service(service)
        with _calling(service.node, service.project):
            return setup_of(handle.get_settings().get_raw(), lambda _: None, self._redact)

    def archive_digest(self, service: ServiceRef, version: str) -> str:
        """Read a package's archive through, by way of a file that is gone afterwards; gives the digest of its entries."""
        handle = self._service(service)
        with self._waiting(), tempfile.TemporaryDirectory(prefix="opsbot-") as folder:
            path = Path(folder) / "package.zip"
            listen = bounded(path.parent, self._hear)
            with _calling(service.node, service.project):
                handle.download_package_to_file(version, path, progress=listen, sync=False)
            return content_digest(path)

    def settings(self, service: ServiceRef, *, with_code: bool) -> str:
        """Read the settings of a service as the node keeps them, as JSON for people to read, without secrets."""
        handle = self._service(service)
        with _calling(service.node, service.project):
            return readable_settings(handle.get_settings().get_raw(), self._redact, with_code=with_code)

    def download(self, service: ServiceRef, version: str, path: Path, heard: Progress) -> Archive:
        """Fetch a package's archive to a file, whole or not at all; whatever `heard` raises ends it, and so does `hurry`."""
        handle = self._service(service)

        def listen(received: int, total: int | None) -> None:
            self._hear(received, total)
            heard(received, total)

        with _calling(service.node, service.project):
            got = handle.download_package_to_file(version, path, progress=bounded(path.parent, listen), sync=False)
        return Archive(got.size, got.sha256, got.entries_digest)

    def _hear(self, _received: int, _total: int | None) -> None:
        if self._hurries.is_set():
            raise DSSUnavailableError("I'm being stopped; ask for it again in a minute.")

    def hurry(self) -> None:
        """End the downloads that are going on, and those that would begin."""
        self._hurries.set()

    def hang_up(self) -> None:
        """End all calls that only ask, wherever a node keeps somebody waiting; what changes something goes on."""
        for client in self._clients.values():
            client.transport.hang_up()

    def page(self, service: ServiceRef) -> str:
        """Tell the address at which people find a service's packages on the node.

        guess: it isn't documented; the node's own pages, as far as their code is public, lead there.
        """
        project, name = url_part("project key", service.project), url_part("API service id", service.service)
        return f"{self._client(service.node).host}/projects/{project}/api-designer/{name}/packages/"

    def create_package(self, service: ServiceRef, version: str, release_notes: str) -> None:
        """Create a package; ConflictError where the version exists."""
        handle = self._service(service)
        with _calling(service.node, service.project):
            handle.create_package(version, release_notes or None)

    def delete_package(self, service: ServiceRef, version: str) -> None:
        """Delete a package; NotFoundError where there is none, as far as the node tells."""
        handle = self._service(service)
        with _calling(service.node, service.project):
            handle.delete_package(version)

    def create_service(self, service: ServiceRef) -> None:
        """Create a service without endpoints; ConflictError where the id is taken."""
        handle = self._client(service.node).get_project(service.project)
        with _calling(service.node, service.project):
            handle.create_api_service(service.service)

    def endpoints(self, service: ServiceRef) -> tuple[Endpoint, ...]:
        """Read the endpoints of a service as it is set up now; NotFoundError where there is no such service."""
        handle = self._service(service)
        with _calling(service.node, service.project):
            return designing.endpoints_of(handle)

    def models(self, project: ProjectRef) -> list[SavedModel]:
        """List the saved models of a project, in no order."""
        handle = self._client(project.node).get_project(project.project)
        with _calling(project.node, project.project):
            listed = handle.list_saved_models()
        return [
            SavedModel(each["id"], text_of(each.get("name")) or each["id"], text_of(each.get("type")))
            for each in listed
        ]

    def add_endpoint(
        self, service: ServiceRef, endpoint: str, kind: EndpointType, model: str, *, compute_propensity: bool
    ) -> None:
        """Add an endpoint that calls a saved model; ConflictError where the id is taken, or somebody else is saving."""
        handle = self._service(service)
        with _calling(service.node, service.project):
            designing.add_endpoint(handle, endpoint, kind, model, compute_propensity=compute_propensity)

    def remove_endpoint(self, service: ServiceRef, endpoint: str) -> None:
        """Take an endpoint out; NotFoundError where there is none, ConflictError where somebody else is saving."""
        handle = self._service(service)
        with _calling(service.node, service.project):
            designing.remove_endpoint(handle, endpoint)

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

    def published_on(self, node: str) -> list[str]:
        """Name the services that the node's API Deployer knows."""
        with _calling(node):
            return [service.id for service in self._client(node).get_apideployer().list_services()]

    def close(self) -> None:
        """Let go of every connection."""
        for client in self._clients.values():
            client.close()

    def _active_version(self, service: ServiceRef, model: str) -> str | None:
        """Tell which version of a saved model is in use; None where the node won't say. A model may be another project's."""
        ref = ModelRef.parse(model, service.project)
        handle = self._client(service.node).get_project(ref.project).get_saved_model(ref.model)
        try:
            active = handle.get_active_version()
        except DSSError as error:
            _log.info("which version of %s is active can't be read: %s", model, in_full(error))
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
        said = f"{missing} key on {node} may not do that. {error.happened}"
        raise DSSRefusedError(said, error.reply, error.advice) from error


def _service(project: ProjectRef, item: DSSAPIServiceListItem) -> Service:
    ref = ServiceRef(project.node, project.project, item.id)
    return Service(
        ref, text_of(item.name) or item.id, text_of(item.auth_method) or "unknown", _endpoints(item.endpoints)
    )


def _endpoints(listed: object) -> tuple[Endpoint, ...]:
    found = listed if isinstance(listed, list) else []
    described = (endpoint for endpoint in found if isinstance(endpoint, dict))
    return tuple(Endpoint(str(each.get("id", "?")), str(each.get("type", "unknown"))) for each in described)


def _package(listed: Mapping[str, Any]) -> Package:
    """Read a package; all but its id is known from some nodes only."""
    return Package(
        version=listed["id"],
        created_on=_instant(listed.get("createdOn")),
        created_by=text_of(listed.get("createdBy")) or None,
        release_notes=text_of(listed.get("releaseNotes")),
    )


def _instant(milliseconds: object) -> datetime | None:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None
