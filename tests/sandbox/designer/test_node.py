"""The stand-in says what a live node says, oddities included."""

from __future__ import annotations

import io
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from opsbot.sandbox.designer import DesignerServer
from tests.sandbox.designer.asking import ask, basic

if TYPE_CHECKING:
    from pathlib import Path

SCORING = "/projects/FRAUD/apiservices/scoring"
JAVA = "com.dataiku.dip."


@pytest.mark.parametrize("root", ["/public/api", "/dip/publicapi", "//dip/publicapi"])
@pytest.mark.parametrize("path", ["/projects/", "/projects", f"{SCORING}/packages/", f"{SCORING}/packages"])
def test_both_roots_and_optional_slashes(server: DesignerServer, root: str, path: str) -> None:
    assert ask(server, "GET", path, root=root).status == 200


@pytest.mark.parametrize(
    "headers",
    [basic("sandbox"), basic("", "sandbox"), {"Authorization": "Bearer sandbox"}, {"X-DKU-APITicket": "sandbox"}],
)
def test_every_way_to_bring_the_key(server: DesignerServer, headers: dict[str, str]) -> None:
    assert ask(server, "GET", "/projects/", headers=headers).status == 200


@pytest.mark.parametrize(
    "headers",
    [{}, basic("wrong"), basic("sandbox", "sandbox"), {"Authorization": "Bearer"}, {"Authorization": "Basic %"}],
)
def test_without_the_key_nothing(server: DesignerServer, headers: dict[str, str]) -> None:
    told = ask(server, "GET", "/projects/", headers=headers)

    assert told.status == 401
    assert told.json()["errorType"] == f"{JAVA}exceptions.NotAuthenticatedException"
    assert told.json()["message"] == "Unknown API Key"


@pytest.mark.parametrize(
    "path", ["/projects/", "/projects/NOPE/apiservices/", "/nothing", f"{SCORING}/packages/v1/archive"]
)
def test_every_reply_says_the_version(server: DesignerServer, path: str) -> None:
    headers = ask(server, "GET", path).headers

    assert (headers["dss-version"], headers["dss-api-version"]) == ("15.0.1", "1")


def test_json_says_so(server: DesignerServer) -> None:
    assert ask(server, "GET", "/projects/").headers["content-type"] == "application/json;charset=utf-8"


@pytest.mark.parametrize("status", [403, 401])
def test_an_unknown_project_can_not_be_told_from_a_hidden_one(server: DesignerServer, status: int) -> None:
    server.node.habits.unknown_project_status = status

    told = ask(server, "GET", "/projects/NOPE/apiservices/")

    assert told.status == status
    assert told.json()["errorType"] == f"{JAVA}exceptions.UnauthorizedException"
    assert "Failed to read project permissions" in told.json()["message"]


def test_packages_of_an_unknown_service_are_an_empty_list(server: DesignerServer) -> None:
    path = "/projects/FRAUD/apiservices/unknown/packages"
    assert (ask(server, "GET", path).status, ask(server, "GET", path).json()) == (200, [])

    server.node.habits.unknown_service_has_packages = False
    assert ask(server, "GET", path).status == 404


@pytest.mark.parametrize("what", ["summary", "archive"])
def test_an_unknown_package_is_a_500_with_a_path(server: DesignerServer, what: str) -> None:
    told = ask(server, "GET", f"{SCORING}/packages/v99/{what}")
    assert told.status == 500
    assert "Package directory does not exist: /data/dataiku/dss_data/" in told.json()["message"]

    server.node.habits.shows_data_directory = False
    assert ask(server, "GET", f"{SCORING}/packages/v99/{what}").status == 404


def test_settings_of_an_unknown_service_are_not_found(server: DesignerServer) -> None:
    told = ask(server, "GET", "/projects/FRAUD/apiservices/unknown/settings")
    assert (told.status, told.json()["errorType"]) == (404, f"{JAVA}server.controllers.NotFoundException")


def test_a_put_replaces_everything_but_drops_what_it_does_not_know(server: DesignerServer) -> None:
    settings = {"endpoints": [], "authMethod": "OAUTH2", "customFields": {"x": {"y": 1}}, "unheardOf": 1, "id": "else"}
    assert ask(server, "PUT", f"{SCORING}/settings", settings).status == 200

    saved = ask(server, "GET", f"{SCORING}/settings").json()
    assert (saved["endpoints"], saved["authMethod"], saved["customFields"]) == ([], "OAUTH2", {"x": {"y": 1}})
    assert (saved["id"], "unheardOf" in saved) == ("scoring", False)
    assert saved["versionTag"]["versionNumber"] == 2
    assert saved["versionTag"]["lastModifiedBy"] == {"login": "opsbot"}


def test_a_broken_body_is_a_bad_argument(server: DesignerServer) -> None:
    assert ask(server, "PUT", f"{SCORING}/settings", [1]).status == 400
    assert ask(server, "PUT", f"{SCORING}/settings", {"endpoints": "none"}).status == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/projects/FRAUD/apiservices/scoring"),
        ("POST", f"{SCORING}/packages/v1"),
        ("POST", f"{SCORING}/packages/v1/publish"),
        ("POST", "/projects"),
    ],
)
@pytest.mark.parametrize("status", [500, 400, 409])
def test_an_id_can_be_taken_once(server: DesignerServer, method: str, path: str, status: int) -> None:
    server.node.habits.duplicate_status = status
    told = ask(server, method, path, {"projectKey": "FRAUD"})
    assert (told.status, told.json()["message"].endswith("already exists")) == (status, True)


@pytest.mark.parametrize("package", ["a%2Fb", ".hidden", "v%201", "%C3%BC"])
def test_odd_package_ids_are_refused(server: DesignerServer, package: str) -> None:
    assert ask(server, "POST", f"{SCORING}/packages/{package}").status == 400


def test_a_quoted_slash_stays_in_the_id(server: DesignerServer) -> None:
    told = ask(server, "GET", f"{SCORING}%2Fpackages/settings")
    assert (told.status, told.json()["message"]) == (404, "API service FRAUD.scoring/packages not found")


def test_a_wrong_verb_and_a_wrong_path_are_told_apart(server: DesignerServer) -> None:
    assert ask(server, "PATCH", f"{SCORING}/settings").status == 405
    assert "not supported" in ask(server, "PATCH", f"{SCORING}/settings").json()["message"]
    assert ask(server, "DELETE", SCORING).status == 405
    assert ask(server, "GET", f"{SCORING}/colours").status == 404


@pytest.mark.parametrize("body", [None, {}])
def test_a_package_is_made_with_and_without_a_body(server: DesignerServer, body: object) -> None:
    assert ask(server, "POST", f"{SCORING}/packages/v9?releaseNotes=a+b%26c", body).status == 200

    summary = ask(server, "GET", f"{SCORING}/packages/v9/summary").json()
    assert (summary["releaseNotes"], summary["createdBy"]) == ("a b&c", "opsbot")
    assert abs(summary["createdOn"] - time.time() * 1000) < 60_000


def test_a_package_is_a_snapshot(server: DesignerServer) -> None:
    server.node.create_package("FRAUD", "scoring", "before", by="ada")
    ask(server, "PUT", f"{SCORING}/settings", {"endpoints": []})
    server.node.create_package("FRAUD", "scoring", "after", by="ada")

    assert len(ask(server, "GET", f"{SCORING}/packages/before/summary").json()["endpoints"]) == 2
    assert ask(server, "GET", f"{SCORING}/packages/after/summary").json()["endpoints"] == []
    with zipfile.ZipFile(io.BytesIO(ask(server, "GET", f"{SCORING}/packages/after/archive").body)) as archive:
        assert archive.testzip() is None


def test_another_key_is_another_person(server: DesignerServer) -> None:
    server.site.keys["graces-key"] = "grace"
    ask(server, "POST", f"{SCORING}/packages/v9", headers=basic("graces-key"))
    ask(server, "POST", f"{SCORING}/packages/v9/publish", headers=basic("graces-key"))

    assert ask(server, "GET", f"{SCORING}/packages/v9/summary").json()["createdBy"] == "grace"
    version = ask(server, "GET", "/api-deployer/services/scoring").json()["packages"][-1]
    assert (version["id"], version["publishedBy"]) == ("v9", "grace")


def test_an_archive_is_chunked_and_holds_stored_and_deflated_entries(server: DesignerServer) -> None:
    told = ask(server, "GET", f"{SCORING}/packages/v3/archive")

    assert told.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in told.headers
    with zipfile.ZipFile(io.BytesIO(told.body)) as archive:
        assert archive.testzip() is None
        kinds = {entry.filename: entry.compress_type for entry in archive.infolist()}
    assert kinds["manifest.json"] == kinds["endpoints/0-score/config.json"] == zipfile.ZIP_DEFLATED
    assert kinds["models/fraud_xgb/model.bin"] == zipfile.ZIP_STORED


def test_endpoints_of_one_id_and_of_one_model_fit_into_an_archive(server: DesignerServer) -> None:
    endpoint = {"id": "e", "type": "STD_PREDICTION", "modelRef": "fraud_xgb"}
    ask(server, "PUT", f"{SCORING}/settings", {"endpoints": [endpoint, endpoint, {"type": "SQL_QUERY"}]})
    ask(server, "POST", f"{SCORING}/packages/v9")

    with zipfile.ZipFile(io.BytesIO(ask(server, "GET", f"{SCORING}/packages/v9/archive").body)) as archive:
        names = archive.namelist()
    assert len(names) == len(set(names)) == 7


def test_a_large_archive_is_kept_in_little_memory(server: DesignerServer) -> None:
    server.node.create_package("FRAUD", "scoring", "big", by="ada", model_size=1_000_000_000)
    pieces = server.node.get_archive("FRAUD", "scoring", "big")

    assert sum(len(piece) for piece in pieces) > 1_000_000_000
    assert sum({id(piece): len(piece) for piece in pieces}.values()) < 3_000_000


def test_the_newest_packages_of_the_demo_are_not_published(server: DesignerServer) -> None:
    for project, service in (("FRAUD", "scoring"), ("FRAUD", "rules"), ("CHURN", "churn")):
        packages = ask(server, "GET", f"/projects/{project}/apiservices/{service}/packages").json()
        newest = max(packages, key=lambda package: package["createdOn"])
        published = ask(server, "GET", f"/api-deployer/services/{service}").json()["packages"]
        assert newest["id"] == packages[-1]["id"]
        assert 1 <= len(published) < len(packages)
        assert newest["id"] not in [version["id"] for version in published]


def test_the_deployer_takes_only_an_id_for_a_new_service(server: DesignerServer) -> None:
    assert ask(server, "POST", "/api-deployer/services", {"publishedServiceId": "new"}).status == 200
    assert ask(server, "POST", "/api-deployer/services", {"publishedServiceId": "x", "description": "y"}).status == 400
    assert ask(server, "GET", "/api-deployer/services/new").json()["packages"] == []


def test_a_published_version_can_be_read_and_taken_back(server: DesignerServer) -> None:
    version = "/api-deployer/services/scoring/versions/v1"
    assert zipfile.is_zipfile(io.BytesIO(ask(server, "GET", version).body))
    assert ask(server, "DELETE", version).status == 200
    assert ask(server, "GET", version).status == 404


def test_a_node_without_a_deployer(server: DesignerServer) -> None:
    server.node.habits.deployer = False
    assert ask(server, "GET", "/api-deployer/services").status == 404
    assert ask(server, "POST", f"{SCORING}/packages/v4/publish").status == 404


def test_projects_are_made_and_deleted(server: DesignerServer) -> None:
    assert ask(server, "POST", "/projects", {"projectKey": "NEW", "name": "New"}).status == 200
    assert ask(server, "GET", "/projects/NEW/apiservices/").json() == []
    assert ask(server, "DELETE", "/projects/NEW").status == 200
    assert ask(server, "GET", "/projects/NEW/apiservices/").status == 403


def test_latency_can_be_set() -> None:
    with DesignerServer(latency=0.2) as server:
        began = time.monotonic()
        ask(server, "GET", "/projects/")
        assert time.monotonic() - began >= 0.2


def test_without_a_seed_it_is_empty() -> None:
    with DesignerServer(seed=False, api_key="other") as server:
        assert ask(server, "GET", "/projects/", headers=basic("other")).json() == []


def test_the_state_outlives_the_server(tmp_path: Path) -> None:
    state = tmp_path / "node.json"
    with DesignerServer(state_file=state) as server:
        ask(server, "GET", f"{SCORING}/packages/v1/archive")
        ask(server, "POST", f"{SCORING}/packages/v9?releaseNotes=kept")
        ask(server, "POST", f"{SCORING}/packages/v9/publish")
        before = ask(server, "GET", "/api-deployer/services").json()
    with DesignerServer(state_file=state) as server:
        assert ask(server, "GET", f"{SCORING}/packages/v9/summary").json()["releaseNotes"] == "kept"
        assert ask(server, "GET", "/api-deployer/services").json() == before
        assert zipfile.is_zipfile(io.BytesIO(ask(server, "GET", f"{SCORING}/packages/v9/archive").body))


def test_a_port_that_is_taken_is_said(server: DesignerServer) -> None:
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        DesignerServer(port).start()


def test_stopping_twice_is_the_same_as_once() -> None:
    server = DesignerServer()
    server.start()
    server.stop()
    server.stop()
