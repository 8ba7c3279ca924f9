"""The terminal as a door: the same answers as in Slack, exit codes for scripts, and no way to approve."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unicodedata
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from opsbot.cli import main
from opsbot.cli.screen import login
from opsbot.dataiku import DSSClient
from opsbot.durable import Tempo
from opsbot.sandbox import demo
from opsbot.sandbox.designer import DesignerServer
from opsbot.sandbox.workspace import Workspace, WorkspaceServer
from opsbot.slack import manifest
from opsbot.store import AuditStore, Database, migrate
from tests.stage import GRANTS, shown, staged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAYA, OMAR, NILS = demo.MAYA.id, demo.OMAR.id, demo.NILS.id
CHANGES = f'[terminal]\nchanges = true\n[terminal.people]\n{MAYA} = "{login()}"\n'
NOBODYS_TERMINAL = f'[terminal]\nchanges = true\n[terminal.people]\n{MAYA} = "nobody.else"\n'


@pytest.fixture(scope="module")
def node() -> Iterator[DesignerServer]:
    with DesignerServer() as server:
        yield server


@pytest.fixture
def slack() -> Iterator[WorkspaceServer]:
    workspace = Workspace(manifest("/apid"), people=demo.PEOPLE, channels=demo.CHANNELS, user_groups=demo.USER_GROUPS)
    with WorkspaceServer(workspace) as server:
        yield server


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSBOT_NODES__DESIGN__API_KEY", "sandbox")


def written(folder: Path, node_url: str, more: str = "", *, slack_url: str = "", database_url: str = "") -> str:
    """Write a configuration without any token, unless Slack is named; the database is there already."""
    url = database_url or f"sqlite:///{folder / 'opsbot.db'}"
    with closing(Database(url)) as database:
        migrate(database)
    grants = "\n".join(
        f"[[grants]]\n{''.join(f'{name} = {json.dumps(value)}{chr(10)}' for name, value in grant.items())}"
        for grant in GRANTS
    )
    slack = ""
    if slack_url:
        (folder / "token").write_text("xoxb-sandbox")
        slack = f'[slack]\napi_url = "{slack_url}/api/"\nbot_token_file = "{folder / "token"}"\n'
    path = folder / "opsbot.toml"
    (folder / "url").write_text(url)
    path.write_text(
        f'{slack}[nodes.design]\nurl = "{node_url}"\n[database]\nurl_file = "{folder / "url"}"\n{grants}\n'
        f'[[channels]]\nid = "C01MLOPS"\nproject = "FRAUD"\n{more}'
    )
    return str(path)


def ask(capsys: pytest.CaptureFixture[str], config: str, text: str, *options: str) -> tuple[int, str, str]:
    """Ask in this process, as maya unless somebody is named; gives the exit code, and what was said where."""
    who = () if "--user" in options else ("--user", MAYA)
    with pytest.raises(SystemExit) as ended:
        main(["ask", text, *who, *options, "--config", config])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def process(config: str, text: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "opsbot", "ask", text, *options, "--config", config]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=dict(os.environ))


def bodies(url: str) -> list[dict[str, Any]]:
    with closing(Database(url)) as database:
        return [json.loads(record.body) for record in AuditStore(database).records()]


def test_the_answer_is_the_one_in_slack(
    tmp_path: Path, node: DesignerServer, slack: WorkspaceServer, capsys: pytest.CaptureFixture[str]
) -> None:
    config = written(tmp_path, node.url, slack_url=slack.url)
    code, out, err = ask(capsys, config, "service FRAUD/rules")
    assert (code, err) == (0, "")
    assert re.sub(r"packaged [0-9: -]+ [A-Z0-9+-]+", "packaged then", out) == (
        "@maya looked at design:FRAUD/rules: 2 packages, the newest is v2.\n"
        "Authentication: ⚠ PUBLIC, nobody is asked who they are\n"
        "If callers are to say who they are, set that on its page on the node "
        f"({node.url}/projects/FRAUD/api-designer/rules/packages/): I can't.\n"
        "Endpoint candidates: STD_CLUSTERING\n"
        "Endpoint blocklist: DATASETS_LOOKUP\n"
        "v2 · packaged then by the node's login linus\n"
        "v1 · packaged then by the node's login linus · published\n"
    )


def test_without_a_token_groups_do_not_count_and_the_person_is_told_why(
    tmp_path: Path, node: DesignerServer, capsys: pytest.CaptureFixture[str]
) -> None:
    config = written(tmp_path, node.url)
    code, out, err = ask(capsys, config, "whoami", "--user", OMAR)
    assert (code, err) == (0, "")
    assert out == (
        "@U02OMAR, you hold 1 grant here.\n"
        "• publisher on *: publish, read\n"
        "I have no token for Slack here, so grants to user groups don't count.\n"
    )


@pytest.mark.parametrize("omar", [OMAR, "@omar"])
def test_with_a_token_they_do(
    tmp_path: Path, node: DesignerServer, slack: WorkspaceServer, capsys: pytest.CaptureFixture[str], omar: str
) -> None:
    config = written(tmp_path, node.url, slack_url=slack.url)
    code, out, _ = ask(capsys, config, "whoami", "--user", omar)
    assert (code, out.splitlines()) == (
        0,
        ["@omar, you hold 2 grants here.", "• publisher on *: publish, read", "• approver on *: approve, read"],
    )


def test_a_token_that_can_not_be_read_is_none(
    tmp_path: Path, node: DesignerServer, capsys: pytest.CaptureFixture[str]
) -> None:
    config = written(tmp_path, node.url, slack_url="http://127.0.0.1:9")
    (tmp_path / "token").unlink()
    code, out, err = ask(capsys, config, "whoami")
    assert (code, err) == (0, "")
    assert "I have no token for Slack here" in out


def test_a_channel_brings_its_defaults_and_its_grants(
    tmp_path: Path, node: DesignerServer, capsys: pytest.CaptureFixture[str]
) -> None:
    only_there = f'[[grants]]\nrole = "viewer"\nusers = ["{NILS}"]\nchannels = ["C01MLOPS"]\n'
    config = written(tmp_path, node.url, only_there)
    assert ask(capsys, config, "packages scoring")[0] == 2
    code, out, _ = ask(capsys, config, "packages scoring", "--channel", "C01MLOPS", "--user", NILS)
    assert (code, out.partition("\n")[0]) == (
        0,
        "@U05NILS asked for the packages of design:FRAUD/scoring: 4 packages, the newest is v4.",
    )
    assert ask(capsys, config, "packages FRAUD/scoring", "--user", NILS)[0] == 3


def test_whose_login_it_is_needs_no_user(
    tmp_path: Path, node: DesignerServer, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["ask", "whoami", "--config", written(tmp_path, node.url, CHANGES)])
    assert (ended.value.code, capsys.readouterr().out.partition(",")[0]) == (0, f"@{MAYA}")


CODES = [
    (0, "packages FRAUD/scoring", (), ""),
    (2, "", ("--user", "@maya"), "“@maya” is nobody that I know: name their Slack id"),
    (2, "help", ("--channel", "#ml-ops"), "“#ml-ops” isn't a channel's id in Slack"),
    (2, "help", ("--user", ""), "Who asks? Name their Slack id with --user"),
    (2, "pakages FRAUD/scoring", (), 'Did you mean “packages”?\nType: opsbot ask "packages FRAUD/scoring"'),
    (2, "packages", (), "SERVICE is missing"),
    (3, "packages FRAUD/scoring", ("--user", "U9"), "none of your grants here gives “read”"),
    (3, "package FRAUD/scoring v9", (), "set “changes = true” in [terminal]"),
    (3, "approve 1", (), "set “changes = true” in [terminal]"),
    (4, "summary FRAUD/scoring v99", (), "has no package “v99”"),
    (4, "services NOPE", (), "design has no project “NOPE”"),
    (4, "packages else:FRAUD/scoring", ("--user", demo.VIC.id), "There is no node “else”"),
]


@pytest.mark.parametrize("case", CODES, ids=lambda case: case[1] or case[3])
def test_how_it_ended_is_in_the_exit_code_and_why_is_in_stderr(
    tmp_path: Path,
    node: DesignerServer,
    capsys: pytest.CaptureFixture[str],
    case: tuple[int, str, tuple[str, ...], str],
) -> None:
    code, text, options, said = case
    ended, out, err = ask(capsys, written(tmp_path, node.url), text, *options)
    assert ended == code
    assert said in err
    assert bool(out) is (code == 0)


def test_a_conflict_ends_with_4_and_a_silent_node_with_5(
    tmp_path: Path, node: DesignerServer, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = ask(capsys, written(tmp_path, node.url, CHANGES), "package FRAUD/scoring v4")
    assert (taken[0], "has a package “v4” already" in taken[2]) == (4, True)
    silent = ask(capsys, written(tmp_path, "http://127.0.0.1:9"), "packages FRAUD/scoring")
    assert silent[0] == 5


def test_a_key_that_the_node_does_not_know_is_a_fault(
    tmp_path: Path, node: DesignerServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSBOT_NODES__DESIGN__API_KEY", "guessed")
    assert ask(capsys, written(tmp_path, node.url), "packages FRAUD/scoring")[0] == 1


def test_who_is_refused_while_slack_is_silent_may_come_back(
    tmp_path: Path, node: DesignerServer, capsys: pytest.CaptureFixture[str]
) -> None:
    config = written(tmp_path, node.url, slack_url="http://127.0.0.1:9")
    refused = process(config, "packages FRAUD/scoring", "--user", "U9")
    assert (refused.returncode, refused.stdout) == (5, "")
    assert refused.stderr == (
        "⛔ You may not do that on design:FRAUD/scoring: none of your grants here gives “read”. "
        "Slack's user groups can't be read (URLError), so grants to groups don't count now.\n"
    )
    assert ask(capsys, config, "packages FRAUD/scoring")[0] == 0


def test_a_database_that_is_not_ready_is_left_as_it_is(
    tmp_path: Path, node: DesignerServer, capsys: pytest.CaptureFixture[str]
) -> None:
    config = written(tmp_path, node.url)
    (tmp_path / "opsbot.db").write_bytes(b"")
    code, _, err = ask(capsys, config, "help")
    assert (code, err) == (
        1,
        "The database's schema isn't the one that this version needs: run “opsbot migrate” first.\n",
    )


def test_real_processes_end_so_too(tmp_path: Path, node: DesignerServer) -> None:
    config = written(tmp_path, node.url)
    read = process(config, "packages FRAUD/scoring", "--user", MAYA)
    assert (read.returncode, read.stderr) == (0, "")
    assert "\x1b" not in read.stdout
    assert read.stdout.startswith("@U01MAYA asked for the packages of design:FRAUD/scoring: ")
    assert process(config, "approve 1", "--user", MAYA).returncode == 3
    broken = process(str(tmp_path / "none.toml"), "help", "--user", MAYA)
    assert (broken.returncode, broken.stdout) == (1, "")
    assert "Traceback" not in broken.stderr


def test_neither_dbos_nor_bolt_is_loaded(tmp_path: Path, node: DesignerServer) -> None:
    script = f"""
import sys
from opsbot.cli import main
try:
    main(["ask", "package FRAUD/scoring v8", "--user", "{MAYA}", "--config", {written(tmp_path, node.url, CHANGES)!r}])
except SystemExit as ended:
    print(ended.code, sorted(name for name in sys.modules if name.partition(".")[0] in {{"dbos", "slack_bolt"}}))
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.splitlines() == [
        "I'm packaging v8 of design:FRAUD/scoring, and tell you in Slack what comes of it.",
        "0 []",
    ]


def test_what_others_wrote_is_inert(tmp_path: Path, node: DesignerServer, capsys: pytest.CaptureFixture[str]) -> None:
    with DSSClient(node.url, "sandbox") as client:
        service = client.get_project("CHURN").list_api_services(as_type="objects")[0]
        service.create_package("evil", release_notes="\x1b]0;owned\x07\x9b31mred\x1b[2J\r\x08 [bold]not bold[/]")
    code, out, _ = ask(capsys, written(tmp_path, node.url), f"summary CHURN/{service.id} evil")
    assert code == 0
    assert "]0;owned" in out
    assert "[bold]not bold[/]" in out
    assert all(letter == "\n" or unicodedata.category(letter) != "Cc" for letter in out)


def test_nothing_is_changed_in_anothers_name_and_every_try_names_the_login(
    tmp_path: Path, node: DesignerServer, capsys: pytest.CaptureFixture[str]
) -> None:
    config = written(tmp_path, node.url, NOBODYS_TERMINAL)
    code, _, err = ask(capsys, config, "package FRAUD/scoring v9")
    assert code == 3
    assert err == (
        f"⛔ You are “{login()}” here, and [terminal.people] doesn't say that this is U01MAYA: "
        "in the name of others nothing is changed.\n"
    )
    (record,) = bodies(f"sqlite:///{tmp_path / 'opsbot.db'}")
    assert record["who"] == {"id": MAYA, "name": MAYA}
    assert record["detail"] == {"terminal": login()}


def test_to_insist_on_a_deletion_is_for_slack(
    tmp_path: Path, node: DesignerServer, capsys: pytest.CaptureFixture[str]
) -> None:
    config = written(tmp_path, node.url, CHANGES)
    code, _, err = ask(capsys, config, "delete FRAUD/scoring v4 --force --yes")
    assert code == 3
    assert "Delete with --force in Slack: that takes a person's word" in err
    assert "v4" in ask(capsys, config, "packages FRAUD/scoring")[1]


def test_a_publish_without_a_channel_for_its_card_is_refused(
    tmp_path: Path, node: DesignerServer, capsys: pytest.CaptureFixture[str]
) -> None:
    config = written(tmp_path, node.url, CHANGES)
    code, _, err = ask(capsys, config, "publish FRAUD/scoring v4")
    assert (code, err) == (
        3,
        "⛔ Its card needs a channel: name one with --channel, or as the policy “default”'s approvals_channel.\n",
    )
    code, out, _ = ask(capsys, config, "publish FRAUD/scoring v4", "--channel", "C01MLOPS")
    assert code == 0
    assert out == (
        "@U01MAYA opened request 1, to publish v4 of design:FRAUD/scoring. "
        "It waits for 1 approver; its card is in #C01MLOPS.\n"
    )
    code, out, _ = ask(capsys, config, "history FRAUD/scoring")
    first, *records = [line.partition(" · ")[2] for line in out.splitlines()]
    assert (code, first) == (0, "")
    assert records == [
        f"U01MAYA: publish request 1 · v4 of design:FRAUD/scoring in the terminal of {login()}, for #C01MLOPS",
        f"⛔ U01MAYA: publish v4 of design:FRAUD/scoring in the terminal of {login()} — refused: {err[2:-1]}",
    ]


def test_the_running_bot_carries_on_what_the_terminal_claimed(tmp_path: Path, database_url: str) -> None:
    with closing(Database(database_url)) as database:
        migrate(database)
    tempo = Tempo(beat=0.1, sweep=0.2)
    with staged(tmp_path, tempo=tempo, database={"url": database_url}) as stage:
        settings = {"slack_url": stage.workspace.url, "database_url": database_url}
        config = written(tmp_path, stage.designer.url, CHANGES, **settings)
        here = ("--channel", "C01MLOPS")
        packaged = process(config, 'package scoring v9 --notes "from the terminal"', *here)
        assert (packaged.returncode, packaged.stdout) == (
            0,
            "I'm packaging v9 of design:FRAUD/scoring, and say in #C01MLOPS what comes of it.\n",
        )
        stage.wait_for("<@U01MAYA> packaged `v9` of `design:FRAUD/scoring`")
        asked = process(config, "publish scoring v9", *here)
        assert "opened request 1, to publish v9" in asked.stdout
        card = stage.wait_for("Request 1")
        yes = process(config, "approve 1", "--user", OMAR, *here)
        assert yes.returncode == 3
        assert "v9" not in stage.published("scoring")
        stage.click(card, "approve_request", user="omar")
        outcome = stage.wait_for_reply(card, "is published to `scoring`")
        assert "Approved by <@U02OMAR>" in shown(outcome)
        assert "v9" in stage.published("scoring")
    by_terminal = [record for record in bodies(database_url) if "terminal" in record["detail"]]
    assert [(record["what"], record["outcome"][:7]) for record in by_terminal] == [
        ("package", "done"),
        ("publish", "done"),
        ("approve", "refused"),
    ]


def test_what_needs_nobodys_approval_is_published_and_what_is_held_back_ends(tmp_path: Path) -> None:
    policy = {"services": ["design:FRAUD/*"], "quorum": {}, "approvals_channel": "C02APPROVALS"}
    waiting = {"services": ["design:FRAUD/*"], "published_services": ["other"], "approvals_channel": "C02APPROVALS"}
    with staged(tmp_path, tempo=Tempo(beat=0.1, sweep=0.2), policies=[waiting, policy]) as stage:
        config = written(tmp_path, stage.designer.url, CHANGES, slack_url=stage.workspace.url)
        assert process(config, "publish FRAUD/scoring v4").returncode == 0
        stage.wait_for("is published to `scoring`", "approvals")
        assert process(config, "publish FRAUD/scoring v4 --as other").returncode == 0
        card = stage.wait_for("Request 2", "approvals")
        assert process(config, "cancel 2 not today").returncode == 0
        stage.wait_for_reply(card, "cancelled by <@U01MAYA>")
        assert "v4" not in stage.published("other")
        with pytest.raises(SystemExit) as exported:
            main(["audit", "export", "--request", "2", "-o", str(tmp_path / "bundle.json"), "--config", config])
        assert exported.value.code == 0


def test_who_names_no_channel_is_told_directly_when_their_package_is_made(tmp_path: Path) -> None:
    with staged(tmp_path, tempo=Tempo(beat=0.1, sweep=0.2)) as stage:
        config = written(tmp_path, stage.designer.url, CHANGES, slack_url=stage.workspace.url)
        assert process(config, "package FRAUD/scoring v9").returncode == 0
        stage.wait_until(lambda: any("packaged `v9`" in each["text"] for each in stage.messages(stage.direct("maya"))))


def test_files_are_written_where_one_is_and_never_over_others(
    tmp_path: Path, node: DesignerServer, capsys: pytest.CaptureFixture[str]
) -> None:
    config = written(tmp_path, node.url)
    into = tmp_path / "here"
    into.mkdir()
    code, out, _ = ask(capsys, config, "service FRAUD/scoring --raw", "--into", str(into))
    path = into / "scoring-settings.json"
    assert (code, f"Written: {path}" in out) == (0, True)
    assert json.loads(path.read_text())["id"] == "scoring"
    assert path.stat().st_mode & 0o777 == 0o600
    code, _, err = ask(capsys, config, "service FRAUD/scoring --raw", "--into", str(into))
    assert (code, "is there already" in err) == (4, True)
