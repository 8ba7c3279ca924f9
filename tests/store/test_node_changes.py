"""One contract for whatever keeps changes of nodes: the fake of the tests, SQLite, PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from opsbot.actions.recording import DONE, of_change
from opsbot.domain.changes import ChangeState, NodeChange, is_same
from opsbot.domain.commands import AddEndpoint, CreatePackage, CreateService, DeletePackage, RemoveEndpoint
from opsbot.domain.deliveries import Effects, Kind, Message
from opsbot.domain.models import EndpointType, MessageRef, Package, Place
from opsbot.domain.references import ServiceRef
from opsbot.errors import NotFoundError
from opsbot.store import AuditStore, Database, DeliveryStore, Keeper, NodeChangeStore
from tests.builders import ADA, CHANNEL, MAYA, NOON, SCORING, asker
from tests.conftest import ready_postgres
from tests.databases import put_database
from tests.fake_requests import FakeNodeChanges
from tests.fakes import FakeKeeping

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from opsbot.actions.stores import NodeChanges
    from opsbot.domain.commands import ChangeNode

PACKAGE = CreatePackage(SCORING, "v4", "retrained <!here>")
ADD = AddEndpoint(SCORING, "effect", EndpointType.CAUSAL, "CHURN.uplift", compute_propensity=True)
REMOVE = RemoveEndpoint(SCORING, "score")
DELETE = DeletePackage(SCORING, "v4", force=True, confirmed=True)
CREATE = CreateService(SCORING)
KINDS: tuple[ChangeNode, ...] = (PACKAGE, ADD, REMOVE, DELETE, CREATE)


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NodeChanges]:
    if request.param == "fake":
        yield FakeNodeChanges(FakeKeeping())
        return
    url = put_database(tmp_path / "opsbot.db") if request.param == "sqlite" else ready_postgres(request)
    database = Database(url)
    yield NodeChangeStore(database, Keeper(database, AuditStore(database), lambda _: None))
    database.close()


def wish(wanted: ChangeNode, thread: str | None = None) -> NodeChange:
    return NodeChange(0, wanted, MAYA, Place(CHANNEL, thread), NOON, ChangeState.ASKED)


def told(change: NodeChange) -> Effects:
    message = Message(Kind.CHANGE, CHANNEL, change=change.id)
    return Effects(of_change(change, asker(), change.wanted.verb, DONE, NOON), (message,))


def end(store: NodeChanges, change: NodeChange, state: ChangeState = ChangeState.DONE, **more: object) -> NodeChange:
    ended = replace(change, state=state, **more)  # type: ignore[arg-type]  # a test says which
    assert store.change(change.id, lambda _: (ended, told(ended))) == ended
    return ended


def maker(store: NodeChanges, version: str, created_on: datetime | None) -> NodeChange | None:
    return store.makers(SCORING, [Package("v0", NOON), Package(version, created_on)]).get(version)


@pytest.mark.parametrize("wanted", KINDS, ids=lambda wanted: wanted.verb)
@pytest.mark.parametrize("private", [True, False], ids=["private", "public"])
def test_a_change_comes_back_as_it_was(store: NodeChanges, wanted: ChangeNode, private: bool) -> None:  # noqa: FBT001 - pytest calls it so
    asked = wish(replace(wanted, private=private), "12.5")
    opened, is_new = store.open(asked, told)
    assert is_new
    assert replace(opened, id=0) == asked
    assert store.get(opened.id) == opened
    ended = end(
        store,
        opened,
        ChangeState.UNKNOWN,
        outcome="no answer",
        claimed_by="run",
        posted_at=NOON,
        seconds=1.5,
        look_at=NOON + timedelta(minutes=5),
    )
    assert store.get(opened.id) == ended


def test_what_is_not_there_is_said(store: NodeChanges) -> None:
    with pytest.raises(NotFoundError, match="There is no change 99"):
        store.get(99)
    with pytest.raises(NotFoundError, match="There is no change 99"):
        store.change(99, lambda _: "no")


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (PACKAGE, PACKAGE, False),
        (PACKAGE, DELETE, False),
        (PACKAGE, replace(PACKAGE, version="v5"), True),
        (PACKAGE, ADD, True),
        (ADD, REMOVE, False),
        (ADD, replace(ADD, service=ServiceRef("design", "FRAUD", "rules")), True),
        (CREATE, CREATE, False),
    ],
)
def test_in_each_lane_of_a_service_one_change_goes_on_at_a_time(
    store: NodeChanges,
    one: ChangeNode,
    other: ChangeNode,
    together: bool,  # noqa: FBT001 - pytest calls it so
) -> None:
    first, _ = store.open(wish(one), told)
    second, is_new = store.open(replace(wish(other), by=ADA), told)
    assert is_new is together
    if not together:
        assert second == first
        end(store, first)
        assert store.open(wish(other), told)[1]


def test_who_made_a_package_is_known_by_when_it_was_made(store: NodeChanges) -> None:
    first, _ = store.open(wish(PACKAGE), told)
    assert maker(store, "v4", NOON) is None
    made = end(store, first, package=Package("v4", NOON, "maya", PACKAGE.release_notes))
    assert maker(store, "v4", NOON) == made
    assert maker(store, "v4", NOON + timedelta(seconds=1)) is None
    assert maker(store, "v5", NOON) is None
    assert store.get(first.id) == made


def test_a_package_whose_date_was_not_said_is_the_last_that_was_made(store: NodeChanges) -> None:
    notes = PACKAGE.release_notes
    dated = end(store, store.open(wish(PACKAGE), told)[0], package=Package("v4", NOON, release_notes=notes))
    end(store, store.open(wish(DELETE), told)[0])
    assert maker(store, "v4", NOON + timedelta(days=1)) is None
    made = end(store, store.open(replace(wish(PACKAGE), by=ADA), told)[0], package=Package("v4", release_notes=notes))
    end(store, store.open(wish(replace(REMOVE, endpoint="v4")), told)[0])  # of that name, but no package
    assert maker(store, "v4", NOON + timedelta(days=1)) == made
    assert maker(store, "v4", None) == made
    assert maker(store, "v4", NOON) == dated
    end(store, store.open(wish(DELETE), told)[0], ChangeState.FAILED)
    assert maker(store, "v4", NOON + timedelta(days=1)) == made
    end(store, store.open(wish(DELETE), told)[0])
    assert maker(store, "v4", NOON + timedelta(days=1)) is None
    assert maker(store, "v4", None) is None


def test_a_step_may_leave_it_as_it_is(store: NodeChanges) -> None:
    first, _ = store.open(wish(PACKAGE), told)
    assert store.change(first.id, lambda _: "no") == "no"
    assert store.get(first.id) == first


def test_changes_are_found_by_where_they_stand_oldest_first(store: NodeChanges) -> None:
    first, second = (store.open(wish(wanted), told)[0] for wanted in (PACKAGE, ADD))
    end(store, store.open(wish(CREATE), told)[0])
    assert [each.id for each in store.in_states(frozenset({ChangeState.ASKED}))] == [first.id, second.id]


def test_a_repeat_is_a_later_change_of_the_same_kind_and_part(store: NodeChanges) -> None:
    first, _ = store.open(wish(PACKAGE), told)
    end(store, first, ChangeState.UNKNOWN)
    end(store, store.open(wish(DELETE), told)[0])
    elsewhere = replace(PACKAGE, service=ServiceRef("design", "FRAUD", "x"))
    for other in (replace(ADD, endpoint="v4"), replace(PACKAGE, version="v5"), elsewhere):
        store.open(wish(other), told)
    assert store.repeats_of(first) == []
    failed = end(store, store.open(wish(PACKAGE), told)[0], ChangeState.FAILED)
    again, _ = store.open(wish(replace(PACKAGE, release_notes="other words", private=True)), told)
    assert store.repeats_of(first) == [failed, again]
    assert store.repeats_of(again) == []


def test_where_it_is_told_is_kept_once_and_through_every_change(store: NodeChanges) -> None:
    first, _ = store.open(wish(PACKAGE), told)
    store.remember_message(first.id, MessageRef("D1", "1.0"))
    store.remember_message(first.id, MessageRef("D1", "2.0"))
    store.change(first.id, lambda _: (replace(first, state=ChangeState.DOING), None))
    assert store.get(first.id).message == MessageRef("D1", "1.0")
    for where, gone in (("3.0", "2.0"), ("4.0", "1.0"), ("5.0", "1.0")):  # one that is gone is replaced, once
        store.remember_message(first.id, MessageRef("D1", where), MessageRef("D1", gone))
    assert store.get(first.id).message == MessageRef("D1", "4.0")


def test_a_change_its_entry_and_its_messages_are_kept_together(database: Database) -> None:
    audit = AuditStore(database)
    woken: list[str] = []
    store = NodeChangeStore(database, Keeper(database, audit, woken.append))
    opened, _ = store.open(wish(ADD), told)
    assert audit.page(service=SCORING, request=None, page=1, size=10)[1] == 1
    assert woken == [CHANNEL]
    delivery = DeliveryStore(database).next(CHANNEL)
    assert delivery is not None
    assert delivery.message == Message(Kind.CHANGE, CHANNEL, change=opened.id)


def test_people_want_the_same_whatever_they_say_to_it() -> None:
    assert is_same(PACKAGE, replace(PACKAGE, release_notes="", private=True))
    assert is_same(ADD, replace(ADD, private=True))
    assert not is_same(ADD, replace(ADD, model="another"))
    assert not is_same(PACKAGE, DELETE)
