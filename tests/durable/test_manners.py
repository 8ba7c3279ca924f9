from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from opsbot.durable.manners import Seldom
from tests.durable.doings import Doings, working

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def said(seldom: Seldom, text: str, level: int = logging.WARNING) -> bool:
    return seldom.filter(logging.LogRecord("dbos", level, "", 0, text, (), None))


def test_that_the_database_is_gone_is_said_once_a_minute_and_not_at_each_look() -> None:
    now = [0.0]
    seldom = Seldom(60.0, lambda: now[0])
    assert said(seldom, "Exception in queue thread: refused")
    assert not said(seldom, "Exception in queue thread: timed out")
    assert said(seldom, "Notification listener error: refused")
    assert all(said(seldom, "Exception in a run: one of ours", logging.ERROR) for _ in range(2))
    now[0] = 59.9
    assert not said(seldom, "Exception in queue thread: refused")
    now[0] = 60.0
    assert said(seldom, "Exception in queue thread: refused")
    assert not said(seldom, "Exception in queue thread: refused")


def test_what_dbos_looks_up_in_vain_is_told_in_a_line(
    file_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    doings = Doings()
    with working(file_url, doings), closing(sqlite3.connect(tmp_path / "opsbot.dbos.db")) as file:
        file.execute("ALTER TABLE workflow_status RENAME TO elsewhere")
        file.commit()
        doings.wait_for(lambda: "could not be looked after" in caplog.text)
        file.execute("ALTER TABLE elsewhere RENAME TO workflow_status")
        file.commit()
    (said, *_) = [record for record in caplog.records if record.name == "opsbot.durable.watch"]
    assert "Try again soon. [OperationalError: (sqlite3.OperationalError) no such table" in said.getMessage()
    assert "\n" not in said.getMessage()
    assert not said.exc_info
