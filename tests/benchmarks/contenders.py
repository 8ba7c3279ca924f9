"""The far ends and the servers under test, each started as a process of its own."""

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

from tests.benchmarks.processes import Child, running
from tests.benchmarks.serving import THREADS
from tests.benchmarks.slack_request import BOT_TOKEN, PEOPLE, SIGNING_SECRET
from tests.benchmarks.tally import Tally
from tests.benchmarks.verdict import Answers, judge
from tests.ports import free_port

API_KEY: Final = "bench-key"
DRAIN: Final = 15.0
CONFIG: Final = """\
[slack]
mode = "http"
api_url = "http://127.0.0.1:{far_end}/api/"

[nodes.design]
url = "{node}"

[database]
url = "sqlite:///{folder}/opsbot.db"

[http]
host = "127.0.0.1"
port = {port}
threads = {threads}

[work]
per_person = 100000

[[grants]]
role = "viewer"
users = {people}
services = ["design:{services}"]
"""
SECRETS: Final[Mapping[str, str]] = {
    "OPSBOT_SLACK__BOT_TOKEN": BOT_TOKEN,
    "OPSBOT_SLACK__SIGNING_SECRET": SIGNING_SECRET,
    "OPSBOT_NODES__DESIGN__API_KEY": API_KEY,
}


@contextlib.contextmanager
def far_ends(delay: float, node_delay: float | None = None) -> Iterator[Child]:
    """Run a Slack and a node that answer after so many seconds."""
    delays = ["--delay", str(delay), "--node-delay", str(delay if node_delay is None else node_delay)]
    with running("far ends", ["-m", "tests.benchmarks.far_end", *delays]) as child:
        yield child


def stats(far_end: Child) -> dict[str, Any]:
    """Read what the far ends saw."""
    with urlopen(f"http://127.0.0.1:{far_end.port}/_stats", timeout=10) as answer:
        value: dict[str, Any] = json.load(answer)
        return value


def reset(far_end: Child) -> None:
    """Let the far ends forget what they saw."""
    with urlopen(f"http://127.0.0.1:{far_end.port}/_reset", timeout=10) as answer:
        answer.read()


@contextlib.contextmanager
def bare_bolt(far_end: Child, *, tuned: bool) -> Iterator[Child]:
    name = "bare Bolt, tuned" if tuned else "bare Bolt"
    switches = ["--tuned"] if tuned else []
    with running(name, ["-m", "tests.benchmarks.bare", "--far-end", str(far_end.port), *switches]) as child:
        yield child


@contextlib.contextmanager
def thirty_lines(far_end: Child) -> Iterator[Child]:
    environment = {
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_API_URL": f"http://127.0.0.1:{far_end.port}/api/",
        "DSS_URL": f"http://127.0.0.1:{far_end.port}",
        "DSS_API_KEY": API_KEY,
    }
    with running("thirty-line bot", ["-m", "tests.benchmarks.peer"], environment=environment) as child:
        yield child


@dataclass(frozen=True, slots=True)
class House:
    """Where opsbot lives: its configuration, with the database in the same folder, and its port."""

    config: Path
    port: int


@contextlib.contextmanager
def opsbot(
    far_end: Child, *, node: str | None = None, api_key: str = API_KEY, services: str = "FRAUD/*"
) -> Iterator[Child]:
    """Run opsbot for a node, which is the far end's unless another is named."""
    with house(far_end, node, services) as its, opsbot_in(its, {"OPSBOT_NODES__DESIGN__API_KEY": api_key}) as child:
        yield child


@contextlib.contextmanager
def opsbot_in(its: House, secrets: Mapping[str, str] = SECRETS) -> Iterator[Child]:
    """Run opsbot in a house, in which it may have been before."""
    command = ["-m", "opsbot", "serve", "--config", str(its.config)]
    with running("opsbot", command, environment={**SECRETS, **secrets}, port=its.port) as child:
        yield child


@contextlib.contextmanager
def opsbot_without_work(far_end: Child) -> Iterator[Child]:
    with house(far_end) as its:
        command = ["-m", "tests.benchmarks.idle", "--config", str(its.config)]
        with running("opsbot, work off", command, environment=SECRETS) as child:
            yield child


@contextlib.contextmanager
def house(far_end: Child, node: str | None = None, services: str = "FRAUD/*") -> Iterator[House]:
    """Make an empty house for a node, which is the far end's unless another is named."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        config = Path(folder, "opsbot.toml")
        people = json.dumps(PEOPLE)
        known = {
            "far_end": far_end.port,
            "node": node or f"http://127.0.0.1:{far_end.port}",
            "services": services,
        }
        config.write_text(CONFIG.format(**known, folder=folder, port=port, threads=THREADS, people=people))
        yield House(config, port)


def load(server: Child, far_end: Child, *arguments: str | float) -> Tally:
    """Load a server by a process of its own."""
    where = ["--port", str(server.port), "--far-end", str(far_end.port)]
    command = [sys.executable, "-m", "tests.benchmarks.load", *where, *map(str, arguments)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return Tally.from_json(json.loads(ran.stdout))


def drained(tally: Tally, far_end: Child) -> Answers:
    """Wait until every accepted command has its answer, or no longer."""
    until = time.monotonic() + DRAIN
    while True:
        seen = judge(tally, stats(far_end))
        if not seen.missing or time.monotonic() > until:
            return seen
        time.sleep(0.5)
