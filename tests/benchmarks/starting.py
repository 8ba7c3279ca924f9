"""What it costs to begin: a help text, a replica that is ready, and one that has nothing to do."""

import os
import subprocess
import sys
import time
from statistics import median
from typing import Final

from tests.benchmarks import contenders
from tests.benchmarks.contenders import House
from tests.benchmarks.report import Row, limited

HELP_MS: Final = 150.0
READY_SECONDS: Final = 1.5
IDLE_MB: Final = 120.0
IDLE_SECONDS: Final = 20.0
STARTS: Final = 3


def run(rounds: int, seconds: float) -> list[Row]:
    """Start again and again; the first start makes the database, and the others find it."""
    nothing, told = [], []
    for _ in range(rounds):
        nothing.append(_user_ms("-c", "pass"))
        told.append(_user_ms("-m", "opsbot", "--help"))
    more = median(told) - median(nothing)
    helped = limited(
        "opsbot --help: user time beyond `python -c pass`",
        more,
        "ms",
        HELP_MS,
        f"{median(told):.0f} ms, less {median(nothing):.0f} ms; median of {rounds}. Time goes to importing Click and YAML",
    )
    with contenders.far_ends(0.0) as far_end, contenders.house(far_end) as its:
        first, of_first, _ = _started(its, min(seconds, IDLE_SECONDS))
        later = [_started(its, 0.0) for _ in range(STARTS - 1)]
        later.append(_started(its, min(seconds, IDLE_SECONDS)))
    ready = median(seconds for seconds, _, _ in later)
    idle = later[-1][1]
    cpu = median(cpu for _, _, cpu in later)
    return [
        helped,
        limited(
            "ready to serve after",
            ready,
            "s",
            READY_SECONDS,
            f"median of {STARTS}, of which {cpu:.2f} s of processor; {first:.2f} s where the database is made. "
            "Time goes to importing (DBOS with SQLAlchemy and psycopg, Slack's SDK, the node's client)",
        ),
        limited(
            "idle replica, SQLite",
            max(idle, of_first),
            "MB",
            IDLE_MB,
            f"resident; {of_first:.0f} MB where a process of its own made the database, else {idle:.0f} MB. "
            "It is almost all code and what importing leaves",
        ),
    ]


def _started(its: House, idle: float) -> tuple[float, float, float]:
    """Start opsbot and let it be for a while: seconds until it answers, megabytes then, processor seconds to be ready."""
    began = time.monotonic()
    with contenders.opsbot_in(its) as ours:
        ready, cpu = time.monotonic() - began, ours.cpu
        time.sleep(idle)
        return ready, ours.memory, cpu


def _user_ms(*arguments: str) -> float:
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime * 1000
