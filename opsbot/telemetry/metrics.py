"""What this replica counts and times, in Prometheus's form.

Every label has few values that are known beforehand: verbs, doors, Slack's methods, the configured nodes, statuses and
error codes. No text, id or path of anybody's ever becomes one.
"""

from __future__ import annotations

import platform
from functools import partial
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0)
"""Seconds of an acknowledgement: Slack gives up after three."""
_SLOW = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
_CALL = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

DOORS = ("command", "click", "form", "app_mention", "message", "shortcut", "keystrokes", "choice", "app_home_opened")
_DECISIONS = ("approve", "decline", "cancel", "settle", "review")
_ENDS = ("published", "failed", "unknown")


class Metrics:
    """The figures of one process. Its methods are what others note things with; each may be called from any thread."""

    def __init__(self, version: str) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which nobody looks at
        self._registry = registry = CollectorRegistry()
        counter, histogram = partial(Counter, registry=registry), partial(Histogram, registry=registry)
        ProcessCollector(registry=registry)
        build = Gauge("opsbot_build_info", "The version that runs.", ("version", "python"), registry=registry)
        build.labels(version, platform.python_version()).set(1)
        ack = "From when a thread has a payload of Slack's to its acknowledgement, by the door it came in."
        self._acks = _ByDoor(histogram("opsbot_ack_seconds", ack, ("door",), buckets=_QUICK))
        answer = "From a payload of Slack's until all is done that it asked for, the answer included."
        self._answers = _ByDoor(histogram("opsbot_answer_seconds", answer, ("door",), buckets=_SLOW))
        command = "Commands that were done, by verb and what came of them."
        self._commands = counter("opsbot_commands", command, ("verb", "outcome"))
        decision = "Decisions about publish requests, as this replica kept them in the audit."
        self._decisions = counter("opsbot_decisions", decision, ("decision", "outcome"))
        publish = "Publishes by what came of them, as this replica kept them in the audit."
        self._publishes = counter("opsbot_publishes", publish, ("outcome",))
        call = "Calls to Slack, by method."
        self._slack = histogram("opsbot_slack_call_seconds", call, ("method",), buckets=_CALL)
        call = "Calls to Slack, by method and Slack's code for what came of them, or the kind of silence."
        self._slack_outcomes = counter("opsbot_slack_calls", call, ("method", "outcome"))
        request = "Requests to a node, by HTTP method."
        self._node = histogram("opsbot_node_request_seconds", request, ("node", "method"), buckets=_CALL)
        request = "Requests to a node, by HTTP method and status, “silence” or “unreadable”."
        self._node_outcomes = counter("opsbot_node_requests", request, ("node", "method", "outcome"))
        rescue = "Work that was taken over from a process that is gone."
        self._rescues = counter("opsbot_rescues", rescue, ("work",))
        look = "Rounds of looks at a node, by what came of them; one replica at a time does them."
        self._rounds = histogram("opsbot_poll_round_seconds", look, ("node", "outcome"), buckets=_SLOW)
        self._begin_at_zero()

    def acknowledged(self, door: str, seconds: float) -> None:
        """Count the acknowledgement of a payload."""
        self._acks[door].observe(seconds)

    def answered(self, door: str, seconds: float) -> None:
        """Count the end of all that a payload asked for."""
        self._answers[door].observe(seconds)

    def commanded(self, verb: str, outcome: str) -> None:
        """Count a command."""
        self._commands.labels(verb, outcome).inc()

    def decided(self, decision: str, outcome: str) -> None:
        """Count a decision about a publish request."""
        self._decisions.labels(decision, outcome).inc()

    def published(self, outcome: str) -> None:
        """Count what came of a publish."""
        self._publishes.labels(outcome).inc()

    def called_slack(self, method: str, outcome: str, seconds: float) -> None:
        """Count a call to Slack."""
        self._slack.labels(method).observe(seconds)
        self._slack_outcomes.labels(method, outcome).inc()

    def called_node(self, node: str, method: str, outcome: str, seconds: float) -> None:
        """Count a request to a node."""
        self._node.labels(node, method).observe(seconds)
        self._node_outcomes.labels(node, method, outcome).inc()

    def rescued(self, work: str) -> None:
        """Count what is taken over from a process that is gone."""
        self._rescues.labels(work).inc()

    def looked(self, node: str, outcome: str, seconds: float) -> None:
        """Count a round of looks at a node."""
        self._rounds.labels(node, outcome).observe(seconds)

    def add(self, collector: Collector) -> None:
        """Have something else tell its figures, too, whenever somebody asks."""
        self._registry.register(collector)

    def page(self) -> tuple[str, bytes]:
        """Write all figures as they are now; gives the content's type, too."""
        return CONTENT_TYPE_PLAIN_0_0_4, generate_latest(self._registry)

    def _begin_at_zero(self) -> None:
        """Show what may come before it does: Prometheus sees a counter's first step only if it knew it before."""
        for decision in _DECISIONS:
            self._decisions.labels(decision, "done")
        for end in _ENDS:
            self._publishes.labels(end)
        for work in ("publish", "change", "deliver"):
            self._rescues.labels(work)


class _ByDoor(dict[str, Histogram]):
    """The children of a histogram, at hand: looking one up by its labels costs more than to observe."""

    def __init__(self, parent: Histogram) -> None:
        super().__init__({door: parent.labels(door) for door in DOORS})
        self._parent = parent

    def __missing__(self, door: str) -> Histogram:
        return self._parent.labels(door)
