"""Watches as people see to them: tested, looked up, ended in the Home; over the whole road and one stage."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from opsbot.sandbox import demo
from tests.slack.test_home import buttons, click, home, opened
from tests.stage import ADMIN, GRANTS, shown, staged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stage import Stage


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("watches"), grants=[*GRANTS, ADMIN]) as made:
        yield made


def test_a_test_arrives_in_quiet_hours_and_who_asked_hears_so_with_its_address(shared: Stage) -> None:
    shared.command('watch FRAUD/rules --quiet-hours "00:00-23:59" --digest weekly')
    shared.wait_for("hears of `design:FRAUD/rules` from now on")
    shared.command("watches --test", user="vic")
    shared.wait_for("a test is on its way to <#C01MLOPS>", user="vic")
    test = shared.wait_for("This is a test, which <@U04VIC> asked for: nothing happened.")
    assert "weekly at 9:00, in one message, but not 00:00-23:59 UTC" in shown(test)
    assert test.get("thread_ts") is None
    told = shared.wait_for("arrived in <#C01MLOPS>", shared.direct("vic"), user="vic")
    link = f"/archives/C01MLOPS/p{test['ts'].replace('.', '')}|The test>"
    assert link in shown(told)
    shared.command("deliveries", user="vic")
    listed = shared.wait_for("<@U04VIC> asked for what I said here in 7 days: 1 message.")
    line = shared.wait_for_reply(listed, "test of watch ")
    assert link.replace("The test", "said") in shown(line)


def test_a_test_that_can_not_arrive_says_why_and_is_found_among_what_failed(shared: Stage) -> None:
    shared.command("watch FRAUD/rules --events deleted", channel="random")
    shared.wait_for("hears of `design:FRAUD/rules` from now on: deleted.", "random")
    shared.command("watches --test", channel="random")
    told = shared.wait_for("can't be said in <#C03RANDOM>", shared.direct("maya"))
    assert "Slack says not_in_channel." in shown(told)
    shared.command("deliveries --failed --all", user="ada")
    found = shared.wait_for("asked for what I could not say everywhere in 7 days: 1 message.", user="ada")
    assert found["ephemeral"]
    assert re.search(r"<#C03RANDOM> · test of watch \d+ · :x: given up", shown(found))
    shared.command("deliveries --failed")
    shared.wait_for("asked for what I could not say here in 7 days: no messages.")
    shared.command("deliveries --all", user="vic")
    shared.wait_for("none of your grants here gives “admin”", user="vic")


def test_what_somebody_watches_is_ended_in_their_home(shared: Stage) -> None:
    for channel in ("ml-ops", "random"):
        shared.command("watch FRAUD/scoring", user="omar", channel=channel)
        shared.wait_for("hears of `design:FRAUD/scoring` from now on", channel, user="omar")
    opened(shared, "omar")
    shared.wait_until(lambda: shown(home(shared, "omar")).count("`design:FRAUD/scoring`") == 2)
    here, there = re.findall(r"\*(\d+)\* · `design:FRAUD/scoring`", shown(home(shared, "omar")))
    assert buttons(home(shared, "omar")) == {"Unwatch design:FRAUD/scoring"}
    assert click(shared, "omar", f"unwatch:{there}")["acked"]
    shared.wait_until(lambda: "<#C03RANDOM>" not in shown(home(shared, "omar")))
    direct = shared.direct("omar")
    shared.wait_for("<#C03RANDOM> doesn't hear of `design:FRAUD/scoring` any more", direct, user="omar")
    shared.command(f"unwatch {here}", user="vic")  # whoever may read it may, and the Home of who set it shows that
    shared.wait_for("<@U04VIC>: <#C01MLOPS> doesn't hear of `design:FRAUD/scoring` any more")
    shared.wait_until(lambda: "Nothing. `/apid watch SERVICE --me`" in shown(home(shared, "omar")))
    assert buttons(home(shared, "omar")) == set()


def test_a_button_of_an_older_home_ends_no_watch_that_has_its_number_by_now(shared: Stage) -> None:
    shared.command("watch CHURN --me", user="omar")
    shared.wait_for("you hear of `design:CHURN/*` from now on", user="omar")
    opened(shared, "omar")
    shared.wait_until(lambda: buttons(home(shared, "omar")) == {"Unwatch design:CHURN/*"})
    number = re.findall(r"\*(\d+)\* · `design:CHURN", shown(home(shared, "omar")))[0]
    older = home(shared, "omar")["blocks"]
    shared.command(f"unwatch {number}", user="omar")
    shared.command("watch FRAUD --me", user="omar")
    shared.wait_until(lambda: buttons(home(shared, "omar")) == {"Unwatch design:FRAUD/*"})
    direct = shared.direct("omar")
    of_before = [f"run_line:unwatch:{number}", f"unwatch {number}"]
    action = next(each for block in older for each in block.get("elements", ()) if each.get("value"))
    for times, (name, value) in enumerate(([action["action_id"], action["value"]], of_before), 1):
        made = {**action, "action_id": name, "value": value}
        view = {"type": "home", "blocks": [{"type": "actions", "block_id": "b", "elements": [made]}]}
        shared.workspace.workspace.views.publish_home(demo.OMAR.id, view)
        assert click(shared, "omar", name)["acked"]
        shared.wait_for("Nothing was changed: your Home", direct, user="omar", times=times)
        shared.wait_until(lambda: buttons(home(shared, "omar")) == {"Unwatch design:FRAUD/*"})
    shared.command("unwatch FRAUD --me", user="omar")
    shared.wait_until(lambda: buttons(home(shared, "omar")) == set())
