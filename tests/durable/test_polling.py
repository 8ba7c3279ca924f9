from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opsbot.durable import Polling
from opsbot.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


@contextmanager
def alone() -> Iterator[bool]:
    yield True


def test_a_look_that_fails_is_not_the_last_and_the_log_says_why(caplog: pytest.LogCaptureFixture) -> None:
    gone, looked = StoreError("no database"), threading.Event()
    gone.add_note("OperationalError: gone")
    faults: list[Exception] = [KeyError("nobody foresaw this"), gone]

    def poll() -> None:
        if faults:
            raise faults.pop()
        looked.set()

    polling = Polling(poll, alone, interval=0.05)
    polling.start()
    assert looked.wait(10)
    polling.stop()
    assert [record.getMessage().partition(": ")[2] for record in caplog.records] == [
        "no database [OperationalError: gone]",
        "'nobody foresaw this'",
    ]
    assert [bool(record.exc_info) for record in caplog.records] == [False, True]
