"""Telling whoever watches: each event once, in a version's thread, a list or a digest, to who may know it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from opsbot.actions.telling import Teller
from opsbot.domain.commands import Approve
from opsbot.domain.deliveries import Delivery, DeliveryState, Kind, Message
from opsbot.domain.figures import Span
from opsbot.domain.models import MessageRef, Person
from opsbot.domain.pace import Digest
from opsbot.domain.rules import ChannelRules
from opsbot.domain.watching import Topic, Watch, chosen, packaged
from opsbot.errors import GoneError, NotHereError, SilencedError, TellingError
from tests.actions.doing import asked, carry_out, do
from tests.actions.hearing import LIMITS, SOME, watched
from tests.builders import CHANNEL, MAYA, NOON, OMAR, SCORING, VIC, package
from tests.fake_slack import FakeNewsroom
from tests.fakes import FakeEvents, Scene

if TYPE_CHECKING:
    from opsbot.domain.references import ServiceRef
    from opsbot.domain.watching import Event


@pytest.fixture
def scene() -> Scene:
    return Scene(SOME)


def event(version: str = "v4", ref: ServiceRef = SCORING) -> Event:
    return packaged(ref, package(version), NOON, "grace")


def news(watch: Watch, number: int = 1, state: DeliveryState = DeliveryState.WAITING, attempts: int = 1) -> Delivery:
    return Delivery(number, Message(Kind.NEWS, watch.target, event=number, watch=watch.id), state, attempts)


def test_of_watches_that_match_one_tells_each_target(scene: Scene) -> None:
    everything, fraud, mine = watched(scene), watched(scene, services="design:FRAUD/*"), watched(scene, MAYA.id)
    other = watched(scene, services="design:CHURN/*")
    quiet = replace(watched(scene, "C9"), stopped="gone")
    assert chosen((everything, fraud, mine, other, quiet), event()) == (everything, mine)
    assert chosen((replace(fraud, topics=frozenset({Topic.DELETED})),), event()) == ()


def test_the_second_event_of_a_version_goes_into_the_thread_of_the_first(scene: Scene) -> None:
    room, events = FakeNewsroom(), FakeEvents({1: event("v4"), 2: event("v4"), 3: event("v5")})
    teller, watch = Teller(scene.world, events, room), watched(scene)
    first = teller.say(news(watch))
    teller.say(news(watch, 2))
    teller.say(news(watch, 3))
    assert first is not None
    assert [each.thread for each in room.told.values()] == [None, first, None]


def test_a_story_whose_first_message_is_gone_begins_anew(scene: Scene) -> None:
    room, events = FakeNewsroom(), FakeEvents({number: event("v4") for number in (1, 2, 3)})
    teller, watch = Teller(scene.world, events, room), watched(scene)
    teller.say(news(watch))
    room.fails = [GoneError("It was deleted.")]
    anew = teller.say(news(watch, 2))
    teller.say(news(watch, 3))
    assert anew is not None
    assert [room.told[number].thread for number in (2, 3)] == [None, anew]


def test_what_was_told_before_a_crash_is_not_told_again(scene: Scene) -> None:
    lost = TellingError("no answer", again=True, uncertain=True)
    room, events = FakeNewsroom(fails=[lost]), FakeEvents({1: event()})
    teller, watch = Teller(scene.world, events, room), watched(scene)
    with pytest.raises(TellingError):
        teller.say(news(watch))
    found = teller.say(news(watch, state=DeliveryState.SENDING))
    assert found == events.story(CHANNEL, event())
    assert list(room.told) == [1]


def test_a_person_is_told_only_what_they_may_read_when_it_is_told(scene: Scene) -> None:
    room, events = FakeNewsroom(), FakeEvents({1: event(), 2: event(ref=LIMITS)})
    teller, watch = Teller(scene.world, events, room), watched(scene, OMAR.id, by=OMAR)
    assert teller.say(news(watch)) is not None
    assert teller.say(news(watch, 2)) is None
    assert list(room.told) == [1]


def test_whether_somebody_may_know_is_asked_again_while_slack_is_silent(scene: Scene) -> None:
    scene.directory.problem = "Slack doesn't tell who is in which group."
    room, events = FakeNewsroom(), FakeEvents({1: event(ref=LIMITS)})
    teller, watch = Teller(scene.world, events, room), watched(scene, OMAR.id, by=OMAR)
    with pytest.raises(TellingError) as raised:
        teller.say(news(watch))
    assert raised.value.again
    assert teller.say(news(watch, attempts=100)) is None


def test_what_nobody_watches_any_more_is_not_told(scene: Scene) -> None:
    room, events = FakeNewsroom(), FakeEvents({1: event()})
    teller, watch = Teller(scene.world, events, room), watched(scene)
    scene.watches.kept[watch.id] = replace(watch, stopped="gone")
    assert teller.say(news(watch)) is None
    del scene.watches.kept[watch.id]
    assert teller.say(news(watch)) is None
    assert room.told == {}


def test_a_channel_that_can_not_be_told_anything_stops_its_watches(scene: Scene) -> None:
    teller, watch = Teller(scene.world, FakeEvents(), FakeNewsroom()), watched(scene)
    for error in (TellingError("Slack says invalid_blocks."), SilencedError("Slack says token_revoked.")):
        teller.refused(news(watch), error)
        assert not scene.watches.kept[watch.id].stopped
    gone = NotHereError("Slack says is_archived.")
    teller.refused(news(watch), gone)
    assert scene.watches.kept[watch.id].stopped == str(gone)


def test_a_request_has_one_event_for_each_state_that_matters() -> None:
    scene = Scene()
    number = asked(scene)
    do(scene, Approve(number), OMAR)
    carry_out(scene, number)
    told = [(each.topic, each.what, each.version) for each in scene.keeping.events.values()]
    assert told == [
        (Topic.REQUESTED, "pending", "v3"),
        (Topic.REQUESTED, "approved", "v3"),
        (Topic.PUBLISHED, "published", "v3"),
    ]


def many(watch: Watch, numbers: range) -> tuple[Message, ...]:
    return tuple(Message(Kind.NEWS, watch.target, event=number, watch=watch.id) for number in numbers)


def test_many_packages_at_once_are_told_in_one_message_with_a_list(scene: Scene) -> None:
    room, events = FakeNewsroom(), FakeEvents({number: event(f"v{number}") for number in range(1, 42)})
    teller, watch = Teller(scene.world, events, room), watched(scene)
    scene.keeping.deliveries.waiting = many(watch, range(2, 41))
    said = teller.say(news(watch))
    assert room.bursts == [[f"v{number}" for number in range(1, 41)]]
    assert {events.story(CHANNEL, event(f"v{number}")) for number in range(1, 41)} == {said}
    teller.say(news(watch, 41))
    assert len(room.told) == 2


def test_a_few_packages_have_a_message_each(scene: Scene) -> None:
    room, events = FakeNewsroom(), FakeEvents({number: event(f"v{number}") for number in range(1, 5)})
    teller, watch = Teller(scene.world, events, room), watched(scene)
    scene.keeping.deliveries.waiting = many(watch, range(2, 5))
    teller.say(news(watch))
    assert (room.bursts, list(room.told)) == ([], [1])


def test_a_list_that_was_told_before_a_crash_is_not_told_again_and_tells_no_others(scene: Scene) -> None:
    class _Dies(FakeEvents):
        def begin_story(self, *_: object) -> None:
            raise RuntimeError("killed")

    kept = {number: event(f"v{number}") for number in range(1, 9)}
    room, watch = FakeNewsroom(), watched(scene)
    scene.keeping.deliveries.waiting = many(watch, range(2, 7))
    with pytest.raises(RuntimeError):
        Teller(scene.world, _Dies(kept), room).say(news(watch))
    scene.keeping.deliveries.waiting = many(watch, range(7, 9))
    events = FakeEvents(kept)
    said = Teller(scene.world, events, room).say(news(watch, state=DeliveryState.SENDING))
    assert len(room.bursts) == 1
    assert events.story(CHANNEL, event("v6")) == said
    assert events.story(CHANNEL, event("v7")) is None


def test_a_list_for_one_person_leaves_out_what_they_may_not_read(scene: Scene) -> None:
    kept = {number: event(f"v{number}", LIMITS if number == 3 else SCORING) for number in range(1, 7)}
    room, watch = FakeNewsroom(), watched(scene, OMAR.id, by=OMAR)
    scene.keeping.deliveries.waiting = many(watch, range(2, 7))
    Teller(scene.world, FakeEvents(kept), room).say(news(watch))
    assert room.bursts == [["v1", "v2", "v4", "v5", "v6"]]


def test_what_was_held_back_is_one_message_and_service_wide_events_begin_no_story(scene: Scene) -> None:
    weaker = replace(event(""), topic=Topic.AUTH, packaged_on=None)
    room, events = FakeNewsroom(), FakeEvents({1: replace(event(), topic=Topic.DELETED), 2: weaker, 3: weaker})
    teller, watch = Teller(scene.world, events, room), watched(scene)
    scene.keeping.deliveries.waiting = many(watch, range(2, 3))
    first = news(watch)
    teller.say(replace(first, message=replace(first.message, not_before=NOON)))
    assert room.bursts == [["v4", ""]]
    assert list(events.stories) == [(CHANNEL, "v4", NOON)]
    assert teller.say(news(watch, 3)) is not None
    assert room.told[3].thread is None


@pytest.mark.parametrize("is_held", [False, True])
def test_what_was_joined_to_something_that_nobody_watches_any_more_is_told_without_it(
    scene: Scene, *, is_held: bool
) -> None:
    later = TellingError("Slack asks to come back later.", again=True)
    room, events = FakeNewsroom(fails=[later]), FakeEvents({number: event(f"v{number}") for number in range(1, 7)})
    teller, ended, watch = Teller(scene.world, events, room), watched(scene), watched(scene, services="design:FRAUD/*")
    scene.keeping.deliveries.waiting = many(watch, range(2, 7))
    first = news(ended)
    first = replace(first, message=replace(first.message, not_before=NOON)) if is_held else first
    with pytest.raises(TellingError):
        teller.say(first)
    del scene.watches.kept[ended.id]
    told = teller.say(first)
    assert room.bursts == [["v2", "v3", "v4", "v5", "v6"]]
    assert events.story(CHANNEL, event("v6")) == told
    assert events.story(CHANNEL, event("v1")) is None
    del scene.watches.kept[watch.id]
    assert teller.say(first) is None
    assert len(room.bursts) == 1


def trial(watch: Watch, by: Person = VIC, state: DeliveryState = DeliveryState.WAITING) -> Delivery:
    return Delivery(1, Message(Kind.WATCH_TEST, watch.target, text=by.id, watch=watch.id), state, 1)


def test_who_asked_for_a_test_hears_whether_it_arrived(scene: Scene) -> None:
    room, watch = FakeNewsroom(), watched(scene)
    scene.watches.kept[watch.id] = replace(watch, stopped="gone")
    teller = Teller(replace(scene.world, link_to=lambda ref: f"https://x.test/{ref.ts}"), FakeEvents(), room)
    said = teller.say(trial(watch))
    assert said == MessageRef(CHANNEL, "1.0")
    assert room.tests == [(CHANNEL, watch.id)]
    arrived = Message(Kind.TEST_ARRIVED, VIC.id, text="https://x.test/1.0", watch=watch.id)
    assert teller.arrived(trial(watch), said) == (arrived,)
    assert teller.arrived(trial(watched(scene, VIC.id)), said) == ()  # they see it there
    assert teller.arrived(news(watch), said) == ()


def test_who_asked_for_a_test_hears_why_it_can_not_be_said_and_nothing_is_stopped(scene: Scene) -> None:
    error, watch = NotHereError("Slack says not_in_channel."), watched(scene)
    teller = Teller(scene.world, FakeEvents(), FakeNewsroom(fails=[error]))
    with pytest.raises(NotHereError):
        teller.say(trial(watch))
    failed = Message(Kind.TEST_FAILED, VIC.id, text=str(error), watch=watch.id)
    assert teller.refused(trial(watch), error) == (failed,)
    assert not scene.watches.kept[watch.id].stopped


MONDAY = datetime(2026, 11, 9, 9, tzinfo=UTC)


def weekly(scene: Scene, target: str = CHANNEL, by: Person = MAYA, at: datetime = NOON - timedelta(days=30)) -> Watch:
    watch = replace(watched(scene, target, by=by), digest=Digest.WEEKLY, at=at)
    scene.watches.kept[watch.id] = watch
    return watch


def digest(watch: Watch, kind: Kind = Kind.DIGEST, event: int | None = None, attempts: int = 1) -> Delivery:
    said = Message(kind, watch.target, event=event, watch=watch.id, not_before=MONDAY)
    return Delivery(1, said, DeliveryState.WAITING, attempts)


def test_a_digest_has_its_figures_however_much_happened(scene: Scene) -> None:
    room, watch = FakeNewsroom(), weekly(scene)
    teller = Teller(scene.world, FakeEvents({1: event()}), room)
    teller.say(digest(watch))
    teller.say(digest(watch, Kind.NEWS, 1))
    week = Span(Digest.WEEKLY, "*", MONDAY - timedelta(days=7), MONDAY)
    assert (room.bursts, room.spans) == ([[], ["v4"]], [week, week])


def test_whoever_is_first_of_what_was_held_back_tells_all_of_it_once(scene: Scene) -> None:
    room, watch = FakeNewsroom(), weekly(scene)
    quiet = watched(scene, services="design:FRAUD/*")
    held = replace(digest(watch).message, kind=Kind.NEWS, event=2)
    scene.keeping.deliveries.waiting = (held, digest(watch).message)
    events = FakeEvents({1: event(), 2: event("v5")})
    Teller(scene.world, events, room).say(digest(quiet, Kind.NEWS, 1))
    assert room.bursts == [["v4", "v5"]]
    assert [span.services for span in room.spans] == ["*"]
    assert events.story(CHANNEL, event("v5")) is not None


def test_the_figures_begin_with_the_watch_and_are_of_what_one_person_may_read(scene: Scene) -> None:
    room, watch = FakeNewsroom(), weekly(scene, OMAR.id, OMAR, MONDAY - timedelta(days=2))
    teller = Teller(scene.world, FakeEvents(), room)
    scene.directory.problem = "Slack doesn't tell who is in which group."
    with pytest.raises(TellingError):
        teller.say(digest(watch))
    teller.say(digest(watch, attempts=100))
    visible = ("design:FRAUD/sco*",)
    assert room.spans == [Span(Digest.WEEKLY, "*", MONDAY - timedelta(days=2), MONDAY, visible)]


def test_a_digest_that_nobody_wants_any_more_is_not_told(scene: Scene) -> None:
    room, watch = FakeNewsroom(), weekly(scene)
    scene.watches.kept[watch.id] = replace(watch, digest=None)
    teller = Teller(scene.world, FakeEvents({2: event()}), room)
    assert teller.say(digest(watch)) is None
    assert room.bursts == []
    scene.keeping.deliveries.told_by[1] = many(watch, range(2, 3))  # as long as it was wanted, and put off then
    assert teller.say(digest(watch)) is not None
    assert (room.bursts, room.spans) == ([["v4"]], [])


def test_only_what_may_be_done_there_is_offered() -> None:
    channels = {CHANNEL: ChannelRules(verbs=frozenset({"summary", "diff", "watches"}))}
    scene = Scene(replace(SOME, channels=channels))
    room, events = FakeNewsroom(), FakeEvents({number: event(f"v{number}") for number in range(1, 4)})
    teller = Teller(scene.world, events, room)
    for number, target in enumerate((CHANNEL, "C02ELSEWHERE", VIC.id), 1):
        teller.say(news(watched(scene, target), number))
    here, elsewhere, viewer = (told.offered for told in room.told.values())
    assert here == {"summary", "diff"}
    assert elsewhere == {"publish", "diff", "summary", "download"}
    assert viewer == {"diff", "summary"}
