"""Changes of a node over the whole road: asked for in Slack, made on the node, told in one message; and refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from opsbot.durable import Tempo
from opsbot.sandbox import demo
from tests.stage import ADMIN, buttons, shown, staged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.stage import JSON, Stage

GRANTS = [
    {"role": "viewer", "users": [demo.VIC.id]},
    {"role": "designer", "users": [demo.MAYA.id]},
    {"role": "packager", "users": [demo.MAYA.id]},
    {"role": "publisher", "users": [demo.MAYA.id]},
    ADMIN,
]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path, grants=GRANTS) as made:
        yield made


def endpoints(stage: Stage, service: str) -> dict[str, JSON]:
    settings = stage.designer.node.get_settings("FRAUD", service)
    return {endpoint["id"]: endpoint for endpoint in settings["endpoints"]}


def versions(stage: Stage, service: str) -> list[str]:
    return sorted(each["id"] for each in stage.designer.node.list_packages("FRAUD", service))


def test_a_service_is_created_given_endpoints_and_packaged_and_each_is_told_in_one_message(stage: Stage) -> None:
    stage.command("create FRAUD/limits")
    created = stage.wait_for("<@U01MAYA> created service `design:FRAUD/limits`")
    assert "`/apid add-endpoint design:FRAUD/limits ENDPOINT --type prediction --model MODEL`" in shown(created)
    stage.wait_for_reply(created, "<@U01MAYA>: service `design:FRAUD/limits` is created.")
    stage.command('add-endpoint FRAUD/limits score --type prediction --model "Fraud score (XGBoost)"')
    added = stage.wait_for("added endpoint `score` of `design:FRAUD/limits` (prediction with the model `fraud_xgb`)")
    stage.wait_for_reply(added, "endpoint `score` of `design:FRAUD/limits` is added.")
    stage.command("add-endpoint FRAUD/limits effect --type causal --model CHURN.churn_uplift --compute-propensity")
    stage.wait_for("(causal with the model `CHURN.churn_uplift`, with propensity)")
    there = endpoints(stage, "limits")
    assert {name: (each["type"], each["modelRef"]) for name, each in there.items()} == {
        "score": ("STD_PREDICTION", "fraud_xgb"),
        "effect": ("STD_CAUSAL_PREDICTION", "CHURN.churn_uplift"),
    }
    assert there["effect"]["computePropensity"] is True
    stage.command("remove-endpoint FRAUD/limits score")
    stage.wait_for("removed endpoint `score` of `design:FRAUD/limits`")
    assert list(endpoints(stage, "limits")) == ["effect"]
    stage.command("package FRAUD/limits v1 --notes “the first”")
    packaged = stage.wait_for("<@U01MAYA> packaged `v1` of `design:FRAUD/limits`")
    assert "the first" in shown(packaged)
    stage.wait_for_reply(packaged, "`v1` of `design:FRAUD/limits` is packaged.")
    about = [each for each in stage.messages() if "v1` of `design:FRAUD/limits" in each["text"]]
    assert len(about) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("create FRAUD/scoring", "has a service “scoring” already"),
        ("create FRAUD/sco.ring", "can't be a service id"),
        ("add-endpoint FRAUD/scoring score --type prediction --model fraud_xgb", "has an endpoint “score” already"),
        ("add-endpoint FRAUD/scoring s2 --type prediction --model fraud_xg", "Did you mean “fraud"),
        (
            "add-endpoint FRAUD/scoring s2 --type sql --model fraud_xgb",
            "--type is one of prediction, multitarget, clustering",
        ),
        (
            "add-endpoint FRAUD/scoring s2 --type prediction --model fraud_xgb --compute-propensity",
            "--compute-propensity is for endpoints of the type causal",
        ),
        ("add-endpoint FRAUD/scorin s2 --type prediction --model fraud_xgb", "has no service “scorin”"),
        ("remove-endpoint FRAUD/scoring s9", "has no endpoint “s9”. Its endpoints: explain, score."),
        ("delete FRAUD/scoring v9", "has no package “v9”"),
        ("delete FRAUD/scoring v1", "v1 is on the API Deployer, as “scoring”. An administrator may insist"),
        (
            "delete FRAUD/scoring v1 --yes --force",
            "v1 is on the API Deployer, as “scoring”. An administrator may insist",
        ),
    ],
)
def test_what_can_not_be_done_is_said_to_the_asker_alone(stage: Stage, text: str, says: str) -> None:
    stage.command(text)
    assert stage.wait_for(says)["addressee"] == "U01MAYA"


def test_who_may_not_is_told_so_alone(stage: Stage) -> None:
    for text in ("create FRAUD/x", "remove-endpoint FRAUD/scoring score", "delete FRAUD/scoring v4 --yes"):
        stage.command(text, user="vic")
    stage.wait_until(lambda: len(_told(stage, "vic", "You may not do that")) == 3)
    assert "v4" in versions(stage, "scoring")


def _told(stage: Stage, user: str, text: str) -> list[JSON]:
    return [each for each in stage.messages(user=user) if each.get("ephemeral") and text in each["text"]]


def test_a_deletion_is_confirmed_by_a_button_which_runs_its_line_as_who_clicks(stage: Stage) -> None:
    stage.command("delete FRAUD/scoring v4")
    asked = stage.wait_for("Delete `v4` of `design:FRAUD/scoring`?")
    assert asked["addressee"] == "U01MAYA"
    (button,) = [each for block in asked["blocks"] if block["type"] == "actions" for each in block["elements"]]
    assert (button["style"], button["value"]) == ("danger", "delete design:FRAUD/scoring v4 --yes")
    assert button["confirm"]["confirm"]["text"] == "Delete"
    assert "v4" in versions(stage, "scoring")
    stage.click(asked, buttons(asked)["Delete v4"], user="maya")
    deleted = stage.wait_for("<@U01MAYA> deleted `v4` of `design:FRAUD/scoring`")
    stage.wait_for_reply(deleted, "`v4` of `design:FRAUD/scoring` is deleted.")
    assert "v4" not in versions(stage, "scoring")
    stage.wait_for("You chose: `delete design:FRAUD/scoring v4 --yes`")


def test_a_made_up_button_does_no_more_than_typing_could(tmp_path: Path) -> None:
    with staged(tmp_path, grants=GRANTS, mode="http") as stage:
        message = {"channel": "C01MLOPS", "ts": "1.0"}
        for value in ("delete FRAUD/scoring v4 --yes", "delete FRAUD/scoring v1 --yes --force", "no such verb"):
            stage.deliver(stage.click_payload(message, "run_line", value, user="vic"))
        stage.wait_until(lambda: len(_told(stage, "vic", "You may not do that")) == 2)
        stage.wait_for("I don't know “no”", user="vic")
        assert versions(stage, "scoring") == ["v1", "v2", "v3", "v4"]


def test_what_somebody_wants_published_is_deleted_only_after_that_was_cancelled(stage: Stage) -> None:
    stage.command("publish FRAUD/scoring v4")
    card = stage.wait_for("Request 1")
    stage.command("delete FRAUD/scoring v4 --yes --force", user="ada")
    stage.wait_for("request 1, to publish it, is pending; cancel that first.", user="ada")
    stage.click(card, buttons(card)["Cancel"], user="maya")
    stage.wait_for_reply(card, "cancelled by")
    stage.command("delete FRAUD/scoring v4 --yes", user="ada")
    stage.wait_for("<@U03ADA> deleted `v4`")


def test_an_administrator_may_delete_what_is_published_and_is_warned(stage: Stage) -> None:
    stage.command("delete FRAUD/scoring v1 --force", user="ada")
    asked = stage.wait_for("Delete `v1` of `design:FRAUD/scoring`?", user="ada")
    assert "v1 is on the API Deployer, as “scoring”." in shown(asked)
    stage.click(asked, buttons(asked)["Delete v1"], user="ada")
    stage.wait_for("<@U03ADA> deleted `v1`")
    assert "v1" not in versions(stage, "scoring")


def test_where_the_api_deployer_is_silent_nothing_is_deleted(stage: Stage) -> None:
    stage.designer.faults.add("GET /api-deployer/services/*", "status", status=500)
    stage.command("delete FRAUD/scoring v4")
    stage.wait_for("whether v4 is published can't be seen")
    stage.command("delete FRAUD/scoring v4 --yes --force", user="ada")
    stage.wait_for("<@U03ADA> deleted `v4`")


def test_who_asks_privately_is_told_alone(stage: Stage) -> None:
    stage.command("remove-endpoint FRAUD/scoring explain --private")
    assert stage.wait_for("I'm removing endpoint `explain`")["addressee"] == "U01MAYA"
    assert stage.wait_for("removed endpoint `explain`")["addressee"] == "U01MAYA"
    assert all("explain" not in each["text"] for each in stage.messages(user="omar"))


def test_where_the_bot_is_not_it_tells_who_asked_directly(stage: Stage) -> None:
    stage.command("create FRAUD/limits", channel="random")
    told = stage.wait_for("created service `design:FRAUD/limits`", stage.direct("maya"))
    assert "I'm not in <#C03RANDOM>: invite me there." in shown(stage.wait_for("invite me there", stage.direct("maya")))
    assert told["channel"] == stage.direct("maya")


def test_what_is_asked_for_in_a_thread_is_told_in_that_thread(stage: Stage) -> None:
    parent = stage.say("we need another service", user="maya")["message"]
    stage.say(f"<@{demo.BOT}> create FRAUD/limits", user="maya", thread=parent["ts"])
    stage.wait_for_reply(parent, "<@U01MAYA> created service")
    stage.wait_for_reply(parent, "is created.")


def test_while_the_node_is_at_it_the_message_says_so_and_ends_with_what_is_true(tmp_path: Path) -> None:
    with staged(tmp_path, grants=GRANTS, tempo=Tempo(sweep=0.2), node={"long_timeout": "3s"}) as stage:
        stage.designer.faults.add("POST /projects/*/apiservices/*/packages/*", "hang", times=1)
        stage.command("package FRAUD/rules v9")
        message = stage.wait_for("Packaging v9 of design:FRAUD/rules for maya")
        stage.wait_for_reply(message, "whether `v9` of `design:FRAUD/rules` was packaged can't be said yet")
        assert "can't be said yet" in stage.again(message)["text"]
        stage.designer.node.create_package("FRAUD", "rules", "v9", by="api")
        stage.bot.world.changes.change(1, lambda unknown: (replace(unknown, look_at=None), None))
        stage.wait_for_reply(message, "`v9` of `design:FRAUD/rules` is packaged.")
        assert "It was so when I looked later." in stage.again(message)["text"]
