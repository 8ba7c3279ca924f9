"""What the page shows, in a real browser: blocks, times, what is unread, and nothing live in what people write."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Page, expect

from tests.sandbox.workspace.support import (
    JSON,
    Control,
    actions,
    button,
    section,
    select,
)

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from slack_sdk import WebClient

    from tests.sandbox.page.support import Tab


HOSTILE = """<img src=x onerror="window.hit=1"> <script>window.hit=1</script> "><svg onload=window.hit=1> {{7*7}}"""


def card(label: str, *elements: JSON) -> list[JSON]:
    return [section(label), actions(*elements)] if elements else [section(label)]


def test_every_block_is_drawn(client: WebClient, tab: Tab) -> None:
    field = {"type": "mrkdwn", "text": "*Asked by*\n<@U01MAYA>"}
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "A header"}},
        section("Some *text*", fields=[field, field]),
        section("With a button", accessory=button("side")),
        {"type": "section", "text": {"type": "plain_text", "text": "*not bold*"}},
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "small print"}]},
        {"type": "image", "image_url": "https://a.example/chart.png", "alt_text": "a chart"},
        actions(button("yes", style="primary"), button("no", style="danger"), select("v1", "v2")),
    ]
    client.chat_postMessage(channel="C01MLOPS", text="t", blocks=blocks)
    message = tab.open().page.locator(".main .message")
    expect(message.locator(".block-header")).to_have_text("A header")
    expect(message.locator(".block-fields .mention.me")).to_have_count(2)
    expect(message.locator(".block-accessory [data-action-id=side]")).to_be_visible()
    expect(message.get_by_text("*not bold*")).to_be_visible()
    expect(message.locator(".block-divider")).to_have_count(1)
    expect(message.locator(".block-context")).to_have_text("small print")
    expect(message.locator(".picture")).to_contain_text("a chart")
    expect(message.locator(".button.primary, .button.danger")).to_have_count(2)
    expect(message.locator("select option")).to_have_text(["Choose…", "V1", "V2"])


def test_what_is_unread_is_marked_until_it_is_seen(control: Control, tab: Tab) -> None:
    tab.open("maya", "ml-ops")
    control.say("something", user="omar", channel="approvals")
    approvals = tab.page.locator(".channel[data-name=approvals]")
    expect(approvals).to_have_class("channel unread")
    expect(approvals.locator(".unread-count")).to_have_count(0)
    control.say("@maya look, and @ml-approvers too", user="nils", channel="approvals")
    expect(approvals.locator(".unread-count")).to_have_text("1")
    expect(tab.page.locator(".person[data-name=omar] .unread-count")).to_have_text("1")
    tab.go_to("approvals")
    expect(approvals).to_have_class("channel here")


def test_times_are_in_the_viewers_zone(client: WebClient, tab: Tab) -> None:
    client.chat_postMessage(channel="C01MLOPS", text="at <!date^1700000000^{date_num} {time}|then>")
    expect(tab.open().message("at").locator("time.date")).to_have_text("2023-11-15 07:13")


def test_what_people_and_apps_write_is_inert(client: WebClient, control: Control, tab: Tab) -> None:
    control.say(HOSTILE)
    plain = {"type": "plain_text", "text": HOSTILE[:70]}
    option = {"text": plain, "value": HOSTILE}
    confirm = {"title": plain, "text": plain}
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": HOSTILE}},
        section(HOSTILE, accessory=button("b", HOSTILE, text=plain, confirm=confirm)),
        {"type": "section", "text": {"type": "plain_text", "text": HOSTILE}},
        section('<javascript:window.hit=1|click> <https://a.example/"onmouseover=window.hit=1|hover>'),
        {"type": "context", "elements": [{"type": "mrkdwn", "text": HOSTILE}]},
        {"type": "image", "image_url": 'https://a.example/"onerror=window.hit=1', "alt_text": HOSTILE},
        {"type": "markdown", "text": HOSTILE + "\n[x](javascript:window.hit=1)"},
        actions({"type": "static_select", "action_id": "s", "options": [option], "placeholder": plain}),
    ]
    client.chat_postMessage(channel="C01MLOPS", text="t", blocks=blocks)
    tab.open()
    tab.action("b").click()
    expect(tab.page.locator(".dialog-title")).to_contain_text("<img src=x")
    hostile = tab.page.locator(
        ".chat img[src=x], .chat script, .chat [onload], .chat [onerror], .chat [href^=javascript]"
    )
    expect(hostile).to_have_count(0)
    expect(tab.page.locator(".dialog img, .dialog svg")).to_have_count(0)
    assert tab.page.evaluate("window.hit") is None
    expect(tab.message("{{7*7}}").first).to_be_visible()


def test_nothing_is_fetched_from_elsewhere(page: Page, tab: Tab, client: WebClient) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    image = {"type": "image", "image_url": "https://a.example/chart.png", "alt_text": "a chart"}
    client.chat_postMessage(channel="C01MLOPS", text="t", blocks=[image])
    expect(tab.open().page.locator(".picture")).to_be_visible()
    assert fetched
    assert [url for url in fetched if not url.startswith((tab.url, tab.url.replace("http", "ws"), "data:"))] == []


def test_a_small_screen_shows_everything(page: Page, client: WebClient, tab: Tab) -> None:
    page.set_viewport_size({"width": 390, "height": 780})
    ts = client.chat_postMessage(channel="C01MLOPS", text="t", blocks=card("word " * 60, button("go")))["ts"]
    client.chat_postMessage(channel="C01MLOPS", text="reply", thread_ts=ts)
    tab.open()
    expect(tab.action("go")).to_be_in_viewport()
    expect(tab.field).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator(".replies").click()
    expect(tab.thread.locator(".composer-field")).to_be_in_viewport()
    page.locator(".close-thread").click()
    tab.act_as("vic")


def test_the_home_shows_what_the_app_published(app: App, tab: Tab) -> None:
    heard: queue.Queue[str] = queue.Queue()

    @app.event("app_home_opened")
    def opened(event: dict[str, Any], client: WebClient) -> None:
        view = {"type": "home", "blocks": [section("*Waiting for you*"), actions(button("refresh"))]}
        client.views_publish(user_id=event["user"], view=view)

    @app.action("refresh")
    def refresh(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        heard.put(body["view"]["type"])

    tab.open()
    tab.page.locator(".channel[data-channel^=D]").click()
    tab.page.locator(".home-tab").click()
    home = tab.page.locator(".home")
    expect(home.locator("strong")).to_have_text("Waiting for you")
    home.locator("[data-action-id=refresh]").click()
    assert heard.get(timeout=5) == "home"
    tab.page.locator(".messages-tab").click()
    expect(tab.field).to_be_visible()


def test_of_many_messages_the_newest_are_shown_and_earlier_ones_when_asked_for(control: Control, tab: Tab) -> None:
    for number in range(1, 121):
        control.say(f"number {number}.")
    shown = tab.open().page.locator(".main .message")
    expect(shown).to_have_count(50)
    expect(shown.first).to_contain_text("number 71.")
    control.say("number 121.")
    expect(shown.last).to_contain_text("number 121.")
    for count in (101, 121):
        tab.page.locator(".earlier").click()
        expect(shown).to_have_count(count)
    expect(shown.first).to_contain_text("number 1.")
    expect(tab.page.locator(".earlier")).to_have_count(0)
    expect(shown.last).to_contain_text("number 121.")
