"""The kill tests at full size, with tables: `python -m tests.chaos [--times N] [WHAT]`; `make chaos` runs all of them.

`publishing` kills at every named point of a publish; `watching` whoever looks at a node and tells of it, at named
points and at random moments; in `weather` the workspace says 429 for half a minute, and then 503 for ten seconds. In `outages` a replica is frozen, the
database is gone, and replicas are restarted one by one under load.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.chaos import watchers
from tests.chaos.field import field_of
from tests.chaos.kills import kill_at
from tests.chaos.outages import AT_ONCE, freeze, lose_database, roll
from tests.chaos.replica import POINTS, WATCH_POINTS
from tests.postgres import server_in, url_of
from tests.weather import Spell

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from tests.chaos.kills import Kill
    from tests.chaos.watchers import Story

KINDS = ("sqlite", "postgresql")
EACH = 9
"""So many packages are made around a kill."""
WEATHER = (Spell(429, {"Retry-After": "5"}, seconds=30), Spell(503, done=True, seconds=10))


@dataclass(frozen=True, slots=True)
class Ground:
    """Where it happens: the databases by their kind, a folder, and PostgreSQL's server."""

    urls: dict[str, str]
    folder: Path
    server: Any


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5, help="how often each point is hit, on each database")
    parser.add_argument("what", nargs="*", metavar="WHAT", help=f"{', '.join(RUNS)}; all of them if none is named")
    asked = parser.parse_args()
    unknown = set(asked.what) - set(RUNS)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    faults = 0
    for what in asked.what or RUNS:
        with tempfile.TemporaryDirectory(prefix="opsbot-chaos-") as name:
            folder = Path(name)
            for kind in KINDS:
                (folder / kind).mkdir()
            server = server_in(folder / "server")
            urls = {"sqlite": f"sqlite:///{folder / 'sqlite' / 'opsbot.db'}", "postgresql": url_of(server)}
            try:
                faults += RUNS[what](Ground(urls, folder, server), asked.times)
            finally:
                server.cleanup()
    return 1 if faults else 0


def go_through_outages(ground: Ground, _: int) -> int:
    wrong = list(outages(ground))
    for what, faults in wrong:
        print(f"{what}: {'; '.join(faults) or 'nothing lost, nothing twice'}")
    return sum(bool(faults) for _, faults in wrong)


def outages(ground: Ground) -> Iterator[tuple[str, list[str]]]:
    """Have things gone or frozen for as long as it may really last."""
    url, folder, server = ground.urls["postgresql"], ground.folder / "outages", ground.server
    folder.mkdir()
    with field_of(folder, url, replicas=2) as made:
        yield "a replica frozen for 30 s", freeze(made, 30.0)
        yield "the database gone for 10 s", lose_database(made, server, 10.0)
        yield "the database gone for 60 s", lose_database(made, server, 60.0)
    (folder / "rolling").mkdir()
    with field_of(folder / "rolling", url, replicas=3, **AT_ONCE) as made:
        yield "three replicas restarted under load", roll(made, every=0.1)


def publish_under_fire(ground: Ground, times: int) -> int:
    kills = [
        (kind, kill) for kind, url in ground.urls.items() for kill in publishing(kind, url, ground.folder / kind, times)
    ]
    report_publishing(kills)
    return sum(bool(kill.faults) for _, kill in kills)


def watch_under_fire(ground: Ground, times: int) -> int:
    points = [*WATCH_POINTS * times, *[watchers.AT_RANDOM] * (2 * times)]
    stories = {kind: watchers.run(ground.folder / kind, url, points, each=EACH) for kind, url in ground.urls.items()}
    report_watching(stories)
    return sum(any(story.faults) for story in stories.values())


def watch_in_bad_weather(ground: Ground, _: int) -> int:
    told = {kind: watchers.run_through(ground.folder / kind, url, *WEATHER) for kind, url in ground.urls.items()}
    report_weather(told)
    return sum(any(story.faults) for story, _ in told.values())


def publishing(kind: str, url: str, folder: Path, times: int) -> Iterator[Kill]:
    with field_of(folder, url, replicas=1 if kind == "sqlite" else 3) as made:
        for number in range(times * len(POINTS)):
            kill = kill_at(POINTS[number % len(POINTS)], number, made, one_file=kind == "sqlite")
            print(f"{kind} {number + 1}: {kill}", file=sys.stderr, flush=True)
            yield kill


def report_publishing(kills: list[tuple[str, Kill]]) -> None:
    print(
        f"{'database':<11} {'point':<10} {'kills':>5} {'faults':>6} {'unknown':>7}   kill to outcome, s (median, max)"
    )
    for kind in ("sqlite", "postgresql"):
        for point in POINTS:
            some = [kill for where, kill in kills if (where, kill.point) == (kind, point)]
            seconds = [kill.seconds for kill in some]
            faulty = sum(bool(kill.faults) for kill in some)
            unknown = sum(kill.was_unknown for kill in some)
            timing = f"{statistics.median(seconds):6.2f} {max(seconds):6.2f}"
            print(f"{kind:<11} {point:<10} {len(some):>5} {faulty:>6} {unknown:>7}   {timing}")
    print(f"{len(kills)} kills, {sum(bool(kill.faults) for _, kill in kills)} with faults")
    for kind, kill in kills:
        for fault in kill.faults:
            print(f"{kind}, {kill.point}: {fault}")


def report_watching(stories: dict[str, Story]) -> None:
    print(f"{'database':<11} {'killed':<13} {'kills':>5}   kill to next message, s (median, max)")
    for kind, story in stories.items():
        for point in (*WATCH_POINTS, watchers.AT_RANDOM):
            seconds = [each for each, at in zip(story.silent, story.kills, strict=True) if at == point]
            timing = f"{statistics.median(seconds):6.2f} {max(seconds):6.2f}"
            print(f"{kind:<11} {point:<13} {len(seconds):>5}   {timing}")
    for kind, story in stories.items():
        print(f"{kind}: {len(story.kills)} kills, {in_figures(story)}")


def report_weather(told: dict[str, tuple[Story, Counter[int]]]) -> None:
    for kind, (story, struck) in told.items():
        met = ", ".join(f"{number} calls met {status}" for status, number in sorted(struck.items()))
        print(f"{kind}: {met}; the next message came {story.silent[0]:.1f} s after it was over; {in_figures(story)}")


def in_figures(story: Story) -> str:
    return (
        f"{story.events} events told {story.told} times to three targets ({story.lists} lists): "
        f"{story.lost} lost, {story.doubled} doubled, {story.disordered} out of order"
    )


RUNS = {
    "publishing": publish_under_fire,
    "watching": watch_under_fire,
    "weather": watch_in_bad_weather,
    "outages": go_through_outages,
}


if __name__ == "__main__":
    sys.exit(main())
