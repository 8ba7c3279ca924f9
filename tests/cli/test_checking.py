"""What is wrong with a configuration is listed at once, and what only a call can tell is found online."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.running import NOWHERE, SECRETS, process, written

if TYPE_CHECKING:
    from pathlib import Path

    from opsbot.sandbox.designer import DesignerServer
    from opsbot.sandbox.workspace import WorkspaceServer
    from tests.cli.running import Run


def test_a_good_configuration_is_said_to_be_good(tmp_path: Path, slack: WorkspaceServer, node: DesignerServer) -> None:
    path = written(tmp_path, slack.url, node.url)
    checked = process("check", "--online", "--config", path, env=SECRETS)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.strip().endswith("opsbot.toml is good.")
    assert f"The database {tmp_path / 'opsbot.db'} isn't there yet: serve makes it." in checked.stdout
    assert [each.name for each in tmp_path.iterdir()] == ["opsbot.toml"]


def test_where_slack_does_not_answer_a_check_says_so_in_its_list_only(tmp_path: Path, node: DesignerServer) -> None:
    path = written(tmp_path, NOWHERE, node.url)
    with_a_group = {**SECRETS, "OPSBOT_GRANTS": '[{"role": "viewer", "groups": ["@ml"]}]'}
    checked = process("check", "--online", "--config", path, env=with_a_group)
    first, *faults = checked.stderr.splitlines()
    assert first == f"{path} can be read, but:"
    assert [fault.split(":")[0].strip() for fault in faults] == ["slack.bot_token", "slack.app_token", "grants"]


def test_what_only_a_call_can_find_wrong_is_found_online(
    tmp_path: Path, slack: WorkspaceServer, node: DesignerServer, opsbot: Run
) -> None:
    wrong = {**SECRETS, "OPSBOT_SLACK__BOT_TOKEN": "xoxb-wrong", "OPSBOT_NODES__DESIGN__API_KEY": "wrong"}
    path = written(tmp_path, slack.url, node.url)
    assert opsbot("check", "--config", path, env=wrong)[0] == 0
    code, _, said = opsbot("check", "--online", "--config", path, env=wrong)
    assert code == 1
    assert "slack.bot_token" in said
    assert "nodes.design" in said
    assert "xoxb-wrong" not in said


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("API_KEY", "wrong", "(set OPSBOT_NODES__DESIGN__API_KEY, or api_key_file, to a key that it knows)"),
        ("URL", NOWHERE, "can't be reached: Connection refused (is nodes.design.url right, with http or"),
        ("CA_BUNDLE", __file__, f"as nodes.design says: {__file__} holds no certificates of authorities"),
    ],
)
def test_whoever_checks_a_node_reads_why_it_can_not_be_used_and_what_may_mend_it(
    tmp_path: Path, slack: WorkspaceServer, node: DesignerServer, opsbot: Run, *, variable: str, value: str, told: str
) -> None:
    wrong = {**SECRETS, f"OPSBOT_NODES__DESIGN__{variable}": value}
    code, _, said = opsbot("check", "--online", "--config", written(tmp_path, slack.url, node.url), env=wrong)
    assert code == 1
    assert told in said
    assert "whoever runs me" not in said


def test_the_app_token_and_the_database_are_tried_online(
    tmp_path: Path, slack: WorkspaceServer, node: DesignerServer, opsbot: Run
) -> None:
    wrong = {
        **SECRETS,
        "OPSBOT_SLACK__APP_TOKEN": "xapp-wrong",
        "OPSBOT_DATABASE__URL": f"sqlite:///{tmp_path / 'no' / 'opsbot.db'}",
    }
    code, out, said = opsbot("check", "--online", "--config", written(tmp_path, slack.url, node.url), env=wrong)
    assert code == 1
    assert "slack.app_token: Slack doesn't take the app token" in said
    assert f"database: its file can't be made in the folder {tmp_path / 'no'}." in said
    assert "isn't there yet" not in out
    assert "slack.bot_token" not in said
    assert "xapp-wrong" not in said


def test_every_fault_is_printed_and_the_exit_code_is_1(tmp_path: Path, opsbot: Run) -> None:
    path = tmp_path / "opsbot.toml"
    path.write_text('[slak]\n[nodes.design]\nurl = "nope"\n')
    code, _, said = opsbot("check", "--config", str(path), env=SECRETS)
    assert code == 1
    assert "slak: there is no such setting (did you mean “slack”?)" in said
    assert "nodes.design.url" in said


def test_what_can_not_be_used_is_called_so_and_never_good(tmp_path: Path, opsbot: Run) -> None:
    wrong = {
        **SECRETS,
        "OPSBOT_NODES__DESIGN__URL": "https://me:hunter2@dss.example.com",
        "OPSBOT_DATABASE__URL": "postgresql+psycopg://u:hal:@hunter2:x@h/db",
    }
    code, _, said = opsbot("check", "--config", written(tmp_path), env=wrong)
    assert code == 1
    assert "nodes.design.url: the address can't hold a user" in said
    assert "database.url: The database url can't be used: it isn't one." in said
    assert "hunter2" not in said
