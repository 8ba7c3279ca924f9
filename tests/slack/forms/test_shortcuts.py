"""The shortcuts: a form for everything wherever one is, and one for the package that a message is about."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from opsbot.slack.forms.payloads import FIELD
from opsbot.slack.sending.saying import ABOUT
from tests.slack.forms.filling import SCORING, choose, initial, inputs, offers, option, send, wait_for_version
from tests.stage import shown, staged

if TYPE_CHECKING:
    from pathlib import Path

    from tests.stage import Stage


def test_the_global_shortcut_asks_what_to_do_and_where(stage: Stage) -> None:
    stage.shortcut("api_designer", user="vic", channel="random")
    view = stage.wait_for_view("vic")
    verbs = [each["value"] for each in view["blocks"][0]["accessory"]["options"]]
    assert "summary" in verbs
    assert not {"publish", "package", "pause"} & set(verbs)
    view = choose(stage, view, "form_verb", "summary", user="vic")
    assert view["blocks"][0]["accessory"]["initial_option"]["value"] == "summary"
    view = choose(stage, view, f"{FIELD}service", SCORING, user="vic")
    assert offers(stage, "version", "", user="vic") == ["v4", "v3", "v2", "v1"]
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
    card = stage.wait_for_card()
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
        assert offers(stage, "version", "")[0] == "v4"
        stage.close_view("maya")


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
    assert "You may not do that: none of your grants here gives “publish”." in shown(stage.wait_for_view("vic"))
