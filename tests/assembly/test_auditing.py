"""What the bot records is what its evidence needs: a publish through Slack, proven by what Slack keeps of it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from opsbot.assembly.auditing import export, heads_in_slack, verify_store
from opsbot.config import SlackConfig
from opsbot.domain.evidence import verify_bundle
from opsbot.domain.lifecycle import State
from opsbot.store import Database
from tests.stage import staged

if TYPE_CHECKING:
    from pathlib import Path


def test_a_publish_through_slack_is_proven_by_slack(tmp_path: Path) -> None:
    with staged(tmp_path) as stage, closing(Database(f"sqlite:///{tmp_path / 'opsbot.db'}")) as database:
        stage.command('publish FRAUD/scoring v4 --reason "fixes nulls"')
        card = stage.wait_for("Request 1")
        stage.click(card, "approve_request", user="maya")
        stage.wait_for("somebody else has to approve it")
        stage.click(card, "approve_request", user="omar")
        stage.wait_for_reply(card, "is published to `scoring`")
        ended = stage.bot.world.requests.get(1)
        assert ended.head is not None
        assert ended.state is State.PUBLISHED
        slack = SlackConfig.model_validate(
            {"api_url": f"{stage.workspace.url}/api/", "bot_token": stage.workspace.workspace.app.bot_token}
        )
        heads, problems = heads_in_slack(slack, database, [])
        whole = verify_store(database, heads)
        made, verdict = export(database, 1, None)
    assert problems == []
    assert (whole.faults, whole.proven_to) == ((), ended.head.seq)
    assert verdict.faults == ()
    assert made["request"]["votes"][0]["person"]["name"] == "omar"
    assert "refused: " in made["summary"]
    newest = max(heads, key=lambda known: known.head.seq)
    assert verify_bundle(made, [newest]).unproven == 0
