"""A project of the node: the way to its API services and saved models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from opsbot.dataiku import replies
from opsbot.dataiku.apiservice import DSSAPIService, DSSAPIServiceListItem
from opsbot.dataiku.ids import url_part
from opsbot.dataiku.savedmodel import DSSSavedModel
from opsbot.dataiku.transport import Call

if TYPE_CHECKING:
    from opsbot.dataiku.client import DSSClient

_Items = Literal["listitems", "listitem", "list_items", "list_item"]
_Objects = Literal["objects", "object"]


class DSSProject:
    """A handle on a project. Reached by `DSSClient.get_project(project_key)`, which sends nothing."""

    def __init__(self, client: DSSClient, project_key: str) -> None:
        self.client = client
        self.project_key = project_key

    def __repr__(self) -> str:
        return f"DSSProject({self.project_key!r})"

    @overload
    def list_api_services(self, as_type: _Items = ...) -> list[DSSAPIServiceListItem]: ...
    @overload
    def list_api_services(self, as_type: _Objects) -> list[DSSAPIService]: ...
    def list_api_services(
        self, as_type: _Items | _Objects = "listitems"
    ) -> list[DSSAPIServiceListItem] | list[DSSAPIService]:
        """List the API services of the project.

        `as_type` is "listitems" (dicts with the services' names and endpoints) or "objects" (handles); the singular
        and "list_item(s)" say the same. Raises ValueError for anything else, before anything is sent.
        Source: GET /projects/P/apiservices/.
        """
        if as_type not in {"listitems", "listitem", "list_items", "list_item", "objects", "object"}:
            raise ValueError(f"as_type is “listitems” or “objects”, not {as_type!r}.")
        items = self.client.transport.get(f"{self._path()}/apiservices/", replies.SERVICES.read)
        if as_type in {"objects", "object"}:
            return [DSSAPIService(self.client, self.project_key, item["id"]) for item in items]
        return [
            DSSAPIServiceListItem(self.client, {**item, "projectKey": item.get("projectKey") or self.project_key})
            for item in items
        ]

    def get_api_service(self, service_id: str) -> DSSAPIService:
        """Return a handle on an API service, which may or may not be there: nothing is sent."""
        return DSSAPIService(self.client, self.project_key, service_id)

    def create_api_service(self, service_id: str) -> DSSAPIService:
        """Create an API service without endpoints, and return a handle on it.

        Raises DSSConflictError when the id is taken. There is no call to delete an API service.
        Source: POST /projects/P/apiservices/S.
        """
        path = f"{self._path()}/apiservices/{url_part('API service id', service_id)}"
        self.client.transport.change(Call("POST", path), replies.acknowledgement)
        return DSSAPIService(self.client, self.project_key, service_id)

    def list_saved_models(self, include_shared: bool = False) -> list[dict[str, Any]]:  # noqa: FBT001, FBT002  # official
        """List the saved models of the project, each a dict with at least `id`.

        `include_shared` adds those that other projects share with it. Source: GET /projects/P/savedmodels/.
        """
        found = self.client.transport.get(
            f"{self._path()}/savedmodels/", replies.SAVED_MODELS.read, {"foreign": str(include_shared)}
        )
        return [dict(model) for model in found]

    def get_saved_model(self, sm_id: str) -> DSSSavedModel:
        """Return a handle on a saved model, which may or may not be there: nothing is sent."""
        return DSSSavedModel(self.client, self.project_key, sm_id)

    def _path(self) -> str:
        return f"/projects/{url_part('project key', self.project_key)}"
