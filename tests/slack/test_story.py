"""The buttons of a version's story, each from a click to what comes of it; over one stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opsbot.slack.forms.payloads import FIELD
from tests.stage import ADMIN, GRANTS, WATCHES, buttons, shown, staged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stage import JSON, Stage


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("story"), grants=[*GRANTS, ADMIN], watches=WATCHES) as made:
        yield made


def begun(stage: Stage, version: str, service: str = "rules") -> JSON:
    """Have a package made, and give the message that begins its story."""
    stage.command(f"package FRAUD/{service} {version}")
    return stage.wait_for(f"packaged `{version}` of `design:FRAUD/{service}`", "approvals")


def test_that_nobody_is_asked_who_they_are_stands_out(shared: Stage) -> None:
    parent = begun(shared, "v80")
    alarms = [each for each in parent["blocks"] if ":rotating_light:" in shown({"blocks": [each]})]
    assert (
        shown({"blocks": alarms}).strip() == ":rotating_light: *Authentication is PUBLIC: nobody is asked who they are*"
    )
    kept = begun(shared, "v80", "scoring")
    assert ":rotating_light:" not in shown(kept)


def test_the_difference_and_the_summary_come_into_the_storys_thread(shared: Stage) -> None:
    parent = begun(shared, "v81")
    shared.click(parent, buttons(parent)["Difference"], user="vic")
    shared.wait_for_reply(parent, "<@U04VIC> compared the service as it is now with `v81` of `design:FRAUD/rules`.")
    shared.click(parent, buttons(parent)["Summary"], user="vic")
    shared.wait_for_reply(parent, "<@U04VIC> looked at `v81` of `design:FRAUD/rules`.")
    assert buttons(shared.again(parent)) == buttons(parent)


def test_the_archive_comes_to_who_may_have_it_and_to_nobody_else(shared: Stage) -> None:
    parent = begun(shared, "v82")
    shared.click(parent, buttons(parent)["Download"], user="vic")
    told = shared.wait_for("You may not do that on design:FRAUD/rules", "approvals", user="vic")
    assert told["addressee"] == "U04VIC"
    shared.click(parent, buttons(parent)["Download"], user="maya")
    shared.wait_for_reply(parent, "<@U01MAYA> fetched `v82` of `design:FRAUD/rules`")
    message, content = shared.wait_for_file("approvals")
    assert message["thread_ts"] == parent["ts"]
    assert content.startswith(b"PK")


def test_a_publish_is_asked_for_in_the_story_and_told_there(shared: Stage) -> None:
    parent = begun(shared, "v83")
    shared.click(parent, buttons(parent)["Publish…"], user="vic")
    shared.wait_for("You may not do that: none of your grants here gives “publish”.", "approvals", user="vic")
    shared.click(parent, buttons(parent)["Publish…"], user="maya")
    assert "v83" in str(shared.wait_for_view("maya")["blocks"])
    assert shared.submit("maya", {f"{FIELD}reason": "the nulls are gone"})["ok"]
    asked = shared.wait_for_reply(parent, "<@U01MAYA> asks to publish `v83` of `design:FRAUD/rules` to `rules`")
    assert asked["thread_ts"] == parent["ts"]
    assert "the nulls are gone" in shown(shared.wait_for(":hourglass", "approvals"))


def test_in_a_direct_message_only_what_they_may_do_is_offered(shared: Stage) -> None:
    shared.command("watch FRAUD/rules --events packaged --me", user="vic")
    shared.wait_for("you hear of `design:FRAUD/rules` from now on: packaged.", user="vic")
    begun(shared, "v84")
    told = shared.wait_for("packaged `v84` of `design:FRAUD/rules`", shared.direct("vic"), user="vic")
    assert set(buttons(told)) == {"Difference", "Summary"}
