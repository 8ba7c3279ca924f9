"""The benchmarks: each starts its servers, loads them, and gives rows."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from tests.benchmarks import (
    approval,
    contenders,
    dataiku_client,
    dataiku_downloads,
    growth,
    latency,
    replicas,
    soak,
    starting,
    type_ahead,
    watching,
)
from tests.benchmarks.contenders import drained, load
from tests.benchmarks.processes import Child
from tests.benchmarks.report import Row, all_of, limited
from tests.benchmarks.tally import Tally
from tests.benchmarks.where import time_goes

MANY: Final = 64
ACK_LIMIT_MS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How long and how hard."""

    seconds: float = 60.0
    round_seconds: float = 3.0
    rounds: int = 5
    rate: float = 300.0
    delay: float = 0.03
    records: int = 1_000_000
    comparisons: int = 25
    soak_seconds: float = 600.0


def ack_one(settings: Settings) -> list[Row]:
    """Acknowledgements over one connection against Bolt's default set-up.

    With the work on, each acknowledgement asks for a whole answer more: that row informs of what one process can do.
    """
    with ExitStack() as stack:
        far_end = stack.enter_context(contenders.far_ends(settings.delay))
        bare = stack.enter_context(contenders.bare_bolt(far_end, tuned=False))
        idle = stack.enter_context(contenders.opsbot_without_work(far_end))
        ours = stack.enter_context(contenders.opsbot(far_end))
        return [
            _against("ack, 1 connection, work off", idle, bare, far_end, settings, connections=1, target=10),
            _against("ack, 1 connection, work on", ours, bare, far_end, settings, connections=1),
        ]


def ack_many(settings: Settings) -> list[Row]:
    """Acknowledgements over many connections with the work off, against a tuned Bolt app."""
    with ExitStack() as stack:
        far_end = stack.enter_context(contenders.far_ends(settings.delay))
        bare = stack.enter_context(contenders.bare_bolt(far_end, tuned=True))
        idle = stack.enter_context(contenders.opsbot_without_work(far_end))
        name = f"ack, {MANY} connections, work off"
        row = _against(name, idle, bare, far_end, settings, connections=MANY, target=0.75)
        where = time_goes(idle, lambda seconds: load(idle, far_end, "--connections", MANY, "--seconds", seconds))
        return [replace(row, note=f"{row.note}; {where}")]


def answers(settings: Settings) -> list[Row]:
    """Commands at a set rate, each acknowledged in time and answered in a thread."""
    name = f"{settings.rate:g} commands/s for {settings.seconds:g} s"
    with contenders.far_ends(settings.delay) as far_end, contenders.opsbot(far_end) as ours:
        before = ours.cpu, far_end.cpu, ours.memory
        tally = load(ours, far_end, "--rate", settings.rate, "--seconds", settings.seconds)
        seen = drained(tally, far_end)
        used = _shares(tally, settings.seconds, (ours, before[0]), (far_end, before[1]))
        memory = f"memory {before[2]:.0f} to {ours.memory:.0f} MB"
        where = time_goes(ours, lambda seconds: load(ours, far_end, "--rate", settings.rate, "--seconds", seconds))
    carried = seen.complete / settings.seconds
    peer, peer_ack = _peer_limit(settings)
    failures = f"busy {tally.busy}, refused {tally.refused}, broken {tally.broken}, silent {tally.silent}"
    losses = f"repeated {seen.repeated}, astray {seen.astray}; p50 {seen.latency(0.5):.0f} ms, p99 {seen.latency(0.99):.0f} ms"
    acks = " ".join(f"p{share:g} {tally.latency(share / 100):.1f}" for share in (50, 90, 100))
    lag = f"{acks} ms; the load itself was late by p99 {tally.lag(0.99):.1f} ms"
    whole = seen.complete - seen.repeated - seen.astray
    return [
        all_of(f"{name}: accepted", len(tally.accepted), tally.sent, failures),
        all_of(f"{name}: answered", whole, tally.sent, losses),
        limited(f"{name}: ack p99", tally.latency(0.99), "ms", ACK_LIMIT_MS, lag),
        Row(
            f"{name}: answers",
            carried,
            "/s",
            peer,
            "thirty-line bot",
            carried / peer,
            note=f"{used}; {memory}; {where}",
        ),
        _hundredth(f"{name}: ack p99", tally.latency(0.99), peer_ack, "thirty-line bot at its limit"),
    ]


BENCHMARKS: Final[dict[str, Callable[[Settings], list[Row]]]] = {
    "ack-one": ack_one,
    "ack-many": ack_many,
    "answers": answers,
    "approval": lambda settings: approval.run(settings.seconds, settings.delay),
    "client": lambda settings: dataiku_client.run(settings.rounds),
    "downloads": lambda settings: dataiku_downloads.run(settings.rounds),
    "growth": lambda settings: growth.run(settings.records, settings.comparisons),
    "latency": lambda settings: latency.run(min(settings.seconds, 20.0), settings.delay),
    "replicas": lambda settings: replicas.run(min(settings.seconds, 20.0), settings.delay),
    "soak-limits": lambda settings: soak.under_limits(settings.soak_seconds),
    "soak-load": lambda settings: soak.under_load(settings.soak_seconds),
    "starting": lambda settings: starting.run(settings.rounds, settings.seconds),
    "type-ahead": lambda _: type_ahead.run(),
    "watching": lambda _: watching.run(),
}

BRIEF: Final = tuple(name for name in BENCHMARKS if not name.startswith("soak"))
"""Those that are run when none is named: soaks take ten minutes each."""


def _against(
    name: str,
    ours: Child,
    peer: Child,
    far_end: Child,
    settings: Settings,
    *,
    connections: int,
    target: float | None = None,
) -> Row:
    """Load both in turn, changing who is first, and take the median of the rounds' ratios."""
    rates: list[tuple[float, float]] = []
    notes: list[str] = []
    cost: dict[str, list[float]] = {ours.name: [], peer.name: []}
    failed = 0
    for number in range(settings.rounds):
        of = {}
        for child in (ours, peer) if number % 2 else (peer, ours):
            before = child.cpu
            tally = load(child, far_end, "--connections", connections, "--seconds", settings.round_seconds)
            failed += tally.failures
            of[child.name] = tally.rate
            cost[child.name].append(1e6 * (child.cpu - before) / max(1, tally.answered))
            if number == settings.rounds - 1:
                notes.append(f"{child.name}: {_share(child.cpu - before, tally.seconds)} of a core")
        rates.append((of[ours.name], of[peer.name]))
    ratios = sorted(one / other for one, other in rates)
    spent, of_spent = median(cost[ours.name]), median(cost[peer.name])
    notes.append(f"processor time of an answer {spent:.0f} us against {of_spent:.0f} ({of_spent / spent:.2f})")
    notes.append(f"rounds {ratios[0]:.2f} to {ratios[-1]:.2f}")
    if failed:
        notes.append(f"{failed} not accepted, and not counted")
    measured, of_peer = (median(column) for column in zip(*rates, strict=True))
    row = Row(name, measured, "/s", of_peer, peer.name, median(ratios), note="; ".join(notes))
    return row if target is None else replace(row, bound="at least", target=target)


def _peer_limit(settings: Settings) -> tuple[float, float]:
    """Load the thirty-line bot with as much as it takes: its answers a second, and its ack p99."""
    seconds = min(settings.seconds, 10.0)
    with contenders.far_ends(settings.delay) as far_end, contenders.thirty_lines(far_end) as peer:
        tally = load(peer, far_end, "--connections", MANY, "--seconds", seconds)
        return tally.rate, tally.latency(0.99)


def _shares(tally: Tally, seconds: float, *used: tuple[Child, float]) -> str:
    parts = [f"{child.name} {_share(child.cpu - before, seconds)}" for child, before in used]
    return "of a core: " + ", ".join([*parts, f"load {_share(tally.cpu, seconds)}"])


def _share(cpu: float, seconds: float) -> str:
    return f"{100 * cpu / seconds:.0f} %"


def _hundredth(name: str, measured: float, peer: float, peer_name: str) -> Row:
    return Row(name, measured, "ms", peer, peer_name, measured / peer, "at most", 0.01)
