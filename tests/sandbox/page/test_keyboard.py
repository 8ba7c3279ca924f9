"""A modal with the keyboard alone: it has the focus, keeps it when it is drawn anew, and gives it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Locator, expect

from tests.sandbox.page.support import asked, plain
from tests.sandbox.workspace.support import JSON, bolt_app, connected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_bolt import Ack, App
    from slack_sdk import WebClient

    from opsbot.sandbox.workspace import WorkspaceServer
    from tests.sandbox.page.support import Tab


def form(*, chosen: str = "nothing") -> JSON:
    """A form in which choosing a service changes the view, as the bot's own do."""
    search = {"type": "external_select", "min_query_length": 0}
    return {
        "type": "modal",
        "title": plain(f"Chosen: {chosen}"),
        "submit": plain("Publish"),
        "callback_id": "form",
        "blocks": [
            asked("service", search, dispatch_action=True),
            asked("model", search),
            asked("why", {"type": "plain_text_input"}),
        ],
    }


@pytest.fixture
def app(server: WorkspaceServer) -> Iterator[App]:
    made = bolt_app(server)
    made.event("message")(lambda: None)
    options = [{"text": plain(name), "value": name} for name in ("rules", "scoring")]
    made.options("service")(lambda ack: ack(options=options))
    made.options("model")(lambda ack: ack(options=options))

    @made.command("/apid")
    def command(ack: Ack, command: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=command["trigger_id"], view=form())

    @made.action("service")
    def choose(ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_update(view_id=body["view"]["id"], view=form(chosen=action["selected_option"]["value"]))

    with connected(made, server):
        yield made


@pytest.fixture
def modal(app: App, tab: Tab) -> Iterator[Locator]:
    tab.open()
    tab.type("/apid publish")
    shown = tab.page.locator(".modal")
    expect(shown).to_be_visible()
    yield shown
    assert tab.faults == []


def named(modal: Locator, name: str) -> Locator:
    return modal.locator(f"[data-action-id={name}]")


def test_what_is_typed_goes_into_the_form_and_never_behind_it(modal: Locator, tab: Tab) -> None:
    expect(named(modal, "service")).to_be_focused()
    tab.page.keyboard.type("sco")
    expect(named(modal, "service")).to_have_value("sco")
    tab.page.keyboard.press("Tab")
    tab.field.evaluate("field => field.focus()")
    tab.page.keyboard.type("aloud")
    tab.page.keyboard.press("Enter")
    expect(tab.field).to_have_value("")
    expect(tab.message("aloud")).to_have_count(0)


def test_tab_goes_round_in_the_dialog(modal: Locator, tab: Tab) -> None:
    stops = [named(modal, name) for name in ("service", "model", "why")]
    stops += [modal.locator(f".modal-{name}") for name in ("cancel", "submit", "close")]
    for stop in [*stops, stops[0]]:
        expect(stop).to_be_focused()
        tab.page.keyboard.press("Tab")
    for stop in [stops[1], stops[0], *reversed(stops)]:
        expect(stop).to_be_focused()
        tab.page.keyboard.press("Shift+Tab")


def test_tab_leaves_a_search_for_the_next_field_though_something_was_found(modal: Locator, tab: Tab) -> None:
    tab.page.keyboard.press("ArrowDown")
    expect(modal.locator(".found:visible")).to_have_count(2)
    tab.page.keyboard.press("Tab")
    expect(named(modal, "model")).to_be_focused()


def test_a_choice_leaves_the_focus_on_its_field_when_the_app_changes_the_form(modal: Locator, tab: Tab) -> None:
    tab.page.keyboard.press("ArrowDown")
    expect(modal.locator(".found:visible")).to_have_count(2)
    tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("Enter")
    expect(modal.locator(".modal-title")).to_have_text("Chosen: rules")
    expect(named(modal, "service")).to_have_value("rules")
    expect(named(modal, "service")).to_be_focused()
    expect(modal.locator(".found:visible")).to_have_count(0)
    tab.page.keyboard.press("Tab")
    expect(named(modal, "model")).to_be_focused()


def test_a_choice_in_a_form_that_stays_leaves_the_focus_too(modal: Locator, tab: Tab) -> None:
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("ArrowDown")
    expect(modal.locator(".found:visible")).to_have_count(2)
    tab.page.keyboard.press("Enter")
    expect(named(modal, "model")).to_have_value("rules")
    expect(named(modal, "model")).to_be_focused()
    tab.page.keyboard.press("Tab")
    expect(named(modal, "why")).to_be_focused()


def test_what_was_typed_and_the_cursor_outlast_a_change_by_the_app(modal: Locator, tab: Tab, app: App) -> None:
    named(modal, "why").fill("becase")
    for _ in range(2):
        tab.page.keyboard.press("ArrowLeft")
    app.client.views_update(view_id=modal.get_attribute("data-view"), view=form(chosen="elsewhere"))
    expect(modal.locator(".modal-title")).to_have_text("Chosen: elsewhere")
    expect(named(modal, "why")).to_be_focused()
    tab.page.keyboard.type("u")
    expect(named(modal, "why")).to_have_value("because")


def test_another_form_in_the_place_of_one_begins_at_its_first_field(modal: Locator, tab: Tab, app: App) -> None:
    named(modal, "why").focus()
    other = form(chosen="other") | {"blocks": [asked("first", {"type": "plain_text_input"})]}
    app.client.views_update(view_id=modal.get_attribute("data-view"), view=other)
    expect(named(modal, "first")).to_be_focused()


def test_escape_closes_the_list_then_the_form_and_the_composer_has_the_focus_again(modal: Locator, tab: Tab) -> None:
    tab.page.keyboard.press("ArrowDown")
    expect(modal.locator(".found:visible")).to_have_count(2)
    tab.page.keyboard.press("Escape")
    expect(modal.locator(".found:visible")).to_have_count(0)
    tab.page.keyboard.press("Escape")
    expect(modal).to_have_count(0)
    expect(tab.field).to_be_focused()


def test_closing_at_once_after_a_choice_is_no_trouble(modal: Locator, tab: Tab) -> None:
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("ArrowDown")
    expect(modal.locator(".found:visible")).to_have_count(2)
    tab.page.keyboard.press("Enter")
    tab.page.keyboard.press("Escape")
    expect(modal).to_have_count(0)
    tab.type("all is well")
    expect(tab.message("all is well")).to_be_visible()


def test_an_at_or_a_hash_offers_whom_and_what_one_can_mention(tab: Tab) -> None:
    tab.open("maya")
    offered = tab.page.locator(".main .completion")
    tab.field.press_sequentially("hello @om")
    expect(offered.locator(".completion-name")).to_have_text(["@omar"])
    tab.field.press("Enter")
    expect(tab.field).to_have_value("hello @omar ")
    tab.field.press_sequentially("and @gra")
    tab.field.press("Tab")
    tab.field.press_sequentially("in #")
    names = offered.locator(".completion-name").all_text_contents()
    assert names[:2] == ["#ml-ops", "#approvals"]
    tab.field.press("ArrowDown")
    chosen = tab.page.locator(".main .completion.chosen")
    expect(chosen).to_contain_text("#approvals")
    expect(tab.field).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "none")
    tab.field.press("Enter")
    expect(tab.field).to_have_value("hello @omar and @grace in #approvals ")
    tab.field.press_sequentially("@n")
    expect(offered).to_have_count(1)
    tab.field.press("Escape")
    expect(offered).to_have_count(0)
    tab.field.press("Enter")
    sent = tab.message("hello")
    expect(sent.locator(".mention")).to_have_text(["@omar", "@grace", "#approvals"])
    assert tab.faults == []
