"""Every fault of a configuration is told at once, with its path and how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from opsbot.config import load, load_app, load_database
from opsbot.config.schema import NodeConfig
from opsbot.errors import ConfigError
from tests.config.writing import GOOD, VERBS, faults

if TYPE_CHECKING:
    from pathlib import Path


def test_every_secret_file_that_can_not_be_read_is_a_fault_and_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SLACK__BOT_TOKEN", "SLACK__SIGNING_SECRET", "NODES__DESIGN__API_KEY"):
        monkeypatch.delenv(f"OPSBOT_{name}")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "empty").write_text("\n")
    found = faults(
        tmp_path,
        f"""
        [slack]
        mode = "http"
        comand = "/x"
        bot_token_file = "/nowhere/bot"
        signing_secret_file = "{tmp_path / "binary"}"
        app_token_file = "/nowhere/because/it/is/not/needed"
        [nodes.design]
        url = "dss.example.com"
        api_key_file = "{tmp_path / "empty"}"
        [database]
        url_file = "/nowhere/url"
        """,
    ).splitlines()
    assert sorted(found) == [
        "database.url_file: can't read the secret from /nowhere/url: No such file or directory",
        "nodes.design.api_key: is empty (set OPSBOT_NODES__DESIGN__API_KEY, or api_key_file to a path)",
        "nodes.design.url: input should be a valid URL, relative URL without a base",
        "slack.bot_token_file: can't read the secret from /nowhere/bot: No such file or directory",
        "slack.comand: there is no such setting (did you mean “command”?)",
        f"slack.signing_secret_file: can't read the secret from {tmp_path / 'binary'}: it isn't text",
    ]


def test_every_fault_is_listed_at_once_with_its_path_and_a_hint(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        """
        [slack]
        mode = "http"
        comand = "/x"
        bot_token = "xoxb-in-the-file"
        [nodes.design]
        url = "dss.example.com"
        read_timeout = "soon"
        [[grants]]
        role = "viewr"
        users = ["maya"]
        [[grants]]
        role = "viewer"
        [[channels]]
        id = "C1"
        node = "desing"
        verbs = ["pakages"]
        [[policies]]
        services = ["design:FRAUD/[ab]"]
        [wrok]
        threads = 3
        """,
    )
    for expected in (
        "slack.comand: there is no such setting (did you mean “command”?)",
        "slack.bot_token: a secret doesn't belong in the file (set OPSBOT_SLACK__BOT_TOKEN, or bot_token_file to a path)",
        "nodes.design.url: input should be a valid URL",
        'nodes.design.read_timeout: write a length of time like "10s"',
        "grants.0.role: there is no role “viewr” (did you mean “viewer”?)",
        "grants.0.users.0: write the id of the person",
        "grants.1: name users or groups",
        "channels.0.node: there is no node “desing” (did you mean “design”?)",
        "channels.0.verbs: there is no verb “pakages” (did you mean “packages”?)",
        "policies.0.services.0: write NODE:PROJECT/SERVICE",
        "wrok: there is no such setting (did you mean “work”?)",
    ):
        assert expected in found
    assert "xoxb-in-the-file" not in found


def test_a_variable_that_means_nothing_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSBOT_SLAK__BOT_TOKEN", "xoxb-2")
    monkeypatch.setenv("OPSBOT_SLACK_BOT_TOKEN", "xoxb-2")
    monkeypatch.setenv("OPSBOT_NODES_DESIGN_API_KEY", "key")
    monkeypatch.setenv("OPSBOT_SERVICE_HOST", "10.0.0.1")
    assert sorted(faults(tmp_path, GOOD).splitlines()) == [
        "OPSBOT_NODES_DESIGN_API_KEY: no setting is called so (did you mean “OPSBOT_NODES__DESIGN__API_KEY”?)",
        "OPSBOT_SERVICE_HOST: no setting is called so (write __ between the parts of its path)",
        "OPSBOT_SLACK_BOT_TOKEN: no setting is called so (did you mean “OPSBOT_SLACK__BOT_TOKEN”?)",
        "OPSBOT_SLAK__BOT_TOKEN: no setting is called so (did you mean “OPSBOT_SLACK__BOT_TOKEN”?)",
    ]


def test_what_is_near_to_nothing_is_told_what_there_is(tmp_path: Path) -> None:
    found = faults(tmp_path, GOOD + 'verify_ssl = false\n[[grants]]\nrole = "reader"\nusers = ["U1"]').splitlines()
    assert found == [
        "grants.0.role: there is no role “reader” (there are admin, approver, designer, packager, publisher, viewer)",
        f"nodes.design.verify_ssl: there is no such setting (there are {', '.join(sorted(NodeConfig.model_fields))})",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[nodes]\nurl = "https://dss"', "nodes.url: write the settings of a node under a head with its name: [nodes."),
        (f'{GOOD}[grants]\nrole = "viewer"', "grants: write a head with two brackets above each: [[grants]]"),
        (f'{GOOD}[[grants]]\nrole = "viewer"\nusers = "U1"', "grants.0.users: write a list in brackets"),
        (f'{GOOD}[[policies]]\nservices = ["*"]\nquorum = 2', "policies.0.quorum: write a table: quorum = { NAME"),
        (
            f'{GOOD}[[policies]]\nservices = ["*"]\nfreezes = "always"',
            "policies.0.freezes: write a head with two brackets above each: [[policies.freezes]]",
        ),
        ('[slack]\ncommand = "apid"', 'slack.command: write it with its slash, and in small letters, like "/apid"'),
    ],
)
def test_what_is_written_as_something_else_is_told_how_to_write_it(tmp_path: Path, text: str, fault: str) -> None:
    assert fault in faults(tmp_path, text)


def test_a_missing_secret_says_how_to_give_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPSBOT_SLACK__SIGNING_SECRET")
    monkeypatch.delenv("OPSBOT_NODES__DESIGN__API_KEY")
    found = faults(tmp_path, GOOD)
    assert "OPSBOT_SLACK__SIGNING_SECRET" in found
    assert "api_key" in found


def test_a_token_of_the_wrong_kind_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSBOT_SLACK__BOT_TOKEN", "xapp-1")
    found = faults(tmp_path, GOOD)
    assert "xoxb-" in found
    assert "xapp-1" not in found


def test_what_the_environment_holds_is_checked_as_the_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSBOT_GRANTS", '[{"role": "viewr", "users": ["U1"]}]')
    monkeypatch.setenv("OPSBOT_CHANNELS", '[{"id": "C1", "node": "desing", "verbs": ["pakages"]}]')
    monkeypatch.setenv("OPSBOT_HTTP__PORT", "many")
    monkeypatch.setenv("OPSBOT_POLICIES", "[{")
    found = faults(tmp_path, GOOD)
    for expected in (
        "grants.0.role: there is no role “viewr” (did you mean “viewer”?)",
        "channels.0.node: there is no node “desing” (did you mean “design”?)",
        "channels.0.verbs: there is no verb “pakages” (did you mean “packages”?)",
        "http.port: input should be a valid integer",
        "OPSBOT_POLICIES: isn't JSON",
    ):
        assert expected in found


@pytest.mark.parametrize(
    ("setting", "fault"),
    [
        ('url = "https://me:hunter2@dss.example.com"', "nodes.design.url: the address can't hold a user"),
        ('url = "https://me@dss.example.com"', "nodes.design.url: the address can't hold a user"),
        ('url = "https://dss.example.com/?a=b"', "nodes.design.url: the address can't hold a query"),
        ('url = "https://dss.example.com/#top"', "nodes.design.url: the address can't hold a query or a fragment"),
        ('ca_bundle = "/nowhere/ca.pem"', "nodes.design.ca_bundle: /nowhere/ca.pem isn't there"),
        ('client_certificate = "/nowhere/c.pem"', "nodes.design.client_certificate: /nowhere/c.pem isn't there"),
        ('client_key = "/dev/null"', "nodes.design.client_key: a key without its certificate is no use"),
    ],
)
def test_what_a_node_can_not_be_called_with_is_a_fault(tmp_path: Path, setting: str, fault: str) -> None:
    url = "" if setting.startswith("url") else 'url = "https://dss.example.com"\n'
    found = faults(tmp_path, f'[slack]\nmode = "http"\n[nodes.design]\n{url}{setting}')
    assert found.startswith(fault)
    assert "\n" not in found
    assert "hunter2" not in found


@pytest.mark.parametrize(
    ("key", "problem"), [("k\ney", "white space"), ("key ", "white space"), ("кey", "letters"), ("", "is empty")]
)
def test_a_key_that_can_not_be_sent_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, problem: str
) -> None:
    monkeypatch.setenv("OPSBOT_NODES__DESIGN__API_KEY", key)
    assert problem in faults(tmp_path, GOOD)


def test_a_built_in_role_can_not_be_made_anew(tmp_path: Path) -> None:
    found = faults(tmp_path, GOOD + '[[roles]]\nname = "viewer"\npermissions = ["admin"]')
    assert found == "roles.0.name: “viewer” is built in and can't be made anew (give it another name)"


def test_names_that_are_no_text_are_faults_and_not_failures(tmp_path: Path) -> None:
    found = faults(tmp_path, GOOD + '[[grants]]\nrole = ["viewer"]\n[[channels]]\nid = "C1"\nverbs = 3\nnode = {}')
    assert "grants.0.role: input should be a valid string" in found
    assert "channels.0.verbs: write a list in brackets" in found


def test_a_database_url_that_can_not_be_used_is_a_fault_beside_the_others(tmp_path: Path) -> None:
    path = tmp_path / "opsbot.toml"
    path.write_text(GOOD + '[database]\nurl = "nonsense"\n[http]\nport = -1')
    with pytest.raises(ConfigError) as caught:
        load(path, VERBS, lambda url: f"{len(url)} letters")
    assert caught.value.faults[0] == "database.url: 8 letters"
    assert caught.value.faults[1].startswith("http.port")


def test_faults_of_one_section_have_their_whole_path(tmp_path: Path) -> None:
    path = tmp_path / "opsbot.toml"
    path.write_text('[database]\nulr = "sqlite:///x"\n[slack]\ncommand = "apid"\nmode = "web"')
    with pytest.raises(ConfigError) as database:
        load_database(path)
    assert database.value.faults == ("database.ulr: there is no such setting (did you mean “url”?)",)
    with pytest.raises(ConfigError) as app:
        load_app(path)
    assert [fault.partition(":")[0] for fault in app.value.faults] == ["slack.mode", "slack.command"]


@pytest.mark.parametrize(
    ("content", "says"), [("slack = [", "isn't TOML"), (b"\xff\xfe", "can't be read"), (None, "There is no")]
)
def test_a_file_that_can_not_be_read_is_said(tmp_path: Path, content: Any, says: str) -> None:
    path = tmp_path / "opsbot.toml"
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ConfigError, match=says):
        load(path, VERBS)
