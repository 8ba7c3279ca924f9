"""Watches over the whole road: set in Slack, and the story of a version told in one thread, with its buttons."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import dataikuapi
import pytest

from opsbot.sandbox import demo
from tests.stage import ADMIN, GRANTS, WATCHES, buttons, shown, staged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path, grants=[*GRANTS, ADMIN], watches=WATCHES) as made:
        yield made


def test_the_story_of_a_version_is_one_thread_from_its_packaging_to_its_publish(stage: Stage) -> None:
    stage.command("package FRAUD/rules v50 --notes “retrained <!here>”")
    parent = stage.wait_for("<@U01MAYA> packaged `v50` of `design:FRAUD/rules`", "approvals")
    assert parent.get("thread_ts") in {None, parent["ts"]}
    assert "retrained @here" in shown(parent)
    assert "New here" in shown(parent)
    assert {"Publish…", "Difference", "Summary", "Download"} == set(buttons(parent))
    stage.wait_for("v50` of `design:FRAUD/rules` is packaged")
    stage.command("publish FRAUD/rules v50 --reason due")
    asked = stage.wait_for_reply(parent, "<@U01MAYA> asks to publish `v50` of `design:FRAUD/rules` to `rules`")
    assert "|request 1>" in shown(asked) or "request 1 in <#" in shown(asked)
    stage.say(f"<@{demo.BOT}> help explain", user="omar", channel="approvals", thread=parent["ts"])
    helping = stage.wait_for("How to use", "approvals", user="omar")
    stage.click(helping, buttons(helping)["Fill in a form…"], user="omar")
    form = json.dumps(stage.wait_for_view("omar"))
    assert '"value": "design:FRAUD/rules"' in form
    assert '"value": "v50"' in form
    stage.say(f"<@{demo.BOT}> approve", user="omar", channel="approvals", thread=parent["ts"])
    stage.wait_for_reply(parent, "is approved by <@U02OMAR>")
    stage.wait_for_reply(parent, "is published to `rules`")
    told = [each for each in stage.messages("approvals") if "v50" in shown(each) and each["ts"] != parent["ts"]]
    assert {each["thread_ts"] for each in told} == {parent["ts"]}
    assert len(told) == 3


def test_where_the_packaging_is_told_already_the_story_goes_on_below_it(stage: Stage) -> None:
    stage.command("watch FRAUD/rules")
    stage.wait_for("<#C01MLOPS> hears of `design:FRAUD/rules` from now on: all that happens.")
    stage.command("package FRAUD/rules v51")
    parent = stage.wait_for("<@U01MAYA> packaged `v51` of `design:FRAUD/rules`")
    new = stage.wait_for_reply(parent, "What is new in `v51`:")
    assert "Publish…" in buttons(new)
    stage.command("delete FRAUD/rules v51 --yes")
    stage.wait_for_reply(parent, "<@U01MAYA> deleted `v51` of `design:FRAUD/rules`")


def test_the_buttons_of_a_story_do_what_who_clicks_may(stage: Stage) -> None:
    stage.command("package FRAUD/rules v52")
    parent = stage.wait_for("packaged `v52` of `design:FRAUD/rules`", "approvals")
    stage.click(parent, buttons(parent)["Summary"], user="maya")
    stage.wait_for_reply(parent, "<@U01MAYA> looked at `v52` of `design:FRAUD/rules`")
    stage.click(parent, buttons(parent)["Publish…"], user="maya")
    view = stage.wait_for_view("maya")
    assert "v52" in str(view["blocks"])
    stage.click(parent, buttons(parent)["Publish…"], user="vic")
    stage.wait_for("You may not do that: none of your grants here gives", "approvals", user="vic")
    assert buttons(stage.again(parent)) == buttons(parent)


def test_a_person_hears_directly_of_what_they_watch(stage: Stage) -> None:
    stage.command("watch FRAUD --events packaged --me", user="vic")
    stage.wait_for("you hear of `design:FRAUD/*` from now on: packaged.", user="vic")
    stage.command("package FRAUD/rules v53")
    stage.wait_for("packaged `v53` of `design:FRAUD/rules`", stage.direct("vic"), user="vic")
    stage.command("watches", user="vic", channel=stage.direct("vic"))
    stage.wait_for("`design:FRAUD/*` · packaged · <@U04VIC>", stage.direct("vic"), user="vic")
    stage.command("unwatch FRAUD --me", user="vic")
    stage.wait_for("you don't hear of `design:FRAUD/*` any more", user="vic")


def test_watches_are_listed_with_who_set_them(stage: Stage) -> None:
    stage.command("watch FRAUD/rules --events deleted,failed")
    stage.wait_for("hears of `design:FRAUD/rules` from now on: deleted, failed.")
    stage.command("watches")
    stage.wait_for("`design:FRAUD/rules` · deleted, failed · <#C01MLOPS> · set by @maya")
    stage.command("watch FRAUD/rules --events birthdays")
    stage.wait_for("“birthdays” is no event to hear of. They are packaged, deleted,")


OVERLAPPING = [
    {"channel": "C02APPROVALS", "services": ["design:FRAUD/rules"]},
    {"channel": "C02APPROVALS", "services": ["design:FRAUD/*"]},
    {"channel": "C02APPROVALS", "services": ["design:*"], "events": ["packaged"]},
    {"channel": "C01MLOPS", "services": ["design:CHURN/*"]},
    {"user": demo.VIC.id, "services": ["design:FRAUD/*"], "events": ["packaged", "deleted"]},
]


def test_what_dataikus_own_client_makes_is_told_once_wherever_it_is_watched(tmp_path: Path) -> None:
    watching = {"poll_interval": "100ms", "concurrency": 4}
    with staged(tmp_path, grants=[*GRANTS, ADMIN], watches=OVERLAPPING, watching=watching) as stage:
        stage.wait_until(lambda: all(is_known(stage, service) for service in ("FRAUD/rules", "CHURN/churn")))
        official = dataikuapi.DSSClient(stage.designer.url, "sandbox")
        rules = official.get_project("FRAUD").get_api_service("rules")
        churn = official.get_project("CHURN").get_api_service("churn")
        rules.create_package("v70")
        churn.create_package("v71")
        rules.create_package("v72")
        vic = stage.direct("vic")
        parents = {place: stage.wait_for("packaged `v70`", place, user="vic") for place in ("approvals", vic)}
        stage.wait_for("packaged `v72`", "approvals")
        stage.wait_for("packaged `v72`", vic, user="vic")
        stage.wait_for("packaged `v71`")
        rules.delete_package("v70")
        official._session.close()  # the official client has no way to be closed
        for place, parent in parents.items():
            stage.wait_until(
                lambda place=place, parent=parent: any(  # type: ignore[misc]  # the defaults are this round's
                    each.get("thread_ts") == parent["ts"] and "was deleted" in shown(each)
                    for each in stage.messages(place, user="vic")
                )
            )
        assert versions_in(stage, "approvals") == ["v70", "v70", "v71", "v72"]
        assert versions_in(stage, vic) == ["v70", "v70", "v72"]
        assert versions_in(stage, "ml-ops") == ["v71"]
        assert versions_in(stage, stage.direct("omar"), user="omar") == []


def is_known(stage: Stage, service: str) -> bool:
    """Tell whether the bot knows what was there: it looks for the second time once it has kept what it saw."""
    project, _, name = service.partition("/")
    path = f"/projects/{project}/apiservices/{name}/packages"
    return sum(seen.path.endswith(path) for seen in stage.designer.site.seen) >= 2


def versions_in(stage: Stage, place: str, user: str = "vic") -> list[str]:
    """The versions that the messages in a place tell of, one for each message, sorted."""
    said = [re.search(r"`(v7\d)` of", shown(each)) for each in stage.messages(place, user=user)]
    return sorted(found[1] for found in said if found is not None)


@pytest.fixture
def polled(tmp_path: Path) -> Iterator[Stage]:
    watching = {"poll_interval": "100ms", "concurrency": 4}
    with staged(tmp_path, grants=[*GRANTS, ADMIN], watches=WATCHES, watching=watching) as made:
        made.wait_until(lambda: all(is_known(made, service) for service in ("FRAUD/rules", "FRAUD/scoring")))
        yield made


def test_what_is_made_and_deleted_on_the_node_itself_is_told_once(polled: Stage) -> None:
    node = polled.designer.node
    node.create_package("FRAUD", "rules", "v60", by="script")
    parent = polled.wait_for("The node's login `script` packaged `v60` of `design:FRAUD/rules`", "approvals")
    assert "New here" in shown(parent)
    node.delete_package("FRAUD", "rules", "v60")
    polled.wait_for_reply(parent, "`v60` of `design:FRAUD/rules`")
    polled.command("package FRAUD/rules v61")
    polled.wait_for("packaged `v61` of `design:FRAUD/rules`", "approvals")
    node.create_package("FRAUD", "rules", "v62", by="script")
    polled.wait_for("packaged `v62` of `design:FRAUD/rules`", "approvals")
    for version in ("v60", "v61", "v62"):
        begun = [each for each in polled.messages("approvals") if f"packaged `{version}`" in shown(each)]
        assert len(begun) == 1, version


def test_a_script_that_makes_many_packages_makes_one_message(polled: Stage) -> None:
    node = polled.designer.node
    for number in range(40):
        node.create_package("FRAUD", "scoring", f"burst{number}", by="script")
    polled.wait_until(lambda: told_of(polled) == 40)
    messages = [each for each in polled.messages("approvals") if "burst" in shown(each)]
    assert len(messages) <= 6  # a look in the middle of it may have found a few by themselves


def told_of(stage: Stage) -> int:
    """How many of the packages some message or list tells of: a list names twenty, and counts the rest."""
    said = "\n".join(shown(each) for each in stage.messages("approvals"))
    lists = sum(int(found) for found in re.findall(r"(\d+) packages were made", said))
    return lists + len(re.findall(r"packaged `burst", said))
