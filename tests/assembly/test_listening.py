from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from opsbot.assembly.listening import Workers
from opsbot.slack import Pool, Shares

if TYPE_CHECKING:
    import pytest


def test_workers_whom_slack_keeps_waiting_do_not_keep_the_end_waiting(caplog: pytest.LogCaptureFixture) -> None:
    slack_answers = threading.Event()
    workers = Workers(Pool(1, 1, None), Pool(1, 1, None), Pool(1, 1, None), Shares(1))
    for pool in (workers.pool, workers.spare, workers.slow):
        assert pool.submit(slack_answers.wait)
    workers.close(0.1)
    assert caplog.messages == ["jobs that aren't waited for any longer: 1"] * 3
    slack_answers.set()
    workers.close(10.0)
    assert len(caplog.messages) == 3
