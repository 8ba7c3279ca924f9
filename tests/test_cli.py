"""The command line as people and service managers use it: real processes, real servers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import httpx
import pytest
import yaml
from click.testing import CliRunner

from opsbot.cli.program import program
from opsbot.sandbox import demo
from opsbot.sandbox.designer import DesignerServer
from opsbot.sandbox.workspace import WorkspaceServer
from opsbot.slack import manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def opsbot(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "opsbot", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **(env or {})},
    )


@pytest.fixture
def slack() -> Iterator[WorkspaceServer]:
    workspace = demo.workspace(manifest("/apid"))
    with WorkspaceServer(workspace) as server:
        yield server


@pytest.fixture
def node() -> Iterator[DesignerServer]:
    with DesignerServer() as server:
        yield server


SECRETS = {
    "OPSBOT_SLACK__BOT_TOKEN": "xoxb-sandbox",
    "OPSBOT_SLACK__APP_TOKEN": "xapp-sandbox",
    "OPSBOT_SLACK__SIGNING_SECRET": "sandbox",
    "OPSBOT_NODES__DESIGN__API_KEY": "sandbox",
}


def written(folder: Path, slack_url: str, node_url: str) -> str:
    path = folder / "opsbot.toml"
    path.write_text(
        f"""
        [slack]
        api_url = "{slack_url}/api/"
        [nodes.design]
        url = "{node_url}"
        [database]
        url = "sqlite:///{folder / "opsbot.db"}"
        [http]
        port = 0
        [[grants]]
        role = "admin"
        users = ["{demo.MAYA.id}"]
        """
    )
    return str(path)


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


def test_a_good_configuration_is_said_to_be_good(tmp_path: Path, slack: WorkspaceServer, node: DesignerServer) -> None:
    path = written(tmp_path, slack.url, node.url)
    checked = opsbot("check", "--online", "--config", path, env=SECRETS)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.strip().endswith("opsbot.toml is good.")
    assert f"The database {tmp_path / 'opsbot.db'} isn't there yet: serve makes it." in checked.stdout
    assert [each.name for each in tmp_path.iterdir()] == ["opsbot.toml"]


def test_what_only_a_call_can_find_wrong_is_found_online(
    tmp_path: Path, slack: WorkspaceServer, node: DesignerServer
) -> None:
    wrong = {**SECRETS, "OPSBOT_SLACK__BOT_TOKEN": "xoxb-wrong", "OPSBOT_NODES__DESIGN__API_KEY": "wrong"}
    path = written(tmp_path, slack.url, node.url)
    assert opsbot("check", "--config", path, env=wrong).returncode == 0
    checked = opsbot("check", "--online", "--config", path, env=wrong)
    assert checked.returncode == 1
    assert "slack.bot_token" in checked.stderr
    assert "nodes.design" in checked.stderr
    assert "xoxb-wrong" not in checked.stderr


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("API_KEY", "wrong", "(set OPSBOT_NODES__DESIGN__API_KEY, or api_key_file, to a key that it knows)"),
        ("URL", "http://127.0.0.1:9", "can't be reached: Connection refused (is nodes.design.url right, with http or"),
        ("CA_BUNDLE", __file__, f"as nodes.design says: {__file__} holds no certificates of authorities"),
    ],
)
def test_whoever_checks_a_node_reads_why_it_can_not_be_used_and_what_may_mend_it(
    tmp_path: Path, slack: WorkspaceServer, node: DesignerServer, *, variable: str, value: str, said: str
) -> None:
    wrong = {**SECRETS, f"OPSBOT_NODES__DESIGN__{variable}": value}
    checked = opsbot("check", "--online", "--config", written(tmp_path, slack.url, node.url), env=wrong)
    assert checked.returncode == 1
    assert said in checked.stderr
    assert "whoever runs me" not in checked.stderr


def test_every_fault_is_printed_and_the_exit_code_is_1(tmp_path: Path) -> None:
    path = tmp_path / "opsbot.toml"
    path.write_text('[slak]\n[nodes.design]\nurl = "nope"\n')
    checked = opsbot("check", "--config", str(path), env=SECRETS)
    assert checked.returncode == 1
    assert "slak: there is no such setting (did you mean “slack”?)" in checked.stderr
    assert "nodes.design.url" in checked.stderr
    assert "Traceback" not in checked.stderr


def test_a_missing_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    served = opsbot("serve", "--config", str(tmp_path / "none.toml"))
    assert served.returncode == 1
    assert "Start from config.example.toml" in served.stderr
    assert "Traceback" not in served.stderr


def test_a_database_is_made_ready_by_migrate(tmp_path: Path) -> None:
    path = written(tmp_path, "http://127.0.0.1:9", "http://127.0.0.1:9")
    migrated = opsbot("migrate", "--config", path, env=SECRETS)
    assert (migrated.returncode, migrated.stdout) == (0, "The database is ready.\n")
    assert (tmp_path / "opsbot.db").exists()


def test_where_slack_does_not_answer_serve_ends_with_a_sentence(tmp_path: Path) -> None:
    path = written(tmp_path, "http://127.0.0.1:9", "http://127.0.0.1:9")
    served = opsbot("serve", "--config", path, env=SECRETS)
    assert served.returncode == 1
    said = "Slack doesn't take the bot token, or doesn't answer: URLError, Connection refused."
    assert said in served.stderr
    assert "Traceback" not in served.stderr


def test_what_can_not_be_used_is_called_so_and_never_good(tmp_path: Path) -> None:
    path = written(tmp_path, "http://127.0.0.1:9", "http://127.0.0.1:9")
    wrong = {
        **SECRETS,
        "OPSBOT_NODES__DESIGN__URL": "https://me:hunter2@dss.example.com",
        "OPSBOT_DATABASE__URL": "postgresql+psycopg://u:hal:@hunter2:x@h/db",
    }
    checked = opsbot("check", "--config", path, env=wrong)
    assert checked.returncode == 1
    assert "nodes.design.url: the address can't hold a user" in checked.stderr
    assert "database.url: The database url can't be used: it isn't one." in checked.stderr
    assert "hunter2" not in checked.stderr


def test_the_app_token_and_the_database_are_tried_online(
    tmp_path: Path, slack: WorkspaceServer, node: DesignerServer
) -> None:
    wrong = {
        **SECRETS,
        "OPSBOT_SLACK__APP_TOKEN": "xapp-wrong",
        "OPSBOT_DATABASE__URL": f"sqlite:///{tmp_path / 'no' / 'opsbot.db'}",
    }
    checked = opsbot("check", "--online", "--config", written(tmp_path, slack.url, node.url), env=wrong)
    assert checked.returncode == 1
    assert "slack.app_token: Slack doesn't take the app token" in checked.stderr
    assert f"database: its file can't be made in the folder {tmp_path / 'no'}." in checked.stderr
    assert "isn't there yet" not in checked.stdout
    assert "slack.bot_token" not in checked.stderr
    assert "xapp-wrong" not in checked.stderr


def test_the_help_names_every_command_in_a_whole_sentence() -> None:
    listed = CliRunner().invoke(program, ["--help"]).output.partition("Commands:\n")[2].splitlines()
    assert len(listed) == len(program.commands)
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)


def test_where_slack_does_not_answer_a_check_says_so_in_its_list_only(tmp_path: Path, node: DesignerServer) -> None:
    path = written(tmp_path, "http://127.0.0.1:9", node.url)
    with_a_group = {**SECRETS, "OPSBOT_GRANTS": '[{"role": "viewer", "groups": ["@ml"]}]'}
    checked = opsbot("check", "--online", "--config", path, env=with_a_group)
    first, *faults = checked.stderr.splitlines()
    assert first == f"{path} can be read, but:"
    assert [fault.split(":")[0].strip() for fault in faults] == ["slack.bot_token", "slack.app_token", "grants"]


def test_a_manifest_is_printed_before_any_token_exists(tmp_path: Path) -> None:
    path = tmp_path / "opsbot.toml"
    path.write_text('[slack]\ncommand = "/ml"\nbot_token_file = "/nowhere"\n[nodes.design]\napi_key_file = "/nowhere"')
    printed = opsbot("manifest", "--config", str(path))
    assert (printed.returncode, printed.stderr) == (0, "")
    assert yaml.safe_load(printed.stdout) == manifest("/ml")


def test_a_manifest_for_http_wants_to_know_where(tmp_path: Path) -> None:
    path = tmp_path / "opsbot.toml"
    path.write_text('[slack]\nmode = "http"')
    refused = opsbot("manifest", "--config", str(path))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "add --request-url https://HOST/slack/events" in refused.stderr
    url = "https://bot.example.com/slack/events"
    printed = opsbot("manifest", "--config", str(path), "--request-url", url)
    assert yaml.safe_load(printed.stdout) == manifest("/apid", url)


def test_a_manifest_of_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    printed = opsbot("manifest", "--config", str(tmp_path / "none.toml"))
    assert (printed.returncode, printed.stdout) == (1, "")
    assert "There is no" in printed.stderr


def test_migrating_needs_no_secret_but_the_databases(tmp_path: Path) -> None:
    migrated = opsbot("migrate", "--config", written(tmp_path, "http://127.0.0.1:9", "http://127.0.0.1:9"))
    assert (migrated.returncode, migrated.stdout) == (0, "The database is ready.\n")


def test_why_a_database_can_not_be_migrated_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "http://127.0.0.1:9", "http://127.0.0.1:9")
    nowhere = {"OPSBOT_DATABASE__URL": f"sqlite:///{tmp_path / 'no' / 'opsbot.db'}"}
    migrated = opsbot("migrate", "--config", path, env=nowhere)
    assert migrated.returncode == 1
    assert migrated.stderr.splitlines() == [
        "My database doesn't answer as it should. Try again soon.",
        "  OperationalError: unable to open database file",
    ]


def test_no_part_of_a_broken_url_is_shown(tmp_path: Path) -> None:
    path = written(tmp_path, "http://127.0.0.1:9", "http://127.0.0.1:9")
    broken = {"OPSBOT_DATABASE__URL": "postgresql+psycopg://u:hal:@s3cret:x@h/db"}
    migrated = opsbot("migrate", "--config", path, env=broken)
    assert migrated.returncode == 1
    assert "s3cret" not in migrated.stderr
    assert "Traceback" not in migrated.stderr


def test_a_signal_counts_while_the_bot_starts_and_a_second_one_ends_it_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        path = written(tmp_path, f"http://127.0.0.1:{silent.getsockname()[1]}", "http://127.0.0.1:9")
        command = [sys.executable, "-m", "opsbot", "serve", "--config", path]
        served = subprocess.Popen(command, env={**os.environ, **SECRETS})
        silent.settimeout(30)
        with silent.accept()[0]:
            served.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            assert served.poll() is None
            served.send_signal(signal.SIGTERM)
            assert served.wait(10) == -signal.SIGTERM


def unshared(*options: str) -> list[str]:
    """Begin a command that runs in a namespace of its own; skips where this machine allows none."""
    begun = ["unshare", "--user", *options]
    if shutil.which("unshare") is None or subprocess.run([*begun, "true"], capture_output=True, check=False).returncode:
        pytest.skip("NOT TESTED: this machine gives no namespaces (unshare)")
    return begun


def test_a_second_signal_ends_the_first_process_of_a_container_too() -> None:
    script = """
import os, subprocess, time
from opsbot.cli import End
assert os.getpid() == 1
end = End(600)
subprocess.run(["sh", "-c", "kill -TERM 1"])
end.wait()
subprocess.run(["sh", "-c", "kill -TERM 1"])
time.sleep(600)
"""
    command = [*unshared("--map-root-user", "--pid", "--fork"), sys.executable, "-c", script]
    assert subprocess.run(command, timeout=30, check=False).returncode == 128 + signal.SIGTERM


def test_the_first_process_of_a_container_is_ended_whatever_it_does(tmp_path: Path) -> None:
    pipe = tmp_path / "opsbot.toml"
    os.mkfifo(pipe)
    script = f"""
import os, sys
if os.fork():
    sys.argv[1:] = ["migrate", "--config", {str(pipe)!r}]
    from opsbot.__main__ import main
    main()
else:
    with open({str(pipe)!r}, "w"):  # it reads its configuration, and waits for the rest of it
        os.kill(1, 15)
        os.read(0, 1)
"""
    command = [*unshared("--map-root-user", "--pid", "--fork"), sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=tmp_path) as process:
        assert process.wait(30) == 128 + signal.SIGTERM


def test_the_bot_begins_for_a_user_without_a_home(tmp_path: Path) -> None:
    nowhere = written(tmp_path, "http://127.0.0.1:9", "http://127.0.0.1:9")
    command = [*unshared("--map-user=54321"), sys.executable, "-m", "opsbot", "serve", "--config", nowhere]
    surroundings = {name: value for name, value in os.environ.items() if name != "HOME"}
    served = subprocess.run(
        command, env={**surroundings, **SECRETS}, capture_output=True, text=True, timeout=60, check=False
    )
    assert "home" not in served.stderr
    assert "Slack" in served.stderr  # so far it came: nobody answers there
    assert served.returncode == 1


def test_work_that_does_not_end_is_not_waited_for_for_ever() -> None:
    script = """
import threading, time
from opsbot.cli import End
end = End(0.2)
threading.Thread(target=time.sleep, args=(60,)).start()
print("ready", flush=True)
end.wait()
"""
    stuck = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert stuck.stdout is not None
    assert stuck.stdout.readline() == "ready\n"
    stuck.send_signal(signal.SIGTERM)
    _, said = stuck.communicate(timeout=30)
    assert stuck.returncode == 1
    assert said == "Not all work was done 0.2 s after the signal; I end without it.\n"


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
