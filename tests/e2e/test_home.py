"""The App Home in a real browser, in light and in dark: what waits, decided there. Screenshots are left to be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.looking import look

if TYPE_CHECKING:
    from tests.sandbox.page.support import Tab


def go_home(tab: Tab) -> None:
    tab.page.locator(".channel[data-channel^=D]").click()
    tab.page.locator(".home-tab").click()


def test_the_home_shows_what_waits_and_what_became_of_it(tab: Tab) -> None:
    tab.open(user="omar")
    tab.type('/apid publish FRAUD/rules v2 --reason "The rules of spring"')
    expect(tab.message("Request 1")).to_be_visible()
    tab.act_as("maya")
    tab.type('/apid publish FRAUD/scoring v4 --reason "October retraining; the nulls are gone"')
    tab.type("/apid publish CHURN/churn v3")
    expect(tab.message("its card is in")).to_be_visible()
    home = tab.page.locator(".home")
    tab.act_as("ada")
    go_home(tab)
    home.locator("[data-action-id=approve_request][data-value^='3:']").click()
    expect(home).to_contain_text("Waiting for you (2)")
    tab.act_as("omar")
    go_home(tab)
    expect(home).to_contain_text("Waiting for you (2)")
    home.locator("[data-action-id=approve_request][data-value^='3:']").click()
    expect(home).to_contain_text("Waiting for you (1)")
    expect(home).to_contain_text("“October retraining; the nulls are gone”")
    expect(home).to_contain_text("v3 of design:CHURN/churn to churn · today")
    look(tab, "home")
    tab.page.emulate_media(color_scheme="dark")
    look(tab, "home-dark")
    tab.act_as("maya")
    go_home(tab)
    expect(home).to_contain_text("is published to churn. Approved by @ada and @omar")
    home.locator("[data-action-id=cancel_request]").click()
    expect(home).to_contain_text("cancelled by @maya")
    expect(home.locator("[data-action-id=cancel_request]")).to_have_count(0)
