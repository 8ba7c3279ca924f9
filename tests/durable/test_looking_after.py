"""Who looks after what is due and what is left undone, and how long a process counts as one that lives."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dbos import DBOS
from sqlalchemy import text

from opsbot.durable import DurableWork, Duties, Tempo
from opsbot.durable.heart import Heart
from opsbot.store import Database, ReplicaStore
from tests.conftest import ready_postgres
from tests.durable.doings import QUICK, Doings, working

if TYPE_CHECKING:
    import pytest


def test_what_is_due_is_swept_again_and_again(file_url: str) -> None:
    doings = Doings()
    with working(file_url, doings):
        doings.wait_for(lambda: doings.sweeps >= 3 and doings.prunes >= 1)


def test_what_was_left_to_be_said_is_looked_after_at_once(file_url: str) -> None:
    doings = Doings()
    with working(file_url, doings, replace(QUICK, beat=3600.0, sweep=3600.0)):
        doings.wait_for(lambda: doings.sweeps == 1)


def test_a_long_sweep_is_not_waited_for_at_the_end(file_url: str) -> None:
    doings = Doings()
    doings.sweeping = threading.Event()
    with working(file_url, doings, finishing=0.0) as work:
        doings.wait_for(lambda: doings.sweeps > 0)
    doings.sweeping.set()
    work._sweeper.join()
    assert doings.seen == []


def test_a_publish_that_waits_for_a_thread_is_not_taken_for_lost(file_url: str) -> None:
    over, rescued = threading.Event(), list[str]()

    class Slow(Doings):
        def duties(self) -> Duties:
            return replace(super().duties(), rescued=rescued.append)

        def note(self, what: str, *more: Any) -> None:
            super().note(what, *more)
            if what == "publish post":
                assert over.wait(60)

    doings = Slow()
    with working(file_url, doings) as work:
        try:
            for number in range(34):
                work.publish(number, 0)
            doings.wait_for(lambda: len(doings.seen) >= 64)
            before = doings.sweeps
            doings.wait_for(lambda: doings.sweeps >= before + 4)
            assert rescued == []  # later one may be: a busy machine is late to keep that it ended
        finally:
            over.set()
        doings.wait_for(lambda: len(doings.seen) >= 3 * 34)
    assert len(set(doings.seen)) == len(doings.seen) == 3 * 34


def test_who_begins_takes_nobody_for_dead_before_they_had_time_to_beat(request: pytest.FixtureRequest) -> None:
    database = Database(ready_postgres(request))
    replicas = ReplicaStore(database)
    replicas.beat("another")
    heart = Heart(replicas, "new", Tempo())
    heart.start()
    try:
        assert replicas.silent(0.0) != []
        assert heart.is_quiet()
    finally:
        heart.stop()
        database.close()


class Beats:
    """Replicas of which this one's beats are counted."""

    def __init__(self, store: ReplicaStore) -> None:
        self.store = store
        self.count = 0
        self.silent, self.forget, self.watching_alone = store.silent, store.forget, store.watching_alone

    def beat(self, executor: str) -> None:
        self.count += 1
        self.store.beat(executor)


def test_a_process_lives_for_the_others_while_a_node_keeps_it_waiting_and_until_it_is_done(file_url: str) -> None:
    over = threading.Event()

    class Waiting(Doings):
        def sweep(self) -> None:
            super().sweep()
            assert over.wait(60)

        def note(self, what: str, *more: Any) -> None:
            super().note(what, *more)
            if what == "publish post":
                wait_for_beats(5)

    def wait_for_beats(more: int) -> None:
        before = beats.count
        doings.wait_for(lambda: beats.count >= before + more)

    doings = Waiting()
    database = Database(file_url)
    beats = Beats(ReplicaStore(database))
    work = DurableWork(file_url, doings.duties(), beats, QUICK)
    work.start()
    try:
        doings.wait_for(lambda: doings.sweeps == 1)
        wait_for_beats(5)
        over.set()
        work.publish(7, 0)
        doings.wait_for(lambda: len(doings.seen) == 2)
    finally:
        over.set()
        work.stop(20)  # what was begun goes on meanwhile
        database.close()
    assert [what for what, *_ in doings.seen] == ["publish begin", "publish post", "publish settle"]


def test_a_line_that_a_process_was_handed_as_it_ended_is_found_by_the_next(request: pytest.FixtureRequest) -> None:
    url = ready_postgres(request)
    doings = Doings()
    doings.lines = {"C1": ["said"]}
    database = Database(url)
    with working(url, doings, replace(QUICK, sweep=60.0)) as first:
        first.deliver("C1")
        doings.wait_for(lambda: not doings.lines["C1"])
        doings.wait_for(
            lambda: {each.status for each in DBOS.list_workflows(executor_id=first.executor)} == {"SUCCESS"}
        )
        (run,) = runs_of(first)
        with database.transaction() as connection:  # as if DBOS had handed it over when nobody began it any more
            connection.execute(text("UPDATE dbos.workflow_status SET status = 'PENDING'"))
    assert listed(database) == [first.executor]
    with working(url, doings) as second:
        doings.wait_for(lambda: DBOS.list_workflows(workflow_ids=[run])[0].status == "CANCELLED")
        doings.wait_for(lambda: listed(database) == [second.executor])
    database.close()


def test_a_process_that_ends_with_its_work_done_is_not_missed(url: str) -> None:
    doings = Doings()
    doings.lines = {"C1": ["said"]}
    database = Database(url)
    with working(url, doings) as work:
        assert listed(database) == [work.executor]
        work.publish(7, 0)
        work.deliver("C1")
        doings.wait_for(lambda: len(doings.seen) == 4)
    assert listed(database) == []
    database.close()


def listed(database: Database) -> list[str]:
    """Name the processes that are on the list of replicas."""
    with database.transaction() as connection:
        return list(connection.execute(text("SELECT executor FROM replicas")).scalars())


def runs_of(work: DurableWork) -> list[str]:
    return [each.workflow_id for each in DBOS.list_workflows(executor_id=work.executor)]
