"""What a newcomer does on the sandbox's page, in a real browser. Screenshots are left in `screenshots`, to be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect

from tests.e2e.looking import look

if TYPE_CHECKING:
    from tests.sandbox.page.support import Tab


def test_a_newcomer_lists_packages_asks_for_a_publish_and_has_it_approved_by_another(tab: Tab) -> None:
    tab.open(user="maya")
    tab.type("/apid packages FRAUD/scoring")
    listed = tab.message("asked for the packages of")
    expect(listed).to_contain_text("4 packages, the newest is v4")
    listed.get_by_text("1 reply").click()
    expect(tab.thread).to_contain_text("packaged")
    expect(tab.thread).to_contain_text("v1")
    look(tab, "1-packages")

    tab.type('/apid publish FRAUD/scoring v4 --reason "October retraining; the nulls are gone"')
    card = tab.message("Request 1")
    expect(card).to_contain_text("October retraining; the nulls are gone")
    expect(card).to_contain_text("Could approve: @ml-approvers")
    expect(card).to_contain_text("by @grace")
    look(tab, "2-asked")
    tab.action("approve_request").click()
    expect(tab.message("Only visible to you").last).to_contain_text("somebody else has to approve it")
    look(tab, "3-own-request")

    tab.act_as("omar")
    expect(tab.message("somebody else has to approve it")).to_have_count(0)
    tab.action("approve_request").click()
    expect(card).to_contain_text("is published to scoring. Approved by @omar")
    expect(tab.action("approve_request")).to_have_count(0)
    card.get_by_text("1 reply").click()
    expect(tab.thread).to_contain_text("@maya: v4 of design:FRAUD/scoring is published to scoring")
    look(tab, "4-published")

    tab.type("/apid service FRAUD/scoring")
    tab.message("looked at design:FRAUD/scoring").get_by_text("1 reply").click()
    row = tab.thread.get_by_text("v4 · packaged")
    expect(row).to_contain_text("published")
    look(tab, "5-service")


def test_the_thread_of_a_card_decides_by_mention(tab: Tab) -> None:
    tab.open(user="maya")
    tab.type("/apid publish CHURN/churn v3")
    expect(tab.message("its card is in")).to_be_visible()
    tab.act_as("omar")
    tab.go_to("approvals")
    card = tab.message("Request 1")
    card.hover()
    card.get_by_title("Reply in thread").click()
    tab.type_in_thread("@opsbot decline the drift report isn't there yet")
    expect(card).to_contain_text("declined by @omar")
    expect(tab.thread).to_contain_text("the drift report isn't there yet")
    look(tab, "6-declined")


def test_who_may_not_and_who_errs_is_told_alone(tab: Tab) -> None:
    tab.open(user="nils")
    tab.type("/apid packages FRAUD/scoring")
    expect(tab.message("You may not do that")).to_contain_text("Only visible to you")
    tab.type("/apid pakages FRAUD/scoring")
    expect(tab.message("Did you mean “packages”?")).to_contain_text("/apid packages FRAUD/scoring")
    look(tab, "7-told-alone")
    tab.act_as("vic")
    expect(tab.message("You may not do that")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_who_forgets_the_words_fills_in_a_form_with_the_keyboard(tab: Tab, scheme: Literal["light", "dark"]) -> None:
    tab.page.emulate_media(color_scheme=scheme)
    tab.open(user="maya")
    tab.type("/apid package")
    modal = tab.page.locator(".modal")
    service = modal.locator("[data-action-id='field:service']")
    service.click()
    expect(modal.locator(".found")).to_have_count(3)
    service.press_sequentially("fraud/")
    expect(modal.locator(".found")).to_have_count(2)
    look(tab, f"8-type-ahead-{scheme}")
    service.press("ArrowDown")
    service.press("ArrowDown")
    expect(modal.locator(".found.chosen")).to_contain_text("scoring")
    service.press("Enter")
    expect(modal.locator("[data-action-id='field:version']")).to_have_value("v5")
    expect(service).to_have_value("design:FRAUD/scoring")
    modal.locator("[data-action-id='field:notes']").fill("Retrained with November's chargebacks.")
    look(tab, f"9-form-{scheme}")
    modal.locator(".modal-submit").click()
    made = tab.message("v5 of design:FRAUD/scoring").filter(has=tab.page.locator(".more"))
    expect(made).to_be_visible()

    made.hover()
    made.locator(".more-actions").click()
    look(tab, f"10-more-{scheme}")
    tab.page.keyboard.press("Escape")
    expect(made.locator(".more-menu")).to_be_hidden()
    expect(made.locator(".more-actions")).to_be_focused()
    tab.page.keyboard.press("Enter")
    made.locator("[data-shortcut='publish_version']").click()
    expect(modal.locator("[data-action-id='field:version']")).to_have_value("v5")
    modal.locator(".modal-cancel").click()
    expect(modal).to_have_count(0)

    tab.field.press_sequentially("/API")
    tab.page.locator(".completion").get_by_text("API Designer").click()
    expect(modal).to_contain_text("What would you like to do?")
    modal.locator("select[data-action-id='form_verb']").select_option("publish")
    expect(modal.locator("select[data-action-id='conversation']")).to_have_value("C01MLOPS")
    look(tab, f"11-shortcut-{scheme}")
    modal.locator(".modal-submit").click()
    expect(modal.locator(".input-error-text").first).to_contain_text("complete this required field")
    look(tab, f"12-errors-{scheme}")
