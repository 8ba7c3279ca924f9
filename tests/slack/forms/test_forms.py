"""Forms end to end: opened for whoever lacks a word, followed while they are filled in, sent, answered."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from opsbot.domain.models import Asker, Place
from opsbot.errors import StoreError
from opsbot.grammar import forms
from opsbot.grammar.fields import Kind
from opsbot.sandbox import demo
from opsbot.slack import Pool, Turns
from opsbot.slack.forms.opening import TOO_LATE
from opsbot.slack.forms.payloads import FIELD
from opsbot.slack.forms.views import title_of
from opsbot.slack.sending.saying import ABOUT
from tests.builders import MAYA
from tests.fakes import FakeSnapshots
from tests.stage import GRANTS, buttons, shown, staged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.stage import Stage

JSON = dict[str, Any]

SCORING = "design:FRAUD/scoring"
ADMIN = {"role": "admin", "users": [demo.ADA.id]}
NARROW = {"role": "viewer", "users": [demo.VIC.id], "services": ["design:FRAUD/sco*"]}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path, grants=[*GRANTS[1:], ADMIN, NARROW]) as made:
        yield made


def inputs(view: JSON) -> dict[str, JSON]:
    """The input blocks of a form, by the names of their fields."""
    found = [block for block in view["blocks"] if block["type"] == "input"]
    return {block["element"]["action_id"].removeprefix(FIELD): block for block in found}


def initial(view: JSON) -> JSON:
    """What stands in the fields at first."""
    elements = {name: block["element"] for name, block in inputs(view).items()}
    values = {
        name: (element.get("initial_option") or {}).get("value") or element.get("initial_value")
        for name, element in elements.items()
    }
    return {name: value for name, value in values.items() if value}


def title_in(view: JSON | None) -> str:
    return str(view["title"]["text"]) if view is not None else ""


def wait_for_title(stage: Stage, user: str, title: str) -> None:
    stage.wait_until(lambda: title_in(stage.find_view(user)) == title)


def wait_for_version(stage: Stage, version: str) -> None:
    stage.wait_until(lambda: initial(stage.wait_for_view("maya")).get("version") == version)


def shows(stage: Stage, service: str, version: str) -> bool:
    view = stage.view("maya")
    memory = json.loads(view["private_metadata"]) if view["private_metadata"] else {}
    return (memory.get("service"), initial(view).get("version")) == (service, version)


def option(value: str) -> JSON:
    return {"text": {"type": "plain_text", "text": value}, "value": value}


def choose(stage: Stage, view: JSON, action: str, value: str, *, user: str = "maya") -> JSON:
    """Choose something that other fields follow; gives the form as it is then."""
    body = {"user": user, "view": view["id"], "action": {"action_id": action, "selected_option": option(value)}}
    assert stage.post("/interact", body)["ok"]
    stage.wait_until(lambda: stage.view(user)["hash"] != view["hash"])
    return stage.view(user)


def offered(stage: Stage, field: str, typed: str, *, user: str = "maya") -> list[str]:
    action = {"action_id": f"{FIELD}{field}", "value": typed}
    reply = stage.post("/options", {"user": user, "action": action})
    return [each["value"] for each in reply["options"]]


def send(stage: Stage, values: dict[str, Any], *, user: str = "maya") -> JSON:
    return stage.submit(user, {f"{FIELD}{name}": value for name, value in values.items()})


def test_every_verb_that_lacks_what_it_needs_opens_its_form(stage: Stage) -> None:
    needing = [form for form in forms().values() if any(field.required for field in form.fields)]
    assert len(needing) > 10
    for form in needing:
        stage.command(form.verb, user="ada")
        wait_for_title(stage, "ada", title_of(form.verb))
        view = stage.view("ada")
        assert view["callback_id"] == "verb_form"
        labels = {name: block["label"]["text"] for name, block in inputs(view).items()}
        shown_fields = [field for field in form.fields if field.name != "break_glass"]  # no policy here knows it
        assert labels == {field.name: field.label for field in shown_fields}
        optional = {name for name, block in inputs(view).items() if block.get("optional")}
        assert optional == {field.name for field in shown_fields if not field.required}
    assert stage.messages(user="ada") == []


def test_a_line_with_all_it_needs_or_with_a_mistake_opens_no_form(stage: Stage) -> None:
    stage.command("packages FRAUD/scoring")
    stage.wait_for("asked for the packages")
    stage.command("packages FRAUD/scoring nonsense")
    stage.wait_for("I can't place")
    stage.command("publsh")
    stage.wait_for("Did you mean")
    assert stage.find_view("maya") is None


def test_help_has_a_button_that_opens_the_form(stage: Stage) -> None:
    stage.command("help publish")
    helping = stage.wait_for("How to use")
    stage.click(helping, buttons(helping)["Fill in a form…"], user="maya")
    assert title_in(stage.wait_for_view("maya")) == "Publish"
    stage.command("help")
    menu = stage.wait_for("Here is what you can do")
    stage.click(menu, buttons(menu)["Fill in a form…"], user="maya")
    stage.wait_until(lambda: title_in(stage.find_view("maya")) == "API Designer")
    view = choose(stage, stage.view("maya"), "form_verb", "summary")
    assert "conversation" not in inputs(view)  # it is known where they are
    assert send(stage, {"service": option(SCORING), "version": option("v1")})["ok"]
    stage.wait_for("looked at `v1`")


def test_a_form_that_slack_opens_no_more_leaves_the_sentence(tmp_path: Path) -> None:
    with staged(tmp_path, mode="http") as stage:
        given = stage.command("whoami")["payload"]
        stage.deliver_command({**given, "text": "package", "trigger_id": "1.2.gone"})
        assert stage.wait_for("SERVICE is missing")["ephemeral"]
        assert stage.find_view("maya") is None
        stage.command("service")  # and over HTTP a form is followed as over a socket
        stage.wait_for_view("maya")
        stage.wait_until(lambda: offered(stage, "service", "rules")[:1] == ["design:FRAUD/rules"])


def test_who_clicks_or_uses_a_shortcut_hears_of_a_form_that_slack_opens_no_more(tmp_path: Path) -> None:
    with staged(tmp_path, mode="http") as stage:
        stage.command("publish FRAUD/scoring v4")
        card = stage.wait_for("Request 1")
        message = {"channel": card["channel"], "ts": card["ts"]}
        clicks = [("decline_request", "1"), ("open_form", ""), ("open_form", "summary"), ("open_form", "package")]
        given = stage.click_payload(message, "", "", user="maya")
        for number, (action, value) in enumerate(clicks, 1):
            payload = stage.click_payload(message, action, value, user="maya")
            assert stage.deliver({**payload, "trigger_id": "1.2.gone"}) == 200
            assert stage.wait_for(TOO_LATE, times=number)["ephemeral"]
        shared = {each: given[each] for each in ("user", "team", "api_app_id")} | {"trigger_id": "1.2.gone"}
        shortcut = {"type": "shortcut", "callback_id": "api_designer"}
        on_message = {
            "type": "message_action",
            "callback_id": "publish_version",
            "channel": {"id": card["channel"]},
            "message": {"ts": card["ts"]},
            "response_url": given["response_url"],
        }
        for number, used in enumerate((shortcut, on_message), 1):
            assert stage.deliver({**shared, **used}) == 200
            stage.wait_for(TOO_LATE, stage.direct("maya"), times=number)
        assert stage.find_view("maya") is None


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


def test_what_is_written_and_lacks_something_gets_its_sentence_and_a_button_for_its_form(stage: Stage) -> None:
    stage.say(f"<@{demo.BOT}> package")
    said = stage.wait_for("SERVICE is missing")
    assert stage.find_view("maya") is None
    stage.click(said, buttons(said)["Fill in the form…"], user="maya")
    wait_for_title(stage, "maya", "Package")
    stage.close_view("maya")
    direct = stage.direct("maya")
    stage.say("Publish FRAUD/scoring", channel=direct)
    said = stage.wait_for("VERSION is missing", direct)
    stage.click(said, buttons(said)["Fill in the form…"], user="maya")
    wait_for_title(stage, "maya", "Publish")
    assert initial(stage.view("maya")) == {"service": SCORING}


def test_where_a_form_comes_too_late_for_a_command_a_button_opens_it(stage: Stage) -> None:
    stage.trouble({"error": "expired_trigger_id", "calls": 1}, methods=("views.open",))
    stage.command("package FRAUD/scoring --notes new", user="maya")
    said = stage.wait_for("VERSION is missing", user="maya")
    stage.click(said, buttons(said)["Fill in the form…"], user="maya")
    wait_for_title(stage, "maya", "Package")


def test_who_may_not_use_a_verb_is_told_so_before_they_are_asked_for_the_rest(stage: Stage) -> None:
    stage.command("package", user="vic")
    said = stage.wait_for("none of your grants here gives “package”. Ask <@U03ADA> for it.", user="vic")
    assert said["ephemeral"]
    stage.say(f"<@{demo.BOT}> publish FRAUD/scoring", user="vic")
    assert buttons(stage.wait_for("none of your grants here gives “publish”", user="vic")) == {}
    stage.say(f"<@{demo.BOT}> approve", user="vic")  # the policy says who may, and that depends on the request
    assert buttons(stage.wait_for("Which request?", user="vic")) == {}
    assert stage.find_view("vic") is None


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
    assert offered(stage, "version", "") == ["v4", "v3", "v2", "v1"]
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
    assert offered(stage, "version", "") == ["v2", "v1"]
    assert "version" in {each.rpartition(".")[0].rpartition(".")[2] for each in send(stage, {})["errors"]}


def test_what_is_offered_is_what_the_asker_may_see(stage: Stage) -> None:
    stage.command("service", user="vic")
    stage.wait_for_view("vic")
    assert offered(stage, "service", "", user="vic") == [SCORING]
    assert offered(stage, "service", "churn", user="vic") == []
    stage.command("services", user="vic")
    stage.wait_until(lambda: "project" in inputs(stage.view("vic")))
    assert offered(stage, "project", "", user="vic") == ["design:FRAUD"]
    stage.command("service", user="maya")
    stage.wait_for_view("maya")
    assert offered(stage, "service", "fraud sco")[0] == SCORING
    assert offered(stage, "service", "scroing")[0] == SCORING
    assert offered(stage, "service", "FRAUD/new_one") == ["design:FRAUD/new_one"]


def test_a_forged_service_shows_no_versions_of_what_the_asker_may_not_see(stage: Stage) -> None:
    stage.command("summary design:CHURN/churn", user="vic")
    stage.wait_for_view("vic")
    assert offered(stage, "version", "", user="vic") == []


def test_a_publish_is_asked_for_and_approved_by_form(stage: Stage) -> None:
    stage.command("publish FRAUD/scoring")
    view = stage.wait_for_view("maya")
    assert initial(view) == {"service": SCORING}
    assert offered(stage, "published_service", "sco")[0] == "scoring"
    assert send(stage, {"version": option("v4"), "reason": "It is <!channel> better"})["ok"]
    card = stage.wait_for("Request 1")
    assert "It is <!channel> better" not in card["text"]
    stage.command("approve", user="omar")
    stage.wait_for_view("omar")
    assert offered(stage, "request", "", user="omar") == ["1"]
    assert send(stage, {"request": option("1"), "comment": "12 out of 12"}, user="omar")["ok"]
    stage.wait_until(lambda: "v4" in stage.published("scoring"))


def test_a_refusal_is_told_to_who_sent_the_form(stage: Stage) -> None:
    stage.command("summary", user="vic")
    stage.wait_for_view("vic")
    assert send(stage, {"service": option("design:CHURN/churn"), "version": option("v1")}, user="vic")["ok"]
    refusal = stage.wait_for("You may not do that", user="vic")
    assert refusal["ephemeral"]


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
    assert offered(stage, "service", "CHURN/churn") == ["design:CHURN/churn"]
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


def test_the_global_shortcut_asks_what_to_do_and_where(stage: Stage) -> None:
    stage.shortcut("api_designer", user="vic", channel="random")
    view = stage.wait_for_view("vic")
    verbs = [each["value"] for each in view["blocks"][0]["accessory"]["options"]]
    assert "summary" in verbs
    assert not {"publish", "package", "pause"} & set(verbs)
    view = choose(stage, view, "form_verb", "summary", user="vic")
    assert view["blocks"][0]["accessory"]["initial_option"]["value"] == "summary"
    view = choose(stage, view, f"{FIELD}service", SCORING, user="vic")
    assert offered(stage, "version", "", user="vic") == ["v4", "v3", "v2", "v1"]
    values = {f"{FIELD}version": option("v4"), "conversation": "C01MLOPS"}
    assert stage.submit("vic", values)["ok"]
    assert "v4" in stage.wait_for("looked at", user="vic")["text"]


def test_a_global_shortcut_s_answer_goes_where_the_person_was_unless_they_say_otherwise(stage: Stage) -> None:
    stage.shortcut("api_designer", user="maya", channel="ml-ops")
    choose(stage, stage.wait_for_view("maya"), "form_verb", "whoami")
    assert stage.submit("maya", {})["ok"]
    assert stage.wait_for("you hold")["ephemeral"]


def test_what_can_t_be_posted_where_it_was_asked_reaches_the_asker(stage: Stage) -> None:
    """The bot isn't in #random: a conversation that was chosen in the form can be answered, else there is their own."""
    stage.shortcut("api_designer", user="maya", channel="random")
    view = choose(stage, stage.wait_for_view("maya"), "form_verb", "summary")
    choose(stage, view, f"{FIELD}service", SCORING)
    assert send(stage, {"version": option("v4")})["ok"]
    assert stage.wait_for("I'm not in this channel", "random")["ephemeral"]
    stage.command("summary FRAUD/scoring", channel="random")
    stage.wait_for_view("maya")
    assert send(stage, {"version": option("v3")})["ok"]
    assert "v3" in shown(stage.wait_for("looked at `v3`", stage.direct("maya")))


def test_a_version_is_published_from_its_message(stage: Stage) -> None:
    stage.command("package FRAUD/scoring v5 --notes x")
    made = stage.wait_for("packaged `v5`")
    stage.wait_until(lambda: "v5" in stage.designer.node.projects["FRAUD"].services["scoring"].packages)
    stage.command("summary FRAUD/scoring v2")
    looked = stage.wait_for("looked at")
    for message, version in ((looked, "v2"), (made, "v5")):
        stage.shortcut("publish_version", user="maya", message=message)
        wait_for_version(stage, version)
        assert initial(stage.view("maya")) == {"service": SCORING, "version": version}
    assert send(stage, {"reason": "from its message"})["ok"]
    card = stage.wait_for("Request 1")
    assert "v5" in shown(card) + card["text"]
    stage.shortcut("publish_version", user="maya", message=card)
    stage.wait_until(lambda: "service" in initial(stage.wait_for_view("maya")))


def test_of_a_list_of_packages_one_is_chosen_in_the_form(stage: Stage) -> None:
    stage.command("packages FRAUD/scoring")
    listed = stage.wait_for("asked for the packages")
    for message in (listed, stage.wait_for_reply(listed)):
        stage.shortcut("publish_version", user="maya", message=message)
        stage.wait_until(lambda: initial(stage.wait_for_view("maya")) == {"service": SCORING})
        assert "choose here which to publish" in json.dumps(stage.view("maya"))
        assert offered(stage, "version", "")[0] == "v4"
        stage.close_view("maya")


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


def test_a_message_about_no_package_says_so_and_asks(stage: Stage) -> None:
    said = stage.say("design:FRAUD/scoring v3 is great")["message"]
    stage.shortcut("publish_version", user="maya", message=said)
    stage.wait_until(lambda: "version" in inputs(stage.wait_for_view("maya")))
    assert initial(stage.view("maya")) == {}
    assert "isn't about a package" in json.dumps(stage.view("maya"))


@pytest.mark.parametrize("bot", ["B9OTHER", None])
def test_what_another_app_says_of_its_message_is_not_believed(tmp_path: Path, bot: str | None) -> None:
    with staged(tmp_path, mode="http") as stage:
        said = stage.say("hello")["message"]
        given = stage.click_payload(said, "", "", user="maya")
        payload = {"service": SCORING, "version": "v1"}
        message = {"ts": said["ts"], "bot_id": bot, "metadata": {"event_type": ABOUT, "event_payload": payload}}
        shared = {each: given[each] for each in ("user", "team", "api_app_id", "trigger_id", "response_url")}
        used = {"type": "message_action", "callback_id": "publish_version", "channel": {"id": said["channel"]}}
        assert stage.deliver({**shared, **used, "message": message}) == 200
        stage.wait_until(lambda: "version" in inputs(stage.wait_for_view("maya")))
        assert initial(stage.view("maya")) == {}


def test_who_may_not_publish_is_told_by_the_shortcut(stage: Stage) -> None:
    said = stage.say("hello")["message"]
    stage.shortcut("publish_version", user="vic", message=said)
    assert "may not ask" in json.dumps(stage.wait_for_view("vic"))


def test_every_kind_of_lookup_has_a_field_that_uses_it_or_is_for_verbs_to_come() -> None:
    used = {field.kind for form in forms().values() for field in form.fields}
    assert {Kind.SERVICE, Kind.VERSION, Kind.PROJECT, Kind.PUBLISHED_SERVICE, Kind.REQUEST, Kind.PERSON} <= used
