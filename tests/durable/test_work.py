from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from dbos import DBOS
from sqlalchemy import text

from opsbot.domain.tracing import trace, trace_from, traced
from opsbot.durable import DurableWork, Duties, Run, Tempo
from opsbot.durable.heart import Heart
from opsbot.durable.watch import prune
from opsbot.errors import StoreError
from opsbot.store import Database, ReplicaStore, migrate
from tests.conftest import fresh_postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

QUICK = Tempo(line=0.05, sweep=0.3, beat=0.2, dead=1.0, prune=0.4)


class Doings:
    """Duties that only write down that they were called."""

    def __init__(self) -> None:
        self.seen: list[tuple[Any, ...]] = []
        self.fails: dict[str, list[Exception]] = {}
        self.lines: dict[str, list[str]] = {}
        self.sweeps = 0
        self.sweeping: threading.Event | None = None
        self.prunes = 0
        self.lock = threading.Lock()

    def duties(self) -> Duties:
        return Duties(self.run("publish"), self.run("change"), self.deliver_next, self.sweep, self.prune)

    def run(self, kind: str) -> Run:
        def begin(about: int, run: str) -> bool:
            self.note(f"{kind} begin", about, run)
            return True

        def post(about: int, run: str) -> dict[str, Any]:
            self.note(f"{kind} post", about, run)
            return {"state": "done"}

        def settle(about: int, run: str, reply: dict[str, Any]) -> None:
            self.note(f"{kind} settle", about, run, reply["state"])

        def give_up(about: int, run: str, why: str) -> None:
            self.note(f"{kind} give up", about, run, why)

        return Run(begin, post, settle, give_up)

    def note(self, what: str, *more: Any) -> None:
        with self.lock:
            self.seen.append((what, *more))
            failing = self.fails.get(what)
        if failing:
            raise failing.pop(0)

    def deliver_next(self, channel: str) -> float | None:
        with self.lock:
            line = self.lines.get(channel) or []
            if not line:
                return None
            self.seen.append((channel, line.pop(0)))
        return 0.01

    def sweep(self) -> None:
        self.sweeps += 1
        if self.sweeping is not None and not self.sweeping.wait(5.0):
            self.note("sweep was waited for")

    def prune(self) -> None:
        self.prunes += 1

    def wait_for(self, is_so: Callable[[], bool], seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, self.seen
            time.sleep(0.01)


@contextmanager
def working(url: str, doings: Doings, tempo: Tempo = QUICK, *, finishing: float = 5.0) -> Iterator[DurableWork]:
    database = Database(url)
    migrate(database)
    work = DurableWork(url, doings.duties(), ReplicaStore(database), tempo)
    try:
        work.start()
        yield work
    finally:
        work.stop(finishing)
        database.close()


def test_a_run_goes_through_its_steps_once_however_often_it_is_begun(database_url: str) -> None:
    doings = Doings()
    with working(database_url, doings) as work:
        with ThreadPoolExecutor(10) as threads:
            list(threads.map(lambda _: work.publish(7, 0), range(10)))
        doings.wait_for(lambda: len(doings.seen) >= 3)
        work.publish(7, 0)
    run = "publish-7-0"
    assert doings.seen == [
        ("publish begin", 7, run),
        ("publish post", 7, run),
        ("publish settle", 7, run, "done"),
    ]


def test_a_database_that_lets_nobody_make_the_tables_of_the_work_says_so(
    request: pytest.FixtureRequest, postgres_pattern: str
) -> None:
    url = fresh_postgres(request, postgres_pattern)
    with closing(Database(url)) as database, database.transaction() as connection:
        for statement in ("CREATE ROLE clerk LOGIN", "GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk"):
            connection.execute(text(statement))
    with pytest.raises(StoreError) as refused, working(url.replace("postgres:@", "clerk:@"), Doings()):
        pass
    assert "permission denied for database" in refused.value.__notes__[0]


def test_a_long_sweep_is_not_waited_for_at_the_end(tmp_path: Path) -> None:
    doings = Doings()
    doings.sweeping = threading.Event()
    with working(f"sqlite:///{tmp_path / 'opsbot.db'}", doings, finishing=0.0) as work:
        doings.wait_for(lambda: doings.sweeps > 0)
    doings.sweeping.set()
    work._sweeper.join()
    assert doings.seen == []


def test_another_attempt_is_another_run(database_url: str) -> None:
    doings = Doings()
    with working(database_url, doings) as work:
        work.publish(7, 0)
        work.publish(7, 1)
        work.change(7)
        doings.wait_for(lambda: len(doings.seen) >= 9)
    runs = {run for what, _, run, *_ in doings.seen if what.endswith("begin")}
    assert runs == {"publish-7-0", "publish-7-1", "change-7"}


def test_a_step_is_tried_again_while_the_database_is_gone(tmp_path: Path) -> None:
    doings = Doings()
    doings.fails["publish settle"] = [StoreError("gone")]
    with working(f"sqlite:///{tmp_path / 'opsbot.db'}", doings) as work:
        work.publish(7, 0)
        doings.wait_for(lambda: len(doings.seen) >= 4)
    assert [what for what, *_ in doings.seen] == ["publish begin", "publish post", "publish settle", "publish settle"]


def test_a_step_that_fails_otherwise_gives_up(tmp_path: Path) -> None:
    doings = Doings()
    doings.fails["publish post"] = [ValueError("a fault of ours")]
    with working(f"sqlite:///{tmp_path / 'opsbot.db'}", doings) as work:
        work.publish(7, 0)
        doings.wait_for(lambda: len(doings.seen) >= 3)
    assert doings.seen[-1] == ("publish give up", 7, "publish-7-0", "ValueError: a fault of ours")


def test_each_line_is_said_in_its_order_by_one_at_a_time(database_url: str) -> None:
    doings = Doings()
    doings.lines = {channel: [str(number) for number in range(20)] for channel in ("C1", "C2")}
    with working(database_url, doings) as work:
        for _ in range(5):
            work.deliver("C1")
            work.deliver("C2")
        doings.wait_for(lambda: not any(doings.lines.values()))
    for channel in ("C1", "C2"):
        assert [said for where, said in doings.seen if where == channel] == [str(number) for number in range(20)]


def test_a_database_that_is_new_has_its_lines_looked_at_from_the_beginning(database_url: str) -> None:
    """DBOS begins to look at each queue that it finds, last at its own, and then looks for others once a second."""

    def looking() -> set[str]:
        return {each.name for each in threading.enumerate() if each.name.startswith("queue-worker-")}

    doings = Doings()
    with working(database_url, doings):
        doings.wait_for(lambda: "queue-worker-_dbos_internal_queue" in looking())
        assert "queue-worker-deliveries" in looking()


class InTrouble(Doings):
    """Has lines that wait, as Slack asked, or because it says nothing until `over`."""

    def __init__(self, wait: float, over: threading.Event | None = None) -> None:
        super().__init__()
        self.wait = wait
        self.over = over
        self.looked: Counter[str] = Counter()

    def deliver_next(self, channel: str) -> float | None:
        with self.lock:
            self.looked[channel] += 1
            is_first = self.looked[channel] == 1
        if self.over is not None:
            assert self.over.wait(60)
        return self.wait if is_first else None


MANY = [f"C{number}" for number in range(40)]


def test_lines_that_wait_keep_nobody_from_publishing(tmp_path: Path) -> None:
    doings = InTrouble(wait=60.0)
    with working(f"sqlite:///{tmp_path / 'opsbot.db'}", doings) as work:
        for channel in MANY:
            work.deliver(channel)
        doings.wait_for(lambda: len(doings.looked) == len(MANY))
        work.publish(7, 0)
        doings.wait_for(lambda: len(doings.seen) == 3)


def test_lines_for_which_slack_has_no_answer_leave_threads_to_publish(tmp_path: Path) -> None:
    over = threading.Event()
    doings = InTrouble(wait=0.0, over=over)
    with working(f"sqlite:///{tmp_path / 'opsbot.db'}", doings) as work:
        for channel in MANY:
            work.deliver(channel)
        doings.wait_for(lambda: len(doings.looked) >= 16)
        try:
            work.publish(7, 0)
            doings.wait_for(lambda: len(doings.seen) == 3)
        finally:
            over.set()


def test_a_line_that_waits_goes_on_when_it_is_time(tmp_path: Path) -> None:
    doings = InTrouble(wait=0.3)
    with working(f"sqlite:///{tmp_path / 'opsbot.db'}", doings) as work:
        work.deliver("C1")
        doings.wait_for(lambda: doings.looked["C1"] == 2)


def test_a_publish_that_waits_for_a_thread_is_not_taken_for_lost(tmp_path: Path) -> None:
    over, rescued = threading.Event(), list[str]()

    class Slow(Doings):
        def duties(self) -> Duties:
            return replace(super().duties(), rescued=rescued.append)

        def note(self, what: str, *more: Any) -> None:
            super().note(what, *more)
            if what == "publish post":
                assert over.wait(60)

    doings = Slow()
    with working(f"sqlite:///{tmp_path / 'opsbot.db'}", doings) as work:
        try:
            for number in range(34):
                work.publish(number, 0)
            doings.wait_for(lambda: len(doings.seen) >= 64)
            before = doings.sweeps
            doings.wait_for(lambda: doings.sweeps >= before + 4)
        finally:
            over.set()
        doings.wait_for(lambda: len(doings.seen) >= 3 * 34)
    assert rescued == []
    assert len(set(doings.seen)) == len(doings.seen) == 3 * 34


def test_what_was_left_to_be_said_is_looked_after_at_once(tmp_path: Path) -> None:
    doings = Doings()
    with working(f"sqlite:///{tmp_path / 'opsbot.db'}", doings, replace(QUICK, beat=3600.0, sweep=3600.0)):
        doings.wait_for(lambda: doings.sweeps == 1)


def test_who_begins_takes_nobody_for_dead_before_they_had_time_to_beat(
    request: pytest.FixtureRequest, postgres_pattern: str
) -> None:
    database = Database(fresh_postgres(request, postgres_pattern))
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


def test_what_is_due_is_swept_again_and_again(tmp_path: Path) -> None:
    doings = Doings()
    with working(f"sqlite:///{tmp_path / 'opsbot.db'}", doings):
        doings.wait_for(lambda: doings.sweeps >= 3 and doings.prunes >= 1)


class Beats:
    """Replicas of which this one's beats are counted."""

    def __init__(self, store: ReplicaStore) -> None:
        self.store = store
        self.count = 0
        self.silent, self.forget, self.watching_alone = store.silent, store.forget, store.watching_alone

    def beat(self, executor: str) -> None:
        self.count += 1
        self.store.beat(executor)


def test_a_process_lives_for_the_others_while_a_node_keeps_it_waiting_and_until_it_is_done(tmp_path: Path) -> None:
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

    url, doings = f"sqlite:///{tmp_path / 'opsbot.db'}", Waiting()
    database = Database(url)
    migrate(database)
    beats = Beats(ReplicaStore(database))
    work = DurableWork(url, doings.duties(), beats, QUICK)
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


def test_an_sqlite_file_serves_one_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'opsbot.db'}"
    with working(url, Doings()), pytest.raises(StoreError, match="Another process uses this database"):
        DurableWork(url, Doings().duties(), ReplicaStore(Database(url)), QUICK)


def test_one_after_the_other_can_be_built_in_a_process(tmp_path: Path) -> None:
    for number in range(3):
        doings = Doings()
        with working(f"sqlite:///{tmp_path / 'opsbot.db'}", doings) as work:
            work.publish(number, 0)
            doings.wait_for(lambda seen=doings.seen: len(seen) >= 3)  # type: ignore[misc]  # bound for the loop
    assert not [thread.name for thread in threading.enumerate() if thread.name in {"sweep", "waker"}]


def test_runs_of_every_workflow_are_pruned_long_after_their_end(database_url: str) -> None:
    doings = Doings()
    doings.lines["C1"] = ["a"]

    def kept() -> dict[str, str]:
        return {each.name: each.status for each in DBOS.list_workflows()}

    with working(database_url, doings) as work:
        work.publish(7, 0)
        work.change(7)
        work.deliver("C1")
        every = dict.fromkeys(("publish", "change", "deliver"), "SUCCESS")
        doings.wait_for(lambda: kept() == every)
        now = datetime.now(UTC)
        prune(now - timedelta(days=1))
        assert kept() == every
        prune(now + timedelta(days=1))
        assert set(kept()) == {"publish", "change"}
        prune(now + timedelta(days=91))
        assert kept() == {}


def test_all_runs_that_ended_long_ago_are_pruned_however_many_they_are(tmp_path: Path) -> None:
    doings = Doings()
    with working(f"sqlite:///{tmp_path / 'opsbot.db'}", doings) as work:
        for number in range(5):
            work.publish(number, 0)
        doings.wait_for(lambda: [each.status for each in DBOS.list_workflows()] == ["SUCCESS"] * 5)
        prune(datetime.now(UTC) + timedelta(days=91), at_once=2)
        assert DBOS.list_workflows() == []


class Traced(Doings):
    """Writes down the trace under which each duty is called."""

    def __init__(self) -> None:
        super().__init__()
        self.traces: list[str] = []

    def note(self, what: str, *more: Any) -> None:
        self.traces.append(trace())
        super().note(what, *more)


def test_a_run_has_the_trace_of_who_began_it_and_keeps_it_for_whoever_goes_on(tmp_path: Path) -> None:
    doings = Traced()
    with working(f"sqlite:///{tmp_path / 'opsbot.db'}", doings) as work:
        with traced(trace="ab" * 16, user="U1"):
            work.publish(7, 0)
        doings.wait_for(lambda: len(doings.seen) >= 3)
        work.change(8)
        doings.wait_for(lambda: len(doings.seen) >= 6)
        kept = {each.workflow_id: each.input for each in DBOS.list_workflows()}
    assert set(doings.traces[:3]) == {"ab" * 16}
    assert set(doings.traces[3:]) == {trace_from("change-8")}
    assert "ab" * 16 in str(kept["publish-7-0"])


def test_a_line_that_a_process_was_handed_as_it_ended_is_found_by_the_next(
    request: pytest.FixtureRequest, postgres_pattern: str
) -> None:
    url = fresh_postgres(request, postgres_pattern)
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


def test_a_process_that_ends_with_its_work_done_is_not_missed(database_url: str) -> None:
    doings = Doings()
    doings.lines = {"C1": ["said"]}
    database = Database(database_url)
    with working(database_url, doings) as work:
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
