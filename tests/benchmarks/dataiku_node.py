"""The far end of the service client's benchmarks: the design node's stand-in in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "sandbox"
_SERVE = "from opsbot.sandbox.designer import serve_forever; serve_forever()"


@dataclass(frozen=True, slots=True)
class FarNode:
    """A running stand-in."""

    url: str

    def control(self, what: str, body: dict[str, Any]) -> None:
        """Order something by the stand-in's control API."""
        order = Request(f"{self.url}/_control/{what}", json.dumps(body).encode(), method="POST")
        with urlopen(order, timeout=120) as reply:
            reply.read()

    def create_project(self, key: str) -> None:
        """Make an empty project."""
        order = Request(f"{self.url}/public/api/projects", json.dumps({"projectKey": key}).encode(), method="POST")
        order.add_header("Authorization", f"Bearer {KEY}")
        with urlopen(order, timeout=30) as reply:
            reply.read()

    def calls(self, method: str) -> int:
        """Count what was asked of the API by this method, of its last thousand requests."""
        with urlopen(f"{self.url}/_control/requests", timeout=30) as reply:
            return sum(1 for seen in json.load(reply) if seen["method"] == method)


@contextmanager
def far_node() -> Iterator[FarNode]:
    """Run a stand-in until the block is left."""
    with subprocess.Popen([sys.executable, "-c", _SERVE], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            yield FarNode(said.partition(" is at ")[2].split()[0])
        finally:
            process.terminate()
