"""What people and service managers start, in real processes: the bot, and the sandbox's node alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest
from click.testing import CliRunner

from opsbot.cli.program import program
from tests.cli.running import SECRETS, process, written

if TYPE_CHECKING:
    from pathlib import Path

    from opsbot.sandbox.designer import DesignerServer
    from opsbot.sandbox.workspace import WorkspaceServer


def test_a_bot_is_served_with_secrets_from_the_environment_until_it_is_told_to_stop(
    tmp_path: Path, slack: WorkspaceServer, node: DesignerServer
) -> None:
    command = [sys.executable, "-m", "opsbot", "serve", "--config", written(tmp_path, slack.url, node.url)]
    environment = {**os.environ, **SECRETS, "OPSBOT_LOG__LEVEL": "debug"}
    log = tmp_path / "log"
    with log.open("w") as errors:
        served = subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=errors)
    try:
        slack.wait_for_app(30)
        body = {"channel": "ml-ops", "user": "maya", "command": "/apid", "text": "packages FRAUD/scoring"}
        acked = httpx.post(f"{slack.url}/_control/command", json=body, timeout=10).json()
        assert acked["acked"]
    finally:
        served.send_signal(signal.SIGTERM)
        output, _ = served.communicate(timeout=30)
    assert served.returncode == 0
    assert "opsbot is ready" in output
    logged = [json.loads(line) for line in log.read_text().splitlines()]  # nobody looks on at a file
    assert {"slack", "opsbot"} <= {word for line in logged for word in line["logger"].split(".")}
    assert not [secret for secret in SECRETS.values() if secret in log.read_text()]
    said = httpx.get(f"{slack.url}/_control/messages/ml-ops").json()["messages"]
    assert any("asked for the packages" in message["text"] for message in said)


def test_a_missing_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    served = process("serve", "--config", str(tmp_path / "none.toml"))
    assert served.returncode == 1
    assert "Start from config.example.toml" in served.stderr
    assert "Traceback" not in served.stderr


def test_where_slack_does_not_answer_serve_ends_with_a_sentence(tmp_path: Path) -> None:
    path = written(tmp_path)
    served = process("serve", "--config", path, env=SECRETS)
    assert served.returncode == 1
    said = "Slack doesn't take the bot token, or doesn't answer: URLError, Connection refused."
    assert said in served.stderr
    assert "Traceback" not in served.stderr


def test_the_design_node_can_be_run_alone() -> None:
    command = [sys.executable, "-m", "opsbot", "sandbox", "--only", "designer", "--port", "0", "--api-key", "mine"]
    served = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert served.stdout is not None
        assert served.stderr is not None
        assert served.stderr.readline() == "The sandbox begins; give it a few seconds.\n"
        said = served.stdout.readline()
        url = said.split()[5].removesuffix(";")
        projects = httpx.get(f"{url}/public/api/projects/", auth=("mine", "")).json()
        refused = httpx.get(f"{url}/public/api/projects/", auth=("guessed", ""))
    finally:
        served.send_signal(signal.SIGINT)
        served.communicate(timeout=30)
    assert {"FRAUD", "CHURN"} <= {project["projectKey"] for project in projects}
    assert refused.status_code == 401
    assert served.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--scenario", "nobody-knows-it"), "there are two-approvers, "),
        (("--only", "designer", "--scenario", "node-outage"), "leave out --only"),
    ],
)
def test_a_story_that_cant_be_told_is_refused(arguments: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(program, ["sandbox", *arguments])
    assert result.exit_code == 2
    assert said in result.output


def test_the_help_names_every_command_in_a_whole_sentence() -> None:
    listed = CliRunner().invoke(program, ["--help"]).output.partition("Commands:\n")[2].splitlines()
    assert len(listed) == len(program.commands)
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)
