"""What the terminal has changed, by the running bot, in nobody else's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opsbot.cli import main
from opsbot.cli.screen import login
from opsbot.durable import Tempo
from tests.cli.asking import CHANGES, MAYA, OMAR, ask, ask_apart, bodies, written
from tests.stage import shown, staged

if TYPE_CHECKING:
    from pathlib import Path

    from opsbot.sandbox.designer import DesignerServer

pytestmark = pytest.mark.usefixtures("node_key")

NOBODYS_TERMINAL = f'[terminal]\nchanges = true\n[terminal.people]\n{MAYA} = "nobody.else"\n'


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


def test_the_running_bot_carries_on_what_the_terminal_claimed(tmp_path: Path, ready_url: str) -> None:
    tempo = Tempo(beat=0.1, sweep=0.2)
    with staged(tmp_path, tempo=tempo, database={"url": ready_url}) as stage:
        settings = {"slack_url": stage.workspace.url, "database_url": ready_url}
        config = written(tmp_path, stage.designer.url, CHANGES, **settings)
        here = ("--channel", "C01MLOPS")
        packaged = ask_apart(config, 'package scoring v9 --notes "from the terminal"', *here)
        assert (packaged.returncode, packaged.stdout) == (
            0,
            "I'm packaging v9 of design:FRAUD/scoring, and say in #C01MLOPS what comes of it.\n",
        )
        stage.wait_for("<@U01MAYA> packaged `v9` of `design:FRAUD/scoring`")
        asked = ask_apart(config, "publish scoring v9", *here)
        assert "opened request 1, to publish v9" in asked.stdout
        card = stage.wait_for("Request 1")
        yes = ask_apart(config, "approve 1", "--user", OMAR, *here)
        assert yes.returncode == 3
        assert "v9" not in stage.published("scoring")
        stage.click(card, "approve_request", user="omar")
        outcome = stage.wait_for_reply(card, "is published to `scoring`")
        assert "Approved by <@U02OMAR>" in shown(outcome)
        assert "v9" in stage.published("scoring")
    by_terminal = [record for record in bodies(ready_url) if "terminal" in record["detail"]]
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
        assert ask_apart(config, "publish FRAUD/scoring v4").returncode == 0
        stage.wait_for("is published to `scoring`", "approvals")
        assert ask_apart(config, "publish FRAUD/scoring v4 --as other").returncode == 0
        card = stage.wait_for("Request 2", "approvals")
        assert ask_apart(config, "cancel 2 not today").returncode == 0
        stage.wait_for_reply(card, "cancelled by <@U01MAYA>")
        assert "v4" not in stage.published("other")
        with pytest.raises(SystemExit) as exported:
            main(["audit", "export", "--request", "2", "-o", str(tmp_path / "bundle.json"), "--config", config])
        assert exported.value.code == 0


def test_who_names_no_channel_is_told_directly_when_their_package_is_made(tmp_path: Path) -> None:
    with staged(tmp_path, tempo=Tempo(beat=0.1, sweep=0.2)) as stage:
        config = written(tmp_path, stage.designer.url, CHANGES, slack_url=stage.workspace.url)
        assert ask_apart(config, "package FRAUD/scoring v9").returncode == 0
        stage.wait_until(lambda: any("packaged `v9`" in each["text"] for each in stage.messages(stage.direct("maya"))))
