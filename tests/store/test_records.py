"""How the work stands, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from opsbot.domain.audit import Entry
from opsbot.domain.changes import ChangeState
from opsbot.domain.deliveries import DeliveryState, Effects, Kind, Message
from opsbot.domain.lifecycle import OPEN, State
from opsbot.domain.models import Decision
from opsbot.domain.sights import NodeSight
from opsbot.store import (
    AuditStore,
    Database,
    DeliveryStore,
    Keeper,
    PauseStore,
    RecordStore,
    ReplicaStore,
    RequestStore,
    SightStore,
)
from opsbot.store.schema import publish_requests
from tests.builders import MAYA, NOON, wish

ENTRY = Entry(NOON, MAYA, "publish", "done")
HOUR = timedelta(hours=1)


def test_an_empty_store_says_so(database: Database) -> None:
    found = RecordStore(database).read(NOON)
    assert found.requests == dict.fromkeys((state for state in State if state in OPEN), 0)
    assert set(found.changes) == {ChangeState.ASKED, ChangeState.DOING, ChangeState.UNKNOWN}
    assert not any((*found.changes.values(), *found.deliveries.values()))
    assert (found.oldest_waiting, found.oldest_due, found.replicas, found.looks, found.pauses) == (
        None,
        None,
        (),
        (),
        (),
    )
    assert len(found.schema) == 4


def test_requests_are_counted_that_go_somewhere_and_the_oldest_of_those_that_wait_is_known(database: Database) -> None:
    keeper = Keeper(database, AuditStore(database), lambda _: None)
    requests = RequestStore(database, keeper)
    for number, state in enumerate((State.PENDING, State.PENDING, State.UNKNOWN, State.PUBLISHED), 1):
        asked_at = NOON - (5 - number) * HOUR if number < 3 else NOON - 9 * HOUR
        wanted = replace(wish(f"v{number}"), asked_at=asked_at)
        opened, _ = requests.open(wanted, lambda request: Effects(ENTRY))
        with database.transaction() as connection:
            this = publish_requests.c.id == opened.id
            connection.execute(update(publish_requests).where(this).values(state=state.value))
    found = RecordStore(database).read(NOON)
    assert {state: number for state, number in found.requests.items() if number} == {
        State.PENDING: 2,
        State.UNKNOWN: 1,
    }
    assert found.oldest_waiting == NOON - 4 * HOUR
    assert found.since(found.oldest_waiting) == 4 * HOUR


def test_what_waits_to_be_said_and_what_was_given_up_lately_is_counted(database: Database) -> None:
    deliveries = DeliveryStore(database)

    def given_up(at: timedelta) -> None:
        deliveries.add((Message(Kind.NODE, "C9"),), NOON - at)
        taken = deliveries.next("C9")
        assert taken is not None
        deliveries.settle(replace(taken, state=DeliveryState.FAILED), NOON)

    given_up(2 * HOUR)
    given_up(25 * HOUR)
    held_back = Message(Kind.NEWS, "C1", event=1, watch=1, not_before=NOON + HOUR)
    due_by_now = replace(held_back, channel="C2", not_before=NOON - 2 * HOUR)
    deliveries.add((held_back, due_by_now), NOON - 8 * HOUR)
    deliveries.add((Message(Kind.NODE, "C3"),), NOON - HOUR)
    found = RecordStore(database).read(NOON)
    assert (found.deliveries[DeliveryState.WAITING], found.deliveries[DeliveryState.FAILED]) == (3, 1)
    assert found.oldest_due == NOON - 2 * HOUR


def test_replicas_looks_and_pauses_are_told(database: Database) -> None:
    keeper = Keeper(database, AuditStore(database), lambda _: None)
    ReplicaStore(database).beat("opsbot-1")
    SightStore(database, keeper).keep(NodeSight("design", 1, NOON, 1, "no answer"), [], [], [], NOON)
    PauseStore(database, keeper).add("*", Decision(MAYA, NOON, "drift"), Effects(ENTRY))
    found = RecordStore(database).read(NOON)
    (replica,) = found.replicas
    assert replica.name == "opsbot-1"
    assert timedelta(0) <= replica.silent_for < timedelta(minutes=5)
    assert [(look.node, look.at, look.problem) for look in found.looks] == [("design", NOON, "no answer")]
    assert [pause.reason for pause in found.pauses] == ["drift"]
