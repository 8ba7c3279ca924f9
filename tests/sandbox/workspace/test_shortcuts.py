"""Shortcuts, and what a form's selects are told and give, as Slack has it."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from opsbot.sandbox.workspace import WorkspaceServer
from tests.sandbox.workspace.support import JSON, Control, demo_workspace, manifest
from tests.sandbox.workspace.test_views import modal, text_input

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_bolt import Ack, App
    from slack_sdk import WebClient


def with_shortcuts() -> JSON:
    made = manifest()
    made["features"]["shortcuts"] = [
        {"name": "Anything", "type": "global", "callback_id": "anything", "description": "All there is"},
        {"name": "This one", "type": "message", "callback_id": "this", "description": "Of a message"},
    ]
    return made


@pytest.fixture
def server() -> Iterator[WorkspaceServer]:
    with WorkspaceServer(demo_workspace(with_shortcuts())) as running:
        yield running


@pytest.fixture
def client(app: App) -> WebClient:
    return app.client


def external(block_id: str, **rest: Any) -> JSON:
    element = {"type": "external_select", "action_id": block_id, "min_query_length": 0}
    label = {"type": "plain_text", "text": block_id}
    return {"type": "input", "block_id": block_id, "label": label, "element": element, **rest}


def conversation(**rest: Any) -> JSON:
    element = {"type": "conversations_select", "action_id": "where", "default_to_current_conversation": True, **rest}
    return {"type": "input", "block_id": "where", "label": {"type": "plain_text", "text": "w"}, "element": element}


def offer(*values: str) -> list[JSON]:
    return [{"text": {"type": "plain_text", "text": value[:75] or "-"}, "value": value} for value in values]


def test_a_global_shortcut_does_not_say_where_but_its_form_knows(app: App, client: WebClient, control: Control) -> None:
    sent: queue.Queue[JSON] = queue.Queue()

    @app.global_shortcut("anything")
    def used(ack: Ack, shortcut: JSON) -> None:
        ack()
        sent.put(shortcut)

    @app.view("form")
    def submitted(ack: Ack, body: JSON) -> None:
        ack()
        sent.put(body)

    assert control.post("/shortcut", user="maya", callback_id="anything", channel="random")["acked"]
    payload = sent.get(timeout=5)
    assert (payload["type"], payload["callback_id"]) == ("shortcut", "anything")
    assert not {"channel", "message", "response_url"} & payload.keys()
    client.views_open(trigger_id=payload["trigger_id"], view=modal(conversation(response_url_enabled=True)))
    assert control.post("/submit", user="maya")["ok"]
    body = sent.get(timeout=5)
    assert body["view"]["state"]["values"]["where"]["where"]["selected_conversation"] == "C03RANDOM"
    (given,) = body["response_urls"]
    assert (given["channel_id"], given["block_id"], given["action_id"]) == ("C03RANDOM", "where", "where")
    # The URL answers there, though the app isn't in that channel.
    assert httpx.post(given["response_url"], json={"text": "done"}).text == "ok"
    assert control.messages("random", user="maya")[-1]["text"] == "done"


def test_a_message_shortcut_brings_the_message(app: App, control: Control) -> None:
    sent: queue.Queue[JSON] = queue.Queue()

    @app.message_shortcut("this")
    def used(ack: Ack, shortcut: JSON) -> None:
        ack()
        sent.put(shortcut)

    said = control.say("hello")["message"]
    used_on = {"user": "omar", "callback_id": "this", "channel": "ml-ops", "messageTs": said["ts"]}
    assert control.post("/shortcut", **used_on)["acked"]
    payload = sent.get(timeout=5)
    assert (payload["type"], payload["message_ts"], payload["message"]["text"]) == (
        "message_action",
        said["ts"],
        "hello",
    )
    assert (payload["channel"]["id"], payload["user"]["id"]) == ("C01MLOPS", "U02OMAR")
    assert payload["response_url"]
    assert payload["trigger_id"]


def test_shortcuts_that_are_not_declared_or_of_the_other_kind_are_refused(app: App, control: Control) -> None:
    said = control.say("hello")["message"]
    for callback_id, more in (
        ("nothing", {}),
        ("this", {}),
        ("anything", {"channel": "ml-ops", "messageTs": said["ts"]}),
    ):
        reply = control.post("/shortcut", user="maya", callback_id=callback_id, **more)
        assert reply["error"] == "no_such_shortcut"
    gone = control.post("/shortcut", user="maya", callback_id="this", channel="ml-ops", messageTs="1.0")
    assert gone["error"] == "message_not_found"


def test_who_types_into_a_select_is_not_told_what_stands_in_the_others(
    app: App, client: WebClient, control: Control
) -> None:
    asked: queue.Queue[JSON] = queue.Queue()
    app.command("/apid")(lambda ack: ack())

    @app.options("pick")
    def typed(ack: Ack, body: JSON) -> None:
        asked.put(body)
        ack(options=offer("v1", "v2"))

    trigger = control.command("x")["payload"]["trigger_id"]
    client.views_open(trigger_id=trigger, view=modal(text_input("why"), external("pick"), private_metadata="m"))
    control.post("/submit", user="maya", values={"why": "because"})
    offered = control.post("/options", user="maya", action={"action_id": "pick", "value": "v"})
    assert [each["value"] for each in offered["options"]] == ["v1", "v2"]
    body = asked.get(timeout=5)
    assert (body["type"], body["value"], body["view"]["private_metadata"]) == ("block_suggestion", "v", "m")
    assert body["view"]["state"] == {"values": {}}


@pytest.mark.parametrize("options", [offer(*map(str, range(101))), offer("x" * 151), [{"value": "v"}], None])
def test_options_that_slack_would_not_show_are_refused(
    app: App, client: WebClient, control: Control, options: list[JSON] | None
) -> None:
    app.command("/apid")(lambda ack: ack())
    app.options("pick")(lambda ack: ack(options=options) if options is not None else ack({}))
    trigger = control.command("x")["payload"]["trigger_id"]
    client.views_open(trigger_id=trigger, view=modal(external("pick")))
    reply = control.post("/options", user="maya", action={"action_id": "pick", "value": "v"})
    assert reply["error"] == "invalid_options"


def test_an_updated_input_shows_its_new_initial_value_only_under_a_new_id(
    app: App, client: WebClient, control: Control
) -> None:
    heard: queue.Queue[JSON] = queue.Queue()
    app.command("/apid")(lambda ack: ack())

    @app.view("form")
    def submitted(ack: Ack, body: JSON) -> None:
        ack()
        heard.put(body["view"]["state"]["values"])

    def field(block_id: str, value: str) -> JSON:
        made = text_input(block_id)
        made["element"] |= {"action_id": "text", "initial_value": value}
        return made

    trigger = control.command("x")["payload"]["trigger_id"]
    view: Any = client.views_open(trigger_id=trigger, view=modal(field("a", "one"), field("b", "one")))["view"]
    client.views_update(view_id=view["id"], hash=view["hash"], view=modal(field("a", "two"), field("c", "two")))
    assert control.post("/submit", user="maya")["ok"]
    values = heard.get(timeout=5)
    assert {block: entered["text"]["value"] for block, entered in values.items()} == {"a": "one", "c": "two"}
