"""Who looks at a node, as the bot does, and says what it took."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any, cast

from opsbot.actions.polling import Poll
from opsbot.assembly import bot
from opsbot.assembly.opening import now
from opsbot.dataiku import DSSClient
from opsbot.dataiku.gateway import Nodes
from opsbot.dataiku.survey import NodeSurvey
from opsbot.domain.audit import Entry
from opsbot.domain.deliveries import Effects
from opsbot.domain.models import Person
from opsbot.domain.rules import Rules
from opsbot.domain.watching import EVERY_TOPIC, Watch
from opsbot.store import AuditStore, Database, Keeper, NodeChangeStore, SightStore, SnapshotStore, WatchStore, migrate
from tests.benchmarks.dataiku_node import KEY

ROUNDS = 5
WITH = bot.Bot
"""What the bot has in memory counts, too."""


class Counted(Nodes):
    """Nodes that count what they are asked."""

    calls = 0

    def packages(self, *args: Any) -> Any:
        """Count a list of packages."""
        self.calls += 1
        return super().packages(*args)

    def glance(self, *args: Any) -> Any:
        """Count a look at settings."""
        self.calls += 1
        return super().glance(*args)


def main() -> None:
    """Look five times, and print what that took."""
    url, at_once = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder, DSSClient(url, KEY) as client:
        database = Database(f"sqlite:///{Path(folder) / 'looks.db'}")
        migrate(database)
        nodes = Counted({"design": client})
        survey = NodeSurvey(nodes, at_once=at_once)
        seconds, calls = _looks(_poll(database, nodes, survey), nodes)
        survey.close()
        database.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    plain = [each * 1000 for each in seconds[1 : ROUNDS - 1]]
    said = {"plain": median(plain), "fifth": seconds[-1] * 1000, "memory": memory}
    print(json.dumps(said | {"plain_calls": calls[1], "fifth_calls": calls[-1]}))


def _looks(poll: Poll, nodes: Counted) -> tuple[list[float], list[int]]:
    seconds, calls = [], []
    for _ in range(ROUNDS):
        before, began = nodes.calls, time.perf_counter()
        poll()
        seconds.append(time.perf_counter() - began)
        calls.append(nodes.calls - before)
    return seconds, calls


def _poll(database: Database, nodes: Nodes, survey: NodeSurvey) -> Poll:
    keeper = Keeper(database, AuditStore(database), lambda _: None)
    watches, began, who = WatchStore(database, keeper), now(), Person("U1", "ada")
    watches.add(Watch(0, "C1", "design:*", EVERY_TOPIC, who, began), Effects(Entry(began, who, "watch", "done")))
    world = SimpleNamespace(
        ruling=lambda: Rules(nodes=("design",)),
        watches=watches,
        changes=NodeChangeStore(database, keeper),
        snapshots=SnapshotStore(database),
        designer=nodes,
        clock=now,
    )
    every = timedelta(microseconds=1)  # due again at once
    return Poll(cast("Any", world), survey, SightStore(database, keeper), every, lambda: False)


if __name__ == "__main__":
    main()
