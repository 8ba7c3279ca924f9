"""How the bot is: what the store knows of the work, what one replica sees of the world, and whether that is well."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from opsbot.domain.freezes import frozen
from opsbot.domain.lifecycle import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from opsbot.domain.changes import ChangeState
    from opsbot.domain.deliveries import DeliveryState
    from opsbot.domain.models import Pause
    from opsbot.domain.policies import Policy

SILENT_AFTER = timedelta(seconds=20)
"""Of a replica, after which the others take over what it was at."""
LATELY = timedelta(days=1)
_LATE = timedelta(minutes=5)
"""What is due for so long and isn't said has met trouble; Slack's own limits hold it back for a minute or two."""
_AMISS = MappingProxyType({"database": "The database doesn't answer.", "slack": "Slack takes nothing that I say."})
"""What is said of a check that isn't well, where its name alone doesn't make a sentence."""


@dataclass(frozen=True, slots=True)
class Replica:
    """A process that shares the work, and for how long nothing was heard of it."""

    name: str
    silent_for: timedelta


@dataclass(frozen=True, slots=True)
class Look:
    """How the looks at a node go: when the last was, and why it doesn't answer if it doesn't."""

    node: str
    at: datetime | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Records:
    """What the store knows, at one moment; every replica reads the same.

    Of requests and changes those are counted that are still going somewhere. Of deliveries, those that wait, and those
    that were given up in the last day. `oldest_waiting` is since when a request waits for people, `oldest_due` since
    when something waits to be said that isn't held back.
    """

    at: datetime
    schema: str
    requests: Mapping[State, int]
    changes: Mapping[ChangeState, int]
    deliveries: Mapping[DeliveryState, int]
    oldest_waiting: datetime | None = None
    oldest_due: datetime | None = None
    replicas: tuple[Replica, ...] = ()
    looks: tuple[Look, ...] = ()
    pauses: tuple[Pause, ...] = ()

    def since(self, moment: datetime | None) -> timedelta:
        """Tell how long ago something was; no time at all where there is no such thing."""
        return max(self.at - moment, timedelta(0)) if moment is not None else timedelta(0)


@dataclass(frozen=True, slots=True)
class Frozen:
    """A freeze that is in force, by the policy that has it; without `until` it goes on for more than a year."""

    policy: str
    reason: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one replica sees: whether the database, Slack and its socket are there, and which nodes answer.

    `problem` is why nothing could be seen. While it `is_starting`, what isn't there may just not be there yet.
    """

    checks: Mapping[str, bool] = field(default_factory=dict)
    nodes: Mapping[str, bool] = field(default_factory=dict)
    problem: str = ""
    is_starting: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """All of it together."""

    version: str
    records: Records
    outlook: Outlook
    freezes: tuple[Frozen, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """Say what a person should look at; nothing where all is well. A pause and a freeze are somebody's wish."""
        return (*self._of_outlook(), *self._of_replicas(), *self._of_records())

    def _of_outlook(self) -> Iterable[str]:
        if self.outlook.problem:
            yield self.outlook.problem
        if self.outlook.is_starting:
            yield from self._still_to_come()
            return
        yield from (
            _AMISS.get(name, f"The {name} isn't there.") for name, well in self.outlook.checks.items() if not well
        )
        silent = {node for node, answers in self.outlook.nodes.items() if not answers}
        if not self.outlook.nodes:  # nobody could be asked, so the looks tell, also of nodes that aren't named any more
            silent = {look.node for look in self.records.looks if look.problem}
        yield from (f"The node {node} doesn't answer." for node in sorted(silent))

    def _still_to_come(self) -> Iterable[str]:
        """Say in one sentence what a replica that began a moment ago waits for."""
        nodes = {f"node {name}": answers for name, answers in self.outlook.nodes.items()}
        waits = [name for name, is_well in {**self.outlook.checks, **nodes}.items() if not is_well]
        if waits:
            yield f"I am just starting, and not sure yet of {', '.join(waits)}: ask again in some seconds."

    def _of_replicas(self) -> Iterable[str]:
        if not self.records.replicas:
            yield "No replica is running."
        for replica in self.records.replicas:
            if replica.silent_for > SILENT_AFTER:
                yield f"The replica {replica.name} is silent for {int(replica.silent_for.total_seconds())} s."

    def _of_records(self) -> Iterable[str]:
        unknown = self.records.requests.get(State.UNKNOWN, 0)
        if unknown:
            yield f"Of {unknown} publish request{'s' if unknown > 1 else ''} the outcome isn't known: settle it."
        late = self.records.since(self.records.oldest_due)
        if late > _LATE:
            yield f"Something waits to be said for {int(late.total_seconds()) // 60} min."


def freezes_in_force(policies: Iterable[Policy], now: datetime) -> tuple[Frozen, ...]:
    """Name the policies under which nothing is published now."""
    holding = ((policy, frozen(policy.freezes, now)) for policy in policies)
    return tuple(Frozen(policy.name, held[0].reason, held[1]) for policy, held in holding if held is not None)


def status_as_data(status: Status) -> dict[str, Any]:
    """Write a status as JSON for scripts."""
    records = status.records
    return {
        "healthy": not status.problems,
        "problems": list(status.problems),
        "starting": status.outlook.is_starting,
        "version": status.version,
        "schema": records.schema,
        "at": records.at.isoformat(),
        "checks": dict(status.outlook.checks),
        "nodes": dict(status.outlook.nodes),
        "replicas": [
            {"name": each.name, "silent_seconds": round(each.silent_for.total_seconds(), 1)}
            for each in records.replicas
        ],
        "requests": {state.value: number for state, number in records.requests.items()},
        "changes": {state.value: number for state, number in records.changes.items()},
        "deliveries": {state.value: number for state, number in records.deliveries.items()},
        "oldest_waiting_seconds": round(records.since(records.oldest_waiting).total_seconds(), 1),
        "oldest_due_seconds": round(records.since(records.oldest_due).total_seconds(), 1),
        "looks": [
            {"node": look.node, "at": look.at.isoformat() if look.at is not None else None, "problem": look.problem}
            for look in records.looks
        ],
        "pauses": [
            {"services": each.services, "reason": each.reason, "by": each.by.id, "at": each.at.isoformat()}
            for each in records.pauses
        ],
        "freezes": [
            {
                "policy": each.policy,
                "reason": each.reason,
                "until": each.until.isoformat() if each.until is not None else None,
            }
            for each in status.freezes
        ],
    }
