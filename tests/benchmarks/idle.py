"""opsbot with the work switched off: everything up to the hand-over to the pool, whose jobs are dropped."""

import argparse
import threading
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec

from opsbot.assembly.bot import Bot
from opsbot.cli.program import _leave_what_stays_to_itself, _log
from opsbot.config import load
from opsbot.slack import Pool, Turns

P = ParamSpec("P")


class NoWork(Pool):
    """Takes every job and does none."""

    def submit(self, job: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> bool:
        return True

    def take(self, whose: str, job: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, required=True)
    _log("auto", "info")
    with Bot(load(parser.parse_args().config, verbs=()), NoWork(threads=1, queue=1, turns=Turns())) as bot:
        _leave_what_stays_to_itself()
        print(bot.http.port, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
