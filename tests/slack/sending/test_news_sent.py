"""News from the store to a workspace over HTTP, in all weathers: in order, once, and those who can't hear it are told so.

The clock is the test's: where the bot would wait, it is turned on.
"""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from opsbot.actions.delivering import Mouth
from opsbot.actions.telling import Teller
from opsbot.actions.voice import Voice
from opsbot.domain.audit import Entry
from opsbot.domain.authorization import AccessRules
from opsbot.domain.deliveries import Effects
from opsbot.domain.policies import DEFAULT_POLICY
from opsbot.domain.watching import EVERY_TOPIC, Watch, packaged
from opsbot.sandbox import demo
from opsbot.sandbox.workspace import Workspace, WorkspaceServer
from opsbot.slack import Budget, KeptWebClient, SlackDirectory, SlackMessenger, SlackNews, manifest
from opsbot.store import AuditStore, Database, DeliveryStore, EventStore, Keeper, WatchStore
from tests.builders import MAYA, NOON, SCORING, TEAM, VIC, package
from tests.databases import put_database
from tests.fakes import Scene
from tests.weather import POST, Spell, Weather

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHANNEL, OTHER = demo.CHANNELS[0].id, demo.CHANNELS[1].id
ENTRY = Entry(NOON, MAYA, "package done", "done", service=SCORING)
BUSY = Spell(429, {"Retry-After": "5"}, calls=6)
BROKEN = Spell(503, done=True, calls=6)


@dataclass
class Desk:
    """A mouth with a real store, that speaks into a real workspace through the weather."""

    scene: Scene
    keeper: Keeper
    watches: WatchStore
    deliveries: DeliveryStore
    mouth: Mouth
    weather: Weather
    workspace: Workspace
    waits: list[float]

    def watch(self, target: str) -> Watch:
        watch = Watch(0, target, "design:FRAUD/*", EVERY_TOPIC, MAYA, NOON)
        return self.watches.add(watch, Effects(ENTRY))

    def happen(self, *versions: str) -> None:
        for version in versions:
            event = packaged(SCORING, package(version), self.scene.now, "grace")
            with self.keeper.transaction() as keeping:
                keeping.keep(Effects(ENTRY, (), (event,)))

    def say_all(self, *, until: int = 200) -> None:
        """Say what waits, wherever; where the bot would wait, time passes."""
        for channel in self.deliveries.channels():
            for _ in range(until):
                wait = self.mouth.say_next(channel)
                if wait is None:
                    break
                self.waits.append(wait)
                self.scene.now += timedelta(seconds=wait)

    def crash_after_the_next(self, channel: str) -> None:
        """Say the next in a line, and lose that it was said."""
        taken = self.deliveries.next(channel)
        assert taken is not None
        assert self.mouth.teller.say(taken) is not None

    def told(self, target: str) -> list[str]:
        """The versions that a channel or a person hears of, in the order of the messages."""
        return [version for text in self.said(target) for version in re.findall(r"packaged `(\w+)`", text)]

    def said(self, target: str) -> list[str]:
        workspace = self.workspace
        is_person = target.startswith("U")
        place = workspace.channels.direct(target, workspace.app.bot_user).id if is_person else target
        return [message.text for message in workspace.messages.of(place)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = demo.workspace(manifest("/apid"))
    with (
        closing(Database(put_database(tmp_path / "opsbot.db"))) as database,
        WorkspaceServer(made) as server,
        Weather(server.url) as weather,
        closing(KeptWebClient("xoxb-sandbox", weather.url, patience=0)) as client,
    ):
        yield desk_of(database, made, weather, client)


def desk_of(database: Database, workspace: Workspace, weather: Weather, client: KeptWebClient) -> Desk:
    scene = Scene()
    clock: Any = lambda: scene.now  # noqa: E731 - the scene's own clock
    keeper = Keeper(database, AuditStore(database), lambda _: None)
    watches, deliveries = WatchStore(database, keeper), DeliveryStore(database, clock)
    world = replace(scene.world, watches=watches, deliveries=deliveries)
    messenger = SlackMessenger(
        client,
        SlackDirectory(client, frozenset()),
        lambda: AccessRules(TEAM),
        pauses=tuple,
        policies=lambda: (DEFAULT_POLICY,),
        command_name="/apid",
    )
    mouth = Mouth(
        deliveries,
        scene.requests,
        scene.changes,
        messenger,
        clock,
        paint=lambda _: None,
        wake=lambda _: None,
        teller=Teller(world, EventStore(database), SlackNews(client, Budget(), "/apid")),
    )
    return Desk(scene, keeper, watches, deliveries, mouth, weather, workspace, [])


def test_in_all_weathers_everything_is_told_in_its_order_and_once(desk: Desk) -> None:
    versions = ["v1", "v2", "v3", "v4"]
    for target in (CHANNEL, OTHER, VIC.id):
        desk.watch(target)
    desk.happen(*versions)
    desk.weather.expect(BUSY, BROKEN, replace(BUSY, calls=3), BROKEN)
    desk.say_all()
    assert desk.weather.is_over()
    assert desk.weather.struck == {429: 9, 503: 12}
    for target in (CHANNEL, OTHER, VIC.id):
        assert desk.told(target) == versions, target
    assert desk.waits[:6] == [5.0] * 6  # as Slack asked, not longer


def test_what_was_told_before_a_crash_is_found_by_its_mark_in_a_channel_and_directly(desk: Desk) -> None:
    for target in (CHANNEL, VIC.id):
        desk.watch(target)
    desk.happen("v1", "v2")
    for target in (CHANNEL, VIC.id):
        desk.crash_after_the_next(target)
    desk.say_all()
    desk.happen(*(f"w{number}" for number in range(8)))
    for target in (CHANNEL, VIC.id):
        desk.crash_after_the_next(target)
    desk.happen("v3")
    desk.say_all()
    for target in (CHANNEL, VIC.id):
        assert desk.told(target) == ["v1", "v2", "v3"]
        assert desk.said(target)[2].startswith(":package: 8 packages were made")
        assert len(desk.said(target)) == 4
        (watch,) = desk.watches.of_target(target)
        assert watch.stopped == ""


def test_a_channel_that_is_not_there_ends_its_watch_and_who_set_it_hears_so_once(desk: Desk) -> None:
    other = desk.watch(OTHER)
    codes = ("channel_not_found", "is_archived", "not_in_channel")
    for number, code in enumerate(codes):
        desk.watch(CHANNEL)
        desk.happen(f"a{number}", f"b{number}")
        desk.weather.refusals[POST, CHANNEL] = code
        desk.say_all()
        desk.say_all()  # what was put into other lines meanwhile
        (watch,) = desk.watches.of_target(CHANNEL)
        assert watch.stopped == f"Slack says {code}."
        said = desk.said(MAYA.id)
        assert len(said) == number + 1
        assert f"I can't tell <#{CHANNEL}> any more" in said[-1]
        assert code in said[-1]
        desk.weather.refusals.clear()
        desk.happen(f"c{number}")
        desk.say_all()
    assert desk.said(CHANNEL) == []
    assert len(desk.said(MAYA.id)) == len(codes)
    assert desk.told(OTHER) == [f"{letter}{number}" for number in range(3) for letter in "abc"]
    assert desk.watches.of_target(OTHER) == (other,)


def test_without_a_token_everything_waits_and_the_log_says_so_once(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    watch = desk.watch(CHANNEL)
    desk.happen("v1", "v2")
    for code in ("token_revoked", "account_inactive"):
        desk.weather.refusals["*", ""] = code
        desk.say_all(until=3)
    assert not desk.mouth.voice.is_there()
    logged = [record.getMessage() for record in caplog.records if record.name == Voice.__module__]
    assert len(logged) == 1
    assert "token_revoked" in logged[0]
    assert desk.waits == [60.0] * 6
    desk.weather.refusals.clear()
    desk.say_all()
    assert desk.mouth.voice.is_there()
    assert desk.told(CHANNEL) == ["v1", "v2"]
    assert desk.watches.of_target(CHANNEL) == (watch,)
    assert desk.said(MAYA.id) == []


def test_what_slack_fails_at_with_a_friendly_status_is_said_later(desk: Desk) -> None:
    desk.watch(CHANNEL)
    desk.happen("v1")
    for code in ("internal_error", "fatal_error", "service_unavailable"):
        desk.weather.refusals[POST, CHANNEL] = code
        desk.say_all(until=2)
    desk.weather.refusals.clear()
    desk.say_all()
    assert desk.told(CHANNEL) == ["v1"]
