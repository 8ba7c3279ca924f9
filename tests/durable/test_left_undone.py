"""What is left undone, by the database or a fault of ours: it is done later, and the log says why it wasn't."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from dbos import DBOS

from opsbot.durable import DurableWork, Duties
from opsbot.errors import StoreError
from opsbot.store import Database, ReplicaStore
from tests.durable.doings import QUICK, Doings, working

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest


def test_why_something_due_was_not_done_is_in_the_log_and_where_if_it_is_a_fault_of_ours(
    file_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    gone = StoreError("no database")
    gone.add_note("OperationalError: gone")
    faults: list[Exception] = [KeyError("nobody foresaw this"), gone]

    class Failing(Doings):
        def sweep(self) -> None:
            super().sweep()
            if faults:
                raise faults.pop()

    doings = Failing()
    with working(file_url, doings):
        doings.wait_for(lambda: doings.sweeps >= 3)
    said = [record for record in caplog.records if record.name == "opsbot.durable.watch"]
    assert [record.getMessage().partition(": ")[2] for record in said] == [
        "no database [OperationalError: gone]",
        "'nobody foresaw this'",
    ]
    assert [bool(record.exc_info) for record in said] == [False, True]


def test_what_can_not_be_swept_keeps_nothing_from_being_pruned(file_url: str) -> None:
    class Faulty(Doings):
        def sweep(self) -> None:
            super().sweep()
            raise KeyError("nobody foresaw this")

    doings = Faulty()
    with working(file_url, doings):
        doings.wait_for(lambda: doings.prunes and doings.sweeps >= 2)


def test_what_a_process_lost_itself_it_carries_on_and_nobody_is_said_to_have_died(
    file_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rescued: list[str] = []

    class Rescuing(Doings):
        def duties(self) -> Duties:
            return replace(super().duties(), rescued=rescued.append)

    def is_over() -> bool:
        return DBOS.list_workflows(workflow_ids=["publish-7-0"])[0].status == "SUCCESS"

    doings = Rescuing()
    with working(file_url, doings) as work:
        work.publish(7, 0)
        doings.wait_for(is_over)
        with closing(sqlite3.connect(tmp_path / "opsbot.dbos.db")) as file:  # as if it had been gone when the run ended
            file.execute("UPDATE workflow_status SET status = 'PENDING'")
            file.commit()
        doings.wait_for(is_over)
    assert "publish-7-0 was lost here, and is carried on" in caplog.text
    assert rescued == []


def test_who_begins_a_run_lets_others_compute_while_the_database_keeps_it(file_url: str) -> None:
    begun_before: list[bool] = []
    doings = Doings()

    @contextmanager
    def waiting() -> Iterator[None]:
        begun_before.append(bool(doings.seen))
        yield
        doings.wait_for(lambda: len(doings.seen) == 3)  # it was begun in here

    with closing(Database(file_url)) as database:
        work = DurableWork(file_url, doings.duties(), ReplicaStore(database), QUICK, waiting)
        work.start()
        try:
            work.publish(7, 0)
        finally:
            work.stop(5)
    assert begun_before == [False]
