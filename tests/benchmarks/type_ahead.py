"""Type-ahead in a form, over many services on a slow node: python -m tests.benchmarks type-ahead."""

from __future__ import annotations

import json
import time
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from opsbot.dataiku import DSSClient
from opsbot.slack.forms.payloads import FIELD, Memory
from tests.benchmarks import contenders
from tests.benchmarks.dataiku_node import KEY, far_node
from tests.benchmarks.report import Row, limited
from tests.benchmarks.slack_request import PEOPLE, TEAM, channel_of, headers_of

if TYPE_CHECKING:
    from tests.benchmarks.dataiku_node import FarNode
    from tests.benchmarks.processes import Child

PROJECTS: Final = 100
SERVICES_EACH: Final = 20
NODE_SECONDS: Final = 0.05
COLD_MS: Final = 1000.0
WARM_MS: Final = 20.0
WORDS: Final = ("churn 42", "project_07/serv", "scoring_13", "pricing_99", "forcast", "design:PROJECT_55/")
PEOPLE_TYPING: Final = 20
THERE: Final = {"FRAUD": 2, "CHURN": 1}
"""How many services the stand-in's own projects have."""


def run() -> list[Row]:
    """Type into the service's field of a form: before anything was read of the node, and after."""
    with far_node() as node, contenders.far_ends(0) as far_end:
        _seed(node)
        node.control("latency", {"seconds": NODE_SECONDS})
        with contenders.opsbot(far_end, node=node.url, api_key=KEY, services="*") as ours:
            return _typed(ours, node)


def _typed(ours: Child, node: FarNode) -> list[Row]:
    before = node.calls("GET")
    connection = HTTPConnection("127.0.0.1", ours.port, timeout=30)
    cold, first = _ask(connection, PEOPLE[0], "")
    read = node.calls("GET") - before
    keystrokes = [
        (person, word[:end]) for person in PEOPLE[:PEOPLE_TYPING] for word in WORDS for end in range(1, len(word) + 1)
    ]
    answers = [_ask(connection, person, typed) for person, typed in keystrokes]
    connection.close()
    took = sorted(milliseconds for milliseconds, _ in answers)
    p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
    found = sum(1 for _, offered in answers if offered)
    more = node.calls("GET") - before - read
    name = f"type-ahead over {PROJECTS * SERVICES_EACH:,} services in {PROJECTS} projects, {NODE_SECONDS * 1000:.0f} ms a call"
    return [
        limited(f"{name}: cold", cold, "ms", COLD_MS, f"{len(first)} offered; {read} node calls"),
        limited(
            f"{name}: warm p99",
            p99,
            "ms",
            WARM_MS,
            f"p50 {p50:.1f} ms; {found} of {len(took)} keystrokes found something",
        ),
        limited(
            f"{name}: node calls",
            float(read + more),
            "",
            PROJECTS + 1.0,
            f"{more} of them while {len(took)} keys were pressed",
        ),
    ]


def _ask(connection: HTTPConnection, person: str, typed: str) -> tuple[float, list[Any]]:
    """Send one keystroke as Slack does; gives the milliseconds, and what is offered."""
    memory = Memory(verb="packages", channel=channel_of(1))
    payload = {
        "type": "block_suggestion",
        "user": {"id": person, "name": person.lower(), "team_id": TEAM},
        "team": {"id": TEAM, "domain": "bench"},
        "api_app_id": "A01BENCH",
        "container": {"type": "view", "view_id": "V1"},
        "action_id": f"{FIELD}service",
        "block_id": "service",
        "value": typed,
        "view": {"id": "V1", "type": "modal", "private_metadata": memory.model_dump_json(), "state": {"values": {}}},
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    headers = headers_of(body)
    began = time.perf_counter()
    connection.request("POST", "/slack/events", body, headers)
    reply = connection.getresponse()
    said = reply.read()
    took = (time.perf_counter() - began) * 1000
    if reply.status != 200:
        raise RuntimeError(f"a keystroke was answered with {reply.status}")
    return took, json.loads(said)["options"]


def _seed(node: FarNode) -> None:
    """Fill the node up without reading it: what it remembers of requests has to be the bot's alone."""
    kinds = ("scoring", "churn", "pricing", "forecast")
    with DSSClient(node.url, KEY) as client:
        for number in range(PROJECTS - len(THERE)):
            node.create_project(f"PROJECT_{number:02d}")
        there = {f"PROJECT_{number:02d}": 0 for number in range(PROJECTS - len(THERE))} | THERE
        for key, services in there.items():
            for number in range(SERVICES_EACH - services):
                client.get_project(key).create_api_service(f"{kinds[number % len(kinds)]}_{number:02d}")
