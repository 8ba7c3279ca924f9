"""Fields in which several are chosen, and those that Slack draws in ways of their own."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Locator, expect

from tests.sandbox.page.support import asked, plain
from tests.sandbox.workspace.support import JSON, actions, bolt_app, connected, section, web_client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_bolt import Ack, App
    from slack_sdk import WebClient

    from opsbot.sandbox.workspace import WorkspaceServer
    from tests.sandbox.page.support import Tab

CHOICES = ("Rules", "Scoring", "Churn")


def option(name: str) -> JSON:
    return {"text": plain(name), "value": name.lower()}


def several(what: str, **more: Any) -> JSON:
    return {"type": f"multi_{what}_select"} | more


@pytest.fixture
def heard() -> queue.Queue[JSON]:
    return queue.Queue()


@pytest.fixture
def app(server: WorkspaceServer, heard: queue.Queue[JSON]) -> Iterator[App]:
    made = bolt_app(server)
    made.event("message")(lambda: None)

    @made.options("services")
    def offered(ack: Ack, payload: JSON) -> None:
        ack(options=[option(name) for name in CHOICES if payload["value"].lower() in name.lower()])

    @made.action("services")
    def chosen(ack: Ack, action: JSON) -> None:
        ack()
        heard.put(action)

    @made.command("/apid")
    def command(ack: Ack, command: dict[str, Any], client: WebClient) -> None:
        ack()
        groups = [{"label": plain("Some"), "options": [option("Red"), option("Green")]}]
        blocks = [
            asked("services", several("external", min_query_length=0, initial_options=[option("Churn")])),
            asked("colours", several("static", option_groups=groups, max_selected_items=1), optional=True),
            asked("people", several("users", initial_users=["U01MAYA"])),
            asked("places", several("conversations", default_to_current_conversation=True)),
            asked("when", {"type": "datetimepicker", "initial_date_time": 1_800_000_000}),
            asked("why", {"type": "rich_text_input"}),
        ]
        view = {"type": "modal", "title": plain("Choose"), "submit": plain("Go"), "callback_id": "go", "blocks": blocks}
        client.views_open(trigger_id=command["trigger_id"], view=view)

    @made.view("go")
    def gone(ack: Ack, view: JSON) -> None:
        ack()
        heard.put(view["state"]["values"])

    with connected(made, server):
        yield made


@pytest.fixture
def modal(app: App, tab: Tab) -> Iterator[Locator]:
    tab.open()
    tab.type("/apid choose")
    shown = tab.page.locator(".modal")
    expect(shown).to_be_visible()
    yield shown
    assert tab.faults == []


def part(modal: Locator, name: str) -> Locator:
    return modal.locator(f".input-block[data-block-id={name}]")


def test_several_are_chosen_as_pieces_and_taken_away_again(modal: Locator, tab: Tab, heard: queue.Queue[JSON]) -> None:
    services = part(modal, "services")
    pieces, found, keys = services.locator(".piece-text"), services.locator(".found:visible"), tab.page.keyboard
    expect(pieces).to_have_text(["Churn"])
    expect(services.locator(".field")).to_be_focused()
    keys.type("R")
    expect(found).to_have_text(["Rules", "Scoring"])
    keys.press("Enter")
    expect(pieces).to_have_text(["Churn", "Rules"])
    expect(services.locator(".field")).to_have_value("")
    keys.press("ArrowDown")
    expect(found).to_have_text(["Scoring"])
    keys.press("ArrowDown")
    expect(services.locator(".field")).to_have_attribute("aria-expanded", "true")
    keys.press("Enter")
    expect(pieces).to_have_text(["Churn", "Rules", "Scoring"])
    keys.press("Backspace")
    expect(pieces).to_have_text(["Churn", "Rules"])
    services.get_by_title("Remove Churn").click()
    expect(pieces).to_have_text(["Rules"])
    expect(services.locator(".field")).to_be_focused()

    colours = part(modal, "colours")
    for typed, left in (("green", "Green"), ("red", "Green")):  # there is room for one
        colours.locator(".field").fill(typed)
        expect(colours.locator(".found")).to_have_text([typed.title()])
        colours.locator(".found").click()
        expect(colours.locator(".piece-text")).to_have_text([left])
    part(modal, "people").locator(".field").fill("omar")
    expect(part(modal, "people").locator(".found")).to_have_text(["Omar Haddad"])
    part(modal, "people").locator(".found").click()
    expect(part(modal, "people").locator(".piece-text")).to_have_text(["Maya Lindqvist", "Omar Haddad"])
    part(modal, "why").locator(".field").fill("so *so*")
    modal.locator(".modal-submit").click()
    values = heard.get(timeout=5)
    assert values["services"]["services"]["selected_options"] == [option("Rules")]
    assert values["colours"]["colours"]["selected_options"] == [option("Green")]
    assert values["people"]["people"]["selected_users"] == ["U01MAYA", "U02OMAR"]
    assert values["places"]["places"]["selected_conversations"] == ["C01MLOPS"]
    assert values["when"]["when"]["selected_date_time"] == 1_800_000_000
    sections = values["why"]["why"]["rich_text_value"]["elements"]
    assert sections[0]["elements"] == [{"type": "text", "text": "so *so*"}]


def test_a_label_is_for_its_field_and_what_is_wrong_describes_it(modal: Locator) -> None:
    expect(modal.get_by_label("services")).to_have_attribute("role", "combobox")
    expect(modal.get_by_label("when")).to_have_value("2027-01-15T17:00")
    modal.get_by_title("Remove Churn").click()
    modal.locator(".modal-submit").click()
    expect(modal.get_by_label("services")).to_have_attribute("aria-invalid", "true")
    expect(modal.get_by_label("services")).to_have_accessible_description("Please complete this required field.")


def test_in_a_message_the_app_hears_of_each_choice(
    app: App, tab: Tab, heard: queue.Queue[JSON], server: WorkspaceServer
) -> None:
    blocks = [section("Which?"), actions(several("external", action_id="services", min_query_length=0))]
    web_client(server).chat_postMessage(channel="C01MLOPS", text="Which?", blocks=blocks)
    tab.open()
    tab.action("services").fill("chu")
    expect(tab.page.locator(".found")).to_have_text(["Churn"])
    tab.page.locator(".found").click()
    assert heard.get(timeout=5)["selected_options"] == [option("Churn")]
    expect(tab.page.locator(".main .piece-text")).to_have_text(["Churn"])  # the app hears of it before it is shown
    expect(tab.action("services")).to_have_value("")
    tab.action("services").press("Backspace")
    assert heard.get(timeout=5)["selected_options"] == []
    assert tab.faults == []
