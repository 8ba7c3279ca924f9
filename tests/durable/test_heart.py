from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from opsbot.durable import Tempo
from opsbot.durable.heart import Heart
from opsbot.errors import StoreError
from opsbot.store import ReplicaStore

if TYPE_CHECKING:
    import pytest

    from opsbot.store import Database


class Failing(ReplicaStore):
    """Fails once, at the second beat."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.beats = 0
        self.goes_on = threading.Event()

    def beat(self, executor: str) -> None:
        self.beats += 1
        if self.beats == 2:
            gone = StoreError("no database")
            gone.add_note("OperationalError: gone")
            raise gone
        super().beat(executor)
        if self.beats > 2:
            self.goes_on.set()


def test_a_beat_that_fails_is_not_the_last_and_the_log_says_why(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    replicas = Failing(database)
    heart = Heart(replicas, "mine", Tempo(beat=0.01))
    heart.start()
    assert replicas.goes_on.wait(10)
    heart.stop()
    assert caplog.messages == ["that this process lives can't be told: no database [OperationalError: gone]"]
