"""A night and two weeks, over the whole road, on a clock that the test moves."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from opsbot.actions.stores import DeliveryQuery
from opsbot.assembly.opening import now
from opsbot.domain.deliveries import DeliveryState, Kind
from opsbot.durable import Tempo
from opsbot.sandbox import demo
from tests.stage import ADMIN, GRANTS, shown, staged

if TYPE_CHECKING:
    from pathlib import Path

    from tests.stage import Stage

NIGHT = "22:00-07:00 UTC"
WATCHES = [{"channel": "C02APPROVALS", "services": ["design:FRAUD/*"], "quiet_hours": NIGHT}]
POLICIES = [
    {"name": "free", "services": ["design:FRAUD/rules"], "quorum": {}},
    {"name": "all", "services": ["*"], "remind_every": "12h", "approvals_channel": "C02APPROVALS"},
]
OFTEN = Tempo(sweep=0.1, beat=0.1)


class Clock:
    """Goes on as clocks do, from wherever it is set."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        today = now().replace(hour=0, minute=0, second=0, microsecond=0)
        self.monday = today + timedelta(days=7 - today.weekday())
        """The next one, at midnight."""

    def __call__(self) -> datetime:
        return now() + self._ahead

    def set(self, days: int, at: time) -> None:
        """Set it to so many days after Monday."""
        self._ahead = self.monday + timedelta(days=days, hours=at.hour, minutes=at.minute) - now()


def news(stage: Stage, text: str) -> list[str]:
    return [shown(each) for each in stage.messages("approvals") if text in shown(each)]


def test_a_night_and_two_weeks_pass(tmp_path: Path) -> None:
    clock = Clock()
    with staged(
        tmp_path, grants=[*GRANTS, ADMIN], watches=WATCHES, policies=POLICIES, tempo=OFTEN, clock=clock
    ) as stage:
        clock.set(0, time(9, 30))
        stage.command("watch FRAUD --digest weekly --me")
        stage.wait_for("you hear of `design:FRAUD/*` from now on: all that happens, weekly.")
        _a_night_in_which_nobody_is_disturbed(stage, clock)
        _a_week_that_ends_with_a_digest(stage, clock)
        _a_week_in_which_nothing_happens(stage, clock)


def _a_night_in_which_nobody_is_disturbed(stage: Stage, clock: Clock) -> None:
    clock.set(0, time(12))
    stage.command("publish FRAUD/scoring v4 --reason due")
    card = stage.wait_for("Request 1", "approvals")
    stage.wait_for("asks to publish `v4`", "approvals")
    clock.set(0, time(23))
    for version in ("v70", "v71"):
        stage.command(f"package FRAUD/rules {version}")
        stage.wait_for(f"`{version}` of `design:FRAUD/rules` is packaged")
    clock.set(1, time(1))  # the reminder was due at midnight
    stage.command("deliveries", channel="approvals")
    listed = stage.wait_for("asked for what I said here in 7 days: 4 messages.", "approvals")
    held = shown(stage.wait_for_reply(listed, "held back until"))
    assert held.count(":zzz: held back until") == 2
    assert held.count(":white_check_mark: <") == 2
    assert news(stage, "v70") == [held]
    assert news(stage, "still waits") == []
    clock.set(1, time(7))
    summary = stage.wait_for("2 things happened meanwhile:", "approvals")
    assert "`design:FRAUD/rules`: `v70` packaged and `v71` packaged" in shown(summary)
    reminder = stage.wait_for_reply(card, "Request 1 still waits for <@U02OMAR> and <@U03ADA>.")
    assert reminder["ts"] > card["ts"]


def _a_week_that_ends_with_a_digest(stage: Stage, clock: Clock) -> None:
    clock.set(2, time(12))
    stage.command("publish FRAUD/rules v70 --reason due")
    stage.wait_for("`v70` of `design:FRAUD/rules` is published")
    clock.set(7, time(8, 59))
    stage.wait_until(lambda: len(news(stage, "still waits")) >= 2)  # the sweep has seen that time
    direct = stage.direct("maya")
    assert not any("digest" in shown(each) for each in stage.messages(direct))
    clock.set(7, time(9))
    digest = shown(stage.wait_for("*The weekly digest* of `design:FRAUD/*`", direct))
    assert "2 packaged and 1 published." in digest
    assert "From package to publish it took " in digest
    assert "1 request waits, since <!date" in digest
    listed = re.search(r"`design:FRAUD/rules`: (.*)", digest)
    assert listed is not None
    assert listed[1].startswith("`v70` packaged, `v71` packaged, `v70` publish")


def _a_week_in_which_nothing_happens(stage: Stage, clock: Clock) -> None:
    clock.set(7, time(13))
    stage.wait_for("expired", "approvals")
    for week, said in (
        (2, "1 expired. No request waits.\n1 thing happened:"),
        (3, "nothing was packaged or published."),
    ):
        stage.wait_until(lambda: _a_digest_waits(stage))
        clock.set(7 * week, time(9))
        digest = stage.wait_for("*The weekly digest*", stage.direct("maya"), times=week)
        assert said in shown(digest)


def _a_digest_waits(stage: Stage) -> bool:
    query = DeliveryQuery(("*",), demo.MAYA.id, now(), demo.MAYA.id)
    found, _ = stage.bot.world.deliveries.page(query)
    kinds = {told.delivery.message.kind for told in found if told.delivery.state is DeliveryState.WAITING}
    return Kind.DIGEST in kinds
