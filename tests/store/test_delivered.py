"""What was said of late is found again, with what became of it, by those who may know."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from opsbot.actions.recording import DONE, of_change
from opsbot.actions.stores import DeliveryQuery
from opsbot.domain.audit import Entry
from opsbot.domain.changes import ChangeState, NodeChange
from opsbot.domain.commands import CreatePackage
from opsbot.domain.deliveries import HOMES, DeliveryState, Effects, Kind, Message
from opsbot.domain.models import MessageRef, Place
from opsbot.domain.watching import packaged
from opsbot.store import AuditStore, Database, DeliveryStore, Keeper, NodeChangeStore, RequestStore
from tests.builders import MAYA, NOON, OMAR, SCORING, package, wish

if TYPE_CHECKING:
    from opsbot.domain.deliveries import Told

EVERYTHING = DeliveryQuery(("*",), MAYA.id, NOON - timedelta(days=7), "C1")
ENTRY = Entry(NOON, MAYA, "package", DONE, service=SCORING)


@pytest.fixture
def store(database: Database) -> DeliveryStore:
    return DeliveryStore(database, lambda: NOON + timedelta(seconds=5))


def words(found: tuple[list[Told], int]) -> list[tuple[str, str, str]]:
    return [(told.delivery.message.kind.value, str(told.service or ""), told.version) for told in found[0]]


def test_each_is_found_with_what_it_is_about_newest_first(database: Database, store: DeliveryStore) -> None:
    keeper = Keeper(database, AuditStore(database), lambda _: None)
    with keeper.transaction() as keeping:
        keeping.tell([packaged(SCORING, package("v4"), NOON, "grace")], NOON)
    said = Effects(ENTRY, (Message(Kind.CARD, "C1", 1),))
    RequestStore(database, keeper).open(wish("v3"), lambda _: said)
    private = NodeChange(0, CreatePackage(SCORING, "v9", private=True), OMAR, Place("C1"), NOON, ChangeState.ASKED)
    ended = Message(Kind.CHANGE_ENDED, "C1", change=1)
    NodeChangeStore(database, keeper).open(
        private, lambda each: Effects(of_change(each, None, "package", DONE, NOON), (ended,))
    )
    more = (Message(Kind.NEWS, "C1", event=1, watch=1), Message(Kind.NODE, "C1", text="It rests."))
    store.add((*more, Message(Kind.REPAINT, "C1", 1), Message(Kind.HOME, HOMES, text=OMAR.id)), NOON)
    assert words(store.page(EVERYTHING)) == [
        ("node", "", ""),
        ("news", str(SCORING), "v4"),
        ("card", str(SCORING), "v3"),
    ]
    assert words(store.page(replace(EVERYTHING, person=OMAR.id)))[2] == ("change_ended", str(SCORING), "v9")
    assert words(store.page(replace(EVERYTHING, visible=("design:CHURN/*",)))) == [("node", "", "")]
    assert words(store.page(replace(EVERYTHING, visible=()))) == [("node", "", "")]
    assert store.page(replace(EVERYTHING, since=NOON + timedelta(seconds=1))) == ([], 0)
    everywhere, total = store.page(replace(EVERYTHING, target=None))
    assert (len(everywhere), total) == (5, 5)
    second, total = store.page(replace(EVERYTHING, page=2, size=2))
    assert ([told.what for told in second], total) == ([""], 3)


def test_what_is_given_up_or_waits_says_why_and_until_when(store: DeliveryStore) -> None:
    store.add(tuple(Message(Kind.NODE, "C1", text=str(number)) for number in range(4)), NOON)
    soon = NOON + timedelta(seconds=30)
    for state, problem, ref, again_at in (
        (DeliveryState.SENT, "", MessageRef("D1", "7.0"), None),
        (DeliveryState.FAILED, "Slack says invalid_blocks.", None, None),
        (DeliveryState.WAITING, "Slack asks to come back later.", None, soon),
    ):
        taken = store.next("C1")
        assert taken is not None
        store.settle(replace(taken, state=state, problem=problem, ref=ref, again_at=again_at), NOON)
    (never_tried, put_off, given_up, said), _ = store.page(EVERYTHING)
    assert (said.delivery.ref, said.sent_at) == (MessageRef("D1", "7.0"), NOON)
    assert (put_off.delivery.again_at, put_off.delivery.attempts) == (soon, 1)
    assert put_off.tried_at == NOON + timedelta(seconds=5)
    assert given_up.delivery.problem == "Slack says invalid_blocks."
    assert (never_tried.tried_at, never_tried.delivery.attempts) == (None, 0)
    failed, total = store.page(replace(EVERYTHING, failed=True))
    assert ([told.delivery.id for told in failed], total) == ([3, 2], 2)
    again = store.next("C1")
    assert again is not None
    assert again.again_at == soon
    (_, tried, _, _), _ = store.page(EVERYTHING)
    assert tried.delivery.again_at is None


def test_a_card_that_could_not_be_shown_anew_is_among_what_failed(store: DeliveryStore) -> None:
    store.add((Message(Kind.REPAINT, "C1", 1),), NOON)
    taken = store.next("C1")
    assert taken is not None
    store.settle(replace(taken, state=DeliveryState.FAILED, problem="Slack says no."), NOON)
    assert words(store.page(replace(EVERYTHING, failed=True))) == [("repaint", "", "")]


def test_with_a_message_that_is_given_up_all_is_that_was_to_be_told_by_it(store: DeliveryStore) -> None:
    store.add(tuple(Message(Kind.NEWS, "C1", event=number, watch=1, not_before=NOON) for number in range(3)), NOON)
    head = store.next("C1")
    assert head is not None
    assert len(store.join(head, 2)) == 2
    lost = replace(head, attempts=head.attempts - 1, state=DeliveryState.FAILED, problem="Slack says invalid_blocks.")
    store.settle(lost, NOON)  # somebody else has it by now
    assert len(store.joined(head)) == 2
    store.settle(replace(lost, attempts=head.attempts), NOON)
    failed, total = store.page(replace(EVERYTHING, failed=True))
    assert total == 3
    assert {(each.delivery.problem, each.tried_at is not None) for each in failed} == {(lost.problem, True)}
