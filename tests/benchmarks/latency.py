"""From a command to its answer in the thread, against the bare HTTP calls that it takes, one after the other."""

from __future__ import annotations

import json
import time
from collections import Counter
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Final

from tests.benchmarks import contenders
from tests.benchmarks.contenders import drained, load
from tests.benchmarks.report import Row
from tests.benchmarks.slack_request import channel_of
from tests.benchmarks.tally import percentile

if TYPE_CHECKING:
    from tests.benchmarks.processes import Child

MOST: Final = 1.15
RATE: Final = 4.0
SAMPLES: Final = 40
NODE_PATH: Final = "/public/api/projects/FRAUD/apiservices/scoring/packages"
POST_PATH: Final = "/api/chat.postMessage"


def run(seconds: float, delay: float) -> list[Row]:
    """Send commands so slowly that none waits for another, and ask for the same with nothing between."""
    with contenders.far_ends(delay) as far_end, contenders.opsbot(far_end) as ours:
        bare = _bare(far_end)
        load(ours, far_end, "--rate", RATE, "--seconds", 2)
        time.sleep(1)
        contenders.reset(far_end)
        tally = load(ours, far_end, "--rate", RATE, "--seconds", seconds)
        answers = drained(tally, far_end)
        called = Counter(contenders.stats(far_end)["calls"])
    each = {name: round(count / tally.sent) for name, count in called.items() if count >= tally.sent / 2}
    calls = sum(each.values())
    # The far end notes a reply when it comes in; it stands in its thread when that call is answered, too.
    took = answers.latency(0.5) + bare
    named = ", ".join(f"{times} {name}" for name, times in each.items())
    note = (
        f"{answers.complete} answers, {len(answers.missing)} missing; p99 {answers.latency(0.99) + bare:.1f} ms; "
        f"{calls} calls ({named}) of {bare:.1f} ms; beyond them {took - calls * bare:.1f} ms, which is the bot's own"
    )
    ratio = took / (calls * bare)
    return [
        Row("command to threaded answer: p50", took, "ms", calls * bare, "bare calls", ratio, "at most", MOST, note)
    ]


def _bare(far_end: Child) -> float:
    """Give the milliseconds of a call over a kept connection: the median over reads of the node and posts to Slack."""
    connection = HTTPConnection("127.0.0.1", far_end.port, timeout=30)
    took = []
    for number in range(SAMPLES):
        body: Any = json.dumps({"channel": channel_of(number), "text": "bare"}) if number % 2 else None
        began = time.perf_counter()
        connection.request("POST" if body else "GET", POST_PATH if body else NODE_PATH, body)
        connection.getresponse().read()
        took.append((time.perf_counter() - began) * 1000)
    connection.close()
    return percentile(took, 0.5)
