"""A Bolt app in Socket Mode: commands, clicks, mentions, and what it says back."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from slack_bolt.adapter.socket_mode import SocketModeHandler as BuiltinHandler
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler as WebSocketClientHandler

from opsbot.sandbox.workspace import Timing, WorkspaceServer
from tests.sandbox.workspace.support import (
    JSON,
    Control,
    actions,
    bolt_app,
    button,
    connected,
    demo_workspace,
    manifest,
    section,
    select,
)
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import Ack, App, Respond, Say
    from slack_bolt.adapter.socket_mode.base_handler import BaseSocketModeHandler
    from slack_sdk import WebClient


def test_a_command_reaches_the_app_with_slacks_fields(app: App, control: Control) -> None:
    heard: queue.Queue[JSON] = queue.Queue()

    @app.command("/apid")
    def listen(ack: Ack, command: dict[str, Any]) -> None:
        ack()
        heard.put(command)

    outcome = control.command("publish v3 for @omar and @ml-approvers in #approvals <now>")
    assert (outcome["ok"], outcome["acked"], outcome["response"]) == (True, True, {})
    command = heard.get(timeout=5)
    assert command["text"] == (
        "publish v3 for <@U02OMAR|omar> and <!subteam^S01APPROVERS|@ml-approvers> in "
        "<#C02APPROVALS|approvals> &lt;now&gt;"
    )
    assert (command["command"], command["user_id"], command["channel_name"]) == ("/apid", "U01MAYA", "ml-ops")
    assert command["trigger_id"]


def test_without_escaping_mentions_come_as_typed() -> None:
    with WorkspaceServer(demo_workspace(manifest(should_escape=False))) as server:
        app = bolt_app(server)
        heard: queue.Queue[str] = queue.Queue()

        @app.command("/apid")
        def listen(ack: Ack, command: dict[str, Any]) -> None:
            ack()
            heard.put(command["text"])

        with connected(app, server):
            control = Control(server)
            control.command("ask @omar")
            control.close()
    assert heard.get(timeout=5) == "ask @omar"


def test_what_comes_with_the_acknowledgement_is_for_the_asker(app: App, control: Control) -> None:
    @app.command("/apid")
    def listen(ack: Ack) -> None:
        ack("just for you")

    outcome = control.command("services")
    assert outcome["response"] == {"text": "just for you"}
    [message] = control.messages(user="maya")
    assert (message["text"], message["ephemeral"], message["addressee"]) == ("just for you", True, "U01MAYA")
    assert control.messages(user="omar") == []


def test_an_answer_in_the_channel_shows_what_was_typed(app: App, control: Control) -> None:
    @app.command("/apid")
    def listen(ack: Ack) -> None:
        ack(text="for all", response_type="in_channel")

    control.command("services")
    assert [(m["user"], m["text"]) for m in control.messages()] == [("U01MAYA", "/apid services"), ("U0BOT", "for all")]


@pytest.mark.parametrize("handler", [BuiltinHandler, WebSocketClientHandler])
def test_the_clients_of_the_sdk_connect(
    server: WorkspaceServer, control: Control, handler: type[BaseSocketModeHandler]
) -> None:
    app = bolt_app(server)

    @app.command("/apid")
    def listen(ack: Ack) -> None:
        ack("heard")

    connection = handler(app, "xapp-sandbox")  # type: ignore[call-arg]
    connection.connect()  # type: ignore[no-untyped-call]
    server.wait_for_app()
    assert control.command("services")["response"] == {"text": "heard"}
    connection.close()  # type: ignore[no-untyped-call]
    wait_until(lambda: control.get("/state")["app"]["connections"] == 0)


def test_a_silent_app_is_reported_to_the_asker_after_its_time() -> None:
    with WorkspaceServer(demo_workspace(timing=Timing(ack_seconds=0.2))) as server:
        app = bolt_app(server)
        over = threading.Event()

        @app.command("/apid")
        def listen(ack: Ack) -> None:
            over.wait(5)
            ack()

        with connected(app, server):
            control = Control(server)
            outcome = control.command("services")
            over.set()
            [message] = control.messages()
            control.close()
    assert (outcome["ok"], outcome["acked"], outcome["error"]) == (False, False, "operation_timeout")
    assert 150 < outcome["elapsed_ms"] < 2000
    assert "the app did not respond" in message["text"]
    assert (message["user"], message["addressee"]) == ("USLACKBOT", "U01MAYA")


def test_a_command_without_an_app_fails_at_once(control: Control) -> None:
    assert control.command("services")["error"] == "dispatch_failed"


def test_an_unknown_command_is_answered_by_slack(control: Control) -> None:
    outcome = control.post("/command", channel="ml-ops", user="maya", command="/nope")
    assert "not a valid command" in outcome["message"]["text"]


def test_the_bot_is_invited_by_a_command(control: Control, client: WebClient) -> None:
    control.post("/command", channel="random", user="maya", command="/invite", text="@opsbot")
    assert client.chat_postMessage(channel="C03RANDOM", text="here")["ok"]


def test_a_click_tells_the_app_where_it_was(app: App, client: WebClient, control: Control) -> None:
    heard: queue.Queue[JSON] = queue.Queue()

    @app.action("go")
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        heard.put(body)

    posted = client.chat_postMessage(channel="C01MLOPS", text="t", blocks=[section(), actions(button(value="r-1"))])
    outcome = control.click(posted["ts"], {"action_id": "go", "value": "r-1"}, user="omar")
    assert outcome["acked"]
    body = heard.get(timeout=5)
    assert body["user"]["id"] == "U02OMAR"
    assert body["channel"] == {"id": "C01MLOPS", "name": "ml-ops"}
    assert body["container"]["message_ts"] == body["message"]["ts"] == posted["ts"]
    [action] = body["actions"]
    assert (action["type"], action["value"], action["block_id"]) == ("button", "r-1", "acts")


def test_a_choice_comes_with_the_state_of_the_message(app: App, client: WebClient, control: Control) -> None:
    heard: queue.Queue[JSON] = queue.Queue()

    @app.action("pick")
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        heard.put(body)

    posted = client.chat_postMessage(channel="C01MLOPS", text="t", blocks=[actions(select("v1", "v2"), button())])
    control.click(posted["ts"], {"action_id": "pick", "value": "v2"})
    body = heard.get(timeout=5)
    assert body["actions"][0]["selected_option"]["value"] == "v2"
    assert body["state"]["values"]["acts"]["pick"]["selected_option"]["text"]["text"] == "V2"
    assert control.click(posted["ts"], {"action_id": "pick", "value": "v9"})["error"] == "no_such_option"
    assert control.click(posted["ts"], "nothing")["error"] == "no_such_action"


def test_a_click_on_an_ephemeral_does_not_bring_the_message(app: App, client: WebClient, control: Control) -> None:
    heard: queue.Queue[JSON] = queue.Queue()

    @app.action("go")
    def listen(ack: Ack, body: dict[str, Any], respond: Respond) -> None:
        ack()
        respond(text="done", replace_original=True)
        heard.put(body)

    shown = client.chat_postEphemeral(channel="C01MLOPS", user="U01MAYA", text="t", blocks=[actions(button())])[
        "message_ts"
    ]
    assert control.click(shown, "go", user="omar")["error"] == "message_not_found"
    control.click(shown, "go")
    body = heard.get(timeout=5)
    assert body["container"]["is_ephemeral"]
    assert "message" not in body
    [replaced] = control.messages()
    assert (replaced["ts"], replaced["text"], replaced["addressee"]) == (shown, "done", "U01MAYA")


def test_a_response_may_be_for_all_replace_and_delete(app: App, client: WebClient, control: Control) -> None:
    @app.action("go")
    def listen(ack: Ack) -> None:
        ack()

    def answer(body: JSON) -> None:
        url = control.click(posted, "go")["payload"]["response_url"]
        assert httpx.post(url, json=body).text == "ok"

    posted = client.chat_postMessage(channel="C01MLOPS", text="t", blocks=[actions(button())])["ts"]
    answer({"text": "for all", "response_type": "in_channel", "replace_original": False})
    answer({"text": "replaced", "blocks": [actions(button())], "replace_original": True})
    assert [message["text"] for message in control.messages()] == ["replaced", "for all"]
    answer({"delete_original": True})
    assert [message["text"] for message in control.messages()] == ["for all"]


def test_a_mention_in_a_thread_is_an_event(app: App, client: WebClient, control: Control) -> None:
    heard: queue.Queue[JSON] = queue.Queue()

    @app.event("app_mention")
    def listen(event: dict[str, Any], say: Say) -> None:
        heard.put(event)
        say(text="heard", thread_ts=event["thread_ts"])

    @app.event("message")
    def ignore() -> None:
        pass

    parent = client.chat_postMessage(channel="C02APPROVALS", text="card")["ts"]
    control.say("@opsbot decline a < b", user="omar", channel="approvals", thread_ts=parent)
    event = heard.get(timeout=5)
    assert (event["text"], event["thread_ts"], event["user"]) == ("<@U0BOT> decline a &lt; b", parent, "U02OMAR")
    wait_until(lambda: len(client.conversations_replies(channel="C02APPROVALS", ts=parent)["messages"]) == 3)


def test_the_app_hears_only_what_its_bot_could_see(app: App, control: Control) -> None:
    heard: queue.Queue[str] = queue.Queue()

    @app.event("app_mention")
    def mentioned(event: dict[str, Any]) -> None:
        heard.put(event["text"])

    @app.event("message")
    def said(event: dict[str, Any]) -> None:
        heard.put(event["text"])

    control.say("@opsbot are you there?", channel="random")
    control.say("nobody mentioned")
    assert heard.get(timeout=5) == "nobody mentioned"
    assert heard.empty()


def test_each_payload_goes_to_one_connection_in_turn(server: WorkspaceServer, control: Control) -> None:
    counts = Counter[int]()
    apps = [bolt_app(server), bolt_app(server)]
    for number, app in enumerate(apps):
        app.command("/apid")(counting(counts, number))

    with connected(apps[0], server), connected(apps[1], server):
        wait_until(lambda: control.get("/state")["app"]["connections"] == 2)
        for _ in range(6):
            control.command("services")
    assert counts == {0: 3, 1: 3}


def test_an_event_that_was_not_acknowledged_comes_again() -> None:
    timing = Timing(ack_seconds=0.2, event_retries=(0.0, 0.0))
    with WorkspaceServer(demo_workspace(timing=timing)) as server:
        control = Control(server)
        control.say("nobody hears this")
        wait_until(lambda: len(control.get("/log")["log"]) == 3)
        entries = control.get("/log")["log"]
        control.close()
    assert len({entry["request"]["event_id"] for entry in entries}) == 1


def test_a_reset_puts_everything_back(client: WebClient, control: Control) -> None:
    client.chat_postMessage(channel="C01MLOPS", text="x")
    client.conversations_join(channel="C03RANDOM")
    assert control.post("/reset") == {"ok": True}
    assert control.messages() == []
    members = {channel["name"]: channel["is_member"] for channel in control.get("/state")["channels"]}
    assert members == {"ml-ops": True, "approvals": True, "api-news": True, "random": False}


def test_the_control_api_says_what_is_missing(control: Control) -> None:
    reply = control.post("/command", user="maya")
    assert reply["error"] == "invalid_arguments"
    assert len(reply["response_metadata"]["messages"]) == 2
    assert control.say("x", user="nobody")["error"] == "user_not_found"


def counting(counts: Counter[int], number: int) -> Callable[[Ack], None]:
    def listen(ack: Ack) -> None:
        counts[number] += 1
        ack()

    return listen
