"""Who hears of what: watches are set, listed, tried and ended by who may read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from opsbot.actions.dispatcher import Dispatcher
from opsbot.domain.commands import ListWatches, TryWatches, Unwatch, WatchServices
from opsbot.domain.deliveries import Kind, Message
from opsbot.domain.models import Person
from opsbot.domain.pace import Digest, Quiet
from opsbot.domain.references import NodeRef, ProjectRef, ServiceRef
from opsbot.domain.results import Refused, Unwatched, Watched, WatchesListed, WatchesTested
from opsbot.domain.seals import seal_of_watch
from opsbot.domain.watching import BY_CONFIG, EVERY_TOPIC, Topic, Watch
from opsbot.errors import NotFoundError
from tests.actions.doing import do
from tests.actions.hearing import LIMITS, SOME, watched
from tests.builders import CHANNEL, MAYA, NOON, OMAR, SCORING, VIC, asker
from tests.fakes import Scene

FRAUD = ProjectRef("design", "FRAUD")
NOBODY = Person("U09", "nobody")


@pytest.fixture
def scene() -> Scene:
    return Scene(SOME)


def said_directly(scene: Scene, command: WatchServices | Unwatch | ListWatches | TryWatches, person: Person) -> object:
    return Dispatcher(scene.world).do(command, asker(person, "D01DIRECT"))


def test_a_channel_hears_of_what_whoever_sets_it_may_read(scene: Scene) -> None:
    result = do(scene, WatchServices(FRAUD, ("packaged", "failed")))
    assert isinstance(result, Watched)
    topics = frozenset({Topic.PACKAGED, Topic.FAILED})
    assert result.watch == Watch(1, CHANNEL, "design:FRAUD/*", topics, MAYA, NOON)
    assert scene.entries[-1].what == "watch"
    again = do(scene, WatchServices(FRAUD))
    assert isinstance(again, Watched)
    assert (again.watch.id, again.watch.topics) == (1, EVERY_TOPIC)


def test_nobody_has_a_channel_hear_of_what_they_may_not_read_themselves(scene: Scene) -> None:
    result = do(scene, WatchServices(FRAUD), OMAR)
    assert isinstance(result, Refused)
    assert "You may not read all of design:FRAUD/*" in result.reason
    assert scene.watches.kept == {}
    assert isinstance(do(scene, WatchServices(SCORING), OMAR), Watched)
    assert isinstance(do(scene, WatchServices(NodeRef("design"), personally=True), OMAR), Watched)
    assert isinstance(do(scene, WatchServices(LIMITS, personally=True), OMAR), Refused)
    assert isinstance(do(scene, WatchServices(SCORING), NOBODY), Refused)


def test_a_service_that_is_not_there_can_not_be_watched(scene: Scene) -> None:
    with pytest.raises(NotFoundError, match="scorin"):
        do(scene, WatchServices(ServiceRef("design", "FRAUD", "scorin")))


def test_a_project_that_is_not_there_can_not_be_watched_and_the_one_that_was_meant_is_named(scene: Scene) -> None:
    with pytest.raises(NotFoundError, match="Did you mean “FRAUD”"):
        do(scene, WatchServices(ProjectRef("design", "FRUAD")))
    assert scene.watches.kept == {}
    scene.survey.silent = {"design": "The node doesn't answer."}
    assert isinstance(do(scene, WatchServices(ProjectRef("design", "FRUAD"))), Watched)


def test_in_a_direct_message_the_asker_alone_hears(scene: Scene) -> None:
    result = said_directly(scene, WatchServices(FRAUD), OMAR)
    assert isinstance(result, Watched)
    assert result.watch.target == OMAR.id
    listed = said_directly(scene, ListWatches(), OMAR)
    assert listed == WatchesListed((result.watch,), personal=True)


def test_who_ends_what_nobody_watches_hears_of_no_watch_that_they_may_not_read(scene: Scene) -> None:
    watched(scene, services="design:CHURN/*")
    for who, told in ((VIC, "what is watched: design:CHURN/*."), (OMAR, "nothing is watched here.")):
        refused = do(scene, Unwatch(SCORING), who)
        assert isinstance(refused, Refused)
        assert refused.reason.endswith(told)


def test_a_watch_is_listed_to_who_may_read_it_and_ended_by_any_of_them(scene: Scene) -> None:
    do(scene, WatchServices(FRAUD))
    listed = do(scene, ListWatches(), VIC)
    assert isinstance(listed, WatchesListed)
    assert [(each.services, each.by) for each in listed.watches] == [("design:FRAUD/*", MAYA)]
    assert isinstance(do(scene, Unwatch(FRAUD), OMAR), Refused)
    assert isinstance(do(scene, Unwatch(SCORING), VIC), Refused)
    scene.now += timedelta(days=1)
    assert isinstance(do(scene, Unwatch(FRAUD), VIC), Unwatched)
    assert scene.watches.kept == {}
    assert (scene.entries[-1].what, scene.entries[-1].at) == ("unwatch", scene.now)


def test_a_watch_is_ended_by_its_number_where_it_is_seen_and_by_who_set_it_anywhere(scene: Scene) -> None:
    for person, place in ((VIC, "C5"), (OMAR, "C5")):
        watch = watched(scene, services="design:CHURN/*")
        assert isinstance(Dispatcher(scene.world).do(Unwatch(watch.id), asker(person, place)), Refused)
        assert isinstance(do(scene, Unwatch(watch.id), OMAR), Refused)
        assert isinstance(do(scene, Unwatch(watch.id), VIC), Unwatched)
        assert isinstance(do(scene, Unwatch(watch.id), VIC), Refused)
    own = watched(scene, services="design:CHURN/*", by=OMAR)
    assert said_directly(scene, Unwatch(own.id), OMAR) == Unwatched(own)
    assert scene.entries[-1].detail["set_by"] == OMAR.id
    configured = watched(scene, by=Person(BY_CONFIG, "the configuration"))
    refused = do(scene, Unwatch(configured.id))
    assert isinstance(refused, Refused)
    assert "in my configuration" in refused.reason
    hidden = watched(scene, services="design:CHURN/*", by=Person(BY_CONFIG, "the configuration"))
    unseen = do(scene, Unwatch(hidden.id), OMAR)
    assert isinstance(unseen, Refused)
    assert "CHURN" not in unseen.reason


def test_one_watch_is_shown_by_its_number(scene: Scene) -> None:
    first, second = watched(scene), watched(scene, services="design:CHURN/*")
    assert do(scene, ListWatches(second.id), VIC) == WatchesListed((second,))
    assert isinstance(do(scene, ListWatches(second.id), OMAR), Refused)
    assert do(scene, ListWatches(), VIC) == WatchesListed((first, second))


def test_a_test_goes_to_each_who_hears_once_and_nothing_holds_it_back(scene: Scene) -> None:
    nothing = do(scene, TryWatches())
    assert isinstance(nothing, Refused)
    assert "nothing to test" in nothing.reason
    quiet = watched(scene)
    scene.watches.kept[quiet.id] = quiet = replace(quiet, quiet=Quiet.parse("00:00-23:59"), digest=Digest.WEEKLY)
    watched(scene, services="design:FRAUD/*")
    mine = watched(scene, MAYA.id)
    assert do(scene, TryWatches(), VIC) == WatchesTested((quiet,))
    assert scene.messages == [Message(Kind.WATCH_TEST, CHANNEL, text=VIC.id, watch=quiet.id)]
    assert scene.entries[-1].what == "watch test"
    assert said_directly(scene, TryWatches(), MAYA) == WatchesTested((quiet, mine))
    assert isinstance(do(scene, TryWatches(mine.id), VIC), Refused)
    assert said_directly(scene, TryWatches(mine.id), MAYA) == WatchesTested((mine,))


@pytest.mark.parametrize(
    "other",
    [
        {"by": VIC},
        {"target": "C02OTHER"},
        {"services": "design:CHURN/*"},
        {"at": NOON + timedelta(seconds=1)},  # set anew
    ],
)
def test_a_button_ends_no_watch_but_the_one_that_it_was_made_for(scene: Scene, other: dict[str, Any]) -> None:
    watch = watched(scene)
    button = seal_of_watch(watch)
    scene.watches.kept[watch.id] = there = replace(watch, **other)
    refused = said_directly(scene, Unwatch(watch.id, seal=button), MAYA)
    assert isinstance(refused, Refused)
    assert "that I don't know any more. Nothing was changed" in refused.reason
    assert there.services not in refused.reason
    assert isinstance(said_directly(scene, Unwatch(watch.id, seal=""), MAYA), Refused)
    assert list(scene.watches.kept.values()) == [there]
    del scene.watches.kept[watch.id]
    assert said_directly(scene, Unwatch(watch.id, seal=button), MAYA) == refused
    scene.watches.kept[watch.id] = watch
    assert isinstance(said_directly(scene, Unwatch(watch.id, seal=button), MAYA), Unwatched)
    assert scene.watches.kept == {}
