"""The looks at the nodes, wired: what happened there, whoever did it, is told to those who watch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.actions.polling import Poll
from opsbot.dataiku.survey import NodeSurvey
from opsbot.domain.tracing import new_trace, traced
from opsbot.durable import Polling

if TYPE_CHECKING:
    from opsbot.actions.stores import Sights
    from opsbot.actions.world import World
    from opsbot.assembly.measuring import Measuring
    from opsbot.config import Config
    from opsbot.dataiku.gateway import Nodes
    from opsbot.slack import Turns
    from opsbot.store import ReplicaStore


class Lookout:
    """Looks at the nodes now and then, in one replica at a time; with threads of its own, so that nobody waits for it."""

    def __init__(
        self,
        config: Config,
        world: World,
        nodes: Nodes,
        *,
        sights: Sights,
        replicas: ReplicaStore,
        turns: Turns,
        measuring: Measuring,
    ) -> None:
        interval, at_once = config.watching.poll_interval, config.watching.concurrency
        self._turns = turns
        self._survey = NodeSurvey(nodes, turns.given_up, turns.taken, at_once)
        self._polling = Polling(self._look, replicas.polling_alone, interval.total_seconds())
        is_over, note = self._polling.is_stopping, measuring.metrics.looked
        self._poll = Poll(world, self._survey, sights, interval, is_over, note=note)

    def start(self) -> None:
        """Begin to look."""
        self._polling.start()

    def end(self) -> None:
        """Look no more; nothing is kept of what nodes were asked already."""
        self._polling.end()

    def stop(self) -> None:
        """Look no more; what nodes were asked already is waited for, and nothing of it is kept."""
        self._polling.stop()
        self._survey.close()

    def _look(self) -> None:
        with self._turns.taken(), traced(trace=new_trace()):
            self._poll()
