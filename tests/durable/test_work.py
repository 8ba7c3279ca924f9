"""What is begun goes through its steps once, in whatever trouble, and is forgotten long after its end."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from dbos import DBOS
from sqlalchemy import text

from opsbot.domain.tracing import trace, trace_from, traced
from opsbot.durable import DurableWork
from opsbot.durable.watch import prune
from opsbot.errors import StoreError
from opsbot.store import Database, ReplicaStore
from tests.conftest import ready_postgres
from tests.databases import put_database, put_work
from tests.durable.doings import QUICK, Doings, working

if TYPE_CHECKING:
    from pathlib import Path


def test_a_run_goes_through_its_steps_once_however_often_it_is_begun(url: str) -> None:
    doings = Doings()
    with working(url, doings) as work:
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


def test_another_attempt_is_another_run(url: str) -> None:
    doings = Doings()
    with working(url, doings) as work:
        work.publish(7, 0)
        work.publish(7, 1)
        work.change(7)
        doings.wait_for(lambda: len(doings.seen) >= 9)
    runs = {run for what, _, run, *_ in doings.seen if what.endswith("begin")}
    assert runs == {"publish-7-0", "publish-7-1", "change-7"}


def test_a_step_is_tried_again_while_the_database_is_gone(file_url: str) -> None:
    doings = Doings()
    doings.fails["publish settle"] = [StoreError("gone")]
    with working(file_url, doings) as work:
        work.publish(7, 0)
        doings.wait_for(lambda: len(doings.seen) >= 4)
    assert [what for what, *_ in doings.seen] == ["publish begin", "publish post", "publish settle", "publish settle"]


def test_a_step_that_fails_otherwise_gives_up(file_url: str) -> None:
    doings = Doings()
    doings.fails["publish post"] = [ValueError("a fault of ours")]
    with working(file_url, doings) as work:
        work.publish(7, 0)
        doings.wait_for(lambda: len(doings.seen) >= 3)
    assert doings.seen[-1] == ("publish give up", 7, "publish-7-0", "ValueError: a fault of ours")


def test_a_database_that_lets_nobody_make_the_tables_of_the_work_says_so(request: pytest.FixtureRequest) -> None:
    url = ready_postgres(request)
    with closing(Database(url)) as database, database.transaction() as connection:
        for statement in ("CREATE ROLE clerk LOGIN", "GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk"):
            connection.execute(text(statement))
    with pytest.raises(StoreError) as refused, working(url.replace("postgres:@", "clerk:@"), Doings()):
        pass
    assert "permission denied for database" in refused.value.__notes__[0]


def test_an_sqlite_file_serves_one_process(file_url: str) -> None:
    with working(file_url, Doings()), pytest.raises(StoreError, match="Another process uses this database"):
        DurableWork(file_url, Doings().duties(), ReplicaStore(Database(file_url)), QUICK)


def test_its_own_file_is_beside_the_database_whatever_that_is_called(tmp_path: Path) -> None:
    folder = tmp_path / "données (prod) 100%"
    folder.mkdir()
    file = folder / "ops@bot#1.db"
    put_database(file)
    put_work(file)
    doings = Doings()
    with closing(Database(f"sqlite:///{quote(str(file))}")) as database, working(database.url, doings) as work:
        work.publish(7, 0)
        doings.wait_for(lambda: len(doings.seen) >= 3)
    names = {each.name.removesuffix("-wal").removesuffix("-shm") for each in folder.iterdir()}
    assert names == {"ops@bot#1.db", "ops@bot#1.db.lock", "ops@bot#1.dbos.db"}


def test_one_after_the_other_can_be_built_in_a_process(file_url: str) -> None:
    for number in range(3):
        doings = Doings()
        with working(file_url, doings) as work:
            work.publish(number, 0)
            doings.wait_for(lambda seen=doings.seen: len(seen) >= 3)  # type: ignore[misc]  # bound for the loop
    assert not [thread.name for thread in threading.enumerate() if thread.name in {"sweep", "waker"}]


def test_runs_of_every_workflow_are_pruned_long_after_their_end(url: str) -> None:
    doings = Doings()
    doings.lines["C1"] = ["a"]

    def kept() -> dict[str, str]:
        return {each.name: each.status for each in DBOS.list_workflows()}

    with working(url, doings) as work:
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


def test_all_runs_that_ended_long_ago_are_pruned_however_many_they_are(file_url: str) -> None:
    doings = Doings()
    with working(file_url, doings) as work:
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


def test_a_run_has_the_trace_of_who_began_it_and_keeps_it_for_whoever_goes_on(file_url: str) -> None:
    doings = Traced()
    with working(file_url, doings) as work:
        with traced(trace="ab" * 16, user="U1"):
            work.publish(7, 0)
        doings.wait_for(lambda: len(doings.seen) >= 3)
        work.change(8)
        doings.wait_for(lambda: len(doings.seen) >= 6)
        kept = {each.workflow_id: each.input for each in DBOS.list_workflows()}
    assert set(doings.traces[:3]) == {"ab" * 16}
    assert set(doings.traces[3:]) == {trace_from("change-8")}
    assert "ab" * 16 in str(kept["publish-7-0"])
