"""Endpoints added and removed while somebody else saves the settings of the same service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opsbot.dataiku.designing import add_endpoint, endpoints_of, remove_endpoint, save_changed
from opsbot.domain.models import Endpoint, EndpointType
from opsbot.errors import DSSConflictError, DSSNotFoundError

if TYPE_CHECKING:
    from opsbot.dataiku import DSSAPIService
    from opsbot.dataiku.apiservice_settings import DSSAPIServiceSettings
    from opsbot.sandbox.designer import DesignerServer

SCORE = Endpoint("score", "STD_PREDICTION", "fraud_xgb")
EXPLAIN = Endpoint("explain", "PY_FUNCTION")


class Busy:
    """Adds an endpoint; before it is saved, somebody else adds another one, so many times."""

    def __init__(self, node: DesignerServer, times: int) -> None:
        self._node = node.node
        self._left = times
        self.reads = 0

    def __call__(self, settings: DSSAPIServiceSettings) -> None:
        self.reads += 1
        settings.add_prediction_endpoint("ours", "fraud_xgb")
        if self._left:
            theirs = self._node.get_settings("FRAUD", "scoring")
            theirs["endpoints"].append({"id": f"theirs{self._left}", "type": "PY_FUNCTION"})
            self._node.save_settings("FRAUD", "scoring", theirs, by="ada")
            self._left -= 1


@pytest.mark.parametrize("kind", EndpointType)
def test_an_endpoint_is_added_with_its_type_and_model_and_removed_again(
    scoring: DSSAPIService, kind: EndpointType
) -> None:
    add_endpoint(scoring, "ours", kind, "fraud_xgb", compute_propensity=False)
    assert endpoints_of(scoring) == (SCORE, EXPLAIN, Endpoint("ours", kind.on_node, "fraud_xgb"))
    remove_endpoint(scoring, "ours")
    assert endpoints_of(scoring) == (SCORE, EXPLAIN)


def test_propensity_is_asked_for(scoring: DSSAPIService) -> None:
    add_endpoint(scoring, "effect", EndpointType.CAUSAL, "fraud_xgb", compute_propensity=True)
    assert scoring.get_settings().endpoints[-1]["computePropensity"] is True


def test_what_somebody_else_saved_meanwhile_is_kept(scoring: DSSAPIService, node: DesignerServer) -> None:
    busy = Busy(node, 2)
    save_changed(scoring, busy)
    assert [each.id for each in endpoints_of(scoring)] == ["score", "explain", "theirs2", "theirs1", "ours"]
    assert busy.reads == 3


def test_who_never_stops_saving_wins_and_that_is_said(scoring: DSSAPIService, node: DesignerServer) -> None:
    busy = Busy(node, 99)
    with pytest.raises(DSSConflictError, match="were changed by someone else"):
        save_changed(scoring, busy)
    assert "ours" not in [each.id for each in endpoints_of(scoring)]
    assert busy.reads == 4


def test_a_conflict_that_the_node_itself_tells_of_is_not_tried_again(
    scoring: DSSAPIService, node: DesignerServer
) -> None:
    node.site.faults.add("PUT /projects/*/apiservices/*/settings", "status", status=409)
    with pytest.raises(DSSConflictError):
        save_changed(scoring, Busy(node, 0))
    assert sum(seen.method == "PUT" for seen in node.site.seen) == 1


def test_ids_that_are_taken_or_missing_are_refused_before_anything_is_sent(
    scoring: DSSAPIService, node: DesignerServer
) -> None:
    with pytest.raises(DSSConflictError, match="has an endpoint called score already"):
        add_endpoint(scoring, "score", EndpointType.PREDICTION, "fraud_xgb", compute_propensity=False)
    with pytest.raises(DSSNotFoundError, match="has no endpoint called ours"):
        remove_endpoint(scoring, "ours")
    assert all(seen.method == "GET" for seen in node.site.seen)
