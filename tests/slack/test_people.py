"""Whom opsbot does anything for: asked of Slack once in five minutes, by one replica for all, and closed where unsure."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from opsbot.slack import Identity, Memory, SlackDirectory
from opsbot.slack.people import A_BOT, A_GUEST, ELSEWHERE, GONE
from opsbot.store import Database, NoteStore
from tests.builders import MAYA, NOON, OMAR
from tests.waiting import wait_until

HOME = Identity("U0BOT", "B0BOT", "T1")
PATIENCE = 5.0


@dataclass
class FakeSlack:
    """Tells of people and groups, counts how often it is asked, and fails where a test says so."""

    told: dict[str, Any] = field(default_factory=dict)
    broken: bool = False
    asked: list[str] = field(default_factory=list)

    def users_info(self, *, user: str) -> dict[str, Any]:
        self.asked.append(user)
        self._answer()
        return {"user": {"id": user, "name": user.lower(), "team_id": "T1", **self.told}}

    def usergroups_list(self, *, include_users: bool) -> dict[str, Any]:
        self.asked.append("groups")
        self._answer()
        return {"usergroups": [{"id": "S1", "handle": "approvers", "users": [OMAR.id]}]}

    def _answer(self) -> None:
        if self.broken:
            raise SlackApiError("no", {"ok": False, "error": "internal_error"})  # type: ignore[no-untyped-call]  # slack_sdk forgot the annotation


@dataclass
class Clock:
    """Both clocks of a process, moved together."""

    seconds: float = 1000.0
    ahead: float = 0.0

    def now(self) -> float:
        return self.seconds

    def clock(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds + self.ahead)


def directory(slack: FakeSlack, clock: Clock, *, notes: NoteStore | None = None, **more: Any) -> SlackDirectory:
    memory = Memory(clock.now, clock.clock, notes=notes)
    client: Any = slack
    return SlackDirectory(client, more.pop("named", frozenset()), memory, home=more.pop("home", HOME), **more)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({}, ""),
        ({"deleted": True}, GONE),
        ({"is_bot": True}, A_BOT),
        ({"is_restricted": True}, A_GUEST),
        ({"is_ultra_restricted": True}, A_GUEST),
        ({"is_stranger": True}, ELSEWHERE),
        ({"team_id": "T2"}, ELSEWHERE),
        ({"team_id": None}, ELSEWHERE),
    ],
)
def test_only_the_people_of_the_workspace_are_served(told: dict[str, Any], says: str) -> None:
    made = directory(FakeSlack(told), Clock())
    assert made.membership(MAYA).barred == says
    assert made.known_membership(MAYA).barred == says


def test_guests_are_served_where_the_configuration_lets_them_in() -> None:
    assert directory(FakeSlack({"is_restricted": True}), Clock(), guests=True).membership(MAYA).barred == ""
    assert directory(FakeSlack({"is_stranger": True}), Clock(), guests=True).membership(MAYA).barred == ELSEWHERE


@pytest.mark.parametrize(("enterprise", "says"), [("E1", ""), ("E2", ELSEWHERE)])
def test_in_an_organisation_everybody_of_its_workspaces_is_at_home(enterprise: str, says: str) -> None:
    home = Identity("U0BOT", "B0BOT", "T1", enterprise="E1")
    slack = FakeSlack({"team_id": "T7", "enterprise_user": {"enterprise_id": enterprise}})
    assert directory(slack, Clock(), home=home).membership(MAYA).barred == says


def test_a_person_is_asked_about_once_in_five_minutes_and_again_before_anybody_has_to_wait() -> None:
    slack, clock = FakeSlack(), Clock()
    made = directory(slack, clock)
    for _ in range(5):
        assert made.membership(MAYA).barred == ""
    assert (made.name(MAYA.id), slack.asked) == (MAYA.id.lower(), [MAYA.id])
    clock.seconds += 230  # the last quarter of the five minutes
    slack.told = {"deleted": True}
    made.membership(MAYA)
    wait_until(lambda: made.membership(MAYA).barred == GONE)
    assert len(slack.asked) == 2


def test_who_was_deactivated_is_out_after_five_minutes_at_the_latest() -> None:
    slack, clock = FakeSlack(), Clock()
    made = directory(slack, clock)
    assert made.membership(MAYA).barred == ""
    slack.told = {"deleted": True}
    clock.seconds += 301
    assert made.membership(MAYA).barred == GONE


def test_where_slack_does_not_tell_who_somebody_is_nothing_is_done_for_them_and_it_is_asked_again_soon() -> None:
    slack, clock = FakeSlack(broken=True), Clock()
    made = directory(slack, clock)
    membership = made.membership(MAYA)
    assert "internal_error" in membership.barred
    assert membership.problem == membership.barred
    made.membership(MAYA)
    assert len(slack.asked) == 1
    slack.broken = False
    clock.seconds += 6
    assert made.membership(MAYA).barred == ""


def test_who_only_chooses_is_known_as_soon_as_slack_tells_of_them_again() -> None:
    slack, clock = FakeSlack(broken=True), Clock()
    made = directory(slack, clock)
    assert "internal_error" in made.known_membership(MAYA).barred
    slack.broken = False
    clock.seconds += 60
    assert made.known_membership(MAYA).barred == ""


def test_who_only_chooses_is_not_told_of_a_failure_of_minutes_ago() -> None:
    may_tell = threading.Event()

    class Silent(FakeSlack):
        def users_info(self, *, user: str) -> dict[str, Any]:
            assert self.broken or may_tell.wait(10)
            return super().users_info(user=user)

    slack, clock = Silent(broken=True), Clock()
    made = directory(slack, clock)
    assert "internal_error" in made.known_membership(MAYA).barred
    slack.broken = False
    clock.seconds += 60
    assert "silence" in made.known_membership(MAYA).barred
    may_tell.set()


def test_who_clicks_for_the_first_time_is_known_though_slack_takes_its_time() -> None:
    class Slow(FakeSlack):
        def users_info(self, *, user: str) -> dict[str, Any]:
            time.sleep(0.3)
            return super().users_info(user=user)

    assert directory(Slow(), Clock()).known_membership(MAYA).barred == ""


def test_where_somebody_vouches_for_people_slack_may_be_silent_but_what_it_says_counts() -> None:
    assert directory(FakeSlack(broken=True), Clock(), vouched=True).membership(MAYA).barred == ""
    assert directory(FakeSlack({"deleted": True}), Clock(), vouched=True).membership(MAYA).barred == GONE


def test_many_who_ask_at_once_wait_for_one_reading() -> None:
    slack, gate = FakeSlack(), threading.Event()
    ask, client = slack.users_info, slack

    def slowly(*, user: str) -> dict[str, Any]:
        gate.wait(PATIENCE)
        return ask(user=user)

    client.users_info = slowly  # type: ignore[method-assign]  # the fake's own
    made = directory(client, Clock())
    threads = [threading.Thread(target=made.membership, args=(MAYA,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join()
    assert slack.asked == [MAYA.id]


def test_one_replica_asks_slack_and_the_others_read_what_it_heard(database: Database) -> None:
    slack, clock = FakeSlack(), Clock()
    replicas = [directory(slack, clock, notes=NoteStore(database), named=frozenset({"@approvers"})) for _ in range(3)]
    for made in replicas:
        assert made.membership(OMAR).groups == {"S1", "approvers", "@approvers"}
    assert sorted(slack.asked) == sorted([OMAR.id, "groups"])
    clock.seconds += 61  # past what the store's copy is good for, too
    for made in replicas:
        made.membership(OMAR)
    assert slack.asked.count("groups") == 2


def test_a_replica_that_is_at_it_is_waited_for(database: Database) -> None:
    slack, clock, notes = FakeSlack(), Clock(), NoteStore(database)
    assert notes.claim("user:" + MAYA.id, clock.clock(), clock.clock() + timedelta(seconds=5))
    made = directory(slack, clock, notes=notes)
    thread = threading.Thread(target=made.membership, args=(MAYA,))
    thread.start()
    notes.keep("user:" + MAYA.id, {"name": "maya", "team_id": "T1", "deleted": True}, clock.clock())
    thread.join(PATIENCE)
    assert made.membership(MAYA).barred == GONE
    assert slack.asked == []


def test_one_that_died_at_it_is_not_waited_for_longer_than_that(database: Database) -> None:
    slack, clock, notes = FakeSlack(), Clock(), NoteStore(database)
    assert notes.claim("user:" + MAYA.id, clock.clock(), clock.clock() + timedelta(seconds=5))
    assert not notes.claim("user:" + MAYA.id, clock.clock(), clock.clock() + timedelta(seconds=5))
    clock.seconds += 6
    assert directory(slack, clock, notes=notes).membership(MAYA).barred == ""
    assert slack.asked == [MAYA.id]


def test_what_a_clock_that_is_ahead_wrote_is_not_believed(database: Database) -> None:
    slack, clock, notes = FakeSlack(), Clock(), NoteStore(database)
    notes.keep("user:" + MAYA.id, {"name": "maya", "team_id": "T1"}, clock.clock() + timedelta(hours=1))
    slack.told = {"deleted": True}
    assert directory(slack, clock, notes=notes).membership(MAYA).barred == GONE


def test_a_fresh_reading_is_slacks_own_and_the_store_gets_it(database: Database) -> None:
    slack, clock, notes = FakeSlack(), Clock(), NoteStore(database)
    made = directory(slack, clock, notes=notes, named=frozenset({"@approvers"}))
    made.membership(OMAR)
    clock.seconds += 1
    made.membership(OMAR, fresh=True)
    assert slack.asked.count("groups") == 2
    kept = notes.look("user groups")
    assert kept is not None
    assert kept[1] == clock.clock()


def test_a_store_that_fails_keeps_nobody_from_asking_slack(database_url: str) -> None:
    slack = FakeSlack()
    unmade = Database(database_url)  # it has no tables
    assert directory(slack, Clock(), notes=NoteStore(unmade)).membership(MAYA).barred == ""
    unmade.close()
