"""What else the store keeps, on both databases: deliveries, snapshots, the policies by their digests."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from opsbot.domain.deliveries import DeliveryState, Kind, Message
from opsbot.domain.difference import EndpointSetup, ServiceSetup, Snapshot
from opsbot.domain.freezes import Freeze, WeekTime
from opsbot.domain.models import MessageRef
from opsbot.domain.policies import BreakGlass, Policy, as_data
from opsbot.store import (
    AuditStore,
    Database,
    DeliveryStore,
    Keeper,
    PolicyStore,
    RulebookStore,
    SnapshotStore,
)
from tests.builders import NOON, SCORING

FULL = Policy(
    "full",
    ("design:FRAUD/*",),
    ("canary-*",),
    (("approver", 1), ("owner", 2)),
    requester_may_approve=True,
    packager_may_approve=True,
    unknown_packager="refuse",
    expires_after=timedelta(hours=3),
    remind_every=timedelta(hours=1),
    identity="digest",
    approvals_channel="C1",
    freezes=(
        Freeze(WeekTime(4, time(16)), WeekTime(0, time(8, 30)), "Europe/Berlin", "weekend"),
        Freeze(datetime(2026, 12, 20, 18), datetime(2027, 1, 3), "UTC", "year's end"),  # noqa: DTZ001 - local times
    ),
    break_glass=BreakGlass(("owner",), timedelta(hours=2)),
)


def test_deliveries_are_taken_in_their_order_and_as_they_were_found(database: Database) -> None:
    store = DeliveryStore(database)
    messages = tuple(
        Message(Kind.VOTED, channel, 1, text=str(number)) for number in range(2) for channel in ("C1", "C2")
    )
    store.add(messages, NOON)
    assert store.channels() == ["C1", "C2"]
    first = store.next("C1")
    assert first is not None
    assert (first.message.text, first.state, first.attempts) == ("0", DeliveryState.WAITING, 1)
    again = store.next("C1")
    assert again is not None
    assert (again.id, again.state, again.attempts) == (first.id, DeliveryState.SENDING, 2)
    store.settle(replace(again, state=DeliveryState.SENT, ref=MessageRef("C1", "1.0")), NOON)
    assert store.last_post("C1") == NOON
    nothing = store.next("C2")
    assert nothing is not None
    store.settle(replace(nothing, state=DeliveryState.SENT), NOON)  # there was nothing to say any more
    assert store.last_post("C2") is None
    second = store.next("C1")
    assert second is not None
    assert second.message.text == "1"
    store.settle(replace(second, state=DeliveryState.WAITING, problem="later"), NOON)
    waiting = store.next("C1")
    assert waiting is not None
    assert (waiting.id, waiting.state, waiting.problem) == (second.id, DeliveryState.WAITING, "later")
    store.settle(replace(waiting, state=DeliveryState.FAILED), NOON)
    assert store.next("C1") is None
    assert store.channels() == ["C2"]


def test_a_line_of_which_something_is_put_off_waits_and_is_not_named_until_then(database: Database) -> None:
    soon = NOON + timedelta(seconds=30)
    early, then = DeliveryStore(database, lambda: NOON), DeliveryStore(database, lambda: soon)
    early.add(tuple(Message(Kind.VOTED, channel, 1) for channel in ("C1", "C1", "C2")), NOON)
    first = early.next("C1")
    assert first is not None
    early.settle(replace(first, state=DeliveryState.WAITING, again_at=soon), NOON)
    assert (early.put_off("C1"), early.put_off("C2")) == (soon, None)
    assert (early.channels(), then.channels()) == (["C2"], ["C1", "C2"])
    again = then.next("C1")
    assert again is not None
    assert again.id == first.id
    assert then.put_off("C1") is None


def test_what_is_to_be_said_because_of_a_try_is_kept_with_it_or_not_at_all(database: Database) -> None:
    store = DeliveryStore(database)
    store.add((Message(Kind.CARD, "C1", 1),), NOON)
    frozen, taken = store.next("C1"), store.next("C1")
    assert frozen is not None
    assert taken is not None
    for each in (taken, frozen):
        store.settle(replace(each, state=DeliveryState.FAILED), NOON, (Message(Kind.CARD_REFUSED, "U1", 1),))
    told = store.next("U1")
    assert told is not None
    store.settle(replace(told, state=DeliveryState.SENT), NOON)
    assert store.next("U1") is None


def test_what_became_of_a_try_is_not_kept_where_somebody_else_took_it_since(database: Database) -> None:
    store = DeliveryStore(database)
    store.add((Message(Kind.VOTED, "C1", 1),), NOON)
    frozen, taken = store.next("C1"), store.next("C1")
    assert frozen is not None
    assert taken is not None
    store.settle(replace(taken, state=DeliveryState.SENT, ref=MessageRef("C1", "1.0")), NOON)
    store.settle(replace(frozen, state=DeliveryState.WAITING, problem="Slack asks to come back later."), NOON)
    assert (store.next("C1"), store.last_post("C1")) == (None, NOON)


@pytest.mark.parametrize("packaged_on", [NOON, None])
def test_the_first_snapshot_of_a_package_counts(database: Database, packaged_on: datetime | None) -> None:
    store = SnapshotStore(database)
    setup = ServiceSetup("PUBLIC", (EndpointSetup("score", "STD_PREDICTION", "m", "3", None, "d"),), '{"a":1}')
    first = Snapshot(SCORING, "v4", packaged_on, NOON, setup)
    assert store.find(SCORING, "v4", packaged_on) is None
    assert store.keep(first) == first
    assert store.keep(replace(first, setup=ServiceSetup("API_KEYS", ()))) == first
    assert store.find(SCORING, "v4", packaged_on) == first
    assert store.find(SCORING, "v4", NOON + timedelta(days=1)) is None


def test_policies_come_back_as_they_were_and_by_their_digests(database: Database) -> None:
    store, other = PolicyStore(database), PolicyStore(database)
    rulebook = RulebookStore(Keeper(database, AuditStore(database), lambda _: None))

    def put(*policies: Policy) -> frozenset[str]:
        new = rulebook.put_in_force(policies, (), NOON, lambda _: None)
        firsts.append(new.is_first)
        return new.names

    firsts: list[bool] = []
    assert (put(), store.in_force()) == (frozenset(), ())
    assert put(FULL) == {"policies"}
    assert put(FULL) == frozenset()
    assert other.in_force() == (FULL,)
    assert put(Policy("plain")) == {"policies"}
    assert store.in_force() == (Policy("plain"),)
    assert store.by_digest(FULL.digest) == as_data(FULL)
    assert store.by_digest("0" * 64) is None
    assert firsts == [True, False, False, False]


def test_any_change_of_a_policy_is_another_digest() -> None:
    changes = [
        replace(FULL, name="other"),
        replace(FULL, quorum=(("approver", 2),)),
        replace(FULL, freezes=FULL.freezes[:1]),
        replace(FULL, break_glass=None),
        replace(FULL, expires_after=timedelta(hours=4)),
    ]
    assert len({FULL.digest, *(each.digest for each in changes)}) == 6
    assert replace(FULL).digest == FULL.digest
