"""python -m tests.benchmarks [NAME ...] [--seconds S] [--json FILE]."""

import argparse
import signal
import sys
from dataclasses import asdict, replace
from pathlib import Path

from tests.benchmarks.benchmarks import BENCHMARKS, BRIEF, Settings
from tests.benchmarks.report import table, write_json


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="opsbot's benchmarks, as ratios")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(BENCHMARKS)}; else all but soaks")
    parser.add_argument("--seconds", type=float, help="let no single measurement last longer")
    parser.add_argument("--rounds", type=int, default=Settings().rounds, help="of each comparison")
    parser.add_argument("--rate", type=float, default=Settings().rate, help="commands a second of the open loop")
    parser.add_argument("--records", type=int, default=Settings().records, help="of the audit in the full store")
    parser.add_argument("--json", type=Path, help="write the rows to this file, too")
    parser.add_argument("--strict", action="store_true", help="end with 1 if a target is missed")
    asked = parser.parse_args()
    if unknown := [name for name in asked.names if name not in BENCHMARKS]:
        parser.error(f"no such benchmark: {', '.join(unknown)}")
    settings = Settings(rounds=asked.rounds, rate=asked.rate, records=asked.records)
    if asked.seconds is not None:
        settings = replace(
            settings,
            seconds=min(settings.seconds, asked.seconds),
            round_seconds=min(settings.round_seconds, asked.seconds),
            soak_seconds=min(settings.soak_seconds, asked.seconds),
        )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that the servers under test are stopped, too
    rows = [row for name in asked.names or BRIEF for row in BENCHMARKS[name](settings)]
    print(table(rows))
    if asked.json is not None:
        write_json(asked.json, rows, asdict(settings))
    return 1 if asked.strict and any(row.met is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
