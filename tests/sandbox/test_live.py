"""The hands that anybody's tests can have, with sample apps in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from opsbot.sandbox.live import LiveWorkspace
from opsbot.sandbox.workspace import Channel, Hands, Person
from opsbot.sandbox.workspace.hands import shown
from tests.sandbox.workspace.conformance.installed import every_scope
from tests.sandbox.workspace.conformance.sample_apps import hello, home, message_options, shortcut_form
from tests.sandbox.workspace.support import bolt_app, manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slack_bolt import App


@pytest.fixture(scope="module")
def live() -> Iterator[LiveWorkspace]:
    with LiveWorkspace(every_scope()) as made:
        yield made


@pytest.fixture
def running(live: LiveWorkspace) -> Iterator[Callable[..., LiveWorkspace]]:
    """Run an app in the workspace, which is as it was at the start."""
    live.reset()
    app = bolt_app(live._server)
    with live.running(app):
        live.wait_for_app()

        def run(listen: Callable[[App], None]) -> LiveWorkspace:
            listen(app)
            return live

        yield run
    live.wait_until(lambda: live.state()["app"]["connections"] == 0)


def test_a_shortcut_a_form_and_what_it_says(running: Callable[..., LiveWorkspace]) -> None:
    slack = running(shortcut_form.listen)
    assert slack.shortcut("ask", user="omar", channel="ml-ops")["acked"]
    assert slack.wait_for_view("omar")["title"]["text"] == "New task"
    assert slack.find_view("maya") is None
    assert slack.submit("omar", {"name": "x"})["errors"] == {"name": "Say a little more."}
    assert slack.close_view("omar", cleared=True)["ok"]
    assert slack.find_view("omar") is None


def test_a_home_and_a_click_in_it(running: Callable[..., LiveWorkspace]) -> None:
    slack = running(home.listen)
    slack.open_home("maya")
    slack.wait_until(lambda: slack.find_home("maya") is not None)
    view = slack.find_home("maya")
    assert view is not None
    assert shown(view).startswith("Clicked 0 times")
    slack.click(view, "more")
    slack.wait_until(lambda: "Clicked 1 times" in shown(slack.find_home("maya") or {}))


def test_options_of_a_select_in_a_message(running: Callable[..., LiveWorkspace]) -> None:
    slack = running(message_options.listen)
    slack.say("order")
    asked = slack.wait_for("What will it be?")
    assert [option["value"] for option in slack.options(asked, "dish", "st")] == ["Stew"]


def test_bad_days_and_time_that_passes(running: Callable[..., LiveWorkspace]) -> None:
    slack = running(hello.listen)
    slack.trouble({"status": 503})
    slack.say("hello")
    slack.wait_until(lambda: 503 in [entry.get("status") for entry in slack.log()])
    slack.trouble()
    before = slack.advance(0)["now"]
    assert slack.advance(3600)["now"] >= before + 3600
    slack.say("hello", user="omar")
    slack.wait_for("Hey there <@U02OMAR>!")
    slack.wait_for("Hey there <@U01MAYA>!")  # the event that failed came again


def test_others_can_be_there(tmp_path: Path) -> None:
    path = tmp_path / "app.yaml"
    path.write_text("display_information: {name: todo}\nfeatures: {bot_user: {display_name: todo}}\n")
    zoe = Person("U9ZOE", "zoe", "Zoe Vega", "Gardener")
    with LiveWorkspace(path, people=(zoe,), channels=(Channel("C9", "garden", frozenset({zoe.id})),)) as slack:
        assert slack.say("It rains")["message"]["user"] == zoe.id
        with Hands(slack.url, user="zoe", channel="garden", patience=0.05) as elsewhere:
            assert [each["text"] for each in elsewhere.messages()] == ["It rains"]
            with pytest.raises(AssertionError, match="waited in vain for “sun” in garden"):
                elsewhere.wait_for("sun")
            with pytest.raises(ValueError, match="no slash command"):
                elsewhere.command("anything")


def test_what_is_no_manifest_is_named(tmp_path: Path) -> None:
    path = tmp_path / "app.yaml"
    path.write_text("[unclosed")
    with pytest.raises(ValueError, match=r"app\.yaml is not readable"):
        LiveWorkspace(path)


def test_one_that_was_never_entered_can_be_closed() -> None:
    made = LiveWorkspace(manifest())
    made.close()
    with pytest.raises(httpx.TransportError):
        httpx.get(made.url)
