"""Whoever lacks a word gets the form that asks for it, and a sentence where none opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.grammar import forms
from opsbot.sandbox import demo
from opsbot.slack.forms.opening import TOO_LATE
from opsbot.slack.forms.views import title_of
from tests.slack.forms.filling import SCORING, choose, initial, inputs, offers, option, send, title_in, wait_for_title
from tests.stage import buttons, staged

if TYPE_CHECKING:
    from pathlib import Path

    from tests.stage import Stage


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


def test_a_line_that_was_mended_by_a_click_and_lacks_something_opens_its_form(stage: Stage) -> None:
    stage.command("sumary FRAUD/scoring", user="vic")
    said = stage.wait_for("Did you mean", user="vic")
    stage.click(said, buttons(said)["/apid summary FRAUD/scoring"], user="vic")
    wait_for_title(stage, "vic", "Summary")
    assert initial(stage.view("vic")) == {"service": SCORING}


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
        assert offers(stage, "service", "rules")[0] == "design:FRAUD/rules"


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


def test_who_may_not_use_a_verb_is_told_so_before_they_are_asked_for_the_rest(stage: Stage) -> None:
    stage.command("package", user="vic")
    said = stage.wait_for("none of your grants here gives “package”. Ask <@U03ADA> for it.", user="vic")
    assert said["ephemeral"]
    stage.say(f"<@{demo.BOT}> publish FRAUD/scoring", user="vic")
    assert buttons(stage.wait_for("none of your grants here gives “publish”", user="vic")) == {}
    stage.say(f"<@{demo.BOT}> approve", user="vic")  # the policy says who may, and that depends on the request
    assert buttons(stage.wait_for("Which request?", user="vic")) == {}
    assert stage.find_view("vic") is None


def test_where_a_form_comes_too_late_for_a_command_a_button_opens_it(stage: Stage) -> None:
    stage.trouble({"error": "expired_trigger_id", "calls": 1}, methods=("views.open",))
    stage.command("package FRAUD/scoring --notes new", user="maya")
    said = stage.wait_for("VERSION is missing", user="maya")
    stage.click(said, buttons(said)["Fill in the form…"], user="maya")
    wait_for_title(stage, "maya", "Package")
