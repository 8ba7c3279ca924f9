"""The page in a real browser: what people see and do."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, expect

from tests.sandbox.page.support import Tab
from tests.sandbox.workspace.support import (
    JSON,
    Control,
    actions,
    button,
    section,
    select,
)

if TYPE_CHECKING:
    from slack_bolt import Ack, App, Say
    from slack_sdk import WebClient

    from opsbot.sandbox.workspace import WorkspaceServer


def card(label: str, *elements: JSON) -> list[JSON]:
    return [section(label), actions(*elements)] if elements else [section(label)]


def test_the_whole_road_from_a_command_to_a_decision_in_a_thread(app: App, tab: Tab) -> None:
    """A command, its answer in a thread, a card, another person, a click, an outcome, a mention."""

    @app.command("/apid")
    def command(ack: Ack, command: dict[str, Any], client: WebClient) -> None:
        ack()
        if command["text"].startswith("publish"):
            approve = button("approve", text={"type": "plain_text", "text": "Approve"}, style="primary")
            client.chat_postMessage(channel="C02APPROVALS", text="card", blocks=card("Publish *v7*?", approve))
            return
        parent = client.chat_postMessage(channel=command["channel_id"], text="3 packages")["ts"]
        client.chat_postMessage(channel=command["channel_id"], text="`v7`\n`v6`\n`v5`", thread_ts=parent)

    @app.action("approve")
    def approve(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        place = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
        done = f"Approved by <@{body['user']['id']}>"
        client.chat_update(**place, text="done", blocks=card(done))
        client.chat_postMessage(channel=place["channel"], thread_ts=place["ts"], text="published")

    @app.event("app_mention")
    def mention(event: dict[str, Any], say: Say) -> None:
        say(f"heard {event['text']}", thread_ts=event["thread_ts"])

    tab.open("maya")
    tab.type("/apid packages FRAUD/scoring")
    parent = tab.message("3 packages")
    parent.locator(".replies", has_text="1 reply").click()
    expect(tab.thread.locator(".message").nth(1).locator("code")).to_have_text(["v7", "v6", "v5"])

    tab.type("/apid publish FRAUD/scoring v7")
    tab.act_as("omar")
    tab.go_to("approvals")
    tab.action("approve").click()
    expect(tab.message("Approved by @omar")).to_be_visible()
    expect(tab.action("approve")).to_have_count(0)

    tab.page.locator(".replies", has_text="1 reply").click()
    tab.type_in_thread("@opsbot thanks")
    expect(tab.thread.locator(".message", has_text="heard @opsbot thanks")).to_be_visible()
    expect(tab.page.locator(".replies", has_text="3 replies")).to_be_visible()
    assert tab.faults == []


def test_an_ephemeral_is_seen_by_its_addressee_only(app: App, tab: Tab) -> None:
    @app.command("/apid")
    def command(ack: Ack) -> None:
        ack("between us")

    tab.open("maya")
    tab.type("/apid whoami")
    expect(tab.message("between us")).to_contain_text("Only visible to you")
    tab.act_as("omar")
    expect(tab.message("between us")).to_have_count(0)
    tab.act_as("maya")
    expect(tab.message("between us")).to_be_visible()


def test_two_people_see_each_other_live(browser: Browser, server: WorkspaceServer, tab: Tab) -> None:
    other = Tab(browser.new_page(), server.url)
    tab.open("maya")
    other.open("omar")
    tab.type("hello @omar, see https://a.example/x")
    seen = other.message("hello")
    expect(seen.locator(".mention.me")).to_have_text("@omar")
    expect(seen.locator("a")).to_have_attribute("href", "https://a.example/x")
    expect(seen.locator(".author")).to_have_text("Maya Lindqvist")
    other.page.close()


def test_what_the_app_changes_or_deletes_changes_on_the_page(client: WebClient, tab: Tab) -> None:
    tab.open()
    ts = client.chat_postMessage(channel="C01MLOPS", text="first")["ts"]
    expect(tab.message("first")).to_be_visible()
    client.chat_update(channel="C01MLOPS", ts=ts, text="second")
    expect(tab.message("second")).to_contain_text("(edited)")
    client.reactions_add(channel="C01MLOPS", timestamp=ts, name="tada")
    expect(tab.message("second").locator(".reaction")).to_contain_text("🎉 1")
    client.chat_delete(channel="C01MLOPS", ts=ts)
    expect(tab.page.locator(".main .message")).to_have_count(0)


def test_a_choice_and_a_confirmed_click_reach_the_app(app: App, client: WebClient, tab: Tab) -> None:
    heard: queue.Queue[str] = queue.Queue()

    @app.action("pick")
    def pick(ack: Ack, action: dict[str, Any]) -> None:
        ack()
        heard.put(action["selected_option"]["value"])

    @app.action("no")
    def decline(ack: Ack, action: dict[str, Any]) -> None:
        ack()
        heard.put(action["value"])

    confirm = {
        "title": {"type": "plain_text", "text": "Sure?"},
        "text": {"type": "mrkdwn", "text": "It is *final*."},
        "confirm": {"type": "plain_text", "text": "Decline"},
        "deny": {"type": "plain_text", "text": "Keep"},
    }
    blocks = [actions(select("v1", "v2"), button("no", value="r-1", confirm=confirm))]
    client.chat_postMessage(channel="C01MLOPS", text="t", blocks=blocks)
    tab.open()
    tab.action("pick").select_option("v2")
    assert heard.get(timeout=5) == "v2"
    tab.action("no").click()
    expect(tab.page.locator(".dialog strong")).to_have_text("final")
    tab.page.locator(".dialog .deny").click()
    expect(tab.page.locator(".dialog")).to_have_count(0)
    tab.action("no").click()
    tab.page.locator(".dialog .confirm").click()
    assert heard.get(timeout=5) == "r-1"
    assert heard.empty()


def test_the_composer_recalls_completes_and_breaks_lines(tab: Tab) -> None:
    tab.open()
    tab.type("one")
    tab.type("two")
    expect(tab.message("two")).to_be_visible()
    tab.field.press("ArrowUp")
    expect(tab.field).to_have_value("two")
    tab.field.press("ArrowUp")
    expect(tab.field).to_have_value("one")
    tab.field.press("ArrowDown")
    tab.field.press("ArrowDown")
    expect(tab.field).to_have_value("")
    tab.field.press_sequentially("/ap")
    expect(tab.page.locator(".main .completion-name")).to_have_text(["/apid"])
    tab.field.press("Enter")
    expect(tab.field).to_have_value("/apid ")
    tab.field.fill("line one")
    tab.field.press("Shift+Enter")
    tab.field.press_sequentially("line two")
    tab.field.press("Enter")
    expect(tab.message("line two")).to_contain_text("line one")


def test_a_command_in_a_thread_is_refused_as_in_slack(app: App, control: Control, tab: Tab) -> None:
    control.say("parent")
    tab.open().message("parent").hover()
    tab.page.locator(".reply-in-thread").click()
    tab.type_in_thread("/apid whoami")
    expect(tab.thread.locator(".message.ephemeral")).to_contain_text("not supported in threads")
    tab.page.keyboard.press("Escape")
    expect(tab.thread).to_be_hidden()


def test_without_an_app_the_asker_is_told(tab: Tab) -> None:
    tab.open()
    tab.type("/apid whoami")
    expect(tab.page.locator(".message.ephemeral")).to_contain_text("dispatch_failed")


def test_the_bot_can_be_invited_and_written_to(tab: Tab) -> None:
    tab.open("maya", "random")
    tab.type("/invite @opsbot")
    expect(tab.message("was added to #random")).to_be_visible()
    tab.page.locator(".channel[data-channel^=D]").click()
    tab.type("hello bot")
    expect(tab.message("hello bot")).to_be_visible()


def test_a_permalink_leads_to_the_thread(client: WebClient, tab: Tab) -> None:
    ts = client.chat_postMessage(channel="C02APPROVALS", text="the card")["ts"]
    link = client.chat_getPermalink(channel="C02APPROVALS", message_ts=ts)["permalink"]
    tab.open(path=str(link).removeprefix(tab.url))
    expect(tab.thread.locator(".message")).to_contain_text("the card")
    expect(tab.page.locator(".channel.here")).to_have_attribute("data-name", "approvals")


def test_a_reset_empties_the_page(control: Control, tab: Tab) -> None:
    control.say("before")
    tab.open()
    expect(tab.message("before")).to_be_visible()
    control.post("/reset")
    expect(tab.page.locator(".message")).to_have_count(0)
    tab.page.locator(".channel[data-channel^=D]").click()
    tab.type("between us")
    expect(tab.message("between us")).to_be_visible()
    control.post("/reset")
    expect(tab.page.locator(".channel.here")).to_have_attribute("data-name", "ml-ops")
    assert tab.faults == []


def test_what_others_say_is_read_out_once_and_the_keyboard_finds_what_one_can_do_with_it(
    control: Control, tab: Tab
) -> None:
    control.say("from before", user="omar")
    tab.open("maya")
    said = tab.page.locator(".announcer")
    expect(said).to_have_text("")
    control.say("hello @maya", user="omar")
    expect(said).to_have_text("omar: hello @maya")
    tab.type("mine")
    expect(tab.message("mine")).to_be_visible()
    expect(said).to_have_text("omar: hello @maya")
    tab.field.press("Shift+Tab")
    expect(tab.message("mine").get_by_title("Reply in thread")).to_be_focused()
    tab.page.keyboard.press("Enter")
    expect(tab.thread.locator(".composer-field")).to_be_focused()
    assert tab.faults == []
