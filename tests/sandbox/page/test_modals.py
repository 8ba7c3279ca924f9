"""Modals and selects: filled in, searched, corrected, submitted, and seen by their person only."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, expect

from tests.sandbox.page.support import Tab, asked, plain
from tests.sandbox.workspace.support import (
    JSON,
    actions,
    section,
    select,
)

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from slack_sdk import WebClient


def form(*blocks: JSON) -> JSON:
    said = plain("Publish")
    return {"type": "modal", "title": said, "submit": said, "callback_id": "form", "blocks": list(blocks)}


def test_a_modal_is_filled_in_searched_corrected_and_submitted(app: App, tab: Tab) -> None:
    heard: queue.Queue[JSON] = queue.Queue()
    found = [
        {"text": {"type": "plain_text", "text": f"scoring {version}"}, "value": version} for version in ("v6", "v7")
    ]
    app.options("version")(lambda ack: ack(options=found))

    @app.command("/apid")
    def command(ack: Ack, command: dict[str, Any], client: WebClient) -> None:
        ack()
        why = {"type": "plain_text_input", "multiline": True}
        version = {"type": "external_select", "min_query_length": 0}
        view = form(asked("why", why), asked("version", version), asked("pick", select("now", "later")))
        client.views_open(trigger_id=command["trigger_id"], view=view)

    @app.view("form")
    def submitted(ack: Ack, view: dict[str, Any]) -> None:
        values = view["state"]["values"]
        if len(values["why"]["why"]["value"]) < 5:
            ack(response_action="errors", errors={"why": "Say more."})
            return
        ack()
        heard.put(values)

    tab.open()
    tab.type("/apid publish")
    modal = tab.page.locator(".modal")
    expect(modal.locator(".modal-title")).to_have_text("Publish")
    modal.locator(".modal-submit").click()
    expect(modal.locator(".input-error-text", has_text="required")).to_have_count(3)
    modal.locator("[data-action-id=why]").fill("x")
    modal.locator("[data-action-id=version]").fill("v")
    modal.locator(".found[data-value=v7]").click()
    expect(modal.locator("[data-action-id=version]")).to_have_value("scoring v7")
    modal.locator("[data-action-id=pick]").select_option("later")
    modal.locator(".modal-submit").click()
    expect(modal.locator(".input-error-text", has_text="Say more.")).to_be_visible()
    modal.locator("[data-action-id=why]").fill("because <b>")
    modal.locator(".modal-submit").click()
    expect(modal).to_have_count(0)
    values = heard.get(timeout=5)
    assert values["why"]["why"]["value"] == "because <b>"
    assert values["version"]["version"]["selected_option"]["value"] == "v7"
    assert values["pick"]["pick"]["selected_option"]["value"] == "later"
    assert tab.faults == []


def test_escape_closes_a_modal_and_only_its_person_sees_it(browser: Browser, app: App, tab: Tab) -> None:
    @app.command("/apid")
    def command(ack: Ack, command: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=command["trigger_id"], view=form(section("Hello")))

    tab.open()
    tab.type("/apid publish")
    expect(tab.page.locator(".modal")).to_be_visible()
    with browser.new_context() as beside:
        omar = Tab(beside.new_page(), tab.url).open("omar")
        expect(omar.page.locator(".modal")).to_have_count(0)
    tab.page.keyboard.press("Escape")
    expect(tab.page.locator(".modal")).to_have_count(0)


def test_a_select_in_a_message_is_searched_and_chosen_in(app: App, client: WebClient, tab: Tab) -> None:
    heard: queue.Queue[JSON] = queue.Queue()
    found = [{"text": {"type": "plain_text", "text": name}, "value": name.lower()} for name in ("Soup", "Salad")]
    app.options("dish")(lambda ack, payload: ack(options=found if payload["value"] in ("", "s") else []))

    @app.action("dish")
    def chosen(ack: Ack, action: JSON) -> None:
        ack()
        heard.put(action["selected_option"])

    tab.open()
    external = {"type": "external_select", "action_id": "dish", "min_query_length": 0}
    client.chat_postMessage(channel="C01MLOPS", text="Hungry?", blocks=[section("Hungry?"), actions(external)])
    dish = tab.action("dish")
    dish.click()
    expect(tab.page.locator(".found")).to_have_text(["Soup", "Salad"])
    dish.fill("x")
    expect(tab.page.locator(".found-none")).to_be_visible()
    dish.fill("s")
    expect(tab.page.locator(".found")).to_have_count(2)
    dish.press("ArrowDown")
    dish.press("ArrowDown")
    dish.press("Enter")
    assert heard.get(timeout=5) == found[1]
    expect(dish).to_have_value("Salad")
    assert tab.faults == []
