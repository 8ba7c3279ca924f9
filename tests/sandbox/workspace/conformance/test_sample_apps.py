"""The sample apps run, and people get from them what they are for."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from opsbot.sandbox.workspace.line import Line
from tests.apart import run_apart
from tests.sandbox.workspace.conformance.installed import MAYA, ML_OPS, unretrying
from tests.sandbox.workspace.conformance.sample_apps import (
    answers,
    async_hello,
    command_form,
    external_options,
    hello,
    home,
    mention,
    message_options,
    shortcut_form,
    upload,
    watching,
)
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opsbot.sandbox.workspace import WorkspaceServer
    from tests.sandbox.workspace.support import Control

JSON = dict[str, Any]


@contextmanager
def running(server: WorkspaceServer, control: Control, listen: Callable[[App], None]) -> Iterator[None]:
    """Run a sample app as it is: only the address and the token are the workspace's."""
    wait_until(lambda: control.get("/state")["app"]["connections"] == 0)
    app = App(client=unretrying(server), signing_secret="sandbox")
    listen(app)
    with Line(app):
        wait_until(lambda: control.get("/state")["app"]["connections"] == 1)
        yield


def wait_for(control: Control, text: str, channel: str = ML_OPS) -> JSON:
    wait_until(lambda: text in [message["text"] for message in control.messages(channel)])
    return next(message for message in control.messages(channel) if message["text"] == text)


def direct(server: WorkspaceServer) -> str:
    """The direct conversation of Maya with the app."""
    return str(unretrying(server).conversations_open(users=MAYA)["channel"]["id"])


def wait_for_view(control: Control, title: str) -> JSON:
    def titles() -> list[str]:
        return [view["title"]["text"] for view in control.get("/state")["views"]]

    wait_until(lambda: titles() == [title])
    view: JSON = control.get("/state")["views"][0]
    return view


def test_the_app_of_getting_started_greets_and_hears_its_button(server: WorkspaceServer, control: Control) -> None:
    """https://docs.slack.dev/tools/bolt-python/getting-started."""
    with running(server, control, hello.listen):
        control.say("hello")
        greeted = wait_for(control, f"Hey there <@{MAYA}>!")
        assert control.click(greeted["ts"], "click", user="omar")["acked"]
        wait_for(control, "<@U02OMAR> clicked the button")


def test_an_app_answers_a_mention_in_its_thread_behind_a_middleware(server: WorkspaceServer, control: Control) -> None:
    """https://docs.slack.dev/tools/bolt-python/concepts/event-listening and custom middleware."""
    with running(server, control, mention.listen):
        asked = control.say("@opsbot how are you?")["message"]
        assert wait_for(control, "HOW ARE YOU?")["thread_ts"] == asked["ts"]


def test_a_form_of_a_shortcut_is_validated_and_submitted(server: WorkspaceServer, control: Control) -> None:
    """https://docs.slack.dev/tools/bolt-python/concepts/shortcuts and view-submissions."""
    with running(server, control, shortcut_form.listen):
        assert control.post("/shortcut", user="maya", callback_id="ask")["acked"]
        wait_for_view(control, "New task")
        assert control.post("/submit", user="maya", values={"name": "x"})["errors"] == {"name": "Say a little more."}
        assert control.post("/submit", user="maya", values={"name": "Water the plants", "due": "2026-05-01"})["ok"]
        wait_for(control, "Noted: Water the plants", direct(server))


def test_a_form_of_a_command_is_opened_lazily_updated_and_pushed(server: WorkspaceServer, control: Control) -> None:
    """https://docs.slack.dev/tools/bolt-python/concepts/commands, lazy-listeners and updating-pushing-views."""
    with running(server, control, command_form.listen):
        assert control.command("a colour")["response"] == {"text": "You asked for a colour."}
        wait_for(control, "A form is open.")
        assert control.post("/submit", user="maya", values={"colour": "Red"})["ok"]
        assert wait_for_view(control, "Colours")["callback_id"] == "second"
        assert control.post("/submit", user="maya", values={"colour": "Blue"})["ok"]
        assert control.get("/state")["views"] == []
        wait_for(control, "It is Blue.")


def test_a_home_is_published_when_it_is_opened_and_after_a_click(server: WorkspaceServer, control: Control) -> None:
    """https://docs.slack.dev/tools/bolt-python/concepts/app-home."""

    def shown() -> list[str]:
        return [view["blocks"][0]["text"]["text"] for view in control.get("/state")["views"]]

    with running(server, control, home.listen):
        control.post("/open-home", user="maya")
        wait_until(lambda: shown() == ["Clicked 0 times"])
        [view] = control.get("/state")["views"]
        assert control.post("/interact", user="maya", view=view["id"], action="more")["acked"]
        wait_until(lambda: shown() == ["Clicked 1 times"])


def test_an_app_sends_the_options_of_a_select_in_a_modal(server: WorkspaceServer, control: Control) -> None:
    """https://docs.slack.dev/tools/bolt-python/concepts/select-menu-options."""
    with running(server, control, external_options.listen):
        control.command("trip")
        wait_for_view(control, "Trip")
        offered = control.post("/options", user="maya", action={"action_id": "place", "value": "lo"})["options"]
        assert [option["value"] for option in offered] == ["Oslo", "Loire"]
        control.post("/submit", user="maya", values={"place": offered[0]})
        wait_for(control, "Off to Oslo", direct(server))


def test_an_app_sends_the_options_of_a_select_in_a_message(server: WorkspaceServer, control: Control) -> None:
    """https://docs.slack.dev/tools/bolt-python/concepts/select-menu-options, in a message."""
    with running(server, control, message_options.listen):
        control.say("order")
        asked = wait_for(control, "What will it be?")
        where = {"channel": ML_OPS, "messageTs": asked["ts"]}
        action = {"action_id": "dish", "value": "s"}
        offered = control.post("/options", user="maya", action=action, **where)["options"]
        assert [option["value"] for option in offered] == ["Soup", "Salad", "Stew"]
        control.click(asked["ts"], {"action_id": "dish", "selected_option": offered[2]})
        assert wait_for(control, "Stew it is.")["ts"] == asked["ts"]


def test_a_file_is_uploaded_from_the_shortcut_of_a_message(server: WorkspaceServer, control: Control) -> None:
    """https://docs.slack.dev/tools/python-slack-sdk/web: files_upload_v2, after a message shortcut."""
    with running(server, control, upload.listen):
        said = control.say("worth keeping")["message"]
        assert control.post("/shortcut", user="omar", callback_id="keep", channel=ML_OPS, messageTs=said["ts"])["acked"]
        kept = wait_for(control, "Kept.")
        assert kept["thread_ts"] == said["ts"]
        assert [(file["name"], file["size"]) for file in kept["files"]] == [("kept.txt", 13)]


def test_messages_are_heard_by_pattern_and_subtype(server: WorkspaceServer, control: Control) -> None:
    """https://docs.slack.dev/tools/bolt-python/concepts/message-listening and listener-middleware."""
    with running(server, control, watching.listen):
        control.say("see bug 7")
        wait_for(control, "That is bug number 7.")
        said = control.say("a message of five words")["message"]
        wait_until(lambda: next(m for m in control.messages() if m["ts"] == said["ts"]).get("reactions") is not None)
        unretrying(server, "xoxb-sandbox").chat_delete(
            channel=ML_OPS, ts=wait_for(control, "That is bug number 7.")["ts"]
        )
        control.say("fault 8")
        wait_for(control, "That is fault number 8.")
        assert not [m for m in control.messages() if "took back" in m["text"]]


def test_an_app_acknowledges_with_a_message_and_answers_to_one_and_to_all(
    server: WorkspaceServer, control: Control
) -> None:
    """https://docs.slack.dev/tools/bolt-python/concepts/acknowledge, actions, commands and select-menu-options."""
    with running(server, control, answers.listen):
        assert control.command("buy")["response"]["text"] == "Accepted"
        view = wait_for_view(control, "Basket")
        name = view["blocks"][0]["element"]["action_id"]
        offered = control.post("/options", user="maya", action="fruits")["options"]
        assert [option["value"] for option in offered] == ["apple", "pear", "lemon"]
        values = {name: "Maya", "fruits": offered[1:]}
        assert control.post("/submit", user="maya", values=values)["ok"]
        wait_for(control, "Maya: pear, lemon", direct(server))
        asked = wait_for(control, "Tell all?")
        assert asked["ephemeral"]
        control.click(asked["ts"], "told")
        assert "ephemeral" not in wait_for(control, f"<@{MAYA}> tells all")
        assert wait_for(control, "Told.")["addressee"] == MAYA


def test_the_app_of_getting_started_runs_on_asyncio_too(server: WorkspaceServer, control: Control) -> None:
    """https://docs.slack.dev/tools/bolt-python/concepts/async: AsyncApp, over Socket Mode with aiohttp."""
    wait_until(lambda: control.get("/state")["app"]["connections"] == 0)

    async def live() -> None:
        client = AsyncWebClient("xoxb-sandbox", base_url=f"{server.url}/api/", retry_handlers=[])
        app = AsyncApp(client=client, signing_secret="sandbox")
        async_hello.listen(app)
        handler = AsyncSocketModeHandler(app, "xapp-sandbox")
        await handler.connect_async()  # type: ignore[no-untyped-call]
        try:
            await asyncio.to_thread(control.say, "hello")
            await asyncio.to_thread(wait_for, control, f"Hey there <@{MAYA}>!")
            assert (await asyncio.to_thread(control.command, "services"))["acked"]
            await asyncio.to_thread(wait_for, control, "You typed services")
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]

    run_apart(live)
