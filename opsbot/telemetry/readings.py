"""What is read at the moment when somebody asks: queues of this replica, and what the store knows of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from prometheus_client.core import Metric

    from opsbot.domain.status import Outlook, Records

EVERYWHERE = " Read from the store: every replica tells the same, so take max() over them, not sum()."


@dataclass(frozen=True, slots=True)
class Queue:
    """Workers of this replica: how many jobs wait for one, and how many are being done."""

    waiting: Callable[[], int]
    going_on: Callable[[], int]


class Readings(Collector):
    """Reads what is asked for; what can't be read is left out, and said to be missing."""

    def __init__(
        self, queues: Mapping[str, Queue], outlook: Callable[[], Outlook], records: Callable[[], Records | None]
    ) -> None:
        """Take what to read; `outlook` and `records` answer from what was read a moment ago, or None."""
        self._queues = queues
        self._outlook = outlook
        self._records = records

    def describe(self) -> Iterable[Metric]:
        """Tell nothing beforehand, so that registering reads nothing."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Read it all."""
        outlook = self._outlook()
        yield from self._of_replica(outlook)
        records = self._records()
        yield GaugeMetricFamily("opsbot_store_readable", "Whether the store could be read.", float(records is not None))
        if records is not None:
            yield from _of_store(records, outlook.nodes)

    def _of_replica(self, outlook: Outlook) -> Iterable[Metric]:
        waiting = GaugeMetricFamily(
            "opsbot_jobs_waiting", "Jobs of this replica that wait for workers.", labels=["pool"]
        )
        going_on = GaugeMetricFamily(
            "opsbot_jobs_going_on", "Jobs of this replica that are being done.", labels=["pool"]
        )
        for name, queue in self._queues.items():
            waiting.add_metric([name], queue.waiting())
            going_on.add_metric([name], queue.going_on())
        yield waiting
        yield going_on
        yield _family("opsbot_check", "What /readyz says of each thing: 1 is well.", "check", outlook.checks)
        yield _family("opsbot_node_up", "Whether this replica gets answers from a node.", "node", outlook.nodes)


def _of_store(records: Records, nodes: Container[str]) -> Iterable[Metric]:
    """Tell what the store knows; a node that isn't named any more is looked at no more, and nobody misses that."""
    requests = {state.value: number for state, number in records.requests.items()}
    changes = {state.value: number for state, number in records.changes.items()}
    deliveries = {state.value: number for state, number in records.deliveries.items()}
    looked = [(look.node, look.at) for look in records.looks if look.node in nodes and look.at is not None]
    looks = {node: records.since(at).total_seconds() for node, at in looked}
    yield _family("opsbot_requests", "Publish requests that are open." + EVERYWHERE, "state", requests)
    yield _family("opsbot_changes", "Changes of nodes that are going on or unknown." + EVERYWHERE, "state", changes)
    yield _family(
        "opsbot_deliveries",
        "What waits to be said in Slack, and what was given up in the last day." + EVERYWHERE,
        "state",
        deliveries,
    )
    yield _family("opsbot_look_age_seconds", "Since the last look at a watched node." + EVERYWHERE, "node", looks)
    for name, says, value in (
        (
            "opsbot_oldest_waiting_seconds",
            "Age of the oldest request that waits for people; 0 if none does.",
            records.since(records.oldest_waiting).total_seconds(),
        ),
        (
            "opsbot_oldest_due_seconds",
            "Since when something is due to be said and isn't; 0 if nothing is.",
            records.since(records.oldest_due).total_seconds(),
        ),
        ("opsbot_replicas", "Replicas that are on the list.", len(records.replicas)),
        (
            "opsbot_replica_silence_seconds",
            "For how long the most silent replica is silent; 0 if there is none.",
            max((each.silent_for.total_seconds() for each in records.replicas), default=0.0),
        ),
        ("opsbot_pauses", "Pauses that hold.", len(records.pauses)),
    ):
        yield GaugeMetricFamily(name, says + EVERYWHERE, float(value))


def _family(name: str, says: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, says, labels=[label])
    for value, number in values.items():
        family.add_metric([value], float(number))
    return family
