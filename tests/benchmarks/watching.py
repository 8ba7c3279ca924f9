"""Looks at a node with many services, which all are watched: python -m tests.benchmarks watching."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

from tests.benchmarks.report import Row, limited

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZES: Final = (100, 1_000, 2_000)
AT_ONCE: Final = 16
NODE_SECONDS: Final = 0.02
LIMIT_MS: Final = 4_000.0
LIMIT_MB: Final = 150.0
STEEPEST: Final = 1.25
_NODE: Final = "tests.benchmarks.watching_node"
_LOOKER: Final = "tests.benchmarks.watching_looker"


def run() -> list[Row]:
    """Look five times at nodes of several sizes: the last of the five reads all settings, too."""
    seen = {size: _looked_at(size) for size in SIZES}
    return [*_times(1_000, seen[1_000]), *_shapes(seen)]


def _times(size: int, seen: dict[str, Any]) -> Iterator[Row]:
    name = f"a look at {size:,} services, {NODE_SECONDS * 1000:.0f} ms a call, {AT_ONCE} at once"
    yield limited(f"{name}: packages", seen["plain"], "ms", LIMIT_MS, f"{seen['plain_calls']} calls")
    yield limited(f"{name}: settings, too", seen["fifth"], "ms", LIMIT_MS, f"{seen['fifth_calls']} calls")


def _shapes(seen: dict[int, dict[str, Any]]) -> Iterator[Row]:
    least, most = min(seen), max(seen)
    per_service = {size: each["plain"] / size for size, each in seen.items()}
    grows = f"ms a service: {', '.join(f'{each:.2f} of {size:,}' for size, each in per_service.items())}"
    ratio = per_service[most] / per_service[least]
    name = f"cost of a service, of {most:,} against of {least:,}"
    yield Row(name, per_service[most], "ms", per_service[least], f"{least:,}", ratio, "at most", STEEPEST, grows)
    memory = max(each["memory"] for each in seen.values())
    yield limited(f"memory of who looks at {most:,}", memory, "MB", LIMIT_MB, "the most at any time")
    busiest = max(each["at_once"] for each in seen.values())
    yield limited("calls that the node saw at once", busiest, "", AT_ONCE, "counted on the node, all rounds")


def _looked_at(size: int) -> dict[str, Any]:
    """Run a node and who looks at it, each in a process of its own."""
    command = [sys.executable, "-m", _NODE, str(size), str(NODE_SECONDS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as node:
        assert node.stdin is not None
        assert node.stdout is not None
        url = node.stdout.readline().strip()
        looker = [sys.executable, "-m", _LOOKER, url, str(AT_ONCE)]
        ended = subprocess.run(looker, check=True, stdout=subprocess.PIPE, text=True, timeout=300)
        node.stdin.close()
        said: dict[str, Any] = json.loads(ended.stdout)
        counted: dict[str, Any] = json.loads(node.stdout.readline())
        return {**said, **counted}
