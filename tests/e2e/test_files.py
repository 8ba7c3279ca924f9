"""Files of the bot on the sandbox's page, in a real browser."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.looking import look

if TYPE_CHECKING:
    from tests.sandbox.page.support import Tab


def test_a_picture_of_a_services_history_is_shown_with_words_that_say_the_same(tab: Tab) -> None:
    tab.open(user="maya")
    tab.type("/apid publish FRAUD/scoring v4")
    tab.act_as("omar")
    tab.action("approve_request").click()
    expect(tab.message("Request 1")).to_contain_text("is published to scoring")
    tab.type("/apid history FRAUD/scoring --picture")
    tab.message("asked for a picture of").get_by_text("1 reply").click()
    picture = tab.thread.get_by_role("img", name="Timeline of design:FRAUD/scoring.")
    expect(picture).to_be_visible()
    said = picture.get_attribute("alt") or ""
    assert "4 packages, from v1 on " in said
    assert "1 publish request on " in said
    assert "Published last: v4 on " in said
    expect(picture).to_have_js_property("naturalWidth", 1452)
    for scheme in ("light", "dark"):
        tab.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        look(tab, f"picture-{scheme}")


def test_an_archive_is_fetched_and_can_be_opened(tab: Tab) -> None:
    tab.open(user="maya")
    tab.type("/apid download FRAUD/scoring v3")
    fetched = tab.message("fetched v3 of design:FRAUD/scoring")
    expect(fetched).to_contain_text("SHA-256")
    fetched.get_by_text("1 reply").click()
    with tab.page.expect_download() as caught:
        tab.thread.get_by_role("link", name="Download scoring-v3.zip").click()
    with zipfile.ZipFile(Path(caught.value.path())) as archive:
        assert archive.testzip() is None
    tab.type("/apid service FRAUD/scoring --raw")
    tab.message("asked for the settings of").get_by_text("1 reply").click()
    expect(tab.thread.locator(".file-preview")).to_contain_text('"authMethod": "API_KEYS"')
    look(tab, "settings")
