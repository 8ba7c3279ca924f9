"""A file and the environment make a configuration."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from opsbot.config import Config, load, load_app, load_database
from opsbot.config.schema import SlackConfig
from opsbot.errors import ConfigError
from tests.config.writing import GOOD, VERBS, faults, read

if TYPE_CHECKING:
    from pathlib import Path


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


def test_a_file_that_a_variable_names_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "url").write_text("postgresql+psycopg://u:p@h/db\n")
    monkeypatch.setenv("OPSBOT_DATABASE__URL_FILE", str(tmp_path / "url"))
    config = read(tmp_path, GOOD + '[database]\nurl = "sqlite:///opsbot.db"')
    assert config.database.url.get_secret_value() == "postgresql+psycopg://u:p@h/db"


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    shown = repr(read(tmp_path, GOOD))
    assert "hush" not in shown
    assert "xoxb-1" not in shown


@pytest.mark.parametrize("size", ["0MB", "2GB", "1001MB", "many", "10", 10])
def test_a_size_is_written_with_its_unit_and_within_what_slack_takes(size: object) -> None:
    with pytest.raises(ValidationError, match="write a size like"):
        SlackConfig.model_validate({"largest_upload": size})


@pytest.mark.parametrize(("size", "count"), [("10KB", 10_000), ("50 MB", 50_000_000), ("1GB", 1_000_000_000)])
def test_a_size_is_read(size: str, count: int) -> None:
    assert SlackConfig.model_validate({"largest_upload": size}).largest_upload == count


def test_a_database_password_does_not_belong_in_the_file(tmp_path: Path) -> None:
    url = 'url = "postgresql+psycopg://opsbot:hunter2@db/opsbot"'
    found = faults(tmp_path, f"{GOOD}[database]\n{url}")
    assert "database.url: a secret doesn't belong in the file" in found
    assert "hunter2" not in found


def test_names_are_looked_for_in_the_environment_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSBOT_NODES__EU__URL", "https://eu.example.com")
    monkeypatch.setenv("OPSBOT_NODES__EU__API_KEY", "key")
    monkeypatch.setenv("OPSBOT_ROLES", '[{"name": "owner", "permissions": ["read"]}]')
    monkeypatch.setenv("OPSBOT_CHANNELS", '[{"id": "C1", "node": "eu"}]')
    config = read(tmp_path, GOOD + '[[grants]]\nrole = "owner"\nusers = ["U1"]')
    assert set(config.nodes) == {"design", "eu"}
    assert config.channels[0].node == "eu"


def test_a_configuration_made_by_hand_takes_nothing_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSBOT_HTTP__PORT", "4000")
    assert Config.model_validate({"nodes": {"design": {"url": "https://dss.example.com"}}}).http.port == 3000


def test_the_database_is_read_where_nothing_else_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK__BOT_TOKEN", "SLACK__SIGNING_SECRET", "NODES__DESIGN__API_KEY"):
        monkeypatch.delenv(f"OPSBOT_{name}")
    (tmp_path / "url").write_text("sqlite:///from-a-file.db\n")
    path = tmp_path / "opsbot.toml"
    path.write_text(f'{GOOD}api_key_file = "/nowhere"\n[database]\nurl_file = "{tmp_path / "url"}"')
    assert load_database(path).url.get_secret_value() == "sqlite:///from-a-file.db"
    monkeypatch.setenv("OPSBOT_DATABASE__URL", "sqlite:///from-a-variable.db")
    assert load_database(path).url.get_secret_value() == "sqlite:///from-a-variable.db"


def test_the_app_is_read_before_any_token_exists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPSBOT_SLACK__BOT_TOKEN")
    path = tmp_path / "opsbot.toml"
    path.write_text('[slack]\nmode = "http"\ncommand = "/ml"\nbot_token_file = "/nowhere"')
    app = load_app(path)
    assert (app.command, app.mode) == ("/ml", "http")


def test_a_terminal_that_changes_things_knows_who_does(tmp_path: Path) -> None:
    assert "terminal: name under [terminal.people] who may change" in faults(
        tmp_path, GOOD + "[terminal]\nchanges = true"
    )
    shared = '[terminal.people]\nU1 = "shared"\nU2 = "shared"'
    assert "terminal: two people can't share a login" in faults(tmp_path, GOOD + shared)
    read_so = read(tmp_path, GOOD + '[terminal]\nchanges = true\n[terminal.people]\nU1 = "ada"').terminal
    assert (read_so.changes, read_so.people) == (True, {"U1": "ada"})
    assert not read(tmp_path, GOOD).terminal.changes


def test_where_no_tokens_are_needed_theirs_are_no_faults_but_all_others_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPSBOT_SLACK__BOT_TOKEN")
    monkeypatch.delenv("OPSBOT_SLACK__SIGNING_SECRET")
    path = tmp_path / "opsbot.toml"
    path.write_text(GOOD.replace("[nodes", 'bot_token_file = "/nowhere"\n[nodes'))
    assert load(path, VERBS, tokens_needed=False).slack.bot_token is None
    with pytest.raises(ConfigError, match="has 2 faults"):
        load(path, VERBS)
    monkeypatch.delenv("OPSBOT_NODES__DESIGN__API_KEY")
    with pytest.raises(ConfigError) as caught:
        load(path, VERBS, tokens_needed=False)
    assert [fault.partition(":")[0] for fault in caught.value.faults] == ["nodes.design.api_key"]


def test_what_was_told_is_kept_as_long_as_is_said_and_no_shorter_than_it_is_needed(tmp_path: Path) -> None:
    kept = read(tmp_path, GOOD + '[retention]\nevents = "14d"\nseen_events = "1d"').retention
    assert (kept.events, kept.seen_events, kept.deliveries) == (timedelta(14), timedelta(1), timedelta(90))
    said = faults(tmp_path, GOOD + '[retention]\nevents = "13d"\ndeliveries = "23h"')
    assert 'retention.events: keep them for "14d" at least: a weekly digest counts them' in said
    assert 'retention.deliveries: write a day at least, like "1d" or "90d"' in said
    said = faults(tmp_path, GOOD + '[retention]\nhomes = "3d"\nchanges = "30d"')
    assert 'retention.homes: keep them for "4d" at least: until then an open one is kept fresh' in said
