"""What one stand-in is made of: a node, its keys, its faults, and a record of what was asked."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from opsbot.sandbox.designer import routes, statefile
from opsbot.sandbox.designer.control import PREFIX, control
from opsbot.sandbox.designer.faults import Fault, Faults, login_page
from opsbot.sandbox.designer.http11 import Reply, Request, json_reply
from opsbot.sandbox.designer.node import Node
from opsbot.sandbox.designer.refusals import NOT_FOUND, RefusalError
from opsbot.sandbox.designer.seed import seed

if TYPE_CHECKING:
    from pathlib import Path

    from opsbot.sandbox.designer.wire import Connection

_REMEMBERED = 1000


class DesignerSite:
    """Answers requests, whoever brings them."""

    def __init__(self, api_key: str, login: str, latency: float, state_file: Path | None, *, seeded: bool) -> None:
        self.keys = {api_key: login}
        """Whose key a key is: what `createdBy` and `publishedBy` say."""
        self.latency = latency
        self.faults = Faults()
        self.seen: deque[Request] = deque(maxlen=_REMEMBERED)
        self.connections: set[Connection] = set()
        self.connections_taken = 0
        """How many there were since the start."""
        self._state_file = state_file
        self._seeded = seeded
        self.node = Node(changed=self._save)
        if state_file is not None and state_file.exists():
            statefile.load(self.node, state_file)
        elif seeded:
            seed(self.node, int(time.time() * 1000))

    def recover(self) -> None:
        """Be well again: no faults, no latency."""
        self.faults.clear()
        self.latency = 0.0

    def reset(self) -> None:
        """Start over: the seed, no faults, no latency, nothing asked so far."""
        self.recover()
        self.seen.clear()
        with self.node.lock:
            self.node.projects.clear()
            self.node.deployer.services.clear()
            self.node.habits.reset()
            if self._seeded:
                seed(self.node, int(time.time() * 1000))

    def answer(self, request: Request) -> Reply:
        path = routes.within_api(request.path)
        if path is not None:
            return routes.answer(
                self.node, self.keys, Request(request.method, path, request.query, request.headers, request.body)
            )
        if request.path.startswith(PREFIX):
            return control(self, request)
        if request.path.startswith("/login"):
            return Reply(200, login_page(), "text/html;charset=utf-8")
        return json_reply(RefusalError(404, NOT_FOUND, f"Not found: {request.path}").body(), 404)

    def fault_of(self, request: Request) -> Fault | None:
        path = routes.within_api(request.path)
        if path is None:
            return None
        self.seen.append(request)
        return self.faults.strike(request.method, path)

    def delay_of(self, request: Request) -> float:
        working = self.node.habits.creation_seconds
        if working and request.method == "POST" and request.path.rpartition("/")[0].endswith("/packages"):
            return self.latency + working
        return 0.0 if request.path.startswith(PREFIX) else self.latency

    def _save(self, node: Node) -> None:
        if self._state_file is not None:
            statefile.save(node, self._state_file)
