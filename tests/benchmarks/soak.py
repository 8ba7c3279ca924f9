"""Hours in minutes: many channels, a slow node, and what is left of memory; python -m tests.benchmarks soak-load soak-limits."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from statistics import median
from typing import TYPE_CHECKING, Any, Final
from urllib.request import Request, urlopen

from opsbot.sandbox import demo
from tests.benchmarks import contenders
from tests.benchmarks.contenders import load
from tests.benchmarks.processes import running
from tests.benchmarks.report import Row, all_of, limited
from tests.benchmarks.slack_request import channel_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.benchmarks.processes import Child
    from tests.benchmarks.tally import Tally

CHANNELS: Final = 400
NODE_SECONDS: Final = 0.3
SLACK_SECONDS: Final = 0.03
RATE: Final = 200.0
SLOW_RATE: Final = 5.0
BURST: Final = 100
DETAIL: Final = "v5"
"""A package that the node has: a parent message doesn't name it."""
ACK_MS: Final = 1000.0
FLAT: Final = 1.05
"""The last quarter's median of resident memory against the second quarter's; in the first one, caches fill."""
DRAIN: Final = 120.0


def under_load(seconds: float) -> list[Row]:
    """Load it for so long with as much as it should carry, without Slack's limits."""
    with (
        contenders.far_ends(SLACK_SECONDS, NODE_SECONDS) as far_end,
        contenders.house(far_end) as house,
        contenders.opsbot_in(house) as ours,
    ):

        def whole() -> tuple[int, int]:
            threads = contenders.stats(far_end)["threads"].values()
            return sum(replies == 1 for replies in threads), len(threads)

        name = f"soak, {RATE:g} commands/s, {CHANNELS} channels, {seconds:g} s"
        return _soaked(name, ours, far_end, whole, "--rate", RATE, "--seconds", seconds)


def under_limits(seconds: float) -> list[Row]:
    """Have one person say little and much in turn for so long, with Slack's limits."""
    slack_end = [
        "-m",
        "tests.benchmarks.timed_ends",
        "slack",
        "--delay",
        str(SLACK_SECONDS),
        "--channels",
        str(CHANNELS),
    ]
    with running("Slack", slack_end) as slack, contenders.far_ends(0.0, NODE_SECONDS) as node:
        _order(slack, "rates", {"pace": "real"})
        with (
            contenders.house(slack, f"http://127.0.0.1:{node.port}") as house,
            contenders.opsbot_in(house) as ours,
        ):

            def whole() -> tuple[int, int]:
                said = [message for number in range(CHANNELS) for message in _messages(slack, number)]
                parents = {each["ts"] for each in said if each.get("thread_ts") in {None, each["ts"]}}
                replied = [each["thread_ts"] for each in said if each["ts"] not in parents]
                # Where Slack took no more messages, an answer came in one, by its response_url.
                in_one = {each["ts"] for each in said if DETAIL in each["text"]} & parents
                return sum(replied.count(ts) == 1 for ts in parents - in_one) + len(in_one), len(parents)

            name = f"soak, Slack's limits on, {SLOW_RATE:g}/s and {BURST} at once each minute, {seconds:g} s"
            how = ("--rate", SLOW_RATE, "--burst", BURST, "--person", demo.MAYA.id, "--seconds", seconds)
            return _soaked(name, ours, slack, whole, *how)


def _soaked(
    name: str, ours: Child, far_end: Child, whole: Callable[[], tuple[int, int]], *how: str | float
) -> list[Row]:
    began, used = time.monotonic(), ours.cpu
    with _watched(ours) as megabytes:
        tally = load(ours, far_end, "--channels", CHANNELS, *how)
        lasted, spent = time.monotonic() - began, ours.cpu - used
    answered, parents = _settled(whole, tally)
    return [
        all_of(f"{name}: accepted", len(tally.accepted), tally.sent, f"busy {tally.busy}, silent {tally.silent}"),
        all_of(
            f"{name}: answered",
            answered,
            tally.sent,
            f"{parents} parents, each with one reply, or whole in itself; none is lost or doubled",
        ),
        limited(
            f"{name}: longest ack",
            tally.latency(1),
            "ms",
            ACK_MS,
            f"p50 {tally.latency(0.5):.1f}, p99 {tally.latency(0.99):.1f} ms; {100 * spent / lasted:.0f} % of a core",
        ),
        _flat(name, megabytes),
    ]


def _flat(name: str, megabytes: list[float]) -> Row:
    quarter = max(1, len(megabytes) // 4)
    early, late = median(megabytes[quarter : 2 * quarter] or megabytes), median(megabytes[-quarter:])
    note = f"median of the last quarter against that of the second; {megabytes[0]:.0f} MB at the start, most {max(megabytes):.0f} MB"
    return Row(f"{name}: memory", late, "MB", early, "earlier", late / early, "at most", FLAT, note)


@contextmanager
def _watched(ours: Child) -> Iterator[list[float]]:
    """Read how much memory is resident, once a second."""
    megabytes = [ours.memory]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(1.0):
            megabytes.append(ours.memory)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield megabytes
    finally:
        over.set()
        watcher.join()


def _settled(whole: Callable[[], tuple[int, int]], tally: Tally) -> tuple[int, int]:
    """Wait until every accepted command has its answer, or no longer."""
    until = time.monotonic() + DRAIN
    while True:
        answered, parents = whole()
        if answered >= len(tally.accepted) or time.monotonic() > until:
            return answered, parents
        time.sleep(2)


def _messages(slack: Child, number: int) -> list[dict[str, Any]]:
    with urlopen(f"http://127.0.0.1:{slack.port}/_control/messages/{channel_of(number)}", timeout=60) as answer:
        said: list[dict[str, Any]] = json.load(answer)["messages"]
        return said


def _order(slack: Child, what: str, body: dict[str, Any]) -> None:
    order = Request(f"http://127.0.0.1:{slack.port}/_control/{what}", json.dumps(body).encode(), method="POST")
    order.add_header("Content-Type", "application/json")
    with urlopen(order, timeout=60) as answer:
        answer.read()
