"""Events are kept once, with a delivery for each target that watches, in the transaction of the change."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import time, timedelta
from typing import TYPE_CHECKING

import pytest

from opsbot.domain.audit import Entry
from opsbot.domain.deliveries import DeliveryState, Effects, Kind, Message
from opsbot.domain.models import MessageRef, Person
from opsbot.domain.pace import Digest, Quiet
from opsbot.domain.watching import BY_CONFIG, EVERY_TOPIC, Topic, Watch, WatchRule, deleted, packaged
from opsbot.errors import NotFoundError
from opsbot.store import AuditStore, Database, DeliveryStore, EventStore, Keeper, RulebookStore, WatchStore
from tests.builders import MAYA, NOON, OMAR, SCORING, package

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.domain.watching import Event

ENTRY = Entry(NOON, MAYA, "package done", "done", service=SCORING)
WATCH = Watch(0, "C1", "design:FRAUD/*", EVERY_TOPIC, MAYA, NOON)


@pytest.fixture
def watches(database: Database, keeper: Keeper) -> WatchStore:
    return WatchStore(database, keeper)


def event(version: str = "v4") -> Event:
    return packaged(SCORING, package(version), NOON, "grace")


def happen(keeper: Keeper, *events: Event) -> None:
    with keeper.transaction() as keeping:
        keeping.keep(Effects(ENTRY, (), events))


def taken(database: Database, target: str) -> list[Message]:
    store, said = DeliveryStore(database), []
    while (delivery := store.next(target)) is not None:
        said.append(delivery.message)
        store.settle(replace(delivery, state=DeliveryState.SENT), NOON)
    return said


def test_an_event_is_told_once_to_each_who_watches(
    database: Database, keeper: Keeper, watches: WatchStore, woken: list[str]
) -> None:
    first = watches.add(WATCH, Effects(ENTRY))
    watches.add(replace(WATCH, services="*"), Effects(ENTRY))
    mine = watches.add(replace(WATCH, target=OMAR.id), Effects(ENTRY))
    watches.add(replace(WATCH, target="C2", topics=frozenset({Topic.DELETED})), Effects(ENTRY))
    happen(keeper, event())
    happen(keeper, event())
    assert taken(database, "C1") == [Message(Kind.NEWS, "C1", event=1, watch=first.id)]
    assert taken(database, OMAR.id) == [Message(Kind.NEWS, OMAR.id, event=1, watch=mine.id)]
    assert taken(database, "C2") == []
    assert sorted(woken) == ["C1", OMAR.id]
    happen(keeper, deleted(SCORING, package("v4"), NOON, "grace"))
    assert [each.event for each in taken(database, "C2")] == [2]


def test_an_event_is_what_it_was(database: Database, keeper: Keeper) -> None:
    wanted = replace(event(), detail=("It replaces another.",), request=3, change=4)
    happen(keeper, wanted)
    assert EventStore(database).get(1) == wanted
    with pytest.raises(NotFoundError):
        EventStore(database).get(2)


def test_of_a_change_that_fails_nothing_is_told(database: Database, keeper: Keeper, watches: WatchStore) -> None:
    watches.add(WATCH, Effects(ENTRY))
    with suppress(RuntimeError), keeper.transaction() as keeping:
        keeping.keep(Effects(ENTRY, (), (event(),)))
        raise RuntimeError
    assert taken(database, "C1") == []
    happen(keeper, event())
    assert len(taken(database, "C1")) == 1


def test_a_watch_set_again_takes_the_place_of_the_first(watches: WatchStore) -> None:
    first = watches.add(WATCH, Effects(ENTRY))
    fewer = watches.add(replace(WATCH, topics=frozenset({Topic.AUTH}), by=OMAR), Effects(ENTRY))
    assert fewer.id == first.id
    assert watches.of_target("C1") == (fewer,)
    assert watches.get(fewer.id) == fewer
    assert watches.set_by(OMAR.id) == (fewer,)
    assert watches.remove(fewer, Effects(ENTRY))
    assert not watches.remove(fewer, Effects(ENTRY))
    assert watches.get(fewer.id) is None


def test_a_target_that_can_not_be_told_is_told_about_once_to_who_set_it(
    database: Database, keeper: Keeper, watches: WatchStore
) -> None:
    watches.add(WATCH, Effects(ENTRY))
    watches.add(replace(WATCH, services="*"), Effects(ENTRY))
    watches.add(replace(WATCH, services="design:*", by=OMAR), Effects(ENTRY))
    assert len(watches.stop("C1", "Slack says is_archived.", NOON)) == 3
    assert watches.stop("C1", "Slack says is_archived.", NOON) == ()
    for person in (MAYA, OMAR):
        (said,) = taken(database, person.id)
        assert (said.kind, said.text) == (Kind.WATCH_STOPPED, "Slack says is_archived.")
    happen(keeper, event())
    assert taken(database, "C1") == []
    again = watches.add(WATCH, Effects(ENTRY))
    assert again.stopped == ""


def test_tests_are_queued_with_their_records_or_not_at_all(
    database: Database, keeper: Keeper, watches: WatchStore, woken: list[str]
) -> None:
    tests = [Effects(ENTRY, (Message(Kind.WATCH_TEST, channel, text=MAYA.id, watch=1),)) for channel in ("C1", "C2")]

    def crash_after_the_first() -> Iterator[Effects]:
        yield tests[0]
        raise ZeroDivisionError

    with suppress(ZeroDivisionError):
        watches.test(crash_after_the_first())
    assert (AuditStore(database).head().seq, woken, taken(database, "C1")) == (0, [], [])
    watches.test(tests)
    assert (AuditStore(database).head().seq, woken) == (2, ["C1", "C2"])
    assert [taken(database, channel) for channel in ("C1", "C2")] == [[*each.messages] for each in tests]


def test_watches_of_the_configuration_follow_it_and_keep_their_numbers(keeper: Keeper, watches: WatchStore) -> None:
    def put(*rules: WatchRule) -> frozenset[str]:
        return RulebookStore(keeper).put_in_force((), rules, NOON, lambda _: None).names

    everything = frozenset({Topic.PACKAGED}), frozenset({Topic.AUTH})
    rules = [WatchRule("C1", "a:*", each) for each in everything]
    assert put(*rules, WatchRule("C2", "b:*", EVERY_TOPIC)) == {"watches"}
    (first,) = watches.of_target("C1")
    assert (first.topics, first.by) == (everything[0] | everything[1], Person(BY_CONFIG, "the configuration"))
    by_hand = watches.add(replace(WATCH, services="a:*"), Effects(ENTRY))
    watches.stop("C1", "Slack says is_archived.", NOON)
    assert put(WatchRule("C1", "a:*", EVERY_TOPIC)) == {"watches"}
    assert put(WatchRule("C1", "a:*", EVERY_TOPIC)) == frozenset()
    assert watches.get(first.id) == replace(first, topics=EVERY_TOPIC)
    assert watches.of_target("C2") == ()
    kept = watches.get(by_hand.id)
    assert kept is not None
    assert kept.stopped


def test_the_story_of_a_version_is_found_where_it_began(database: Database, keeper: Keeper) -> None:
    store = EventStore(database)
    assert store.story("C1", event()) is None
    store.begin_story("C1", event(), MessageRef("C1", "1.0"), NOON)
    store.begin_story("C1", event(), MessageRef("C1", "2.0"), NOON)
    assert store.story("C1", event()) == MessageRef("C1", "1.0")
    assert store.story("C2", event()) is None
    assert store.story("C1", event("v5")) is None
    assert store.story("C1", replace(event(), packaged_on=None)) is None
    store.begin_story(
        "C1", replace(event(), packaged_on=None), MessageRef("C1", "1.0"), NOON
    )  # the same one, made anew
    assert store.told_at(MessageRef("C1", "1.0")) == ((SCORING, event().version),)
    store.begin_story("C1", event("v5"), MessageRef("C1", "1.0"), NOON)
    assert len(store.told_at(MessageRef("C1", "1.0"))) == 2
    assert store.told_at(MessageRef("C1", "2.0")) == ()


def test_a_story_whose_first_message_is_gone_is_found_where_it_began_anew(database: Database) -> None:
    store = EventStore(database)
    first, second, third = (MessageRef("C1", f"{number}.0") for number in (1, 2, 3))
    store.begin_story("C1", event(), first, NOON)
    store.begin_story("C1", event("v5"), first, NOON)
    store.begin_story("C1", event(), second, NOON, first)
    store.begin_story("C1", event(), third, NOON, first)
    assert (store.story("C1", event()), store.story("C1", event("v5"))) == (second, first)


def test_packages_that_wait_are_told_by_the_first_of_them(
    database: Database, keeper: Keeper, watches: WatchStore
) -> None:
    watches.add(WATCH, Effects(ENTRY))
    happen(keeper, *(event(f"v{number}") for number in range(5)), deleted(SCORING, package("v9"), NOON))
    store = DeliveryStore(database)
    first = store.next("C1")
    assert first is not None
    assert store.join(first, 6) == ()
    joined = store.join(first, 5)
    assert [message.event for message in joined] == [2, 3, 4, 5]
    happen(keeper, *(event(f"v{number}") for number in range(10, 20)))
    assert store.joined(first) == joined
    store.settle(replace(first, state=DeliveryState.SENT), NOON)
    following = store.next("C1")
    assert following is not None
    assert following.message.event == 6


def test_what_is_held_back_is_told_together_when_it_is_due(
    database: Database, keeper: Keeper, watches: WatchStore
) -> None:
    daily = replace(WATCH, quiet=Quiet(time(22), time(7)), digest=Digest.DAILY)
    kept = watches.add(daily, Effects(ENTRY))
    assert watches.get(kept.id) == replace(daily, id=kept.id)
    watches.add(replace(WATCH, target="C2"), Effects(ENTRY))
    happen(keeper, event(), deleted(SCORING, package("v4"), NOON))
    with keeper.transaction() as keeping:
        keeping.keep(Effects(ENTRY, (Message(Kind.CARD, "C1", 12),)))
    morning = NOON + timedelta(hours=21)
    before = DeliveryStore(database, lambda: morning - timedelta(seconds=1))
    card = before.next("C1")
    assert card is not None
    assert card.message.kind is Kind.CARD
    before.settle(replace(card, state=DeliveryState.SENT), NOON)
    assert before.next("C1") is None
    assert before.channels() == ["C2"]
    due = DeliveryStore(database, lambda: morning)
    assert due.channels() == ["C1", "C2"]
    first = due.next("C1")
    assert first is not None
    assert first.message.not_before == morning
    assert [message.event for message in due.join(first, 2)] == [2]
