"""How the client gets to a node, and says who it is."""

from __future__ import annotations

import base64
import ssl
from typing import TYPE_CHECKING, Any

import pytest
import responses
import trustme

from opsbot.dataiku import DSSClient
from opsbot.errors import DSSRefusedError, DSSUnavailableError
from opsbot.sandbox.designer import DesignerServer
from tests.dataiku.conftest import IMPATIENT
from tests.dataiku.raw_server import RawServer
from tests.tls import tls_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROJECTS = ["FRAUD", "CHURN"]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_bundle(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture(scope="module")
def our_certificate(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("certificate")
    issued = authority.issue_cert("opsbot@example.com")
    issued.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    return str(folder / "cert.pem"), str(folder / "key.pem")


@pytest.fixture
def tls(authority: trustme.CA) -> ssl.SSLContext:
    return tls_of(authority)


@pytest.fixture
def secure_node(tls: ssl.SSLContext) -> Iterator[DesignerServer]:
    with DesignerServer(tls=tls) as server:
        yield server


def test_a_ca_bundle_is_trusted(secure_node: DesignerServer, ca_bundle: str) -> None:
    with DSSClient(secure_node.url, "sandbox", ca_bundle=ca_bundle) as client:
        assert client.list_project_keys() == PROJECTS


def test_an_unknown_certificate_is_not_and_nobody_asks_again(secure_node: DesignerServer) -> None:
    with (
        DSSClient(secure_node.url, "sandbox", patience=IMPATIENT) as client,
        pytest.raises(DSSUnavailableError) as caught,
    ):
        client.list_project_keys()
    assert str(caught.value).startswith("The node's certificate isn't trusted: ")
    assert caught.value.reply is not None
    assert not caught.value.reply.sent
    assert secure_node.site.connections_taken <= 1
    assert not secure_node.site.seen


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")  # what is asked for here
def test_any_certificate_is_taken_where_asked(secure_node: DesignerServer) -> None:
    with DSSClient(secure_node.url, "sandbox", no_check_certificate=True) as client:
        assert client.list_project_keys() == PROJECTS
    with (
        pytest.warns(DeprecationWarning, match="no_check_certificate"),
        DSSClient(secure_node.url, "sandbox", insecure_tls=True) as client,
    ):
        assert client.list_project_keys() == PROJECTS


def test_a_client_certificate_is_shown(tls: ssl.SSLContext, ca_bundle: str, our_certificate: tuple[str, str]) -> None:
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.load_verify_locations(ca_bundle)
    with DesignerServer(tls=tls) as node:
        with DSSClient(node.url, "sandbox", ca_bundle=ca_bundle, client_certificate=our_certificate) as client:
            assert client.list_project_keys() == PROJECTS
        with (
            DSSClient(node.url, "sandbox", ca_bundle=ca_bundle, patience=IMPATIENT) as client,
            pytest.raises(DSSUnavailableError),
        ):
            client.list_project_keys()


@pytest.mark.parametrize(
    "files",
    [
        {"ca_bundle": "/no/such.pem"},
        {"client_certificate": "/no/such.pem"},
        {"client_certificate": (__file__, "/no/such.pem")},
    ],
)
def test_a_file_that_is_not_there_is_said_at_once(files: Any) -> None:
    with pytest.raises(ValueError, match=r"There is no /no/such\.pem"):
        DSSClient("https://127.0.0.1:1", "key", **files)


def test_a_file_that_holds_something_else_is_said_at_once(our_certificate: tuple[str, str], ca_bundle: str) -> None:
    with pytest.raises(ValueError, match="holds no certificates of authorities"):
        DSSClient("https://127.0.0.1:1", "key", ca_bundle=__file__)
    certificate, _ = our_certificate
    for wrong in (__file__, (certificate, ca_bundle)):
        with pytest.raises(ValueError, match="should hold a certificate and its key"):
            DSSClient("https://127.0.0.1:1", "key", client_certificate=wrong)


def test_why_no_connection_was_made_is_kept_for_whoever_runs_it(node: DesignerServer) -> None:
    secured = node.url.replace("http:", "https:")
    for url, why in ((secured, "wrong version number"), ("http://127.0.0.1:9", "Connection refused")):
        with DSSClient(url, "key", patience=IMPATIENT) as client, pytest.raises(DSSUnavailableError) as caught:
            client.list_project_keys()
        assert caught.value.reply is not None
        assert caught.value.reply.trouble == why
        assert caught.value.__notes__ == [f"GET /projects/: no reply ({why})"]
        assert why not in str(caught.value)


def test_a_connection_that_breaks_in_the_middle_of_tls_may_have_carried_the_request(
    tls: ssl.SSLContext, ca_bundle: str
) -> None:
    with DesignerServer(tls=tls) as node:
        node.faults.add("POST /projects/**", "reset_after")
        with (
            DSSClient(node.url, "sandbox", ca_bundle=ca_bundle, patience=IMPATIENT) as client,
            pytest.raises(DSSUnavailableError) as caught,
        ):
            client.get_project("FRAUD").create_api_service("new")
    assert caught.value.reply is not None
    assert caught.value.reply.sent
    assert "new" in node.node.projects["FRAUD"].services


def test_the_environment_changes_nothing_unless_asked(
    secure_node: DesignerServer, ca_bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_bundle)
    with DSSClient(secure_node.url, "sandbox", patience=IMPATIENT) as client, pytest.raises(DSSUnavailableError):
        client.list_project_keys()
    with DSSClient(secure_node.url, "sandbox", trust_env=True) as client:
        assert client.list_project_keys() == PROJECTS


def test_a_proxy_is_used_where_asked_and_not_otherwise(node: DesignerServer, monkeypatch: pytest.MonkeyPatch) -> None:
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n" + b'[{"projectKey":"FROM_PROXY"}]'
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with RawServer(reply) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        with DSSClient(node.url, "sandbox") as client:
            assert client.list_project_keys() == PROJECTS
        with DSSClient(node.url, "sandbox", trust_env=True) as client:
            assert client.list_project_keys() == ["FROM_PROXY"]
        monkeypatch.delenv("http_proxy")
        with DSSClient(node.url, "sandbox", proxies={"http": proxy.url}) as client:
            assert client.list_project_keys() == ["FROM_PROXY"]
        assert proxy.requests[0].startswith(f"GET {node.url}/dip/publicapi/projects/ HTTP/1.1".encode())


def test_netrc_says_who_we_are_where_asked(
    node: DesignerServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login sandbox password\n".replace("password", 'password ""'))
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))

    with DSSClient(node.url, trust_env=True) as client:
        assert client.list_project_keys() == PROJECTS
    with pytest.raises(ValueError, match="Who are you"):
        DSSClient(node.url)


@pytest.mark.parametrize(
    ("who", "header", "value"),
    [
        ({"api_key": "sandbox"}, "authorization", "Basic " + base64.b64encode(b"sandbox:").decode()),
        ({"bearer_key": "sandbox"}, "authorization", "Bearer sandbox"),
        ({"internal_ticket": "sandbox"}, "x-dku-apiticket", "sandbox"),
        ({"jwt_bearer_token": "sandbox"}, "authorization", "Bearer sandbox"),
    ],
)
def test_every_way_to_say_who_we_are(node: DesignerServer, who: dict[str, str], header: str, value: str) -> None:
    with DSSClient(node.url, **who) as client:  # type: ignore[arg-type]  # mypy can't tell which of them it is
        assert client.list_project_keys() == PROJECTS
    assert node.site.seen[-1].headers[header] == value


def test_a_key_of_latin_1_is_sent_as_it_is(node: DesignerServer) -> None:
    node.site.keys["clé"] = "ada"
    with DSSClient(node.url, "clé") as client:
        assert client.list_project_keys() == PROJECTS


def test_extra_headers_are_sent_and_can_not_replace_the_key(node: DesignerServer) -> None:
    extra = {"X-Gateway": "gw-token-1234", "authorization": "Basic b3RoZXI6"}
    with DSSClient(node.url, "sandbox", extra_headers=extra) as client:
        assert client.list_project_keys() == PROJECTS
    assert node.site.seen[-1].headers["x-gateway"] == "gw-token-1234"


@pytest.mark.parametrize("extra", [{"X-A": "two\r\nX-B: lines"}, {"X A": "b"}, {"X-A": "“"}, {"": "x"}])
def test_headers_that_can_not_be_sent_are_refused(extra: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="header"):
        DSSClient("http://127.0.0.1:1", "key", extra_headers=extra)


def test_a_gateway_s_token_is_not_shown(node: DesignerServer) -> None:
    node.faults.add("GET /projects", "status", status=403, body={"message": "token gw-token-1234 has expired"})
    with (
        DSSClient(node.url, "sandbox", extra_headers={"X-Gateway": "gw-token-1234"}) as client,
        pytest.raises(DSSRefusedError, match=r"token \[secret\] has expired"),
    ):
        client.list_project_keys()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("https://example.com", "https://example.com/dip/publicapi/projects/"),
        ("https://example.com/", "https://example.com/dip/publicapi/projects/"),
        ("https://example.com/dss/", "https://example.com/dss/dip/publicapi/projects/"),
        ("http://example.com:11200", "http://example.com:11200/dip/publicapi/projects/"),
        ("http://[::1]:11200", "http://[::1]:11200/dip/publicapi/projects/"),
    ],
)
def test_hosts_with_slashes_paths_and_ports(host: str, address: str) -> None:
    with responses.RequestsMock() as wire, DSSClient(host, "key") as client:
        wire.get(address, json=[{"projectKey": "P"}])
        assert client.list_project_keys() == ["P"]


def test_the_right_constructor_arguments_by_position_as_in_the_official_client(node: DesignerServer) -> None:
    arguments: Any = (node.url, None, None, {"X-A": "b"}, False, None, "sandbox")
    with DSSClient(*arguments) as client:
        assert client.list_project_keys() == PROJECTS
