"""What was seen is kept with what is told of it, all or nothing, and one process at a time looks."""

from __future__ import annotations

from dataclasses import replace

from opsbot.domain.audit import Entry
from opsbot.domain.deliveries import Effects, Kind
from opsbot.domain.references import ServiceRef
from opsbot.domain.sights import NodeSight, Sight
from opsbot.domain.watching import EVERY_TOPIC, Watch, packaged
from opsbot.store import (
    Database,
    DeliveryStore,
    Keeper,
    RecordStore,
    ReplicaStore,
    SightStore,
    WatchStore,
)
from tests.builders import MAYA, NOON, SCORING, package

SIGHT = Sight(SCORING, (package("v3"), replace(package("v4", by=None), created_on=None)), "PUBLIC", ("score",), 3)
NODE = NodeSight("design", 3, NOON, 1, "no answer")


def test_what_was_seen_is_found_again(database: Database, keeper: Keeper) -> None:
    store = SightStore(database, keeper)
    assert store.node("design") == NodeSight("design")
    other = Sight(ServiceRef("design", "CHURN", "churn"), ())
    elsewhere = Sight(ServiceRef("other", "CHURN", "churn"), ())
    store.keep(NODE, [SIGHT, other, elsewhere], [], [], NOON)
    assert store.node("design") == NODE
    assert store.of("design") == {SCORING: SIGHT, other.service: other}
    changed = replace(SIGHT, auth="API_KEYS", round=4)
    store.keep(replace(NODE, round=4, next_at=None), [changed], [other.service], [], NOON)
    assert store.of("design") == {SCORING: changed}
    assert store.node("design").round == 4
    store.forget("design")
    assert (store.of("design"), len(store.of("other"))) == ({}, 1)


def test_nobody_misses_the_looks_at_a_node_that_nobody_watches_any_more(database: Database, keeper: Keeper) -> None:
    store, records = SightStore(database, keeper), RecordStore(database)
    store.keep(replace(NODE, problem="no answer", failures=3), [SIGHT], [], [], NOON)
    assert [(look.node, look.problem) for look in records.read(NOON).looks] == [("design", "no answer")]
    store.forget("design")
    assert records.read(NOON).looks == ()
    assert store.node("design") == replace(NODE, problem="", failures=0)
    store.keep(replace(NODE, round=NODE.round + 1), [SIGHT], [], [], NOON)
    assert [look.at for look in records.read(NOON).looks] == [NOON]


def test_news_of_a_round_is_told_and_so_is_the_silence_of_the_node(database: Database, keeper: Keeper) -> None:
    watch = Watch(0, "C1", "design:FRAUD/*", EVERY_TOPIC, MAYA, NOON)
    watches, store = WatchStore(database, keeper), SightStore(database, keeper)
    watches.add(watch, Effects(Entry(NOON, MAYA, "watch", "done")))
    watches.add(replace(watch, target="C2", services="other:*"), Effects(Entry(NOON, MAYA, "watch", "done")))
    event = packaged(SCORING, package("v4"), NOON, "grace")
    store.keep(NODE, [SIGHT], [], [event], NOON, said_of_node="design answers again.")
    store.keep(replace(NODE, round=NODE.round + 1), [SIGHT], [], [event], NOON)
    deliveries = DeliveryStore(database)
    assert deliveries.channels() == ["C1"]
    with database.transaction() as connection:
        said = connection.exec_driver_sql("SELECT kind, text FROM deliveries ORDER BY id").all()
    assert [tuple(each) for each in said] == [(Kind.NEWS.value, ""), (Kind.NODE.value, "design answers again.")]


def test_a_round_that_somebody_else_kept_already_changes_nothing(database: Database, keeper: Keeper) -> None:
    watches, store = WatchStore(database, keeper), SightStore(database, keeper)
    watch = Watch(0, "C1", "design:FRAUD/*", EVERY_TOPIC, MAYA, NOON)
    watches.add(watch, Effects(Entry(NOON, MAYA, "watch", "done")))
    store.keep(NODE, [SIGHT], [], [], NOON)
    event = packaged(SCORING, package("v4"), NOON, "grace")
    for number in (NODE.round, NODE.round - 1):
        late = replace(NODE, round=number, problem="gone")
        store.keep(late, [replace(SIGHT, packages=())], [], [event], NOON, said_of_node="design doesn't answer: gone")
    assert (store.node("design"), store.of("design")) == (NODE, {SCORING: SIGHT})
    assert DeliveryStore(database).channels() == []


def test_one_process_at_a_time_looks_at_the_nodes_beside_the_one_that_sweeps(database: Database) -> None:
    mine, other = ReplicaStore(database), ReplicaStore(database)
    with mine.polling_alone() as first, other.polling_alone() as second, other.watching_alone(20) as sweeping:
        assert first
        assert second is database.is_embedded  # of a file there is one process
        assert sweeping
    with other.polling_alone() as again:
        assert again


def test_a_service_that_was_kept_though_nobody_could_name_it_keeps_nobody_from_the_others(
    database: Database, keeper: Keeper
) -> None:
    store = SightStore(database, keeper)
    store.keep(NODE, [SIGHT, Sight(ServiceRef("design", "FRAUD", "two words"), ())], [], [], NOON)
    assert store.of("design") == {SCORING: SIGHT}
