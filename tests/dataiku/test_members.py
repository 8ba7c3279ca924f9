"""Every member of the reference, on our client and the stand-in."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any, get_args

import pytest

from opsbot.dataiku import DSSAPIService, DSSAPIServiceListItem, DSSAPIServiceSettings, DSSClient
from opsbot.dataiku.project import _Items, _Objects
from opsbot.errors import DSSArgumentError, DSSConflictError, DSSNotFoundError
from tests.dataiku import seed_examples

if TYPE_CHECKING:
    from pathlib import Path

    from opsbot.sandbox.designer import DesignerServer


def ids(things: list[Any]) -> list[str]:
    return [thing["id"] if isinstance(thing, dict) else thing.id for thing in things]


def test_lists_the_projects(client: DSSClient) -> None:
    assert client.list_project_keys() == ["FRAUD", "CHURN"]


@pytest.mark.parametrize("as_type", get_args(_Items))
def test_lists_services_as_items_under_every_spelling(client: DSSClient, as_type: Any) -> None:
    services = client.get_project("FRAUD").list_api_services(as_type=as_type)

    assert ids(services) == ["scoring", "rules"]
    assert all(type(service) is DSSAPIServiceListItem for service in services)


@pytest.mark.parametrize("as_type", get_args(_Objects))
def test_lists_services_as_objects_under_every_spelling(client: DSSClient, as_type: Any) -> None:
    services = client.get_project("FRAUD").list_api_services(as_type=as_type)

    assert ids(services) == ["scoring", "rules"]
    assert all(type(service) is DSSAPIService for service in services)


def test_refuses_another_as_type_before_asking(node: DesignerServer, client: DSSClient) -> None:
    with pytest.raises(ValueError, match="as_type"):
        client.get_project("FRAUD").list_api_services(as_type="handles")  # type: ignore[call-overload]  # that's the point
    assert not node.site.seen


def test_a_list_item_is_a_dict_with_names_for_its_keys(client: DSSClient) -> None:
    scoring = client.get_project("FRAUD").list_api_services()[0]

    assert isinstance(scoring, dict)
    assert (scoring.id, scoring.name, scoring.auth_method) == ("scoring", "scoring", "API_KEYS")
    assert scoring.endpoints == [{"id": "score", "type": "STD_PREDICTION"}, {"id": "explain", "type": "PY_FUNCTION"}]
    assert scoring["projectKey"] == "FRAUD"
    handle = scoring.to_api_service()
    assert (type(handle), handle.id, handle.project_key) == (DSSAPIService, "scoring", "FRAUD")


def test_a_created_service_is_empty_and_public(client: DSSClient) -> None:
    service = client.get_project("CHURN").create_api_service("winback")

    settings = service.get_settings()
    assert (service.id, settings.endpoints, settings.auth_method) == ("winback", [], "PUBLIC")


def test_a_service_id_can_be_taken_once(client: DSSClient) -> None:
    with pytest.raises(DSSConflictError, match="already exists"):
        client.get_project("CHURN").create_api_service("churn")


def test_raw_settings_are_the_settings_themselves(scoring: DSSAPIService) -> None:
    settings = scoring.get_settings()

    settings.get_raw()["authMethod"] = "PUBLIC"
    settings.get_raw()["endpoints"].append({"id": "extra", "type": "SOMETHING_NEW", "knob": 3})
    settings.save()

    read_again = scoring.get_settings()
    assert read_again.auth_method == "PUBLIC"
    assert read_again.endpoints[-1] == {"id": "extra", "type": "SOMETHING_NEW", "knob": 3}


def test_adds_every_kind_of_endpoint(client: DSSClient) -> None:
    service = client.get_project("CHURN").create_api_service("all_kinds")
    settings = service.get_settings()

    settings.add_prediction_endpoint("predict", "m1")
    settings.add_multitarget_prediction_endpoint("several", "m2")
    settings.add_clustering_endpoint("cluster", "m3")
    settings.add_forecasting_endpoint("forecast", "m4")
    settings.add_causal_prediction_endpoint("effect", "m5")
    settings.add_causal_prediction_endpoint("propensity", "m6", compute_propensity=True)
    settings.save()

    causal = {"type": "STD_CAUSAL_PREDICTION", "useJava": False}
    assert service.get_settings().endpoints == [
        {"id": "predict", "type": "STD_PREDICTION", "modelRef": "m1"},
        {"id": "several", "type": "STD_MULTITARGET_PREDICTION", "modelRef": "m2"},
        {"id": "cluster", "type": "STD_CLUSTERING", "modelRef": "m3"},
        {"id": "forecast", "type": "STD_FORECAST", "modelRef": "m4"},
        {"id": "effect", "modelRef": "m5", "computePropensity": False, **causal},
        {"id": "propensity", "modelRef": "m6", "computePropensity": True, **causal},
    ]


def test_settings_can_be_made_from_their_parts_as_in_the_reference(client: DSSClient) -> None:
    raw = client.get_project("FRAUD").get_api_service("rules").get_settings().get_raw()

    settings = DSSAPIServiceSettings(client, "FRAUD", "rules", raw)
    settings.remove_endpoint("blocklist")
    settings.save()

    assert ids(client.get_project("FRAUD").get_api_service("rules").get_settings().endpoints) == ["candidates"]


def test_packages_come_and_go(scoring: DSSAPIService) -> None:
    assert ids(scoring.list_packages()) == ["v1", "v2", "v3", "v4"]

    scoring.create_package("v5", release_notes="Fewer false alarms & more: 20 % “better”")
    assert ids(scoring.list_packages()) == ["v1", "v2", "v3", "v4", "v5"]
    assert scoring.get_package_summary("v5")["releaseNotes"] == "Fewer false alarms & more: 20 % “better”"

    scoring.delete_package("v5")
    assert ids(scoring.list_packages()) == ["v1", "v2", "v3", "v4"]


def test_a_package_without_notes_has_none(scoring: DSSAPIService) -> None:
    scoring.create_package("bare")

    assert scoring.get_package_summary("bare")["releaseNotes"] is None


def test_created_on_is_in_epoch_milliseconds(scoring: DSSAPIService) -> None:
    packages = scoring.list_packages()

    assert all(isinstance(package["createdOn"], int) for package in packages)
    assert 1_500_000_000_000 < packages[0]["createdOn"] < packages[-1]["createdOn"]


def test_a_package_id_can_be_taken_once(scoring: DSSAPIService) -> None:
    with pytest.raises(DSSConflictError, match="already exists"):
        scoring.create_package("v1")


def test_an_absent_package_is_not_found_although_the_node_says_500(scoring: DSSAPIService) -> None:
    with pytest.raises(DSSNotFoundError) as caught:
        scoring.get_package_summary("v99")
    assert caught.value.status == 500
    assert caught.value.error_type == "java.io.IOException"
    assert "dss_data" not in str(caught.value)


def test_downloads_to_a_file(scoring: DSSAPIService, tmp_path: Path) -> None:
    target = tmp_path / "v3.zip"

    done = scoring.download_package_to_file("v3", str(target))

    assert (done.path, done.size) == (target, target.stat().st_size)
    with zipfile.ZipFile(target) as archive:
        assert "models/fraud_xgb/model.bin" in archive.namelist()


def test_downloads_as_a_stream(scoring: DSSAPIService) -> None:
    with scoring.download_package_stream("v3") as stream:
        body = stream.read(4) + stream.read()

    assert zipfile.ZipFile(io.BytesIO(body)).testzip() is None
    assert stream.closed


def test_publishes_under_the_service_s_own_id(client: DSSClient, scoring: DSSAPIService) -> None:
    said = scoring.publish_package("v4")

    assert said["publishedServiceId"] == "scoring"
    versions = client.get_apideployer().get_service("scoring").get_status().get_versions()
    assert ids(versions) == ["v1", "v2", "v3", "v4"]


def test_publishes_under_another_id_which_is_made(client: DSSClient, scoring: DSSAPIService) -> None:
    scoring.publish_package("v4", published_service_id="scoring_eu")

    deployer = client.get_apideployer()
    assert ids(deployer.list_services()) == ["scoring", "rules", "churn", "scoring_eu"]
    assert ids(deployer.get_service("scoring_eu").get_status().get_versions()) == ["v4"]


def test_a_version_can_be_published_once(scoring: DSSAPIService) -> None:
    with pytest.raises(DSSConflictError, match="already exists"):
        scoring.publish_package("v1")


def test_reads_the_deployer(client: DSSClient) -> None:
    deployer = client.get_apideployer()

    raw = deployer.list_services(as_objects=False)
    status = deployer.get_service("scoring").get_status()

    assert [service["serviceBasicInfo"]["id"] for service in raw] == ["scoring", "rules", "churn"]
    assert status.get_raw()["deployments"] == [{"id": "scoring-on-production", "infraId": "production"}]
    assert ids(status.get_versions()) == ["v1", "v2", "v3"]


def test_an_absent_published_service_is_not_found(client: DSSClient) -> None:
    with pytest.raises(DSSNotFoundError):
        client.get_apideployer().get_service("nobody").get_status()


def test_reads_saved_models(client: DSSClient) -> None:
    project = client.get_project("FRAUD")

    assert ids(project.list_saved_models()) == ["fraud_xgb", "fraud_rules_tree"]
    assert project.get_saved_model("fraud_xgb").get_settings().get_raw()["name"] == "Fraud score (XGBoost)"


def test_an_id_that_can_not_be_sent_is_a_value_error_too(scoring: DSSAPIService) -> None:
    with pytest.raises(ValueError, match="package id") as caught:
        scoring.delete_package("..")
    assert isinstance(caught.value, DSSArgumentError)


def test_text_that_can_not_be_sent_is_refused(node: DesignerServer, scoring: DSSAPIService) -> None:
    with pytest.raises(DSSArgumentError, match="release notes"):
        scoring.create_package("v9", "half a pair: \ud800")
    settings = scoring.get_settings()
    settings.get_raw()["customFields"] = {"a set": {1}}
    node.site.seen.clear()
    with pytest.raises(DSSArgumentError, match="JSON"):
        settings.save(force=True)
    assert not node.site.seen


def test_the_first_example_of_the_reference_runs_as_it_stands(
    client: DSSClient, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(seed_examples.PUBLIC_SERVICES, {"project": client.get_project("FRAUD")})

    assert capsys.readouterr().out == "Service rules isn't authenticating requests\n"


def test_the_second_example_of_the_reference_runs_as_it_stands(
    node: DesignerServer, client: DSSClient, capsys: pytest.CaptureFixture[str]
) -> None:
    node.node.add_model("FRAUD", "my_saved_model_id", "My model")
    settings = client.get_project("FRAUD").get_api_service("rules").get_settings()
    settings.add_prediction_endpoint("mine", "my_saved_model_id")
    settings.save()

    exec(seed_examples.SERVICES_OF_A_MODEL, {"project": client.get_project("FRAUD")})

    assert capsys.readouterr().out == "Service rules uses model My model\n"
