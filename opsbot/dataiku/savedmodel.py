"""A saved model of a project: what an endpoint's `modelRef` names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from opsbot.dataiku import replies
from opsbot.dataiku.ids import url_part

if TYPE_CHECKING:
    from opsbot.dataiku.client import DSSClient


class DSSSavedModel:
    """A handle on a saved model. Reached by `DSSProject.get_saved_model(sm_id)`, which sends nothing."""

    def __init__(self, client: DSSClient, project_key: str, sm_id: str) -> None:
        self.client = client
        self.project_key = project_key
        self.sm_id = sm_id

    def __repr__(self) -> str:
        return f"DSSSavedModel({self.project_key!r}, {self.sm_id!r})"

    @property
    def id(self) -> str:
        """The identifier of the saved model."""
        return self.sm_id

    def get_settings(self) -> DSSSavedModelSettings:
        """Read the settings. Raises DSSNotFoundError when there is no such model. Source: GET /projects/P/savedmodels/M."""
        found = self.client.transport.get(self._path(), replies.SAVED_MODEL.read)
        return DSSSavedModelSettings(self, cast("dict[str, Any]", found))

    def list_versions(self) -> list[dict[str, Any]]:
        """List the versions of the model, each a dict with at least `id`, and `active` where the node says which is.

        Source: GET /projects/P/savedmodels/M/versions.
        """
        found = self.client.transport.get(f"{self._path()}/versions", replies.MODEL_VERSIONS.read)
        return [dict(version) for version in found]

    def get_active_version(self) -> dict[str, Any] | None:
        """Return the version that is in use, or None when none is. Source: as `list_versions`."""
        return next((version for version in self.list_versions() if version.get("active")), None)

    def _path(self) -> str:
        project = url_part("project key", self.project_key)
        return f"/projects/{project}/savedmodels/{url_part('saved model id', self.sm_id)}"


class DSSSavedModelSettings:
    """The settings of a saved model, as they were when read."""

    def __init__(self, saved_model: DSSSavedModel, settings: dict[str, Any]) -> None:
        self.saved_model = saved_model
        self.settings = settings

    def get_raw(self) -> dict[str, Any]:
        """Return the settings themselves, a dict with at least `id` and on every known node `name`."""
        return self.settings
