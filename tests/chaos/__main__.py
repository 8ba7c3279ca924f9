"""The kill tests at full size, with tables: `python -m tests.chaos [--times N] [WHAT]`; `make chaos` runs them all."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsbot.store import Database, migrate
from tests.chaos.field import field_of
from tests.chaos.kills import kill_at
from tests.chaos.outages import AT_ONCE, freeze, lose_database, roll
from tests.chaos.replica import POINTS
from tests.postgres import server_in, url_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.kills import Kill


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="how often each point is hit, on each database")
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory(prefix="opsbot-chaos-") as name:
        folder = Path(name)
        (folder / "sqlite").mkdir()
        (folder / "postgresql").mkdir()
        server = server_in(folder / "server")
        urls = {
            "sqlite": f"sqlite:///{folder / 'sqlite' / 'opsbot.db'}",
            "postgresql": url_of(server),
        }
        try:
            kills = [(kind, kill) for kind, url in urls.items() for kill in run(kind, url, folder / kind, times)]
            wrong = list(outages(urls["postgresql"], folder / "outages", server))
        finally:
            server.cleanup()
    report(kills)
    for what, faults in wrong:
        print(f"{what}: {'; '.join(faults) or 'nothing lost, nothing twice'}")
    return 1 if any(kill.faults for _, kill in kills) or any(faults for _, faults in wrong) else 0


def outages(url: str, folder: Path, server: Any) -> Iterator[tuple[str, list[str]]]:
    """Have things gone or frozen for as long as it may really last."""
    folder.mkdir()
    with field_of(folder, url, replicas=2) as made:
        yield "a replica frozen for 30 s", freeze(made, 30.0)
        yield "the database gone for 10 s", lose_database(made, server, 10.0)
        yield "the database gone for 60 s", lose_database(made, server, 60.0)
    (folder / "rolling").mkdir()
    with field_of(folder / "rolling", url, replicas=3, **AT_ONCE) as made:
        yield "three replicas restarted under load", roll(made, every=0.1)


def run(kind: str, url: str, folder: Path, times: int) -> Iterator[Kill]:
    database = Database(url)
    migrate(database)
    database.close()
    with field_of(folder, url, replicas=1 if kind == "sqlite" else 3) as made:
        for number in range(times * len(POINTS)):
            kill = kill_at(POINTS[number % len(POINTS)], number, made, one_file=kind == "sqlite")
            print(f"{kind} {number + 1}: {kill}", file=sys.stderr, flush=True)
            yield kill


def report(kills: list[tuple[str, Kill]]) -> None:
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


if __name__ == "__main__":
    sys.exit(main())
