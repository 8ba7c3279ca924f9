"""The API Deployer, read only: which services and versions are published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast, overload

from opsbot.dataiku import replies
from opsbot.dataiku.ids import url_part

if TYPE_CHECKING:
    from opsbot.dataiku.client import DSSClient


class DSSAPIDeployer:
    """A handle on the API Deployer. Reached by `DSSClient.get_apideployer()`, which sends nothing.

    On a node without a Deployer the calls answer nothing or raise DSSNotFoundError.
    """

    def __init__(self, client: DSSClient) -> None:
        self.client = client

    @overload
    def list_services(self, as_objects: Literal[True] = ...) -> list[DSSAPIDeployerService]: ...
    @overload
    def list_services(self, as_objects: Literal[False]) -> list[dict[str, Any]]: ...
    def list_services(
        self,
        as_objects: bool = True,  # noqa: FBT001, FBT002  # the official client's position
    ) -> list[DSSAPIDeployerService] | list[dict[str, Any]]:
        """List the published services that our key may see.

        As handles, or as dicts `{"serviceBasicInfo": {"id": ...}, ...}`. Source: GET /api-deployer/services.
        """
        found = self.client.transport.get("/api-deployer/services", replies.PUBLISHED_SERVICES.read)
        if as_objects:
            return [DSSAPIDeployerService(self.client, service["serviceBasicInfo"]["id"]) for service in found]
        return [cast("dict[str, Any]", service) for service in found]

    def get_service(self, service_id: str) -> DSSAPIDeployerService:
        """Return a handle on a published service, which may or may not be there: nothing is sent."""
        return DSSAPIDeployerService(self.client, service_id)


class DSSAPIDeployerService:
    """A handle on a published service. Reached by `DSSAPIDeployer.get_service(service_id)`."""

    def __init__(self, client: DSSClient, service_id: str) -> None:
        self.client = client
        self.service_id = service_id

    def __repr__(self) -> str:
        return f"DSSAPIDeployerService({self.service_id!r})"

    @property
    def id(self) -> str:
        """The identifier of the published service: plain text, not to be called."""
        return self.service_id

    def get_status(self) -> DSSAPIDeployerServiceStatus:
        """Read what is published under this id, and where it runs.

        Raises DSSNotFoundError when nothing is. Source: GET /api-deployer/services/S.
        """
        path = f"/api-deployer/services/{url_part('published service id', self.service_id)}"
        found = self.client.transport.get(path, replies.PUBLISHED_SERVICE.read)
        return DSSAPIDeployerServiceStatus(self.client, self.service_id, cast("dict[str, Any]", found))


class DSSAPIDeployerServiceStatus:
    """What was published under an id when it was read."""

    def __init__(self, client: DSSClient, service_id: str, light_status: dict[str, Any]) -> None:
        self.client = client
        self.service_id = service_id
        self.light_status = light_status

    def get_versions(self) -> list[dict[str, Any]]:
        """Return the published versions, each a dict with at least `id`.

        guess: `publishedOn` and `createdOn` (epoch milliseconds), `publishedBy` and `createdBy` (logins) may be there.
        """
        return cast("list[dict[str, Any]]", self.light_status.get("packages") or [])

    def get_raw(self) -> dict[str, Any]:
        """Return the whole status: `serviceBasicInfo`, `packages`, `deployments` and whatever else the node sent."""
        return self.light_status
