"""The first steps on the page of a new sandbox: the main job, a click for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.looking import look

if TYPE_CHECKING:
    from tests.sandbox.page.support import Tab


def test_four_clicks_and_an_approval_lead_through_the_main_job(tab: Tab) -> None:
    tab.open(user="nils", channel="random")
    guide = tab.page.locator(".guide")
    expect(guide.locator(".guide-step.now")).to_have_attribute("data-step", "1")
    look(tab, "14-guide")
    guide.get_by_role("button", name="See what there is").click()
    expect(tab.message("4 packages, the newest is v4")).to_be_visible()
    tab.type("/apid package FRAUD/scoring")
    tab.page.locator(".modal").get_by_role("button", name="Back").click()
    expect(guide.locator(".guide-step.now")).to_have_attribute("data-step", "2")  # a form isn't a package yet
    guide.get_by_role("button", name="Make a package").click()
    expect(tab.message("v5 of design:FRAUD/scoring").first).to_be_visible()
    tab.type("/apid publish FRAUD/scoring v5")
    card = tab.message("Request 1")
    expect(card).to_be_visible()
    expect(guide.locator(".guide-step.now")).to_have_attribute("data-step", "4")
    tab.action("approve_request").click()
    expect(tab.message("somebody else has to approve it")).to_be_visible()
    expect(guide.locator(".guide-step.done")).to_have_count(3)
    guide.get_by_role("button", name="Approve as somebody else").click()
    expect(tab.page.locator(".person.me")).to_have_attribute("data-name", "omar")
    tab.action("approve_request").click()
    expect(card).to_contain_text("is published to scoring. Approved by @omar")
    expect(guide.locator(".guide-step.done")).to_have_count(4)
    expect(guide).to_contain_text("Published")
    look(tab, "15-guided")
    guide.locator(".close-guide").click()
    expect(guide).to_be_hidden()
    tab.open("maya")
    expect(tab.message("4 packages, the newest is v4")).to_be_visible()
    expect(guide).to_be_hidden()
