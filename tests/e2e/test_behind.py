"""What one does behind the workspace of a whole sandbox: stories, the node's moods, colleagues, starting over."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import expect

from opsbot.assembly.trying import everything
from opsbot.sandbox.stories import STORIES
from tests.e2e.looking import look
from tests.sandbox.page.support import Tab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

_PATIENCE = 40.0

# A look now and then may miss the veil, which is there for as long as the bot takes to begin anew.
VEILED = """() => {
    const veil = document.querySelector(".veil");
    window.veiled = new Promise((seen) => {
        setTimeout(seen, 20000, false);
        new MutationObserver(() => veil.classList.contains("open") && seen(true)).observe(veil, { attributes: true });
    });
}"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with everything("127.0.0.1", 0, "sandbox") as url:
        yield url


@contextmanager
def tab_at(browser: Browser, url: str) -> Iterator[Tab]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    made = Tab(context.new_page(), url)
    yield made
    context.close()
    assert made.faults == []


@pytest.fixture
def tab(browser: Browser, sandbox: str) -> Iterator[Tab]:
    with tab_at(browser, sandbox) as made:
        yield made


def hands_at(url: str) -> httpx.Client:
    return httpx.Client(base_url=f"{url}/_sandbox", timeout=30)


@pytest.fixture
def hands(sandbox: str) -> Iterator[httpx.Client]:
    with hands_at(sandbox) as client:
        yield client


def ended(hands: httpx.Client) -> dict[str, Any]:
    """The last scene of the story that is told."""
    until = time.monotonic() + _PATIENCE
    while True:
        scene: dict[str, Any] = hands.get("/state").json()["story"]
        if scene["state"] in ("finished", "failed"):
            return scene
        if time.monotonic() > until:
            raise AssertionError(f"the story hangs: {scene}")
        time.sleep(0.05)


def test_the_first_visitor_is_told_the_story_and_leads_it(browser: Browser) -> None:
    """In a sandbox of its own: whichever test came first in another would be told it, and meddled with."""
    with (
        everything("127.0.0.1", 0, "sandbox", "node-outage") as url,
        hands_at(url) as hands,
        tab_at(browser, url) as tab,
    ):
        assert hands.get("/state").json()["story"] is None
        tab.open("nils")
        bar = tab.page.locator(".story-bar")
        expect(bar).to_contain_text("The node has a bad day")
        bar.locator(".story-next").click()
        expect(bar).to_contain_text("1 of 10")
        expect(tab.page.locator(".person.me")).to_have_attribute("data-name", "vic")
        bar.locator(".story-pause").click()
        expect(bar).to_have_attribute("data-state", "paused")
        bar.locator(".story-next").click()
        expect(tab.message("asked for the packages of")).to_be_visible()
        bar.locator(".story-stop").click()
        expect(bar).to_be_hidden()
        assert hands.get("/state").json()["story"] is None


@pytest.mark.parametrize("name", STORIES)
def test_a_story_comes_to_its_end(hands: httpx.Client, name: str) -> None:
    assert hands.post("/story", json={"name": name, "pace": 0}).json()["ok"]
    scene = ended(hands)
    assert scene["state"] == "finished", scene
    assert scene["number"] == len(STORIES[name].steps)


def test_one_click_resets_the_workspace_the_node_and_what_the_bot_remembers(tab: Tab, hands: httpx.Client) -> None:
    tab.open("maya")
    tab.type("/apid publish FRAUD/scoring v4")
    expect(tab.message("Request")).to_be_visible()
    hands.post("/deed", json={"deed": "package", "project": "FRAUD", "service": "scoring"})
    hands.post("/node", json={"mood": "absent"})
    tab.page.evaluate(VEILED)
    tab.page.locator(".start-over").click()
    assert tab.page.evaluate("window.veiled")
    expect(tab.page.locator(".veil")).to_be_hidden(timeout=20_000)
    expect(tab.page.locator(".message")).to_have_count(0)
    assert hands.get("/state").json()["mood"] == "well"
    tab.type("/apid requests")
    expect(tab.message("no requests")).to_be_visible()
    tab.type("/apid packages FRAUD/scoring")
    expect(tab.message("4 packages")).to_be_visible()


def test_what_a_colleague_does_on_the_node_is_news_and_a_bad_node_is_seen(tab: Tab) -> None:
    tab.open("maya")
    tab.page.locator(".open-workbench").click()
    tab.page.locator("[data-tab=node]").click()
    panel = tab.page.locator(".node-panel")
    expect(panel.locator(".mood.here")).to_have_attribute("data-mood", "well")
    panel.locator("[data-choice=who]").select_option("nightly-script")
    panel.locator("[data-choice=on]").select_option("CHURN/churn")
    panel.locator("[data-deed=weaken]").click()
    panel.locator("[data-deed=package]").click()
    expect(panel.locator(".deed-said")).to_have_text("nightly-script made v4 of CHURN/churn.")
    expect(panel.locator(".version")).to_have_text(["v1", "v2", "v3", "v4"])
    tab.go_to("api-news")
    expect(tab.message("v4").first).to_contain_text("nightly-script", timeout=20_000)
    expect(tab.message("PUBLIC").first).to_be_visible(timeout=20_000)
    look(tab, "13-news")
    panel.locator("[data-mood=failing]").click()
    expect(panel.locator(".mood.here")).to_have_attribute("data-mood", "failing")
    tab.go_to("ml-ops")
    tab.type("/apid packages CHURN/churn")
    expect(tab.message("503")).to_be_visible(timeout=20_000)
    panel.locator("[data-mood=well]").click()


def test_who_comes_when_a_story_is_over_looks_where_they_like(tab: Tab, hands: httpx.Client) -> None:
    hands.post("/story", json={"name": "two-approvers", "pace": 0})
    assert ended(hands)["view"]["who"] == "vic"
    tab.open("omar", "approvals")
    expect(tab.message("is published to")).to_be_visible()
    expect(tab.page.locator(".person.me")).to_have_attribute("data-name", "omar")


def test_mistakes_are_told(hands: httpx.Client) -> None:
    for path, body in (
        ("/story", {"name": "nobody-knows-it"}),
        ("/node", {"mood": "cheerful"}),
        ("/deed", {"deed": "package", "project": "FRAUD"}),
        ("/deed", {"deed": "delete", "project": "FRAUD", "service": "absent"}),
    ):
        reply = hands.post(path, json=body)
        assert (reply.status_code, reply.json()["ok"]) == (400, False), body
        assert reply.json()["error"]
