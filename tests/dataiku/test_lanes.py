"""A node that is silent keeps those waiting who ask for it, and nobody else."""

from __future__ import annotations

import threading
from contextlib import closing
from queue import SimpleQueue
from typing import TYPE_CHECKING

from opsbot.dataiku import DSSClient, Patience
from opsbot.dataiku.gateway import Nodes
from opsbot.dataiku.survey import NodeSurvey
from opsbot.domain.references import ProjectRef
from tests.dataiku.raw_server import RawServer

if TYPE_CHECKING:
    import socket


class Silent(RawServer):
    """Takes what it is asked, and says nothing until everything is over."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Semaphore(0)
        self.is_over = threading.Event()

    def _talk(self, connection: socket.socket) -> None:
        connection.recv(65536)
        self.asked.release()
        self.is_over.wait(10)


def test_a_node_that_is_silent_keeps_nobody_waiting_who_asks_another(client: DSSClient) -> None:
    churn, theirs = ProjectRef("design", "CHURN"), [ProjectRef("eu", str(number)) for number in range(2)]
    once = Patience(attempts=1)
    with (
        Silent() as silent,
        closing(DSSClient(silent.url, "k", patience=once)) as eu,
        closing(NodeSurvey(Nodes({"design": client, "eu": eu}), at_once=2)) as survey,
    ):
        waiting = threading.Thread(target=survey.services, args=(theirs,), daemon=True)
        waiting.start()
        assert all(silent.asked.acquire(timeout=10) for _ in theirs)
        found: SimpleQueue[int] = SimpleQueue()
        threading.Thread(target=lambda: found.put(len(survey.services([churn]).found)), daemon=True).start()
        assert found.get(timeout=5) == 1
        silent.is_over.set()
        waiting.join(10)
