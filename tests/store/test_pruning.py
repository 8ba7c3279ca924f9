"""What is old is forgotten, but nothing that is still to be said, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from opsbot.actions.stores import DeliveryQuery
from opsbot.domain.audit import Entry
from opsbot.domain.changes import ChangeState, NodeChange
from opsbot.domain.commands import CreatePackage, CreateService, DeletePackage, RemoveEndpoint
from opsbot.domain.deliveries import HOMES, Delivery, DeliveryState, Effects, Kind, Message
from opsbot.domain.difference import ServiceSetup, Snapshot
from opsbot.domain.models import MessageRef, Package, Place
from opsbot.domain.retention import Retention
from opsbot.domain.sights import NodeSight, Sight
from opsbot.domain.watching import EVERY_TOPIC, Watch, packaged
from opsbot.store import (
    Database,
    DeliveryStore,
    EventStore,
    HomeStore,
    Keeper,
    NodeChangeStore,
    NoteStore,
    PruningStore,
    RequestStore,
    SeenStore,
    SightStore,
    SnapshotStore,
    WatchStore,
)
from opsbot.store.schema import (
    audit_records,
    events,
    node_changes,
    publish_requests,
    seen_events,
    slack_notes,
    snapshots,
)
from tests.builders import MAYA, NOON, SCORING, package, wish

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Table

    from opsbot.domain.commands import ChangeNode
    from opsbot.domain.watching import Event

DAY = timedelta(days=1)
LATER = NOON + 91 * DAY
ENTRY = Entry(NOON, MAYA, "publish", "done", service=SCORING)


def event(number: int) -> Event:
    return packaged(SCORING, package(f"v{number}"), NOON, "grace")


def rows(database: Database, table: Table) -> int:
    with database.transaction() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def kept(database: Database) -> list[int]:
    everything = DeliveryQuery(("*",), MAYA.id, NOON - DAY, "C1", size=99)
    return sorted(told.delivery.id for told in DeliveryStore(database).page(everything)[0])


def take(store: DeliveryStore) -> Delivery:
    taken = store.next("C1")
    assert taken is not None
    return taken


def test_what_is_done_with_goes_and_what_is_still_to_be_said_stays_whole(database: Database, keeper: Keeper) -> None:
    WatchStore(database, keeper).add(Watch(0, "C1", "*", EVERY_TOPIC, MAYA, NOON), Effects(ENTRY))
    with keeper.transaction() as keeping:
        keeping.tell([event(number) for number in range(10)], NOON)
    store, pruning = DeliveryStore(database), PruningStore(database, at_once=2)
    for state in (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNCERTAIN):
        store.settle(replace(take(store), state=state, problem="Slack says no."), NOON)
    leader = take(store)
    store.join(leader, 2)
    assert kept(database) == list(range(1, 11))
    assert pruning.prune(Retention(), NOON + 89 * DAY) == 0
    assert pruning.prune(Retention(), LATER) == 6  # three deliveries, and their events
    assert kept(database) == list(range(4, 11))  # one is being told, and tells of the others
    assert len(store.joined(leader)) == 6
    assert rows(database, events) == 7
    store.settle(replace(leader, state=DeliveryState.SENT, ref=MessageRef("C1", "1.0")), LATER)
    assert pruning.prune(Retention(), LATER) == 14
    assert (kept(database), rows(database, events)) == ([], 0)


def test_requests_and_the_audit_are_kept_for_ever(database: Database, keeper: Keeper) -> None:
    said = Effects(ENTRY, (Message(Kind.CARD, "C1", 1),))
    RequestStore(database, keeper).open(wish("v3"), lambda _: said)
    store = DeliveryStore(database)
    store.settle(replace(take(store), state=DeliveryState.SENT), NOON)
    assert PruningStore(database).prune(Retention(), NOON + 9999 * DAY) == 1
    assert (rows(database, publish_requests), rows(database, audit_records)) == (1, 1)


def test_a_story_lasts_while_something_is_told_in_it(database: Database) -> None:
    store, pruning = EventStore(database), PruningStore(database, at_once=1)
    for number in range(3):
        store.begin_story("C1", event(number), MessageRef("C1", f"{number}.0"), NOON)
    store.begin_story("C1", event(1), MessageRef("C1", "9.0"), NOON + 30 * DAY)
    assert pruning.prune(Retention(), NOON + 181 * DAY) == 2
    found = [store.story("C1", event(number)) for number in range(3)]
    assert found == [None, MessageRef("C1", "1.0"), None]


def test_what_slack_told_goes_after_a_day_and_so_does_what_somebody_only_set_out_to_ask(database: Database) -> None:
    notes = NoteStore(database)
    for hours in (0, 20):
        at = NOON + timedelta(hours=hours)
        notes.keep(f"told {hours}", {}, at)
        assert notes.claim(f"asked {hours}", at, at)
    assert PruningStore(database).prune(Retention(), NOON + timedelta(hours=25)) == 2
    assert rows(database, slack_notes) == 2
    assert notes.look("told 20") is not None


def test_slacks_events_and_nodes_that_nobody_looks_at_are_forgotten(database: Database, keeper: Keeper) -> None:
    seen = SeenStore(database)
    seen.is_first("Ev1", NOON)
    seen.is_first("Ev2", NOON + 5 * DAY)
    sights = SightStore(database, keeper)
    for name in ("design", "old"):
        sight = Sight(replace(SCORING, node=name), (package(),), "PUBLIC", (), 1)
        looked = NodeSight(name, 1, NOON + (80 * DAY if name == "design" else DAY))
        sights.keep(looked, [sight], [], [], NOON)
    pruning = PruningStore(database)
    assert pruning.prune(Retention(), NOON + 8 * DAY) == 1
    assert rows(database, seen_events) == 1
    assert not seen.is_first("Ev2", NOON + 8 * DAY)
    assert pruning.prune(replace(Retention(), seen_events=999 * DAY), NOON + 100 * DAY) == 1
    assert [len(sights.of(name)) for name in ("design", "old")] == [1, 0]
    assert sights.node("old") == NodeSight("old")


def change(database: Database, keeper: Keeper, wanted: ChangeNode, state: ChangeState, at: datetime = NOON) -> int:
    """Have a change of a node end so; nothing is said of it."""
    store = NodeChangeStore(database, keeper)
    asked = NodeChange(0, wanted, MAYA, Place("C1"), at, ChangeState.ASKED)
    opened, _ = store.open(asked, lambda _: Effects(ENTRY))
    store.change(opened.id, lambda each: (replace(each, state=state), None))
    return opened.id


def changes(database: Database) -> list[int]:
    with database.transaction() as connection:
        return list(connection.execute(select(node_changes.c.id).order_by(node_changes.c.id)).scalars())


def test_changes_of_nodes_go_but_for_those_that_something_hangs_on(database: Database, keeper: Keeper) -> None:
    def ended(wanted: ChangeNode, state: ChangeState = ChangeState.DONE, at: datetime = NOON) -> int:
        return change(database, keeper, wanted, state, at)

    ended(CreateService(SCORING))
    ended(CreatePackage(SCORING, "v0"), ChangeState.FAILED)
    there = ended(CreatePackage(SCORING, "v1"))
    unknown = ended(CreatePackage(SCORING, "v2"), ChangeState.UNKNOWN)
    judging = ended(CreatePackage(SCORING, "v2"), ChangeState.FAILED)
    ended(CreatePackage(SCORING, "v3"))
    again = ended(CreatePackage(SCORING, "v3"))
    ended(CreatePackage(SCORING, "v4"))
    ended(DeletePackage(SCORING, "v4"))
    open_one = ended(RemoveEndpoint(SCORING, "a"), ChangeState.DOING)
    told, news = (ended(CreateService(replace(SCORING, service=name))) for name in ("told", "news"))
    young = ended(CreateService(replace(SCORING, service="young")), at=NOON + DAY)
    held = Message(Kind.CHANGE_ENDED, "C1", change=told)
    DeliveryStore(database).add((held,), NOON)
    with keeper.transaction() as keeping:
        keeping.tell([replace(event(1), change=news, at=NOON + 300 * DAY)], NOON)
    pruning, kept = PruningStore(database, at_once=2), Retention(deliveries=DAY)
    assert pruning.prune(kept, NOON + 365 * DAY) == 0
    for _ in range(2):  # what deleted a package goes after what made it
        pruning.prune(kept, NOON + 365.5 * DAY)
    assert changes(database) == [there, unknown, judging, again, open_one, told, news, young]
    makers = NodeChangeStore(database, keeper).makers(SCORING, [Package(f"v{number}", None) for number in range(5)])
    assert {version: each.id for version, each in makers.items()} == {"v1": there, "v3": again}


def test_snapshots_go_but_for_those_that_are_compared_with(database: Database, keeper: Keeper) -> None:
    store = SnapshotStore(database)
    for number in range(7):
        taken = NOON + number * timedelta(hours=1)
        store.keep(Snapshot(SCORING, f"v{number}", taken, taken, ServiceSetup("PUBLIC", ())))
    RequestStore(database, keeper).open(wish("v1"), lambda _: Effects(ENTRY))
    EventStore(database).begin_story("C1", event(2), MessageRef("C1", "2.0"), NOON + 300 * DAY)
    with keeper.transaction() as keeping:
        keeping.tell([replace(event(3), at=NOON + 300 * DAY)], NOON)
    pruning = PruningStore(database, at_once=1)
    assert pruning.prune(Retention(), NOON + 365 * DAY) == 0
    assert pruning.prune(Retention(), NOON + 366 * DAY) == 3
    with database.transaction() as connection:
        left = list(connection.execute(select(snapshots.c.version).order_by(snapshots.c.version)).scalars())
    assert left == ["v1", "v2", "v3", "v6"]  # asked for, told in a story, news, and the last


def test_homes_that_nobody_opened_for_long_go_unless_they_wait_to_be_shown(database: Database, keeper: Keeper) -> None:
    store = HomeStore(database, keeper)
    for number, user in enumerate(("U1", "U2", "U3")):
        store.opened(user, NOON + number * DAY)
    DeliveryStore(database).add((Message(Kind.HOME, HOMES, text="U2"),), NOON)
    assert PruningStore(database).prune(Retention(), NOON + 90 * DAY) == 0
    assert PruningStore(database).prune(Retention(), NOON + 91.5 * DAY) == 1
    assert [store.get(user) is not None for user in ("U1", "U2", "U3")] == [False, True, True]
