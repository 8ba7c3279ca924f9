from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from opsbot.config import Config, load
from opsbot.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

VERBS = ["packages", "publish"]
GOOD = """
[slack]
mode = "http"
[nodes.design]
url = "https://dss.example.com"
"""


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSBOT_SLACK__BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("OPSBOT_SLACK__SIGNING_SECRET", "hush")
    monkeypatch.setenv("OPSBOT_NODES__DESIGN__API_KEY", "key")


def read(folder: Path, text: str) -> Config:
    path = folder / "opsbot.toml"
    path.write_text(text)
    return load(path, VERBS)


def faults(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(folder, text)
    return "\n".join(caught.value.faults)


def test_a_file_and_the_environment_make_a_configuration(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD)
    assert str(config.nodes["design"].url) == "https://dss.example.com/"
    key = config.nodes["design"].api_key
    assert key is not None
    assert key.get_secret_value() == "key"


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSBOT_HTTP__PORT", "4000")
    assert read(tmp_path, GOOD + "[http]\nport = 3001").http.port == 4000


def test_a_secret_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPSBOT_NODES__DESIGN__API_KEY")
    (tmp_path / "key").write_text("from a file\n")
    key = read(tmp_path, GOOD + f'api_key_file = "{tmp_path / "key"}"').nodes["design"].api_key
    assert key is not None
    assert key.get_secret_value() == "from a file"


def test_a_secret_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert "can't read the secret" in faults(tmp_path, GOOD.replace('mode = "http"', 'app_token_file = "/nowhere"'))


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    shown = repr(read(tmp_path, GOOD))
    assert "hush" not in shown
    assert "xoxb-1" not in shown


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
    assert "OPSBOT_SLAK__BOT_TOKEN: no setting is called so (did you mean “slack”?)" in faults(tmp_path, GOOD)


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


def test_a_database_password_does_not_belong_in_the_file(tmp_path: Path) -> None:
    url = 'url = "postgresql+psycopg://opsbot:hunter2@db/opsbot"'
    found = faults(tmp_path, f"{GOOD}[database]\n{url}")
    assert "database.url: a secret doesn't belong in the file" in found
    assert "hunter2" not in found


@pytest.mark.parametrize(
    ("content", "says"), [("slack = [", "isn't TOML"), (b"\xff\xfe", "can't be read"), (None, "There is no")]
)
def test_a_file_that_can_not_be_read_is_said(tmp_path: Path, content: Any, says: str) -> None:
    path = tmp_path / "opsbot.toml"
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ConfigError, match=says):
        load(path, VERBS)
