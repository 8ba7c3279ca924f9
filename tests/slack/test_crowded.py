"""Where Slack takes no more messages for a while, people have their answers for all that, and nobody else waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.sandbox import demo
from tests.stage import shown, staged

if TYPE_CHECKING:
    from pathlib import Path

POST = ("chat.postMessage",)


def test_an_answer_waits_a_moment_and_then_comes_another_way(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.trouble({"status": 429, "retry_after": 1, "calls": 1}, methods=POST)
        stage.command("nodes", user="maya")
        parent = stage.wait_for("the nodes")
        assert "design" in shown(stage.wait_for_reply(parent))

        # Its thread is begun, so the rest follows there.
        stage.trouble({"ok": True, "calls": 1}, {"status": 429, "retry_after": 600}, methods=POST)
        stage.command("services FRAUD", user="maya")
        parent = stage.wait_for("the services of")
        assert "scoring" in shown(stage.wait_for_reply(parent))

        # The next one leaves the room that there is to those that are begun: it goes in one, and everybody sees it.
        stage.trouble()
        stage.command("packages FRAUD/scoring", user="maya")
        said = stage.wait_for("the packages of")
        assert "v1" in shown(said)
        assert "thread_ts" not in said
        assert said["ts"] in {each["ts"] for each in stage.messages(user="vic")}
        assert stage.thread(said) == []


def test_an_answer_that_finds_no_room_goes_in_one_message(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.trouble({"status": 429, "retry_after": 600}, methods=POST)
        stage.command("packages FRAUD/scoring", user="maya")
        said = stage.wait_for("the packages of")
        assert "v1" in shown(said)
        assert said["ts"] in {each["ts"] for each in stage.messages(user="vic")}


def test_a_file_finds_its_way_where_no_message_does(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.trouble({"status": 429, "retry_after": 600}, methods=POST)
        stage.say(f"<@{demo.BOT}> service FRAUD/scoring --raw")
        said = stage.wait_for("Slack takes no more messages for everybody just now", user="maya")
        assert "in our direct conversation" in shown(said)
        message, content = stage.wait_for_file(stage.direct("maya"))
        assert b"endpoints" in content
        assert message["files"][0]["name"] == "scoring-settings.json"


def test_who_slack_says_nothing_of_for_minutes_is_told_so_at_once(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.trouble({"status": 429, "retry_after": 600}, methods=("users.info",))
        stage.command("services FRAUD")
        assert "Slack doesn't tell me who you are just now (ratelimited)" in stage.wait_for("Try again soon")["text"]
