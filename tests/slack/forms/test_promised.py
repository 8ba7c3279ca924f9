"""A form that was opened with a promise in it ends with what was promised, or with why that doesn't come."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from opsbot.domain.models import Asker, Place
from opsbot.errors import StoreError
from opsbot.slack.forms.payloads import FIELD
from tests.builders import MAYA
from tests.fake_requests import FakeSnapshots
from tests.stage import staged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.actions.dispatcher import Dispatcher
    from tests.stage import JSON, Stage


@dataclass
class Failing:
    """Requests, channels and whatever else is asked for; each question ends in the error."""

    error: Exception

    def __getattr__(self, name: str) -> Any:
        def fail(*_: object, **__: object) -> None:
            raise self.error

        return fail


class Broken(FakeSnapshots):
    """Snapshots that nobody can find, by a fault of ours."""

    def find(self, *_: object) -> None:
        raise RuntimeError("a bug")


AWAY, BUG = StoreError("The database is away."), RuntimeError("a bug")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("promised"), mode="http") as made:
        yield made


def troubled(dispatcher: Dispatcher, **parts: Any) -> Dispatcher:
    return replace(dispatcher, world=replace(dispatcher.world, **parts))


def used_on_a_message(stage: Stage) -> JSON:
    """What Slack sends of a shortcut on a message of somebody's."""
    said = stage.say("hello")["message"]
    given = stage.click_payload(said, "", "", user="maya")
    return {
        "user": given["user"],
        "trigger_id": given["trigger_id"],
        "channel": {"id": said["channel"]},
        "message": {"ts": said["ts"]},
    }


@pytest.mark.parametrize(("error", "says"), [(AWAY, "The database is away."), (BUG, "Something went wrong on my side")])
def test_what_the_shortcut_could_not_look_up_is_said_in_the_form(
    stage: Stage, error: Exception, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    shortcuts = stage.bot.listeners.shortcuts
    broken = replace(shortcuts, dispatcher=troubled(shortcuts.dispatcher, requests=Failing(error)))
    before = stage.messages(stage.direct("maya"))
    with caplog.at_level(logging.ERROR):
        broken.on_message_shortcut(lambda: None, used_on_a_message(stage))
        stage.wait_until(lambda: says in json.dumps(stage.find_view("maya")))
    view = json.dumps(stage.view("maya"))
    number = view.partition("incident ")[2][:6]
    assert f"incident {number}" in caplog.text
    assert "Looking" not in view
    assert stage.messages(stage.direct("maya")) == before  # once is enough
    stage.close_view("maya")


def test_what_slack_refuses_to_show_is_said_in_the_form_or_where_that_fails_too_directly(stage: Stage) -> None:
    refusal = {"error": "invalid_arguments", "calls": 1}
    shortcuts = stage.bot.listeners.shortcuts
    stage.trouble(refusal, methods=("views.update",))
    shortcuts.on_message_shortcut(lambda: None, used_on_a_message(stage))
    stage.wait_until(lambda: "didn't let me show the form" in json.dumps(stage.find_view("maya")))
    stage.close_view("maya")
    broken = replace(shortcuts, dispatcher=troubled(shortcuts.dispatcher, requests=Failing(AWAY)))
    stage.trouble(refusal, methods=("views.update",))
    broken.on_message_shortcut(lambda: None, used_on_a_message(stage))
    stage.wait_for("The database is away.", stage.direct("maya"))
    stage.close_view("maya")


def test_a_draft_that_fails_by_a_fault_of_ours_leaves_its_number_in_the_form(stage: Stage) -> None:
    forms = stage.bot.listeners.forms
    broken = replace(forms, dispatcher=troubled(forms.dispatcher, snapshots=Broken()))
    given = stage.command("whoami")["payload"]
    assert broken.ask("package FRAUD/scoring", Asker(MAYA, Place("C01MLOPS")), given["trigger_id"])
    assert "incident " in json.dumps(stage.view("maya"))
    stage.close_view("maya")


def test_a_choice_that_can_not_be_followed_says_so_and_keeps_what_was_entered(stage: Stage) -> None:
    forms = stage.bot.listeners.forms
    broken = replace(forms, dispatcher=troubled(forms.dispatcher, snapshots=Broken()))
    given = stage.command("whoami")["payload"]
    assert broken.ask("package", Asker(MAYA, Place("C01MLOPS")), given["trigger_id"])
    view = stage.view("maya")
    chosen = {"text": {"type": "plain_text", "text": "x"}, "value": "design:FRAUD/scoring"}
    typed = {"package.notes": {f"{FIELD}notes": {"value": "Mine"}}}
    body = {
        "user": {"id": MAYA.id},
        "view": {**view, "state": {"values": typed}},
        "actions": [{"action_id": f"{FIELD}service", "action_ts": "1.0", "selected_option": chosen}],
    }
    broken.on_choice(lambda **_: None, body)
    stage.wait_until(lambda: "incident " in json.dumps(stage.view("maya")))
    assert "Mine" in json.dumps(stage.view("maya"))
    stage.close_view("maya")
