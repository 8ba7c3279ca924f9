"""Endpoints of a service, added and removed so that nobody's changes are lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from opsbot.dataiku.texts import text_of
from opsbot.domain.models import Endpoint, EndpointType
from opsbot.errors import DSSConflictError

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.dataiku.apiservice import DSSAPIService
    from opsbot.dataiku.apiservice_settings import DSSAPIServiceSettings

_TRIES = 4


def add_endpoint(
    service: DSSAPIService, endpoint: str, kind: EndpointType, model: str, *, compute_propensity: bool
) -> None:
    """Add an endpoint; DSSConflictError where its id is taken, or others won't stop changing the settings."""

    def add(settings: DSSAPIServiceSettings) -> None:
        match kind:
            case EndpointType.PREDICTION:
                settings.add_prediction_endpoint(endpoint, model)
            case EndpointType.MULTITARGET:
                settings.add_multitarget_prediction_endpoint(endpoint, model)
            case EndpointType.CLUSTERING:
                settings.add_clustering_endpoint(endpoint, model)
            case EndpointType.FORECASTING:
                settings.add_forecasting_endpoint(endpoint, model)
            case EndpointType.CAUSAL:
                settings.add_causal_prediction_endpoint(endpoint, model, compute_propensity)
            case _:
                assert_never(kind)

    save_changed(service, add)


def remove_endpoint(service: DSSAPIService, endpoint: str) -> None:
    """Take an endpoint out; DSSNotFoundError where there is none, DSSConflictError as above."""
    save_changed(service, lambda settings: settings.remove_endpoint(endpoint))


def endpoints_of(service: DSSAPIService) -> tuple[Endpoint, ...]:
    """Read the endpoints, each with the saved model that it calls, if it calls one."""
    found = service.get_settings().endpoints
    return tuple(
        Endpoint(str(each.get("id", "?")), str(each.get("type", "unknown")), text_of(each.get("modelRef")) or None)
        for each in found
    )


def save_changed(service: DSSAPIService, change: Callable[[DSSAPIServiceSettings], object]) -> None:
    """Change the settings as they are now, and save them.

    Where somebody else saved in between, nothing was sent: it is done again on what they saved, since what is changed
    here goes together with whatever they changed.
    """
    for tries_left in reversed(range(_TRIES)):
        settings = service.get_settings()
        change(settings)
        try:
            settings.save()
        except DSSConflictError as error:
            was_sent = error.reply is not None
            if was_sent or not tries_left:
                raise
        else:
            return
