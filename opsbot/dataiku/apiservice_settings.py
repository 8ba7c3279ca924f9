"""The settings of an API service: read, changed in place, saved back whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from opsbot.dataiku import replies
from opsbot.dataiku.ids import checked_id, url_part
from opsbot.dataiku.transport import Call
from opsbot.errors import DSSConflictError, DSSError, DSSNotFoundError

if TYPE_CHECKING:
    from opsbot.dataiku.client import DSSClient


class DSSAPIServiceSettings:
    """The settings of an API service, as they were when read. Reached by `DSSAPIService.get_settings()`.

    A dict with at least `authMethod` and `endpoints`; a list of dicts, each with at least `id` and `type`. Keys and
    types of endpoint that this client doesn't know are kept and written back. The settings may hold the API keys of
    the service: treat them as secret.
    """

    def __init__(self, client: DSSClient, project_key: str, service_id: str, settings: dict[str, Any]) -> None:
        self.client = client
        self.project_key = project_key
        self.service_id = service_id
        self.settings = settings
        self._as_read: str | None = json.dumps(settings, sort_keys=True)

    def __repr__(self) -> str:
        return f"DSSAPIServiceSettings({self.project_key!r}, {self.service_id!r})"

    def get_raw(self) -> dict[str, Any]:
        """Return the settings themselves, not a copy: what is changed there is what `save` sends."""
        return self.settings

    @property
    def auth_method(self) -> str | None:
        """How callers of the service authenticate: "PUBLIC" (not at all), "API_KEYS" or "OAUTH2".

        None when the node doesn't say.
        """
        return cast("str | None", self.settings.get("authMethod"))

    @property
    def endpoints(self) -> list[dict[str, Any]]:
        """The endpoints themselves, not a copy: dicts with at least `id` and `type`.

        Types known so far: STD_PREDICTION, STD_MULTITARGET_PREDICTION, STD_CLUSTERING, STD_FORECAST,
        STD_CAUSAL_PREDICTION (with the saved model's id as `modelRef`), CUSTOM_PREDICTION, CUSTOM_R_PREDICTION,
        R_FUNCTION, PY_FUNCTION, DATASETS_LOOKUP, SQL_QUERY.
        """
        if self.settings.get("endpoints") is None:
            self.settings["endpoints"] = []
        return cast("list[dict[str, Any]]", self.settings["endpoints"])

    def add_prediction_endpoint(self, endpoint_id: str, saved_model_id: str) -> None:
        """Add an endpoint that predicts with a saved model. As all `add_*`: nothing is sent before `save`.

        Raises DSSConflictError when the service has an endpoint of that id.
        """
        self._add(endpoint_id, "STD_PREDICTION", saved_model_id)

    def add_multitarget_prediction_endpoint(self, endpoint_id: str, saved_model_id: str) -> None:
        """Add an endpoint that predicts several targets with a saved model (DSS 15 and later)."""
        self._add(endpoint_id, "STD_MULTITARGET_PREDICTION", saved_model_id)

    def add_clustering_endpoint(self, endpoint_id: str, saved_model_id: str) -> None:
        """Add an endpoint that assigns clusters with a saved model."""
        self._add(endpoint_id, "STD_CLUSTERING", saved_model_id)

    def add_forecasting_endpoint(self, endpoint_id: str, saved_model_id: str) -> None:
        """Add an endpoint that forecasts time series with a saved model."""
        self._add(endpoint_id, "STD_FORECAST", saved_model_id)

    def add_causal_prediction_endpoint(
        self,
        endpoint_id: str,
        saved_model_id: str,
        compute_propensity: bool = False,  # noqa: FBT001, FBT002  # the official client's position
    ) -> None:
        """Add an endpoint that predicts effects with a saved model.

        `compute_propensity` needs a model that was trained for it.
        """
        # Causal predictions have no Java scoring.
        self._add(
            endpoint_id, "STD_CAUSAL_PREDICTION", saved_model_id, computePropensity=compute_propensity, useJava=False
        )

    def remove_endpoint(self, endpoint_id: str) -> dict[str, Any]:
        """Take an endpoint out and return it. Raises DSSNotFoundError when there is none of that id."""
        return self.endpoints.pop(self._position(endpoint_id))

    def replace_endpoint(self, endpoint: dict[str, Any]) -> dict[str, Any]:
        """Put an endpoint in the place of the one with its id, and return the old one.

        Raises DSSNotFoundError when there is none of that id.
        """
        position = self._position(endpoint["id"])
        old = self.endpoints[position]
        self.endpoints[position] = endpoint
        return old

    def save(self, *, force: bool = False) -> dict[str, Any]:
        """Write the whole settings back, and return what the node says.

        The node would let the last writer win. So the settings are read once more first, and DSSConflictError is
        raised when they aren't what they were when they were read; `force` writes all the same. Two endpoints of one
        id are refused in any case. The node drops top-level keys that it doesn't know.
        Source: GET, PUT and GET of /projects/P/apiservices/S/settings.
        """
        self._refuse_duplicates()
        if not force and self._on_the_node() != self._as_read:
            raise DSSConflictError(
                f"The settings of {self.project_key}/{self.service_id} were changed by someone else since they were"
                " read. Read them again, and repeat the change."
            )
        said = self.client.transport.change(Call("PUT", self._path(), body=self.settings), replies.acknowledgement)
        self._as_read = self._after_saving()
        return said

    def _add(self, endpoint_id: str, endpoint_type: str, saved_model_id: str, **more: Any) -> None:
        checked_id("endpoint id", endpoint_id)
        if any(endpoint.get("id") == endpoint_id for endpoint in self.endpoints):
            raise DSSConflictError(
                f"{self.project_key}/{self.service_id} has an endpoint called {endpoint_id} already."
            )
        self.endpoints.append({"id": endpoint_id, "type": endpoint_type, "modelRef": saved_model_id, **more})

    def _position(self, endpoint_id: str) -> int:
        for position, endpoint in enumerate(self.endpoints):
            if endpoint.get("id") == endpoint_id:
                return position
        raise DSSNotFoundError(f"{self.project_key}/{self.service_id} has no endpoint called {endpoint_id}.")

    def _refuse_duplicates(self) -> None:
        seen: set[object] = set()
        for endpoint in self.endpoints:
            if (endpoint_id := endpoint.get("id")) in seen:
                raise DSSConflictError(
                    f"{self.project_key}/{self.service_id} would have two endpoints called {endpoint_id}."
                )
            seen.add(endpoint_id)

    def _after_saving(self) -> str | None:
        """Return how the settings read now, since the node may have completed them; None when it can't be told.

        Without that the next save is refused, which is better than to say now that this one failed.
        """
        try:
            return self._on_the_node()
        except DSSError:
            return None

    def _on_the_node(self) -> str:
        found = self.client.transport.get(self._path(), replies.SERVICE_SETTINGS.read)
        return json.dumps(found, sort_keys=True)

    def _path(self) -> str:
        project, service = url_part("project key", self.project_key), url_part("API service id", self.service_id)
        return f"/projects/{project}/apiservices/{service}/settings"
