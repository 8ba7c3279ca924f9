"""An API service of the API Designer: its settings and its packages."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

from opsbot.dataiku import replies
from opsbot.dataiku.apiservice_settings import DSSAPIServiceSettings
from opsbot.dataiku.download import Download, Progress, download
from opsbot.dataiku.ids import checked_id, sendable_text, url_part
from opsbot.dataiku.lost_reply import Witness, made_since, may_have_happened
from opsbot.dataiku.transport import Call
from opsbot.errors import DSSError, DSSNotFoundError, DSSUnavailableError

if TYPE_CHECKING:
    from os import PathLike

    from opsbot.dataiku.archive_stream import ArchiveBody
    from opsbot.dataiku.client import DSSClient


class DSSAPIServiceListItem(dict[str, Any]):
    """An API service in a list: a dict with at least `id` and `projectKey`, and whatever else the node sent.

    Reached by `DSSProject.list_api_services()`. It is what the node said then; it doesn't change.
    """

    def __init__(self, client: DSSClient, data: dict[str, Any]) -> None:
        super().__init__(data)
        self.client = client

    def to_api_service(self) -> DSSAPIService:
        """Return a handle on this API service: nothing is sent."""
        return DSSAPIService(self.client, self["projectKey"], self["id"])

    @property
    def name(self) -> str:
        """The name of the API service; its id when the node sends none."""
        return cast("str", self.get("name") or self["id"])

    @property
    def id(self) -> str:
        """The identifier of the API service, unique in its project."""
        return cast("str", self["id"])

    @property
    def auth_method(self) -> str | None:
        """How callers of the service authenticate: "PUBLIC" (not at all), "API_KEYS" or "OAUTH2".

        None when the node doesn't say.
        """
        return cast("str | None", self.get("authMethod"))

    @property
    def endpoints(self) -> list[dict[str, Any]]:
        """The endpoints, each a dict with `id` and `type`; the types are those of `DSSAPIServiceSettings.endpoints`."""
        return cast("list[dict[str, Any]]", self.get("endpoints") or [])


class DSSAPIService:
    """A handle on an API service, which may or may not be there: making one sends nothing.

    Reached by `DSSProject.get_api_service(service_id)`. A package is also called a version: the archive made of the
    service at one moment, under an id of your choice.
    """

    def __init__(self, client: DSSClient, project_key: str, service_id: str) -> None:
        self.client = client
        self.project_key = project_key
        self.service_id = service_id

    def __repr__(self) -> str:
        return f"DSSAPIService({self.project_key!r}, {self.service_id!r})"

    @property
    def id(self) -> str:
        """The identifier of the API service, unique in its project."""
        return self.service_id

    def get_settings(self) -> DSSAPIServiceSettings:
        """Read the settings. Raises DSSNotFoundError when there is no such service.

        Source: GET /projects/P/apiservices/S/settings.
        """
        found = self.client.transport.get(f"{self._path()}/settings", replies.SERVICE_SETTINGS.read)
        return DSSAPIServiceSettings(self.client, self.project_key, self.service_id, cast("dict[str, Any]", found))

    def get_package_summary(self, package_id: str) -> dict[str, Any]:
        """Read what the node tells about a package (DSS 13.2 and later). Raises DSSNotFoundError when it isn't there.

        guess: `id`, `createdOn` (epoch milliseconds), `createdBy` (login), `releaseNotes` and `endpoints` may be there.
        Source: GET /projects/P/apiservices/S/packages/V/summary.
        """
        return self.client.transport.get(f"{self._package(package_id)}/summary", replies.PACKAGE_SUMMARY.read)

    def list_packages(self, *, must_exist: bool = False) -> list[dict[str, Any]]:
        """List the packages of the service, in no promised order.

        Each is a dict with at least `id`, and on every known node `createdOn` (epoch milliseconds); `createdBy` (login)
        and `releaseNotes` may be there. A node answers an empty list for a service that it doesn't know, too; with
        `must_exist` that case raises DSSNotFoundError, at the cost of a second call when the list is empty.
        Source: GET /projects/P/apiservices/S/packages.
        """
        found = self.client.transport.get(f"{self._path()}/packages", replies.PACKAGES.read)
        if must_exist and not found:
            self._refuse_unknown()
        return cast("list[dict[str, Any]]", found)

    def create_package(self, package_id: str, release_notes: str | None = None) -> dict[str, Any]:
        """Make a package of the service as it is now, with the active version of each of its models.

        Returns what the node says, which may be nothing ({}). It can take minutes, see `Patience.long_read`. Raises
        DSSConflictError when the id is taken. When the reply is lost, the list of packages is asked whether this call
        made it all the same; DSSUnavailableError is raised when it can't tell.
        Source: POST /projects/P/apiservices/S/packages/V?releaseNotes=.
        """
        query = None if release_notes is None else {"releaseNotes": sendable_text("release notes", release_notes)}
        witness = Witness()
        try:
            return self._change(Call("POST", self._package(package_id), query, slow=True))
        except DSSUnavailableError as lost:
            if may_have_happened(lost) and self._was_made(package_id, witness):
                return {}
            raise

    def delete_package(self, package_id: str) -> dict[str, Any]:
        """Delete a package, and return what the node says, which may be nothing ({}).

        guess: what a node answers for a package that isn't there isn't public; DSSNotFoundError where it can be told.
        Source: DELETE /projects/P/apiservices/S/packages/V.
        """
        return self._change(Call("DELETE", self._package(package_id)))

    def download_package_stream(self, package_id: str) -> io.BufferedReader:
        """Open the archive of a package: a file to be read once, from front to back, and then closed.

            with service.download_package_stream("v3") as archive:
                shutil.copyfileobj(archive, target)

        Content encodings are undone. Other calls of this client go on meanwhile. What comes isn't verified, except that
        it starts as a zip archive and doesn't break off; `download_package_to_file` verifies all of it. Raises
        DSSNotFoundError when the package isn't there, and DSSUnavailableError, while reading, when the body breaks off.
        Source: GET /projects/P/apiservices/S/packages/V/archive.
        """
        return io.BufferedReader(self._open_archive(package_id), buffer_size=1 << 16)

    def download_package_to_file(
        self,
        package_id: str,
        path: str | PathLike[str],
        *,
        progress: Progress | None = None,
        sync: bool = True,
    ) -> Download:
        """Download the archive of a package to a file that only its owner may read.

        It goes to a temporary file beside `path` first, and takes its place when the zip directory and the checksum of
        every entry were found right and (unless `sync` is False) the disk has it. Whatever goes wrong before leaves
        `path` as it was. `progress(received, total)` is called for every piece, in bytes; `total` is None when the node
        doesn't announce it. Raises DSSUnreadableError for anything but a whole archive, OSError for trouble with the disk.
        Source: GET /projects/P/apiservices/S/packages/V/archive.
        """
        return download(lambda: self._open_archive(package_id), path, progress=progress, sync=sync)

    def publish_package(self, package_id: str, published_service_id: str | None = None) -> dict[str, Any]:
        """Publish a package on the API Deployer, and return what the node says. It deploys nothing.

        `published_service_id` is the service on the Deployer, made if it isn't there; by default this service's id.
        It can take minutes, see `Patience.long_read`. It is sent once: after DSSUnavailableError with
        `error.reply.sent`, look at `DSSAPIDeployerService.get_status().get_versions()` before trying again.
        Source: POST /projects/P/apiservices/S/packages/V/publish?publishedServiceId=.
        """
        query = None
        if published_service_id is not None:
            query = {"publishedServiceId": checked_id("published service id", published_service_id)}
        return self._change(Call("POST", f"{self._package(package_id)}/publish", query, slow=True))

    def _change(self, call: Call) -> dict[str, Any]:
        return self.client.transport.change(call, replies.acknowledgement)

    def _was_made(self, package_id: str, witness: Witness) -> bool:
        try:
            packages, began = self.client.transport.get(f"{self._path()}/packages", witness.read)
        except DSSError:
            return False  # what was lost matters more than that the list is out of reach as well
        return made_since(packages, package_id, began)

    def _open_archive(self, package_id: str) -> ArchiveBody:
        return self.client.transport.open_archive(f"{self._package(package_id)}/archive")

    def _refuse_unknown(self) -> None:
        services = self.client.get_project(self.project_key).list_api_services()
        if all(service.id != self.service_id for service in services):
            raise DSSNotFoundError(f"{self.project_key} has no API service called {self.service_id}.")

    def _path(self) -> str:
        project, service = url_part("project key", self.project_key), url_part("API service id", self.service_id)
        return f"/projects/{project}/apiservices/{service}"

    def _package(self, package_id: str) -> str:
        return f"{self._path()}/packages/{url_part('package id', package_id)}"
