"""The weak points of the official client, one test each: what it does, and what ours does instead.

The numbers are those of the list that the client was built against. Where the official client can be run into its
weakness, it is, so that this page says so when it gets better.
"""

from __future__ import annotations

import inspect
import io
import socket
import subprocess
import sys
import time
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dataikuapi
import pytest
import requests
from dataikuapi.utils import DataikuException
from requests.exceptions import ChunkedEncodingError

import opsbot
from opsbot.dataiku import DSSAPIServiceListItem, DSSClient
from opsbot.errors import (
    DSSArgumentError,
    DSSConflictError,
    DSSError,
    DSSNotFoundError,
    DSSRefusedError,
    DSSUnavailableError,
    DSSUnreadableError,
)
from tests.dataiku.conftest import IMPATIENT
from tests.dataiku.raw_server import RawServer
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.dataiku import DSSAPIService
    from opsbot.sandbox.designer import DesignerServer

PACKAGES = "GET /projects/*/apiservices/*/packages"
ARCHIVE = "GET /projects/*/apiservices/*/packages/*/archive"
CREATE = "POST /projects/*/apiservices/*/packages/*"


@pytest.fixture
def official_scoring(official: Any) -> Any:
    return official.get_project("FRAUD").get_api_service("scoring")


@pytest.fixture
def silent_host() -> Iterator[str]:
    """A server that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def asked(node: DesignerServer) -> list[str]:
    return [f"{seen.method} {seen.path}" for seen in node.site.seen]


def test_01_no_timeout_and_none_possible(silent_host: str) -> None:
    assert "timeout" not in inspect.signature(dataikuapi.DSSClient).parameters
    assert "timeout=" not in inspect.getsource(dataikuapi.DSSClient._perform_http)

    began = time.monotonic()
    with (
        DSSClient(silent_host, "key", patience=IMPATIENT) as client,
        pytest.raises(DSSUnavailableError, match="in time"),
    ):
        client.list_project_keys()
    assert time.monotonic() - began < IMPATIENT.total + 5


def test_02_no_retry_and_no_retry_after(node: DesignerServer, scoring: DSSAPIService, official_scoring: Any) -> None:
    node.faults.add(PACKAGES, "status", status=503, times=1)
    with pytest.raises(DataikuException):
        official_scoring.list_packages()

    node.faults.add(PACKAGES, "status", status=503, times=1)
    node.faults.add(PACKAGES, "status", status=429, headers={"Retry-After": "1"}, times=1)
    began = time.monotonic()
    assert len(scoring.list_packages()) == 4
    assert time.monotonic() - began >= 1


def test_03_ids_are_not_quoted(node: DesignerServer, scoring: DSSAPIService, official_scoring: Any) -> None:
    official_scoring.delete_package("v1#x")  # nobody asked to delete v1
    assert "v1" not in [package["id"] for package in scoring.list_packages()]

    node.site.seen.clear()
    for odd in ("../../other", "v2#x", "v2?x=y", "a/b", "v2%2F", "v2;x", "ü x"):
        with pytest.raises(DSSError):
            scoring.delete_package(odd)
    for impossible in ("..", ".", "", "v2\n", "v\x00", "\ud800"):
        with pytest.raises(DSSArgumentError):
            scoring.delete_package(impossible)
    assert asked(node) == [
        f"DELETE /dip/publicapi/projects/FRAUD/apiservices/scoring/packages/{quoted}"
        for quoted in ("..%2F..%2Fother", "v2%23x", "v2%3Fx%3Dy", "a%2Fb", "v2%252F", "v2%3Bx", "%C3%BC%20x")
    ]
    assert [package["id"] for package in scoring.list_packages()] == ["v2", "v3", "v4"]


def test_04_one_exception_type_without_data(scoring: DSSAPIService, official_scoring: Any) -> None:
    with pytest.raises(DataikuException) as official_error:
        official_scoring.get_package_summary("v9")
    assert vars(official_error.value) == {}

    with pytest.raises(DSSNotFoundError) as caught:
        scoring.get_package_summary("v9")
    reply = caught.value.reply
    assert reply is not None
    assert (reply.status, reply.error_type, reply.dss_version) == (500, "java.io.IOException", "15.0.1")
    assert reply.message == "Package directory does not exist: [path]"
    assert (reply.method, reply.path) == ("GET", "/projects/FRAUD/apiservices/scoring/packages/v9/summary")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (["a"], '["a"]'),
        ("oops", "oops"),
        ({"errorType": None, "detailedMessage": None}, ""),
        ("", ""),
        ("<html><title>502 Bad Gateway</title></html>", "an HTML page called “502 Bad Gateway”"),
    ],
)
def test_05_the_error_parser_crashes(
    node: DesignerServer, scoring: DSSAPIService, official_scoring: Any, body: Any, said: str
) -> None:
    node.faults.add(PACKAGES, "status", status=500, body=body)
    crashes = isinstance(body, list)
    with pytest.raises(AttributeError if crashes else DataikuException):
        official_scoring.list_packages()

    with pytest.raises(DSSError) as caught:
        scoring.list_packages()
    happened = "The node couldn't do it (status 500)"
    assert caught.value.happened.rstrip(".") == (f"{happened}: {said}" if said else happened)


def test_06_a_partial_file_is_left_and_a_good_one_destroyed(
    node: DesignerServer, scoring: DSSAPIService, official_scoring: Any, tmp_path: Path
) -> None:
    node.faults.add(ARCHIVE, "cut_close", after=9000)
    theirs, ours = tmp_path / "theirs.zip", tmp_path / "ours.zip"
    theirs.write_bytes(b"precious")
    ours.write_bytes(b"precious")

    official_scoring.download_package_to_file("v3", str(theirs))  # no error at all
    assert theirs.stat().st_size == 9000

    with pytest.raises(DSSUnavailableError, match="broke off"):
        scoring.download_package_to_file("v3", ours)
    assert ours.read_bytes() == b"precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ours.zip", "theirs.zip"]


def test_07_the_response_is_not_closed_on_an_error(
    node: DesignerServer, scoring: DSSAPIService, official_scoring: Any, tmp_path: Path
) -> None:
    node.faults.add(ARCHIVE, "cut_chunked", after=5000)
    source = inspect.getsource(type(official_scoring).download_package_to_file)
    assert "with self" not in source
    assert ".close()" not in source

    with pytest.raises(DSSUnavailableError):
        scoring.download_package_to_file("v3", tmp_path / "v3.zip")
    scoring.client.close()
    wait_until(lambda: not node.site.connections)  # none is left behind


def test_08_streams_are_not_decoded_and_not_alike(
    node: DesignerServer, scoring: DSSAPIService, official_scoring: Any
) -> None:
    node.faults.add(ARCHIVE, "gzip")
    stream = official_scoring.download_package_stream("v3")
    assert stream.read()[:2] == b"\x1f\x8b"  # gzip's, not a zip's
    stream.close()

    with scoring.download_package_stream("v3") as ours:
        assert zipfile.ZipFile(io.BytesIO(ours.read())).testzip() is None


def test_09_a_stream_is_said_to_monopolize_the_client(scoring: DSSAPIService, official_scoring: Any) -> None:
    assert "monopolize" in (type(official_scoring).download_package_stream.__doc__ or "")

    with scoring.download_package_stream("v3") as one, scoring.download_package_stream("v4") as other:
        assert len(scoring.list_packages()) == 4
        assert one.read(2) == other.read(2) == b"PK"


def test_10_what_the_node_says_after_a_change_is_thrown_away(scoring: DSSAPIService, official_scoring: Any) -> None:
    assert official_scoring.publish_package("v4", "theirs") is None

    assert scoring.publish_package("v4", "ours") == {"publishedServiceId": "ours", "packageId": "v4"}
    assert scoring.create_package("v5") == {"msg": "OK"}


def test_11_a_redirect_to_a_login_page_looks_like_a_success(
    node: DesignerServer, scoring: DSSAPIService, official_scoring: Any
) -> None:
    node.faults.add(CREATE, "redirect")
    official_scoring.create_package("theirs")  # nothing was created, and nothing is said

    with pytest.raises(DSSUnreadableError, match="redirected") as caught:
        scoring.create_package("ours")
    assert caught.value.status == 302
    node.faults.clear()
    assert {"theirs", "ours"}.isdisjoint(package["id"] for package in scoring.list_packages())


def test_12_a_page_of_html_raises_an_error_of_requests(
    node: DesignerServer, scoring: DSSAPIService, official_scoring: Any
) -> None:
    node.faults.add(PACKAGES, "html")
    with pytest.raises(requests.exceptions.JSONDecodeError):
        official_scoring.list_packages()

    with pytest.raises(DSSUnreadableError, match="a list of packages, but an HTML page"):
        scoring.list_packages()


def test_13_no_content_type_on_json(node: DesignerServer, scoring: DSSAPIService, official_scoring: Any) -> None:
    official_scoring.get_settings().save()
    assert "content-type" not in node.site.seen[-1].headers

    scoring.get_settings().save()
    put = next(seen for seen in reversed(node.site.seen) if seen.method == "PUT")
    assert put.headers["content-type"] == "application/json"


def test_14_updates_are_lost_and_ids_doubled(scoring: DSSAPIService, official_scoring: Any) -> None:
    theirs = official_scoring.get_settings()
    theirs.add_prediction_endpoint("e", "fraud_xgb")
    theirs.add_prediction_endpoint("e", "fraud_xgb")
    stale = scoring.get_settings()
    theirs.save()  # two endpoints of one name, and nobody minds

    stale.add_prediction_endpoint("mine", "fraud_xgb")
    with pytest.raises(DSSConflictError, match="changed by someone else"):
        stale.save()
    fresh = scoring.get_settings()
    with pytest.raises(DSSConflictError, match="endpoint called e already"):
        fresh.add_prediction_endpoint("e", "fraud_xgb")
    with pytest.raises(DSSConflictError, match="two endpoints called e"):
        fresh.save()
    fresh.remove_endpoint("e")
    fresh.replace_endpoint({"id": "e", "type": "STD_FORECAST", "modelRef": "fraud_xgb"})
    fresh.save()
    assert [endpoint["type"] for endpoint in scoring.get_settings().endpoints if endpoint["id"] == "e"] == [
        "STD_FORECAST"
    ]


def test_15_a_trailing_slash_is_doubled(node: DesignerServer) -> None:
    theirs = dataikuapi.DSSClient(f"{node.url}/", "sandbox")
    theirs.list_project_keys()
    theirs._session.close()
    assert node.site.seen[-1].path == "//dip/publicapi/projects/"

    with DSSClient(f"{node.url}//", "sandbox") as ours:
        ours.list_project_keys()
    assert node.site.seen[-1].path == "/dip/publicapi/projects/"


@pytest.mark.parametrize("key", ["", " ", "ключ", "k\n", "k\x00"])
def test_16_the_constructor_takes_what_can_not_work(key: str) -> None:
    dataikuapi.DSSClient("http://127.0.0.1:1", key)._session.close()

    with pytest.raises(ValueError, match="API key") as caught:
        DSSClient("http://127.0.0.1:1", key)
    assert "ключ" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "host", ["", "dss.example.com", "ftp://dss", "http://", "http://user:pw@dss", "http://dss?x=1"]
)
def test_16_so_does_an_address_that_can_not_work(host: str) -> None:
    with pytest.raises(ValueError, match="address"):
        DSSClient(host, "key")


def test_16_and_nothing_says_who_we_are() -> None:
    with pytest.raises(ValueError, match="api_key, bearer_key, internal_ticket or jwt_bearer_token"):
        DSSClient("http://127.0.0.1:1")


def test_17_netrc_replaces_the_credentials(
    node: DesignerServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    theirs = dataikuapi.DSSClient(node.url, jwt_bearer_token="sandbox")
    with pytest.raises(DataikuException, match="Unknown API Key"):
        theirs.list_project_keys()
    theirs._session.close()
    assert node.site.seen[-1].headers["authorization"].startswith("Basic ")

    with DSSClient(node.url, jwt_bearer_token="sandbox") as ours:
        assert ours.list_project_keys() == ["FRAUD", "CHURN"]
    with DSSClient(node.url, jwt_bearer_token="sandbox", trust_env=True) as ours:
        assert ours.list_project_keys() == ["FRAUD", "CHURN"]
    assert node.site.seen[-1].headers["authorization"] == "Bearer sandbox"


def test_18_the_documented_as_type_is_refused(client: DSSClient, official: Any) -> None:
    with pytest.raises(ValueError, match="Unknown as_type"):
        official.get_project("FRAUD").list_api_services(as_type="list_item")

    assert [service.id for service in client.get_project("FRAUD").list_api_services(as_type="list_item")] == [
        "scoring",
        "rules",
    ]


def test_19_properties_raise_key_errors(client: DSSClient, official: Any) -> None:
    theirs = dataikuapi.dss.apiservice.DSSAPIServiceListItem(official, {"id": "s"})
    ours = DSSAPIServiceListItem(client, {"id": "s"})
    for name in ("name", "auth_method", "endpoints"):
        with pytest.raises(KeyError):
            getattr(theirs, name)

    assert (ours.name, ours.auth_method, ours.endpoints) == ("s", None, [])


def test_20_an_empty_published_service_id_is_sent(
    node: DesignerServer, scoring: DSSAPIService, official_scoring: Any
) -> None:
    official_scoring.publish_package("v4", "")
    assert node.site.seen[-1].query == "publishedServiceId="

    node.site.seen.clear()
    with pytest.raises(DSSArgumentError, match="published service id"):
        scoring.publish_package("v4", "")
    assert not node.site.seen


def test_21_some_ids_are_called_and_others_are_not(client: DSSClient, official: Any) -> None:
    theirs = official.get_apideployer().get_service("scoring")
    assert theirs.id == theirs.id() == "scoring"

    assert type(client.get_apideployer().get_service("scoring").id) is str


def test_22_the_package_is_a_source_distribution_of_everything() -> None:
    official = distribution("dataiku-api-client")
    assert not official.read_text("py.typed")
    assert any("python-dateutil" in requirement for requirement in official.requires or [])

    # Ours ships its types, and brings nothing of the rest of opsbot but the errors.
    assert Path(opsbot.__file__).with_name("py.typed").exists()
    script = "import sys, opsbot.dataiku; print(*(name for name in sys.modules if name.startswith('opsbot.')))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in loaded if not name.startswith("opsbot.dataiku") and name != "opsbot.errors"] == []


def test_no_key_in_a_refusal(node: DesignerServer) -> None:
    with DSSClient(node.url, "a-wrong-key") as client, pytest.raises(DSSRefusedError) as caught:
        client.list_project_keys()
    assert caught.value.status == 401
    assert "a-wrong-key" not in f"{caught.value} {caught.value!r} {client!r}"


def test_the_official_client_raises_errors_of_requests_for_a_cut_body(
    node: DesignerServer, scoring: DSSAPIService, official_scoring: Any
) -> None:
    node.faults.add(PACKAGES, "cut_chunked", times=1)
    with pytest.raises(ChunkedEncodingError):
        official_scoring.list_packages()

    node.faults.add(PACKAGES, "cut_chunked", times=1)
    assert len(scoring.list_packages()) == 4  # asked again


def test_raw_bytes_that_are_no_http_are_no_answer() -> None:
    with (
        RawServer(b"SSH-2.0-OpenSSH\r\n") as server,
        DSSClient(server.url, "key", patience=IMPATIENT) as client,
        pytest.raises(DSSUnavailableError),
    ):
        client.list_project_keys()
