"""The whole page at the width of a phone, in light and in dark. Screenshots are left in `screenshots`, to be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.looking import look

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.sandbox.page.support import Tab

WIDTH, HEIGHT = 390, 844


def see(tab: Tab, name: str, *, whole: Locator) -> None:
    """Everything fits: the page doesn't move sideways, and what is `whole` is on it from edge to edge."""
    expect(whole).to_be_visible()
    box = whole.bounding_box()
    assert box is not None
    assert box["x"] >= 0, name
    assert box["x"] + box["width"] <= WIDTH, name
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= WIDTH, name
    for scheme in ("light", "dark"):
        tab.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        look(tab, f"phone-{name}-{scheme}")


def test_a_phone_shows_a_card_a_thread_a_form_the_home_and_what_is_behind(tab: Tab) -> None:
    page = tab.page
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.goto(f"{tab.url}/?user=maya&channel=ml-ops")
    tab.type('/apid publish FRAUD/scoring v4 --reason "October retraining; the nulls are gone"')
    card = tab.message("Request 1")
    see(tab, "card", whole=card.locator("[data-action-id=cancel_request]"))
    tab.type("/apid packages FRAUD/scoring")
    tab.message("asked for the packages of").get_by_text("1 reply").click()
    see(tab, "thread", whole=tab.thread)
    tab.thread.locator(".close-thread").click()

    tab.type("/apid publish")
    see(tab, "form", whole=page.locator(".modal-submit"))
    page.locator(".modal-cancel").click()

    page.locator(".open-workbench").click()
    see(tab, "traffic", whole=page.locator(".inspector-search"))
    page.locator("[data-tab=node]").click()
    see(tab, "node", whole=page.locator(".node-panel"))

    page.goto(f"{tab.url}/?user=omar&channel=ml-ops")
    page.locator(".channel[data-channel^=D]").click()
    page.locator(".home-tab").click()
    expect(page.locator(".home")).to_contain_text("Waiting for you (1)")
    see(tab, "home", whole=page.locator(".home [data-action-id=approve_request]"))
