"""The whole road: a slash command in Slack, its answer in a thread, a publish that somebody else approved."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from opsbot.sandbox import demo
from tests.stage import buttons, shown, staged

if TYPE_CHECKING:
    from pathlib import Path

    from opsbot.sandbox.workspace.rate_limits import Pace
    from tests.stage import JSON, Stage

UNPUBLISHED = "v4"


def test_a_command_is_answered_in_a_thread(stage: Stage) -> None:
    acked = stage.command("packages FRAUD/scoring")
    assert acked["acked"]
    parent = stage.wait_for("asked for the packages of `design:FRAUD/scoring`")
    assert "<@U01MAYA>" in parent["text"]
    detail = stage.wait_for_reply(parent)
    assert "`v1`" in shown(detail)
    assert "<!date^" in shown(detail)


@pytest.mark.parametrize(("mode", "pace"), [("socket", "off"), ("http", "fast")])
def test_a_publish_is_asked_for_approved_by_another_and_done(tmp_path: Path, mode: str, pace: Pace) -> None:
    with staged(tmp_path, mode=mode, pace=pace) as stage:
        assert UNPUBLISHED not in stage.published("scoring")
        stage.command(f'publish FRAUD/scoring {UNPUBLISHED} --reason "fixes <!channel> nulls"')
        card = stage.wait_for("Request 1")
        assert list(buttons(card)) == ["Approve", "Approve with a comment…", "Decline…", "Cancel"]
        assert "fixes @channel nulls" in [
            block["text"]["text"] for block in card["blocks"] if block.get("text", {}).get("type") == "plain_text"
        ]
        stage.click(card, "approve_request", user="maya")
        stage.wait_for("somebody else has to approve it")
        assert UNPUBLISHED not in stage.published("scoring")
        stage.click(card, "approve_request", user="omar")
        outcome = stage.wait_for_reply(card, "is published to `scoring`")
        assert "<@U01MAYA>" in outcome["text"]
        assert UNPUBLISHED in stage.published("scoring")
        assert buttons(stage.again(card)) == {}


def test_fifty_clicks_at_once_publish_once_and_every_loser_hears_who_won(tmp_path: Path) -> None:
    people = ("omar", "ada", "vic", "nils")
    everybody = {"role": "approver", "users": [demo.OMAR.id, demo.ADA.id, demo.VIC.id, demo.NILS.id]}
    grants = [{"role": "publisher", "users": [demo.MAYA.id]}, everybody]
    with staged(tmp_path, mode="http", grants=grants, work={"per_person": 50}) as stage:
        stage.command(f"publish FRAUD/scoring {UNPUBLISHED}")
        card = stage.wait_for("Request 1")
        # The workspace takes no click on a button that is gone, so these are sent as if all came before the repaint.
        clicks = [stage.click_payload(card, "approve_request", "1", user=user) for user in people * 13][:50]
        with ThreadPoolExecutor(50) as threads:
            assert set(threads.map(stage.deliver, clicks)) == {200}
        stage.wait_for_reply(card, "is published to `scoring`")
        stage.wait_until(lambda: len(_told(stage, people, "Request 1 was approved by")) == 49)
        told = _told(stage, people, "was approved by")
        winners = {each["text"].partition(" was approved by ")[2].partition(" already")[0] for each in told} - {"you"}
        assert winners <= set(people)
        assert len(winners) == 1
        assert stage.node_calls("/publish") == 1
        assert len([each for each in stage.thread(card) if "is published" in each["text"]]) == 1


def _told(stage: Stage, people: tuple[str, ...], text: str) -> list[JSON]:
    seen = [each for user in people for each in stage.messages(user=user) if each.get("ephemeral")]
    return [each for each in seen if text in each["text"]]


def test_in_the_thread_of_the_card_a_mention_decides(stage: Stage) -> None:
    stage.command(f"publish FRAUD/scoring {UNPUBLISHED}")
    card = stage.wait_for_card()
    for verb, says in (("explain", "asked what publishing `v4` of"), ("summary", "looked at `v4` of")):
        stage.say(f"<@{demo.BOT}> {verb}", user="omar", thread=card["ts"])
        stage.wait_for_reply(card, says)
    for line, says in (("help", "`@opsbot packages SERVICE`"), ("pakages FRAUD", "@opsbot packages FRAUD")):
        stage.say(f"<@{demo.BOT}> {line}", user="omar", thread=card["ts"])
        answer = stage.wait_for(says, user="omar")
        assert answer["thread_ts"] == card["ts"]
        assert "/apid" not in shown(answer)
    stage.say(f"<@{demo.BOT}> decline the drift report isn't there", user="omar", thread=card["ts"])
    outcome = stage.wait_for_reply(card, "won't be published: declined by <@U02OMAR>")
    assert "the drift report isn't there" in shown(outcome)
    assert UNPUBLISHED not in stage.published("scoring")


def test_the_card_goes_to_the_approvals_channel(tmp_path: Path) -> None:
    policies = [{"services": ["design:FRAUD/*"], "approvals_channel": "C02APPROVALS"}]
    with staged(tmp_path, policies=policies) as stage:
        stage.command(f"publish FRAUD/scoring {UNPUBLISHED}")
        stage.wait_for("It waits for 1 approver; its card is in <#C02APPROVALS>")
        card = stage.wait_for_card("approvals")
        stage.say(f"<@{demo.BOT}> approve", user="omar", channel="approvals", thread=card["ts"])
        stage.wait_for("is published to `scoring`", "approvals")


def test_a_decision_may_be_typed(stage: Stage) -> None:
    stage.command(f"publish FRAUD/scoring {UNPUBLISHED}")
    card = stage.wait_for("Request 1")
    stage.command("cancel 1 not needed any more")
    stage.wait_for_reply(card, "cancelled by <@U01MAYA>")


def test_a_card_is_for_all_but_who_asked_privately_hears_of_it_alone(stage: Stage) -> None:
    stage.command(f"publish FRAUD/scoring {UNPUBLISHED} --private")
    told = stage.wait_for("opened request 1")
    assert told["addressee"] == "U01MAYA"
    assert buttons(stage.wait_for("Waits for 1 approver", user="omar"))


def test_what_was_asked_privately_is_answered_privately(stage: Stage) -> None:
    stage.command("packages FRAUD/scoring --private")
    answer = stage.wait_for("asked for the packages")
    assert answer["addressee"] == "U01MAYA"
    assert "`v1`" in shown(answer)
    assert all("asked for the packages" not in each["text"] for each in stage.messages(user="omar"))


def test_where_the_bot_is_not_it_answers_the_asker_and_says_how_to_invite_it(stage: Stage) -> None:
    stage.command("packages FRAUD/scoring", channel="random")
    answer = stage.wait_for("I'm not in this channel", "random")
    assert answer["addressee"] == "U01MAYA"
    assert "/invite" in answer["text"]
    assert "`v1`" in shown(answer)


def test_a_card_that_can_not_be_posted_is_said_and_the_request_stands(stage: Stage) -> None:
    stage.command(f"publish FRAUD/scoring {UNPUBLISHED}", channel="random")
    told = stage.wait_for("I can't post its card", stage.direct("maya"))
    assert "I'm not in <#C03RANDOM>: invite me there." in told["text"]
    stage.command("approve 1", user="omar")
    stage.wait_for("approved request 1", user="omar")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pakages", "Did you mean “packages”"),
        ("packages FRAUD/nothing", "has no service “nothing”. Its services: rules, scoring"),
        ("packages NOWHERE/x", "design has no project “NOWHERE” that I can see. Its projects: CHURN, FRAUD"),
        ("package FRAUD/nothing v1", "has no service “nothing”. Its services: rules, scoring"),
        ("publish FRAUD/nothing v1", "has no service “nothing”. Its services: rules, scoring"),
        ("summary FRAUD/scoring v9", "has no package “v9”. The newest there: v4"),
        ("packages FRAUD/scoring --page 99 --private", "There is no page 99; the last is 1"),
        ("packages eu:FRAUD/scoring", "There is no node “eu”"),
        ("publish FRAUD/scoring v99", "has no package “v99”"),
        ("package FRAUD/scoring v1", "has a package “v1” already"),
        ("approve 77", "There is no request 77"),
    ],
)
def test_bad_input_gets_a_sentence_for_the_asker_alone(stage: Stage, text: str, says: str) -> None:
    stage.command(text)
    assert stage.wait_for(says)["addressee"] == "U01MAYA"


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("packages FRAUD scoring", "packages FRAUD/scoring"),
        ("please packages `FRAUD/scoring`", "packages FRAUD/scoring"),
        ("publish v4 FRAUD/scoring --reason it is due", 'publish FRAUD/scoring v4 --reason "it is due"'),
    ],
)
def test_words_in_the_wrong_place_come_back_in_the_right_one_behind_a_button(
    stage: Stage, typed: str, line: str
) -> None:
    stage.command(typed, user="omar")
    mistake = stage.wait_for("Did you mean this?", user="omar")
    assert buttons(mistake) == {f"/apid {line}": "run_line"}
    assert "Did you mean “" not in mistake["text"]
    assert "Which project" not in mistake["text"]


def test_a_question_is_no_mistyped_verb(stage: Stage) -> None:
    stage.say("@opsbot what is published?")
    told = stage.wait_for("I don't know “what”.")
    assert buttons(told) == {}


def test_notes_that_were_typed_for_a_version_that_exists_already_come_back_in_a_form(stage: Stage) -> None:
    stage.command('package FRAUD/scoring v1 --notes "a long story"')
    stage.click(stage.wait_for("has a package “v1” already"), "open_form")
    stage.wait_until(lambda: "a long story" in str(stage.find_view("maya")))  # it looks at the service first


def test_who_may_not_is_told_so_alone(stage: Stage) -> None:
    stage.command("packages FRAUD/scoring", user="nils")
    assert stage.wait_for("You may not do that", user="nils")["addressee"] == "U05NILS"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pakages FRAUD/scoring", "packages FRAUD/scoring"),
        ("packages FRUAD/scoring", "packages FRAUD/scoring"),
        ("packages FRAUD/scorin", "packages FRAUD/scoring"),
        ("packages FRAUD/scoring --pag 1", "packages FRAUD/scoring --page 1"),
    ],
)
def test_a_misspelt_line_has_a_button_that_does_what_was_meant(stage: Stage, typed: str, meant: str) -> None:
    stage.command(typed)
    mistake = stage.wait_for("Did you mean")
    stage.click(mistake, buttons(mistake)[f"/apid {meant}"], user="maya")
    stage.wait_for("asked for the packages of `design:FRAUD/scoring`")


def test_a_button_that_does_a_line_is_gone_however_it_is_answered(stage: Stage) -> None:
    stage.command("pakages FRAUD/scoring --private")
    mistake = stage.wait_for("Did you mean")
    stage.click(mistake, buttons(mistake)["/apid packages FRAUD/scoring --private"], user="maya")
    assert stage.wait_for("asked for the packages")["addressee"] == "U01MAYA"
    chosen = stage.wait_for("You chose: `packages FRAUD/scoring --private`")
    assert buttons(chosen) == {}
    assert not [each for each in stage.messages() if "Did you mean" in each["text"]]


def test_a_package_is_made_with_its_notes_and_announced(tmp_path: Path) -> None:
    with staged(tmp_path, channels=[{"id": "C02APPROVALS", "announce": ["design:FRAUD/*"]}]) as stage:
        stage.command("package FRAUD/rules v50 --notes “retrained <!here>”")
        told = stage.wait_for("packaged `v50` of `design:FRAUD/rules`")
        assert "retrained @here" in shown(told)
        stage.wait_for("packaged `v50` of `design:FRAUD/rules`", "approvals")


def test_long_lists_are_turned_page_by_page(stage: Stage) -> None:
    for number in range(100, 115):
        stage.designer.node.create_package("CHURN", "churn", f"v{number}", by="script")
    stage.command("packages CHURN/churn")
    parent = stage.wait_for("asked for the packages of `design:CHURN/churn`")
    first = stage.wait_for_reply(parent, "Page 1 of")
    assert set(buttons(first)) == {"Older"}
    stage.click(first, buttons(first)["Older"], user="maya")
    second = stage.wait_for_reply(parent, "Page 2 of")
    assert second["ts"] == first["ts"]
    assert "Newer" in buttons(second)


def test_a_list_is_turned_below_what_could_not_be_read(stage: Stage) -> None:
    for number in range(25):
        stage.designer.node.create_service("FRAUD", f"extra-{number:02}", by="script")
    stage.designer.site.faults.add("GET /projects/CHURN/apiservices", "status", status=403)
    stage.command("services *")
    parent = stage.wait_for("asked for the services")
    first = stage.wait_for_reply(parent, "Page 1 of")
    stage.click(first, buttons(first)["Next"], user="maya")
    second = stage.wait_for_reply(parent, "Page 2 of")
    assert second["ts"] == first["ts"]
    assert "Previous" in buttons(second)
    assert "extra-" in shown(second)


def test_a_page_is_turned_only_for_who_may_see_it(stage: Stage) -> None:
    for number in range(100, 115):
        stage.designer.node.create_package("CHURN", "churn", f"v{number}", by="script")
    stage.command("packages CHURN/churn")
    first = stage.wait_for_reply(stage.wait_for("asked for the packages"), "Page 1 of")
    stage.click(first, buttons(first)["Older"], user="nils")
    stage.wait_for("You may not do that", user="nils")
    assert "Page 1 of" in shown(stage.thread(stage.wait_for("asked for the packages"))[0])


def test_the_rest_of_the_verbs_answer(stage: Stage) -> None:
    stage.command("services FRAUD")
    assert "`design:FRAUD/rules`" in shown(stage.wait_for_reply(stage.wait_for("asked for the services")))
    stage.command("service FRAUD/scoring")
    assert "published" in shown(stage.wait_for_reply(stage.wait_for("looked at `design:FRAUD/scoring`")))
    stage.command("summary FRAUD/scoring v1")
    assert "Endpoint" in shown(stage.wait_for_reply(stage.wait_for("looked at `v1`")))
    stage.command("services * --public")
    assert "`design:FRAUD/rules`" in shown(stage.wait_for_reply(stage.wait_for("asked for the public services")))
    stage.command("services FRAUD --model fraud_xgb")
    assert "uses it in `score`" in shown(stage.wait_for_reply(stage.wait_for("use the model `fraud_xgb`: 1 service")))
    stage.command("nodes")
    assert "`design` answers" in shown(stage.wait_for_reply(stage.wait_for("asked for the nodes: 1 node.")))
    stage.command("models FRAUD")
    assert "Fraud score (XGBoost)" in shown(stage.wait_for_reply(stage.wait_for("saved models of `design:FRAUD`")))
    stage.command("diff FRAUD/scoring v1")
    compared = shown(stage.wait_for_reply(stage.wait_for("compared the service as it is now with `v1`")))
    assert "There is no snapshot of v1" in compared
    stage.command("requests")
    stage.wait_for("asked for open requests: no requests")
    stage.command("whoami")
    assert "`packager`" in shown(stage.wait_for("you hold 2 grants here"))
    stage.command("help")
    assert "`/apid packages SERVICE`" in shown(stage.wait_for("Here is what you can do"))
    stage.command("help publish")
    assert "--reason TEXT" in shown(stage.wait_for("How to use `publish`"))
