"""The inspector in a real browser, beside a small app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.sandbox.workspace.support import bolt_app, connected, web_client

if TYPE_CHECKING:
    from slack_bolt import Ack
    from slack_sdk import WebClient

    from opsbot.sandbox.workspace import WorkspaceServer
    from tests.sandbox.page.support import Tab


def test_the_inspector_shows_live_and_in_order_what_passed_and_finds_and_opens_it(
    server: WorkspaceServer, tab: Tab
) -> None:
    app = bolt_app(server)

    @app.command("/apid")
    def command(ack: Ack, client: WebClient) -> None:
        ack("heard")
        client.chat_postMessage(channel="C01MLOPS", text="three packages")

    rows = tab.page.locator(".passage")
    with connected(app, server):
        tab.open("maya")
        tab.type("/apid packages")
        expect(tab.message("three packages")).to_be_visible()
        tab.page.locator(".open-workbench").click()
        expect(rows.last).to_have_attribute("data-name", "message")
        names = [row.get_attribute("data-name") for row in rows.all()]
        assert names.index("/apid packages") < names.index("chat.postMessage") < names.index("message")
        tab.type("/apid again")
        expect(tab.page.locator(".passage[data-name='/apid again']")).to_contain_text("@maya")
        row = tab.page.locator(".passage[data-name='/apid again']")
        expect(row.locator(".passage-time")).to_contain_text("ms")
        expect(row.locator(".passage-json")).to_have_count(0)
        row.locator("summary").click()
        expect(row.locator(".passage-json").first).to_contain_text('"text": "again"')
        expect(row.locator(".passage-json").first).to_contain_text('"trigger_id": "…"')
        expect(row.locator(".passage-json").last).to_contain_text('"text": "heard"')

        tab.page.locator(".inspector-search").fill("AGAIN")
        expect(rows).to_have_count(1)
        tab.page.locator(".inspector-search").fill("")
        tab.page.locator("[data-filter=call]").click()
        expect(tab.page.locator(".passage.payload")).to_have_count(0)
        expect(tab.page.locator(".passage[data-name='chat.postMessage']")).to_have_count(2)
        expect(rows.last).to_contain_text("#ml-ops")
        tab.page.locator("[data-filter=trouble]").click()
        expect(rows).to_have_count(0)
    tab.type("/apid unheard")
    expect(rows.filter(has_text="dispatch_failed")).to_have_count(1)
    tab.page.locator("[data-filter=all]").click()
    expect(rows.last).to_have_attribute("data-name", "/apid unheard")

    tab.page.locator(".start-over").click()
    expect(rows).to_have_count(0)
    expect(tab.page.locator(".message")).to_have_count(0)
    tab.page.locator(".close-workbench").click()
    expect(tab.page.locator(".workbench")).to_be_hidden()
    assert tab.faults == []


def test_the_inspector_remembers_the_newest_few_hundred(server: WorkspaceServer, tab: Tab) -> None:
    client = web_client(server)
    for _ in range(310):
        client.api_test()
    tab.open("maya")
    tab.page.locator(".open-workbench").click()
    expect(tab.page.locator(".passage")).to_have_count(300)
    client.auth_test()
    expect(tab.page.locator(".passage").last).to_have_attribute("data-name", "auth.test")
    expect(tab.page.locator(".passage")).to_have_count(300)
