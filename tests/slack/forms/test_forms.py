"""Forms end to end: followed while they are filled in, sent, answered."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from opsbot.domain.models import Asker, Place
from opsbot.errors import StoreError
from opsbot.grammar import forms
from opsbot.grammar.fields import Kind
from opsbot.slack import Pool, Turns
from opsbot.slack.forms.payloads import FIELD
from tests.builders import MAYA
from tests.fake_requests import FakeSnapshots
from tests.slack.forms.filling import (
    SCORING,
    choose,
    initial,
    inputs,
    offered,
    offers,
    option,
    send,
    title_in,
    wait_for_title,
)
from tests.stage import buttons, staged

if TYPE_CHECKING:
    from pathlib import Path

    from tests.stage import Stage

JSON = dict[str, Any]


def shows(stage: Stage, service: str, version: str) -> bool:
    view = stage.view("maya")
    memory = json.loads(view["private_metadata"]) if view["private_metadata"] else {}
    return (memory.get("service"), initial(view).get("version")) == (service, version)


def test_a_choice_is_followed_though_everybody_is_at_work(tmp_path: Path) -> None:
    gate = threading.Event()
    pool = Pool(threads=1, queue=1, turns=Turns())
    with staged(tmp_path, pool=pool) as stage:
        stage.command("package")
        view = stage.wait_for_view("maya")
        stage.wait_until(lambda: pool.submit(gate.wait))
        stage.wait_until(lambda: pool.submit(gate.wait))
        view = choose(stage, view, f"{FIELD}service", SCORING)
        assert "so nothing is proposed" in json.dumps(view)
        assert json.loads(view["private_metadata"])["service"] == SCORING
        gate.set()


def test_a_draft_that_the_store_fails_leaves_a_form_in_which_everything_can_be_typed(stage: Stage) -> None:
    class Away(FakeSnapshots):
        def find(self, *_: object) -> None:
            raise StoreError("The database is away.")

    forms = stage.bot.listeners.forms
    world = replace(forms.dispatcher.world, snapshots=Away())
    troubled = replace(forms, dispatcher=replace(forms.dispatcher, world=world))
    given = stage.command("whoami")["payload"]
    assert troubled.ask("package FRAUD/scoring", Asker(MAYA, Place("C01MLOPS")), given["trigger_id"])
    view = stage.view("maya")
    assert "Nothing can be proposed: The database is away." in json.dumps(view)
    assert "version" in inputs(view)


def test_a_package_is_made_by_form_with_a_proposed_version_and_drafted_notes(stage: Stage) -> None:
    node = stage.designer.node
    settings = node.get_settings("FRAUD", "scoring")
    settings["endpoints"].append({"id": "score_eu", "type": "STD_PREDICTION", "modelRef": "fraud_xgb"})
    node.save_settings("FRAUD", "scoring", settings, by="ada")
    stage.command("package FRAUD/scoring")
    stage.wait_until(lambda: "version" in inputs(stage.wait_for_view("maya")))
    view = stage.view("maya")
    assert initial(view)["service"] == SCORING
    assert initial(view)["version"] == "v5"
    assert "Added score_eu" in initial(view)["notes"]
    assert send(stage, {"notes": "Adds Europe"})["ok"]
    stage.wait_for("v5")
    stage.wait_until(lambda: "v5" in node.projects["FRAUD"].services["scoring"].packages)
    assert node.projects["FRAUD"].services["scoring"].packages["v5"].release_notes == "Adds Europe"


def test_the_other_fields_follow_the_service_that_is_chosen(stage: Stage) -> None:
    stage.command("package")
    view = stage.wait_for_view("maya")
    assert initial(view) == {}
    view = choose(stage, view, f"{FIELD}service", SCORING)
    assert initial(view)["version"] == "v5"
    stage.submit("maya", {f"{FIELD}version": "bad version"})
    after = choose(stage, stage.view("maya"), f"{FIELD}service", "design:CHURN/churn")
    assert initial(after)["service"] == "design:CHURN/churn"
    assert initial(after)["version"] == "bad version"  # what somebody wrote themselves isn't taken from them


def test_of_two_choices_in_a_hurry_the_later_one_counts_whichever_is_drafted_first(stage: Stage) -> None:
    faults = stage.designer.site.faults
    for first, second in ((1.0, 0.3), (0.3, 1.0)):
        faults.add("GET /projects/FRAUD/apiservices/rules/packages", "delay", seconds=first)
        faults.add("GET /projects/CHURN/apiservices/churn/packages", "delay", seconds=second)
        stage.command("package")
        wait_for_title(stage, "maya", "Package")
        view = stage.view("maya")["id"]
        for service in ("design:FRAUD/rules", "design:CHURN/churn"):
            action = {"action_id": f"{FIELD}service", "selected_option": option(service)}
            assert stage.post("/interact", {"user": "maya", "view": view, "action": action})["ok"]
        stage.wait_until(lambda: stage.bot.pool.going_on() == 0)  # both were drafted, in whichever order
        stage.wait_until(lambda: shows(stage, "design:CHURN/churn", "v4"))
        stage.close_view("maya")
        faults.clear()


def test_a_form_that_is_closed_is_left_alone_and_nobody_hears_anything(stage: Stage) -> None:
    stage.designer.site.faults.add("GET /projects/FRAUD/apiservices/scoring/packages", "delay", seconds=0.7)
    stage.command("package")
    view = stage.wait_for_view("maya")
    action = {"action_id": f"{FIELD}service", "selected_option": option(SCORING)}
    stage.post("/interact", {"user": "maya", "view": view["id"], "action": action})
    stage.close_view("maya")
    stage.command("package FRAUD/scoring")
    stage.wait_until(lambda: title_in(stage.find_view("maya")) == "Package")
    second = stage.view("maya")
    stage.close_view("maya", cleared=True)
    opener = stage.bot.listeners.forms.opener
    stage.wait_until(lambda: opener.is_gone(view["id"]) and opener.is_gone(second["id"]))
    stage.bot.pool.close()  # what was under way is done
    changed = [each for each in stage.log() if each["name"] == "views.update"]
    assert changed == []
    assert stage.messages() == []


def test_versions_are_those_of_the_service_in_the_same_form(stage: Stage) -> None:
    stage.command("publish")
    view = stage.wait_for_view("maya")
    assert offered(stage, "version", "") == []
    view = choose(stage, view, f"{FIELD}service", SCORING)
    assert offers(stage, "version", "") == ["v4", "v3", "v2", "v1"]
    first = inputs(view)["version"]["block_id"]
    stage.post(
        "/interact",
        {
            "user": "maya",
            "view": view["id"],
            "action": {"action_id": f"{FIELD}version", "selected_option": option("v4")},
        },
    )
    view = choose(stage, stage.view("maya"), f"{FIELD}service", "design:FRAUD/rules")
    assert inputs(view)["version"]["block_id"] != first  # else Slack would go on showing v4
    assert offers(stage, "version", "") == ["v2", "v1"]
    assert "version" in {each.rpartition(".")[0].rpartition(".")[2] for each in send(stage, {})["errors"]}


def test_what_is_offered_is_what_the_asker_may_see(stage: Stage) -> None:
    stage.command("service", user="vic")
    stage.wait_for_view("vic")
    assert offers(stage, "service", "", user="vic") == [SCORING]
    assert offered(stage, "service", "churn", user="vic") == []
    stage.command("services", user="vic")
    stage.wait_until(lambda: "project" in inputs(stage.view("vic")))
    assert offers(stage, "project", "", user="vic") == ["design:FRAUD"]
    stage.command("service", user="maya")
    stage.wait_for_view("maya")
    assert offers(stage, "service", "fraud sco")[0] == SCORING
    assert offers(stage, "service", "scroing")[0] == SCORING
    assert offers(stage, "service", "FRAUD/new_one") == ["design:FRAUD/new_one"]


def test_a_forged_service_shows_no_versions_of_what_the_asker_may_not_see(stage: Stage) -> None:
    stage.command("summary design:CHURN/churn", user="vic")
    stage.wait_for_view("vic")
    assert offered(stage, "version", "", user="vic") == []


def test_a_publish_is_asked_for_and_approved_by_form(stage: Stage) -> None:
    stage.command("publish FRAUD/scoring")
    view = stage.wait_for_view("maya")
    assert initial(view) == {"service": SCORING}
    assert offers(stage, "published_service", "sco")[0] == "scoring"
    assert send(stage, {"version": option("v4"), "reason": "It is <!channel> better"})["ok"]
    card = stage.wait_for("Request 1")
    assert "It is <!channel> better" not in card["text"]
    stage.command("approve", user="omar")
    stage.wait_for_view("omar")
    assert offers(stage, "request", "", user="omar") == ["1"]
    assert send(stage, {"request": option("1"), "comment": "12 out of 12"}, user="omar")["ok"]
    stage.wait_until(lambda: "v4" in stage.published("scoring"))


def test_a_refusal_is_told_to_who_sent_the_form(stage: Stage) -> None:
    stage.command("summary", user="vic")
    stage.wait_for_view("vic")
    assert send(stage, {"service": option("design:CHURN/churn"), "version": option("v1")}, user="vic")["ok"]
    refusal = stage.wait_for("You may not do that", user="vic")
    assert refusal["ephemeral"]


def test_what_was_wrong_with_what_takes_long_is_said_beside_its_field_too(stage: Stage) -> None:
    stage.command("download")
    stage.wait_for_view("maya")
    assert send(stage, {"service": option(SCORING), "version": option("v77")})["ok"]
    refused = buttons_of(stage, "maya", "Open the form again")[-1]
    stage.click(refused, buttons(refused)["Open the form again"], user="maya")
    blocks = stage.wait_for_view("maya")["blocks"]
    version = next(place for place, block in enumerate(blocks) if block["block_id"].startswith("download.version"))
    assert "has no package “v77”" in json.dumps(blocks[version + 1], ensure_ascii=False)


def test_what_is_wrong_is_said_beside_the_field_and_the_form_stays(stage: Stage) -> None:
    stage.command("package FRAUD/scoring")
    stage.wait_until(lambda: "version" in inputs(stage.wait_for_view("maya")))
    blocks = inputs(stage.view("maya"))
    assert set(send(stage, {"version": ""})["errors"]) == {blocks["version"]["block_id"]}
    said = send(stage, {"version": "v 5"})
    assert said["errors"].keys() == {blocks["version"]["block_id"]}
    assert "can't be a version" in said["errors"][blocks["version"]["block_id"]]
    assert stage.find_view("maya") is not None


def test_blanks_around_what_is_pasted_do_not_count(stage: Stage) -> None:
    stage.command("package FRAUD/scoring")
    stage.wait_until(lambda: "version" in inputs(stage.wait_for_view("maya")))
    assert send(stage, {"version": " v12 "})["ok"]
    stage.wait_until(lambda: "v12" in stage.designer.node.projects["FRAUD"].services["scoring"].packages)


def test_a_node_that_refuses_leaves_a_form_in_which_everything_can_be_typed(stage: Stage) -> None:
    stage.designer.site.faults.add("* **", "status", status=403)
    stage.command("package FRAUD/scoring")
    stage.wait_until(lambda: "version" in inputs(stage.wait_for_view("maya")))
    assert "Nothing can be proposed" in json.dumps(stage.view("maya"))
    assert offered(stage, "service", "") == []
    assert offers(stage, "service", "CHURN/churn") == ["design:CHURN/churn"]
    stage.designer.site.faults.clear()
    assert send(stage, {"version": "v77"})["ok"]
    stage.wait_until(lambda: "v77" in stage.designer.node.projects["FRAUD"].services["scoring"].packages)


def test_the_answer_can_be_for_the_asker_alone(stage: Stage) -> None:
    stage.command("summary FRAUD/scoring")
    stage.wait_for_view("maya")
    assert send(stage, {"version": option("v4"), "private": ["on"]})["ok"]
    assert stage.wait_for("looked at")["ephemeral"]


MADE_UP = (
    "",
    "no JSON",
    "{}",
    '{"verb":"rm"}',
    '{"verb":"publish","channel":"C01MLOPS","role":"admin"}',
    '{"verb":"publish","service":"x"}',
    '{"verb":"publish","channel":"C01MLOPS","revision":-1}',
)


def test_a_memory_that_somebody_made_up_is_refused(tmp_path: Path) -> None:
    with staged(tmp_path, mode="http") as stage:
        given = stage.click_payload({"channel": "C01MLOPS", "ts": "1.0"}, "x", "1", user="maya")
        action = {"action_id": f"{FIELD}service", "block_id": "service", "selected_option": option(SCORING)}
        for memory in MADE_UP:
            view = {
                "id": "V1",
                "type": "modal",
                "callback_id": "verb_form",
                "private_metadata": memory,
                "state": {"values": {"service": {f"{FIELD}service": {"selected_option": option(SCORING)}}}},
            }
            base = {"user": given["user"], "team": given["team"], "api_app_id": given["api_app_id"], "view": view}
            said = stage.deliver_for_reply({**base, "type": "view_submission"})
            assert said["response_action"] == "update", memory
            assert "isn't one of mine" in json.dumps(said["view"])
            assert (
                stage.deliver_for_reply({**base, **action, "type": "block_suggestion", "value": "sco"})["options"] == []
            )
            chosen = {**base, "type": "block_actions", "actions": [action], "container": {"type": "view"}}
            assert stage.deliver(chosen) == 200
        assert [each for each in stage.messages() if "looked" in each["text"]] == []


def test_a_change_that_fails_on_the_node_and_a_decision_that_comes_too_late_bring_the_words_back(stage: Stage) -> None:
    stage.designer.site.faults.add("POST /projects/*/apiservices/*/packages/*", "status", status=403)
    stage.command('package FRAUD/scoring v9 --notes "A long story"')
    failed = stage.wait_for("was not packaged")
    stage.click(failed, buttons(failed)["Open the form again"], user="ada")
    assert stage.wait_for("Only who asked for it", user="ada")["ephemeral"]
    stage.click(failed, buttons(failed)["Open the form again"], user="maya")
    assert initial(stage.wait_for_view("maya")) == {"service": SCORING, "version": "v9", "notes": "A long story"}
    stage.close_view("maya")
    stage.command("publish FRAUD/scoring v4")
    card = stage.wait_for("Request 1")
    stage.click(card, "decline_request", user="omar")
    stage.wait_for_view("omar")
    stage.command("cancel 1")
    stage.wait_until(lambda: "cancelled" in stage.again(card)["text"])
    assert stage.submit("omar", {"words": "Too early by far"})["ok"]
    late = next(each for each in buttons_of(stage, "omar", "Open the form again"))
    stage.click(late, buttons(late)["Open the form again"], user="omar")
    assert initial(stage.wait_for_view("omar")) == {"request": "1", "comment": "Too early by far"}


def buttons_of(stage: Stage, user: str, label: str) -> list[JSON]:
    """The messages for somebody's eyes only that have a button, once there is one."""

    def found() -> list[JSON]:
        seen = stage.messages(user=user)
        return [each for each in seen if each.get("ephemeral") and label in buttons(each)]

    stage.wait_until(lambda: bool(found()))
    return found()


def test_every_kind_of_lookup_has_a_field_that_uses_it_or_is_for_verbs_to_come() -> None:
    used = {field.kind for form in forms().values() for field in form.fields}
    assert {Kind.SERVICE, Kind.VERSION, Kind.PROJECT, Kind.PUBLISHED_SERVICE, Kind.REQUEST, Kind.PERSON} <= used
