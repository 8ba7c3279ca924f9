"""What a node may do to a publish: whatever it is, people are told what is true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from opsbot.domain.lifecycle import State
from opsbot.durable import Tempo
from opsbot.errors import DSSUnavailableError
from opsbot.slack.trouble import in_words
from tests.stage import buttons, staged

if TYPE_CHECKING:
    from pathlib import Path

    from opsbot.sandbox.designer.faults import Kind

PUBLISH = "POST /projects/*/apiservices/*/packages/*/publish"


@pytest.mark.parametrize(
    ("kind", "more", "state", "said"),
    [
        ("hang", {}, State.UNKNOWN, "can't be said"),
        ("reset_before", {}, State.UNKNOWN, "can't be said"),
        ("reset_after", {}, State.PUBLISHED, "The node's answer was lost, but the version is there"),
        ("status", {"status": 500}, State.FAILED, "was not published"),
        ("status", {"status": 500, "applied": True}, State.PUBLISHED, "but the version is there"),
        ("status", {"status": 429}, State.UNKNOWN, "can't be said"),
        ("status", {"status": 503, "applied": True}, State.PUBLISHED, "but the version is there"),
        ("redirect", {}, State.FAILED, "was not published"),
        ("html", {"applied": True}, State.PUBLISHED, "but the version is there"),
    ],
)
def test_trouble_with_the_node_ends_in_what_is_true(
    tmp_path: Path, kind: Kind, more: dict[str, Any], state: State, said: str
) -> None:
    with staged(tmp_path, tempo=Tempo(sweep=3600), node={"long_timeout": "1s"}) as stage:
        stage.designer.faults.add(PUBLISH, kind, **more)
        stage.command("publish FRAUD/scoring v4")
        card = stage.wait_for("Request 1")
        stage.click(card, buttons(card)["Approve"], user="omar")
        stage.wait_for_reply(card, said)
        assert stage.bot.world.requests.get(1).state is state
        assert ("v4" in stage.published("scoring")) is (state is State.PUBLISHED)
        assert stage.node_calls("/publish") == 1


def test_what_nobody_knows_is_asked_again_and_may_be_settled(tmp_path: Path) -> None:
    with staged(tmp_path, tempo=Tempo(sweep=3600), node={"long_timeout": "1s"}) as stage:
        stage.designer.faults.add(PUBLISH, "reset_before", times=1)
        stage.command("publish FRAUD/scoring v4")
        card = stage.wait_for("Request 1")
        stage.click(card, buttons(card)["Approve"], user="omar")
        stage.wait_for_reply(card, "can't be said")
        stage.command('settle 1 failed --reason "the log of the node has no publish"', user="omar")
        stage.wait_for_reply(card, "So says omar: the log of the node has no publish")
        stage.command("publish FRAUD/scoring v4")
        again = stage.wait_for("Request 2")
        stage.click(again, buttons(again)["Approve"], user="omar")
        stage.wait_for_reply(again, "is published to")
        assert "v4" in stage.published("scoring")


def test_a_reason_is_given_in_a_form(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.command("publish FRAUD/scoring v4")
        card = stage.wait_for("Request 1")
        form = stage.click(card, buttons(card)["Decline…"], user="omar")
        assert form["acked"]
        stage.wait_until(lambda: stage.submit("omar", {"words": "the drift report isn't there"})["ok"])
        outcome = stage.wait_for_reply(card, "declined by <@U02OMAR>")
        assert "the drift report isn't there" in str(outcome["blocks"])


def test_a_pause_is_on_every_open_card_and_explained(tmp_path: Path) -> None:
    grants = [
        {"role": "publisher", "users": ["U01MAYA"]},
        {"role": "approver", "users": ["U02OMAR"]},
        {"role": "admin", "users": ["U03ADA"]},
    ]
    with staged(tmp_path, grants=grants) as stage:
        stage.command("publish FRAUD/scoring v4")
        card = stage.wait_for("Request 1")
        stage.command('pause --reason "drift in production"', user="ada")
        stage.wait_for("Publishing is paused by <@U03ADA>: drift in production")
        stage.wait_until(lambda: "Publishing is paused by" in str(stage.again(card)["blocks"]))
        stage.command("explain publish FRAUD/scoring v4", user="omar")
        parent = stage.wait_for("asked what publishing")
        detail = str(stage.wait_for_reply(parent)["blocks"])
        assert "drift in production" in detail
        assert "none of your grants here gives “publish”" in detail
        stage.click(card, buttons(card)["Approve"], user="omar")
        stage.wait_for_reply(card, "is approved, but waits. Publishing is paused by ada")
        assert "v4" not in stage.published("scoring")
        stage.command("resume", user="ada")
        stage.wait_for_reply(card, "is published to")
        stage.command("history FRAUD/scoring")
        stage.wait_for("asked for the history of `design:FRAUD/scoring`: 5 records")


def test_what_was_written_for_a_node_that_is_gone_comes_back_in_a_form() -> None:
    def job() -> None:
        raise DSSUnavailableError("The connection to the node broke.")

    typed = 'package FRAUD/scoring v9 --notes "a long story"'
    said = in_words(job, "/apid", "/apid", typed)
    assert said is not None
    assert [button["value"] for button in said.details[-1].blocks[0].to_dict()["elements"]] == [typed]
    brief = in_words(job, "/apid", "/apid", "packages FRAUD/scoring")
    assert brief is not None
    assert brief.details == ()
