"""A real bot, seen from outside: its figures, its log, what is written about them, and how it says that it is."""

from __future__ import annotations

import io
import json
import logging
import platform
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from opsbot.assembly.opening import version
from opsbot.cli.program import program
from opsbot.domain.redaction import redacting
from opsbot.sandbox import demo
from opsbot.telemetry import set_up_logs
from tests.stage import ADMIN, GRANTS, buttons, shown, staged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stage import Stage

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "alerts" / "opsbot.rules.yaml"
DASHBOARD = ROOT / "deploy" / "dashboard" / "opsbot.json"
OF_PROMETHEUS = {"up"}

JSON = dict[str, Any]


Figures = dict[str, dict[tuple[tuple[str, str], ...], float]]


class Seen:
    """A stage on which a version was published, the figures of then, and all that was logged since it began."""

    def __init__(self, stage: Stage, log: io.StringIO, folder: Path) -> None:
        self.stage = stage
        self._log = log
        self.folder = folder
        stage.wait_until(lambda: self.figures()["opsbot_answer_seconds_count"][(("door", "command"),)] == 2)
        self.then = self.figures()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.stage.bot.http.port}"

    @property
    def text(self) -> str:
        return self._log.getvalue()

    @property
    def lines(self) -> list[JSON]:
        return [json.loads(line) for line in self.text.splitlines()]

    def figures(self) -> Figures:
        """Every series of /metrics by its name, then by its labels."""
        found: Figures = {}
        for family in text_string_to_metric_families(httpx.get(f"{self.url}/metrics").text):
            for sample in family.samples:
                found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
        return found


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    folder, log = tmp_path_factory.mktemp("seen"), io.StringIO()
    undo = set_up_logs("json", "debug", redacting(["sandbox-secret"]), log)
    watches = [{"channel": "C01MLOPS", "services": ["design:CHURN/*"]}]
    grants = [*GRANTS, ADMIN]
    try:
        with staged(folder, mode="http", watches=watches, grants=grants) as stage:
            stage.command("publish FRAUD/scoring v4")
            card = stage.wait_for("Request 1")
            stage.click(card, buttons(card)["Approve"], user="omar")
            stage.wait_for_reply(card, "is published to")
            stage.command("packages FRAUD/nowhere")
            stage.wait_until(lambda: "opsbot_look_age_seconds{" in httpx.get(f"{url(stage)}/metrics").text)
            stage.wait_until(lambda: 'opsbot_node_up{node="design"} 1.0' in httpx.get(f"{url(stage)}/metrics").text)
            yield Seen(stage, log, folder)
    finally:
        undo()


def url(stage: Stage) -> str:
    return f"http://127.0.0.1:{stage.bot.http.port}"


def test_what_was_done_is_counted_and_timed(seen: Seen) -> None:
    figures = seen.then
    assert figures["opsbot_build_info"].keys() >= {
        tuple(sorted({"version": version(), "python": platform.python_version()}.items()))
    }
    assert figures["opsbot_commands_total"][("outcome", "done"), ("verb", "publish")] == 1
    assert figures["opsbot_decisions_total"][("decision", "approve"), ("outcome", "done")] == 1
    assert figures["opsbot_publishes_total"][(("outcome", "published"),)] == 1
    assert figures["opsbot_ack_seconds_count"][(("door", "command"),)] == 2
    assert figures["opsbot_ack_seconds_count"][(("door", "click"),)] == 1
    assert figures["opsbot_answer_seconds_count"][(("door", "command"),)] == 2
    assert figures["opsbot_slack_calls_total"][("method", "chat.postMessage"), ("outcome", "ok")] >= 2
    assert figures["opsbot_node_requests_total"][("method", "POST"), ("node", "design"), ("outcome", "200")] >= 1
    assert figures["opsbot_poll_round_seconds_count"][("node", "design"), ("outcome", "looked")] >= 1
    assert figures["opsbot_replicas"] == {(): 1}
    assert figures["opsbot_jobs_going_on"][(("pool", "http"),)] == 1
    assert {dict(labels)["pool"] for labels in figures["opsbot_jobs_waiting"]} == {"pool", "slow", "spare", "http"}
    assert figures["opsbot_requests"][(("state", "unknown"),)] == 0
    assert figures["opsbot_check"] == {(("check", "database"),): 1, (("check", "slack"),): 1}
    assert figures["opsbot_node_up"] == {(("node", "design"),): 1}


def test_no_label_holds_what_people_or_nodes_call_things(seen: Seen) -> None:
    said = {value for series in seen.figures().values() for labels in series for _, value in labels}
    for word in ("FRAUD", "scoring", "v4", "C01", "U0", "://"):
        assert not [value for value in said if word in value], word


def test_one_trace_leads_from_the_click_through_the_node_to_what_was_said(seen: Seen) -> None:
    posted = next(line for line in seen.lines if line.get("method") == "POST" and "/publish" in line.get("path", ""))
    assert posted["run"] == "publish-1-0"
    assert {"status", "ms", "trace", "level", "logger", "timestamp"} <= posted.keys()
    together = [line for line in seen.lines if line.get("trace") == posted["trace"]]
    assert {line.get("door") for line in together} >= {"click"}
    assert {line.get("user") for line in together} >= {demo.OMAR.id}
    decided = next(line for line in together if line["event"] == "command approve: done")
    assert (decided["level"], decided["outcome"], decided["verb"]) == ("info", "done", "approve")
    told = [line for line in together if line.get("method") == "chat.postMessage"]
    assert {line.get("request") for line in told} == {1}
    asked = [line for line in seen.lines if line.get("door") == "command" and "trace" in line]
    assert posted["trace"] not in {line["trace"] for line in asked}


def test_what_is_asked_by_other_threads_is_known_by_who_asked(seen: Seen) -> None:
    seen.stage.command("nodes")
    seen.stage.wait_for("asked for the nodes")
    asked = [line for line in seen.lines if line.get("path") == "/projects/" and line.get("verb") == "nodes"]
    assert [line["user"] for line in asked] == [demo.MAYA.id]


def test_no_secret_is_in_the_log(seen: Seen) -> None:
    app = seen.stage.workspace.workspace.app
    logging.getLogger("opsbot.test").warning("the key is %s", "sandbox-secret")
    assert "the key is [secret]" in seen.text
    for secret in (app.bot_token, app.app_token, app.signing_secret, "sandbox-secret"):
        assert secret not in seen.text
    assert "hooks" not in seen.text
    assert "response_url" in {line.get("method") for line in seen.lines}


def names_in(expression: str) -> set[str]:
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)", "", expression)
    return set(re.findall(r"\b(?:opsbot|process)_\w+|\bup\b", bare))


def test_every_rule_and_panel_is_about_figures_that_there_are(seen: Seen) -> None:
    rules = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) > 10
    assert all({"severity"} <= rule["labels"].keys() for rule in rules)
    assert all({"summary", "action"} <= rule["annotations"].keys() for rule in rules)
    panels = json.loads(DASHBOARD.read_text())["panels"]
    shown_there = [target["expr"] for panel in panels for target in panel["targets"]]
    expressions = [*(rule["expr"] for rule in rules), *shown_there]
    assert all(names_in(expression) for expression in expressions)
    missing = set().union(*map(names_in, expressions)) - seen.figures().keys() - OF_PROMETHEUS
    assert missing == set()
    told = {name for name in seen.figures() if name.startswith("opsbot_") and not name.endswith(("_sum", "_count"))}
    assert told - set().union(*map(names_in, expressions)) == set()


def test_an_administrator_sees_how_the_bot_is_and_nobody_else_does(seen: Seen) -> None:
    seen.stage.command("status", user="ada")
    said = seen.stage.wait_for("asked how I am: all is well")
    detail = shown(seen.stage.wait_for_reply(said))
    for word in ("Version", "node design", "Requests: none", "was last looked at"):
        assert word in detail
    seen.stage.command("status", user="vic")
    seen.stage.wait_for("You may not do that", user="vic")


def test_the_command_line_tells_the_same_and_ends_with_what_a_script_needs(seen: Seen, tmp_path: Path) -> None:
    path = tmp_path / "opsbot.toml"
    path.write_text(
        f"""
        [slack]
        mode = "http"
        [nodes.design]
        url = "{seen.stage.designer.url}"
        [database]
        url = "sqlite:///{seen.folder / "opsbot.db"}"
        [http]
        port = {seen.stage.bot.http.port}
        [[grants]]
        role = "admin"
        users = ["{demo.ADA.id}"]
        """
    )
    environment = {"OPSBOT_NODES__DESIGN__API_KEY": "sandbox"}
    told = CliRunner().invoke(program, ["status", "--config", str(path), "--json"], env=environment)
    assert told.exit_code == 0, told.output
    data = json.loads(told.output)
    assert (data["healthy"], data["problems"], data["nodes"]) == (True, [], {"design": True})
    assert (data["checks"], len(data["replicas"])) == ({"database": True, "slack": True}, 1)
    in_words = CliRunner().invoke(program, ["status", "--config", str(path)], env=environment)
    assert "How the bot is: all is well." in in_words.output
    asked = CliRunner().invoke(
        program, ["ask", "status", "--user", demo.ADA.id, "--config", str(path)], env=environment
    )
    assert asked.exit_code == 0, asked.output
    assert "asked how I am" in asked.output
    seen.stage.bot._mouth.voice.lost("Slack says token_revoked.")
    seen.stage.bot._health.begin()  # as if it had just begun
    starting = CliRunner().invoke(program, ["status", "--config", str(path)], env=environment)
    seen.stage.bot._mouth.voice.found()
    assert starting.exit_code == 1
    assert "I am just starting, and not sure yet of slack" in starting.output
    path.write_text(re.sub(r"port = \d+", "port = 1", path.read_text()))
    silent = CliRunner().invoke(program, ["status", "--config", str(path)], env=environment)
    assert silent.exit_code == 1
    assert "The bot doesn't answer at 127.0.0.1:1" in silent.output
