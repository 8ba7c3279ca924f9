"""Settings are saved whole, and only over what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opsbot.errors import DSSArgumentError, DSSConflictError, DSSNotFoundError

if TYPE_CHECKING:
    from opsbot.dataiku import DSSAPIService
    from opsbot.sandbox.designer import DesignerServer


def endpoint_ids(service: DSSAPIService) -> list[str]:
    return [endpoint["id"] for endpoint in service.get_settings().endpoints]


def test_a_change_by_someone_else_is_not_overwritten(scoring: DSSAPIService) -> None:
    mine, theirs = scoring.get_settings(), scoring.get_settings()
    theirs.add_prediction_endpoint("theirs", "fraud_xgb")
    theirs.save()

    mine.add_prediction_endpoint("mine", "fraud_xgb")
    with pytest.raises(DSSConflictError, match="FRAUD/scoring were changed by someone else"):
        mine.save()
    assert endpoint_ids(scoring) == ["score", "explain", "theirs"]


def test_force_overwrites_it(scoring: DSSAPIService) -> None:
    mine, theirs = scoring.get_settings(), scoring.get_settings()
    theirs.add_prediction_endpoint("theirs", "fraud_xgb")
    theirs.save()

    mine.add_prediction_endpoint("mine", "fraud_xgb")
    mine.save(force=True)
    assert endpoint_ids(scoring) == ["score", "explain", "mine"]


def test_the_same_settings_can_be_saved_again_and_again(scoring: DSSAPIService) -> None:
    settings = scoring.get_settings()

    for name in ("one", "two"):
        settings.add_prediction_endpoint(name, "fraud_xgb")
        settings.save()
    assert endpoint_ids(scoring) == ["score", "explain", "one", "two"]


def test_what_was_saved_is_not_said_to_have_failed_because_it_can_not_be_read_again(
    node: DesignerServer, scoring: DSSAPIService
) -> None:
    settings = scoring.get_settings()
    settings.add_prediction_endpoint("one", "fraud_xgb")
    node.faults.add("GET /projects/*/apiservices/*/settings", "status", status=500, skip=1, times=1)

    settings.save()
    assert endpoint_ids(scoring) == ["score", "explain", "one"]
    with pytest.raises(DSSConflictError, match="Read them again"):
        settings.save()


def test_a_key_that_the_node_drops_is_no_conflict_afterwards(scoring: DSSAPIService) -> None:
    settings = scoring.get_settings()
    settings.get_raw()["unheardOf"] = 1
    settings.get_raw()["customFields"] = {"kept": True}

    settings.save()
    settings.save()
    saved = scoring.get_settings().get_raw()
    assert (saved["customFields"], "unheardOf" in saved) == ({"kept": True}, False)


def test_fields_of_endpoints_that_nobody_knows_are_written_back(node: DesignerServer, scoring: DSSAPIService) -> None:
    endpoint = {"id": "odd", "type": "QUANTUM", "nested": {"list": [1, {"x": None}]}, "float": 1.0}
    raw = node.node.get_settings("FRAUD", "scoring")
    node.node.save_settings("FRAUD", "scoring", {**raw, "endpoints": [endpoint]}, by="ada")

    settings = scoring.get_settings()
    settings.add_prediction_endpoint("new", "fraud_xgb")
    settings.save()
    assert scoring.get_settings().endpoints[0] == endpoint


def test_doubled_ids_are_refused_before_anything_is_sent(node: DesignerServer, scoring: DSSAPIService) -> None:
    settings = scoring.get_settings()
    settings.get_raw()["endpoints"].append({"id": "score", "type": "PY_FUNCTION"})
    node.site.seen.clear()

    for force in (False, True):
        with pytest.raises(DSSConflictError, match="two endpoints called score"):
            settings.save(force=force)
    assert not node.site.seen


@pytest.mark.parametrize(
    "add",
    [
        "add_prediction_endpoint",
        "add_multitarget_prediction_endpoint",
        "add_clustering_endpoint",
        "add_forecasting_endpoint",
        "add_causal_prediction_endpoint",
    ],
)
def test_an_endpoint_id_can_be_taken_once(scoring: DSSAPIService, add: str) -> None:
    settings = scoring.get_settings()

    with pytest.raises(DSSConflictError, match="FRAUD/scoring has an endpoint called score already"):
        getattr(settings, add)("score", "fraud_xgb")
    with pytest.raises(DSSArgumentError):
        getattr(settings, add)("", "fraud_xgb")
    assert len(settings.endpoints) == 2


def test_endpoints_are_removed_and_replaced_in_their_place(scoring: DSSAPIService) -> None:
    settings = scoring.get_settings()

    old = settings.replace_endpoint({"id": "score", "type": "STD_FORECAST", "modelRef": "m"})
    removed = settings.remove_endpoint("explain")
    settings.save()

    assert (old["type"], removed["type"]) == ("STD_PREDICTION", "PY_FUNCTION")
    assert scoring.get_settings().endpoints == [{"id": "score", "type": "STD_FORECAST", "modelRef": "m"}]


def test_what_is_not_there_is_neither_removed_nor_replaced(scoring: DSSAPIService) -> None:
    settings = scoring.get_settings()

    with pytest.raises(DSSNotFoundError, match="no endpoint called nobody"):
        settings.remove_endpoint("nobody")
    with pytest.raises(DSSNotFoundError, match="no endpoint called nobody"):
        settings.replace_endpoint({"id": "nobody", "type": "PY_FUNCTION"})


def test_settings_without_endpoints_can_get_some(node: DesignerServer, scoring: DSSAPIService) -> None:
    node.faults.add("GET /projects/*/apiservices/*/settings", "status", status=200, body={"id": "scoring"}, times=1)

    settings = scoring.get_settings()
    assert (settings.endpoints, settings.auth_method) == ([], None)
    settings.add_prediction_endpoint("first", "fraud_xgb")
    assert settings.get_raw()["endpoints"][0]["id"] == "first"


def test_reading_the_endpoints_is_no_change(scoring: DSSAPIService) -> None:
    settings = scoring.get_settings()
    assert settings.endpoints
    settings.save()


def test_an_unknown_service_and_an_empty_one_are_told_apart_on_request(scoring: DSSAPIService) -> None:
    project = scoring.client.get_project("FRAUD")
    project.create_api_service("empty")

    assert project.get_api_service("unknown").list_packages() == []
    assert project.get_api_service("empty").list_packages(must_exist=True) == []
    with pytest.raises(DSSNotFoundError, match="FRAUD has no API service called unknown"):
        project.get_api_service("unknown").list_packages(must_exist=True)
