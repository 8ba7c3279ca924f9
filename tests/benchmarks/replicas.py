"""What a second replica adds, on one PostgreSQL: from the processor time that a command takes with one and with two.

Two cores that the load, the far ends and the database share can't show it by what is carried. A replica carries what one
core is enough for, so two carry `2 * one / two` times as much, where `one` and `two` are the processor seconds of a command.
That leaves out only what replicas would wait for each other, which shows in the answers' times.
"""

from __future__ import annotations

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.benchmarks import contenders
from tests.benchmarks.approval import postgres
from tests.benchmarks.contenders import load
from tests.benchmarks.report import Row

if TYPE_CHECKING:
    from tests.benchmarks.processes import Child

LEAST: Final = 1.6
RATE: Final = 60.0
SETTLING: Final = 3.0


def run(seconds: float, delay: float) -> list[Row]:
    """Load one of two replicas, and then both, each at the same rate."""
    with ExitStack() as stack:
        url = stack.enter_context(postgres(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
        far_end = stack.enter_context(contenders.far_ends(delay))
        first = _replica(stack, far_end, url)
        alone, whole_alone, ack_alone = _cost(far_end, [first], seconds)
        second = _replica(stack, far_end, url)
        both, whole_both, ack_both = _cost(far_end, [first, second], seconds)
    note = (
        f"{1000 * alone:.2f} ms of processor time a command with one, {1000 * both:.2f} with two; "
        f"of {RATE:g}/s each, answered {whole_alone:.1%} and {whole_both:.1%}; ack p99 {ack_alone:.1f} and {ack_both:.1f} ms. "
        "What limits one is its core: Python computes on one at a time"
    )
    row = Row("two replicas against one", 2 / both, "/s", 1 / alone, "one", 2 * alone / both, "at least", LEAST, note)
    return [row]


def _replica(stack: ExitStack, far_end: Child, url: str) -> Child:
    its = stack.enter_context(contenders.house(far_end))
    return stack.enter_context(contenders.opsbot_in(its, {"OPSBOT_DATABASE__URL": url}))


def _cost(far_end: Child, replicas: list[Child], seconds: float) -> tuple[float, float, float]:
    """Give the processor seconds of a command, the share that was answered whole, and the ack's p99 in milliseconds."""
    for each in replicas:
        load(each, far_end, "--rate", RATE, "--seconds", 2)
    time.sleep(SETTLING)
    contenders.reset(far_end)
    before = [each.cpu for each in replicas]
    with ThreadPoolExecutor(len(replicas)) as loads:
        tallies = list(loads.map(lambda each: load(each, far_end, "--rate", RATE, "--seconds", seconds), replicas))
    time.sleep(SETTLING)
    used = sum(each.cpu - was for each, was in zip(replicas, before, strict=True))
    sent = sum(tally.sent for tally in tallies)
    whole = sum(replies == 1 for replies in contenders.stats(far_end)["threads"].values())
    return used / sent, whole / sent, max(tally.latency(0.99) for tally in tallies)
