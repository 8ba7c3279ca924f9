"""The App Home over the whole road: opened, kept fresh by what others do, decided in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from opsbot.actions.homes import HomePainter
from opsbot.domain.authorization import Grant, Permission
from opsbot.domain.homes import HomeShown
from opsbot.domain.models import Person
from opsbot.errors import OvertakenError, TellingError
from opsbot.sandbox import demo
from opsbot.slack import HomeListener, Pool, SlackHomeScreen, Turns
from opsbot.slack.blocks.home import home_view
from tests.stage import ADMIN, shown, staged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.stage import JSON, Stage

UNPUBLISHED = "v4"


def home(stage: Stage, user: str) -> JSON:
    """What somebody's Home shows; without a block as long as nothing was published there."""
    seen = stage.state()["views"]
    member = stage.workspace.workspace.directory.get(user).id
    return next((view for view in seen if view["type"] == "home" and view["user"] == member), {"blocks": []})


def opened(stage: Stage, user: str) -> None:
    stage.open_home(user)
    stage.wait_until(lambda: "Who you are here" in shown(home(stage, user)))


def buttons(view: JSON) -> set[str]:
    return {each["text"]["text"] for each in _elements(view) if each.get("type") == "button"}


def _elements(view: JSON) -> list[JSON]:
    return [each for block in view["blocks"] for each in (*block.get("elements", ()), block.get("accessory") or {})]


def click(stage: Stage, user: str, action: str) -> JSON:
    view = home(stage, user)
    value = next(each["value"] for each in _elements(view) if each.get("action_id") == action)
    used = {"user": user, "view": view["id"], "action": {"action_id": action, "value": value}}
    reply: JSON = stage.post("/interact", used)
    return reply


def test_a_request_is_approved_in_the_home_and_the_other_home_says_so_without_anybody_reopening(stage: Stage) -> None:
    opened(stage, "omar")
    opened(stage, "maya")
    assert "Nothing waits for your decision." in shown(home(stage, "omar"))
    stage.command(f'publish FRAUD/scoring {UNPUBLISHED} --reason "October <!channel>"')
    stage.wait_until(lambda: "*Request 1*" in shown(home(stage, "omar")))
    assert "“October @channel”" in shown(home(stage, "omar"))
    assert buttons(home(stage, "omar")) == {"Approve", "Approve with a comment…", "Decline…"}
    stage.wait_until(lambda: buttons(home(stage, "maya")) == {"Cancel"})
    assert click(stage, "omar", "approve_request")["acked"]
    stage.wait_until(lambda: "is published to `scoring`. Approved by <@U02OMAR>" in shown(home(stage, "maya")))
    assert UNPUBLISHED in stage.published("scoring")
    stage.wait_until(lambda: "Nothing waits for your decision." in shown(home(stage, "omar")))
    assert buttons(home(stage, "omar")) | buttons(home(stage, "maya")) == set()


def test_a_click_that_is_refused_is_told_directly_and_the_home_shows_what_is_true(stage: Stage) -> None:
    stage.command(f"publish FRAUD/scoring {UNPUBLISHED}")
    stage.wait_for("Request 1")
    opened(stage, "omar")
    older = home(stage, "omar")
    stage.command("decline 1 too early", user="ada")
    stage.wait_for("won't be published: declined by <@U03ADA>")
    stage.wait_until(lambda: buttons(home(stage, "omar")) == set())
    # A click on what was shown before is on its way still.
    stage.workspace.workspace.views.publish_home(demo.OMAR.id, {"type": "home", "blocks": older["blocks"]})
    click(stage, "omar", "approve_request")
    told = stage.wait_for("Request 1 was declined by ada already.", stage.direct("omar"), user="omar")
    assert not told.get("ephemeral")
    stage.wait_until(lambda: buttons(home(stage, "omar")) == set())


def test_a_form_that_is_opened_in_the_home_decides_and_its_refusal_is_told_directly(stage: Stage) -> None:
    stage.command(f"publish FRAUD/scoring {UNPUBLISHED}")
    card = stage.wait_for("Request 1")
    for user in ("omar", "ada"):
        opened(stage, user)
        click(stage, user, "decline_request")
    stage.wait_until(lambda: len(_forms(stage)) == 2)
    stage.submit("omar", {"words": "the drift report is missing"})
    outcome = stage.wait_for_reply(card, "declined by <@U02OMAR>")
    assert "the drift report is missing" in shown(outcome)
    stage.submit("ada", {"words": "me too"})
    stage.wait_for("Request 1 was declined by omar already.", stage.direct("ada"), user="ada")


def _forms(stage: Stage) -> list[JSON]:
    return [view for view in stage.state()["views"] if view["type"] == "modal"]


def test_what_is_granted_for_a_channel_does_not_count_in_the_home(tmp_path: Path) -> None:
    grants = [
        {"role": "publisher", "users": [demo.MAYA.id]},
        {"role": "approver", "users": [demo.OMAR.id], "channels": ["C01MLOPS"]},
        {"role": "viewer", "users": [demo.OMAR.id]},
    ]
    with staged(tmp_path, grants=grants) as stage:
        stage.command(f"publish FRAUD/scoring {UNPUBLISHED}")
        card = stage.wait_for("Request 1")
        opened(stage, "omar")
        assert "Nothing waits for your decision." in shown(home(stage, "omar"))
        stage.command("inbox", user="omar")
        assert "`approver`" not in shown(home(stage, "omar"))
        assert "*Request 1*" in shown(stage.wait_for("1 request waits for your decision", user="omar"))
        stage.click(card, "approve_request", user="omar")
        stage.wait_for_reply(card, "is published to `scoring`")


def test_pauses_and_the_end_of_a_request_are_seen_in_the_home(tmp_path: Path) -> None:
    grants = [{"role": "publisher", "users": [demo.MAYA.id]}, ADMIN]
    with staged(tmp_path, grants=grants) as stage:
        opened(stage, "maya")
        opened(stage, "nils")
        stage.command('pause --reason "drift"', user="ada")
        stage.wait_until(lambda: "Publishing is paused by <@U03ADA>: drift" in shown(home(stage, "maya")))
        assert "drift" not in shown(home(stage, "nils"))
        stage.command(f"publish FRAUD/scoring {UNPUBLISHED}")
        stage.wait_until(lambda: buttons(home(stage, "maya")) == {"Cancel"})
        click(stage, "maya", "cancel_request")
        stage.wait_until(lambda: "cancelled by <@U01MAYA>" in shown(home(stage, "maya")))
        assert buttons(home(stage, "maya")) == set()


def test_another_tab_publishes_no_home(stage: Stage) -> None:
    stage.open_home("omar", tab="messages")
    opened(stage, "maya")
    assert home(stage, "omar")["blocks"] == []


def test_however_many_paint_at_once_the_last_picture_is_the_true_one(stage: Stage) -> None:
    opened(stage, "omar")
    paint = stage.bot.homes.refresh

    def repeatedly(_: int) -> None:
        for _ in range(6):
            paint(demo.OMAR.id)

    with ThreadPoolExecutor(4) as painters:
        painting = painters.map(repeatedly, range(4))
        stage.command(f"publish FRAUD/scoring {UNPUBLISHED}")
        stage.wait_for("Request 1")
        stage.command("decline 1 too early", user="ada")
        list(painting)
    stage.wait_for("won't be published: declined by <@U03ADA>")
    stage.wait_until(lambda: stage.bot.world.deliveries.channels() == [])
    assert buttons(home(stage, "omar")) == set()


@dataclass
class SlowScreen:
    """A screen before which something happens while the first picture is on its way to it."""

    screen: SlackHomeScreen
    meanwhile: list[Callable[[], None]]

    def show(self, picture: HomeShown, instead_of: str) -> str:
        if self.meanwhile:
            self.meanwhile.pop()()
        return self.screen.show(picture, instead_of)


def known(stage: Stage, user: str) -> str:
    """The mark of what a Home shows, once the bot has kept it."""
    seen = home(stage, user)["hash"]
    stage.wait_until(lambda: getattr(stage.bot.world.homes.get(home(stage, user)["user"]), "mark", "") == seen)
    return str(seen)


def test_a_replica_that_is_late_with_an_older_picture_shows_what_is_true(stage: Stage) -> None:
    opened(stage, "omar")
    assert known(stage, "omar")

    def overtake() -> None:
        stage.command(f"publish FRAUD/scoring {UNPUBLISHED}")
        stage.wait_until(lambda: "*Request 1*" in shown(home(stage, "omar")))

    slow = SlowScreen(SlackHomeScreen(stage.bot.client, "/apid"), [overtake])
    HomePainter(stage.bot.world, slow).paint(demo.OMAR.id)
    assert slow.meanwhile == []
    assert "*Request 1*" in shown(home(stage, "omar"))


def test_what_slack_says_to_a_home_is_told_apart(stage: Stage) -> None:
    opened(stage, "omar")
    mark = known(stage, "omar")
    screen, picture = SlackHomeScreen(stage.bot.client, "/apid"), HomeShown(Person(demo.OMAR.id, "omar"))
    assert screen.show(picture, mark) == home(stage, "omar")["hash"]
    with pytest.raises(OvertakenError):
        screen.show(picture, mark)
    with pytest.raises(TellingError) as refused:
        screen.show(HomeShown(Person("U0NOBODY", "nobody")), "")
    assert not refused.value.again


def test_an_opening_that_can_not_be_read_is_acknowledged_and_one_too_many_is_dropped(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    acked: list[bool] = []
    closed = Pool(1, 1, Turns())
    closed.close()
    listener = HomeListener(closed, closed, stage.bot.homes)
    listener.on_opened(lambda: acked.append(True), {"event": {"tab": "home"}})
    listener.on_opened(lambda: acked.append(True), {"event": {"user": demo.OMAR.id}})
    assert acked == [True, True]
    assert "could not be read" in caplog.text
    assert "too much to do" in caplog.text
    assert home(stage, "omar")["blocks"] == []


@pytest.mark.parametrize(("problem", "asks"), [("", True), ("Slack's user groups can't be read.", False)])
def test_whoever_holds_no_grant_is_sent_to_ask_for_one_unless_that_can_not_be_known(
    problem: str, *, asks: bool
) -> None:
    view = home_view(HomeShown(Person(demo.OMAR.id, "omar"), problem=problem), "/apid").to_dict()
    assert ("Ask whoever runs me for one." in shown(view)) is asks
    assert problem in shown(view)


def test_whoever_holds_no_grant_reads_who_could_give_one() -> None:
    ask = (frozenset({demo.ADA.id}), frozenset({"@platform"}))
    view = home_view(HomeShown(Person(demo.OMAR.id, "omar"), ask=ask), "/apid").to_dict()
    assert "Ask <@U03ADA> or `@platform` for one." in shown(view)


def test_what_somebody_may_not_do_is_not_suggested_to_them() -> None:
    who, grant = Person(demo.VIC.id, "vic"), Grant("viewer")
    nobody, viewer = (
        shown(home_view(HomeShown(who, grants=grants), "/apid").to_dict())
        for grants in ((), ((grant, (Permission.READ,)),))
    )
    assert "`/apid publish SERVICE VERSION`" not in nobody + viewer
    assert ("`/apid watch SERVICE --me`" in nobody, "`/apid watch SERVICE --me`" in viewer) == (False, True)
