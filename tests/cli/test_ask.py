"""The terminal as a door: the same answers as in Slack, exit codes for scripts, and no way to approve."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from opsbot.dataiku import DSSClient
from opsbot.sandbox import demo
from opsbot.store import Database
from tests.cli.asking import CHANGES, MAYA, NILS, OMAR, ask, ask_apart, written
from tests.cli.running import run

if TYPE_CHECKING:
    from pathlib import Path

    from opsbot.sandbox.designer import DesignerServer
    from opsbot.sandbox.workspace import WorkspaceServer

pytestmark = pytest.mark.usefixtures("node_key")


@pytest.mark.parametrize("is_empty", [False, True])
@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("ask", "services FRAUD", "--user", MAYA),
        ("audit", "verify"),
        ("audit", "export", "--request", "1"),
    ],
)
def test_who_only_looks_makes_no_database_and_hears_what_makes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], *, is_empty: bool
) -> None:
    path = tmp_path / "opsbot.toml"
    path.write_text(f'[nodes.design]\nurl = "http://127.0.0.1:9"\n[database]\nurl = "sqlite:///{tmp_path / "no.db"}"\n')
    if is_empty:
        (tmp_path / "no.db").touch()
    before = sorted((each.name, each.stat().st_size) for each in tmp_path.iterdir())
    code, out, err = run(capsys, *words, "--config", str(path))
    assert (code, out) == (1, "")
    assert f"There is no database at {tmp_path / 'no.db'} yet: “opsbot serve” makes it" in err
    assert sorted((each.name, each.stat().st_size) for each in tmp_path.iterdir()) == before


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
    code, out, _ = run(capsys, "ask", "whoami", "--config", written(tmp_path, node.url, CHANGES))
    assert (code, out.partition(",")[0]) == (0, f"@{MAYA}")


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
    refused = ask_apart(config, "packages FRAUD/scoring", "--user", "U9")
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
    with closing(Database(f"sqlite:///{tmp_path / 'opsbot.db'}")) as database, database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    code, _, err = ask(capsys, config, "help")
    assert (code, err) == (
        1,
        "The database's schema isn't the one that this version needs: run “opsbot migrate” first.\n",
    )


def test_real_processes_end_so_too(tmp_path: Path, node: DesignerServer) -> None:
    config = written(tmp_path, node.url)
    read = ask_apart(config, "packages FRAUD/scoring", "--user", MAYA)
    assert (read.returncode, read.stderr) == (0, "")
    assert "\x1b" not in read.stdout
    assert read.stdout.startswith("@U01MAYA asked for the packages of design:FRAUD/scoring: ")
    assert ask_apart(config, "approve 1", "--user", MAYA).returncode == 3
    broken = ask_apart(str(tmp_path / "none.toml"), "help", "--user", MAYA)
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
