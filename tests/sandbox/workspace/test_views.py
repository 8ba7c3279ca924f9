"""Modals and Homes: opened by a trigger, filled in, submitted, stacked."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.sandbox.workspace.support import JSON, Control, code_of, section, select
from tests.waiting import wait_until

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from slack_sdk import WebClient


def text_input(block_id: str, *, optional: bool = False) -> JSON:
    element = {"type": "plain_text_input", "action_id": block_id}
    label = {"type": "plain_text", "text": block_id}
    return {"type": "input", "block_id": block_id, "label": label, "element": element, "optional": optional}


def modal(*blocks: JSON, title: str = "Publish", **rest: Any) -> JSON:
    plain = {"type": "plain_text", "text": title}
    return {"type": "modal", "title": plain, "submit": plain, "callback_id": "form", "blocks": list(blocks), **rest}


@pytest.fixture
def trigger(app: App, control: Control) -> str:
    app.command("/apid")(lambda ack: ack())
    return str(control.command("publish")["payload"]["trigger_id"])


def test_a_modal_is_filled_in_and_submitted(app: App, client: WebClient, control: Control, trigger: str) -> None:
    heard: queue.Queue[JSON] = queue.Queue()

    @app.view("form")
    def submitted(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        heard.put(body)

    pick = {
        "type": "input",
        "block_id": "pick",
        "label": {"type": "plain_text", "text": "v"},
        "element": select("v1", "v2"),
    }
    client.views_open(trigger_id=trigger, view=modal(text_input("why"), pick, private_metadata="m"))
    assert control.post("/submit", user="maya")["errors"].keys() == {"why", "pick"}
    done = control.post("/submit", user="maya", values={"why": "a < b", "pick": "v2"})
    assert (done["ok"], done["acked"]) == (True, True)
    body = heard.get(timeout=5)
    assert body["view"]["private_metadata"] == "m"
    values = body["view"]["state"]["values"]
    assert values["why"]["why"] == {"type": "plain_text_input", "value": "a < b"}
    assert values["pick"]["pick"]["selected_option"]["value"] == "v2"
    assert control.post("/submit", user="maya")["error"] == "view_not_found"


def test_errors_keep_the_modal_open_and_an_update_keeps_what_was_entered(
    app: App, client: WebClient, control: Control, trigger: str
) -> None:
    answers: list[JSON] = [
        {"response_action": "errors", "errors": {"why": "Too short."}},
        {"response_action": "update", "view": modal(text_input("why"), text_input("more", optional=True))},
        {"response_action": "push", "view": modal(section("Sure?"), title="Sure?")},
        {"response_action": "clear"},
    ]

    @app.view("form")
    def submitted(ack: Ack) -> None:
        ack(**answers.pop(0))

    client.views_open(trigger_id=trigger, view=modal(text_input("why")))
    refused = control.post("/submit", user="maya", values={"why": "x"})
    assert (refused["ok"], refused["errors"]) == (False, {"why": "Too short."})
    assert control.post("/submit", user="maya")["ok"]
    [view] = control.get("/state")["views"]
    assert view["state"]["values"]["why"]["why"]["value"] == "x"
    assert control.post("/submit", user="maya")["ok"]
    [view] = control.get("/state")["views"]
    assert view["title"]["text"] == "Sure?"
    assert control.post("/submit", user="maya")["ok"]
    assert control.get("/state")["views"] == []


@pytest.mark.parametrize(
    "view",
    [
        modal(section(), title="x" * 25),
        modal(section(), private_metadata="x" * 3001),
        modal(section("")),
        modal(text_input("why"), submit=None),
        {"type": "modal", "blocks": [section()]},
    ],
)
def test_a_view_that_slack_would_refuse_is_refused(client: WebClient, trigger: str, view: JSON) -> None:
    with pytest.raises(SlackApiError) as error:
        client.views_open(trigger_id=trigger, view=view)
    assert code_of(error) == "invalid_arguments"


def test_an_update_must_know_what_it_changes(client: WebClient, trigger: str) -> None:
    opened = client.views_open(trigger_id=trigger, view=modal(section()))["view"]
    client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal(section("new")))
    with pytest.raises(SlackApiError) as error:
        client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal(section("old")))
    assert code_of(error) == "hash_conflict"
    with pytest.raises(SlackApiError) as error:
        client.views_update(view_id="V0NOTHING", view=modal(section()))
    assert code_of(error) == "not_found"


def test_a_select_asks_the_app_for_its_options(app: App, client: WebClient, control: Control, trigger: str) -> None:
    options = [{"text": {"type": "plain_text", "text": "v7"}, "value": "v7"}]
    app.options("version")(lambda ack: ack(options=options))
    heard: queue.Queue[str] = queue.Queue()

    @app.view("form")
    def submitted(ack: Ack, view: dict[str, Any]) -> None:
        ack()
        heard.put(view["state"]["values"]["b"]["version"]["selected_option"]["value"])

    element = {"type": "external_select", "action_id": "version", "min_query_length": 1}
    block = {"type": "input", "block_id": "b", "label": {"type": "plain_text", "text": "v"}, "element": element}
    client.views_open(trigger_id=trigger, view=modal(block))
    asked = {"action_id": "version", "value": "v"}
    assert control.post("/options", user="maya", action=asked)["options"] == options
    assert control.post("/options", user="maya", action={"action_id": "version"})["options"] == []
    control.post("/submit", user="maya", values={"version": options[0]})
    assert heard.get(timeout=5) == "v7"


def test_closing_is_told_to_who_asked(app: App, client: WebClient, control: Control, trigger: str) -> None:
    heard: queue.Queue[str] = queue.Queue()

    @app.view_closed("form")
    def closed(ack: Ack, view: dict[str, Any]) -> None:
        ack()
        heard.put(view["callback_id"])

    client.views_open(trigger_id=trigger, view=modal(section(), notify_on_close=True))
    control.post("/close", user="maya")
    assert heard.get(timeout=5) == "form"


def test_where_all_is_cleared_each_that_asked_is_told_of(
    app: App, client: WebClient, control: Control, trigger: str
) -> None:
    heard: queue.Queue[tuple[str, bool]] = queue.Queue()

    @app.view_closed("form")
    def closed(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        heard.put((body["view"]["id"], body["is_cleared"]))

    first = client.views_open(trigger_id=trigger, view=modal(section(), notify_on_close=True))["view"]
    again = str(control.command("publish")["payload"]["trigger_id"])
    second = client.views_push(trigger_id=again, view=modal(section(), notify_on_close=True, clear_on_close=True))
    control.post("/close", user="maya")
    assert [heard.get(timeout=5), heard.get(timeout=5)] == [(second["view"]["id"], True), (first["id"], True)]
    wait_until(lambda: control.get("/state")["views"] == [])


def test_a_home_is_published_when_somebody_looks(app: App, control: Control) -> None:
    @app.event("app_home_opened")
    def opened(event: dict[str, Any], client: WebClient) -> None:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section("Welcome")]})

    control.post("/open-home", user="maya")
    wait_until(lambda: [view["user"] for view in control.get("/state")["views"]] == ["U01MAYA"])


def test_a_home_that_was_published_comes_with_its_opening_and_with_clicks_in_it(
    app: App, client: WebClient, control: Control
) -> None:
    heard: queue.Queue[JSON] = queue.Queue()

    @app.event("app_home_opened")
    def opened(event: JSON) -> None:
        heard.put(event)

    @app.action("yes")
    def clicked(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        heard.put(body)

    control.post("/open-home", user="maya")
    assert "view" not in heard.get(timeout=5)
    yes = {"type": "button", "action_id": "yes", "text": {"type": "plain_text", "text": "Yes"}, "value": "1"}
    view = {"type": "home", "blocks": [{"type": "actions", "elements": [yes]}]}
    published = client.views_publish(user_id="U01MAYA", view=view)["view"]
    control.post("/open-home", user="maya")
    event = heard.get(timeout=5)
    assert (event["tab"], event["view"]["hash"]) == ("home", published["hash"])
    control.post("/open-home", user="maya", tab="messages")
    event = heard.get(timeout=5)
    assert (event["tab"], "view" in event) == ("messages", False)
    control.post("/interact", user="maya", view=published["id"], action={"action_id": "yes"})
    body = heard.get(timeout=5)
    assert body["container"] == {"type": "view", "view_id": published["id"]}
    assert body["view"]["hash"] == published["hash"]
    assert body["view"]["type"] == "home"
    assert {"channel", "message", "response_url"} & body.keys() == set()


def test_a_home_is_replaced_only_by_who_knows_what_it_shows(client: WebClient) -> None:
    def publish(mark: str | None = None) -> JSON:
        shown: JSON = client.views_publish(user_id="U01MAYA", view={"type": "home", "blocks": []}, hash=mark)["view"]
        return shown

    with pytest.raises(SlackApiError) as error:
        publish("1.nothing")
    assert code_of(error) == "hash_conflict"
    first = publish()
    second = publish(first["hash"])
    assert (second["id"], second["hash"] != first["hash"]) == (first["id"], True)
    with pytest.raises(SlackApiError) as error:
        publish(first["hash"])
    assert code_of(error) == "hash_conflict"
    assert publish()["id"] == first["id"]


def test_a_tab_that_is_none_can_not_be_entered(control: Control) -> None:
    assert control.post("/open-home", user="maya", tab="about")["error"] == "no_such_tab"
