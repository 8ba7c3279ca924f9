"""Measuring, put on from outside: what is measured knows of it no more than that somebody may take note."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, get_args

from opsbot.actions.dispatcher import Dispatcher
from opsbot.actions.trying import service_of
from opsbot.domain.commands import Change
from opsbot.domain.results import Refused
from opsbot.domain.tracing import traced
from opsbot.errors import (
    CommandError,
    ConflictError,
    DSSError,
    DSSUnavailableError,
    NotFoundError,
    OpsbotError,
    StoreError,
)
from opsbot.telemetry import Metrics, Spans, spans_of_environment

if TYPE_CHECKING:
    from opsbot.dataiku.timed import NodeCall, NoteNode
    from opsbot.domain.audit import Entry
    from opsbot.domain.commands import Command
    from opsbot.domain.models import Asker
    from opsbot.domain.results import Result
    from opsbot.slack import SlackCall

_log = logging.getLogger(__name__)

_CHANGES = get_args(Change)
_DECISIONS = frozenset({"approve", "decline", "cancel", "settle", "review"})
_ENDS = frozenset({"published", "failed", "unknown"})
_OK = "ok"
_SUCCESS = "2"


@dataclass(frozen=True, slots=True)
class Measuring:
    """What takes note of all that one process does."""

    metrics: Metrics
    spans: Spans

    @classmethod
    def begun(cls, version: str) -> Measuring:
        """Begin to count at zero."""
        return cls(Metrics(version), spans_of_environment(version))

    def slack(self, call: SlackCall) -> None:
        """Take note of a call to Slack."""
        self.metrics.called_slack(call.method, call.outcome, call.seconds)
        self.spans.over(f"slack {call.method}", call.seconds, well=call.outcome == _OK, outcome=call.outcome)

    def node(self, name: str) -> NoteNode:
        """Make what takes note of the requests to one node."""

        def note(call: NodeCall) -> None:
            self.metrics.called_node(name, call.method, call.outcome, call.seconds)
            well = call.outcome.startswith(_SUCCESS)
            told = {"node": name, "url.path": call.path, "http.response.status_code": call.outcome}
            self.spans.over(f"node {call.method}", call.seconds, well=well, **told)

        return note

    def entry(self, entry: Entry) -> None:
        """Take note of what is in the audit for good."""
        if entry.what in _DECISIONS:
            self.metrics.decided(entry.what, entry.outcome.partition(":")[0])
        elif entry.what in _ENDS and entry.request is not None:
            self.metrics.published(entry.what)


@dataclass(frozen=True)
class MeasuredDispatcher(Dispatcher):
    """The dispatcher, with note taken of each command and of what came of it."""

    measuring: Measuring

    def do(self, command: Command, asker: Asker) -> Result:
        """Do as the dispatcher does."""
        with traced(verb=command.verb), self.measuring.spans.going_on(f"command {command.verb}"):
            outcome, began = "fault", perf_counter()
            try:
                result = super().do(command, asker)
                outcome = "refused" if isinstance(result, Refused) else "done"
            except OpsbotError as error:
                outcome = outcome_of(error)
                raise
            finally:
                self.measuring.metrics.commanded(command.verb, outcome)
                _tell(command, outcome, perf_counter() - began)
            return result


def _tell(command: Command, outcome: str, seconds: float) -> None:
    """Log what was asked for, and what came of it; who only looks is of interest where somebody looks for a fault."""
    service = service_of(command)
    about = {"outcome": outcome, "ms": round(seconds * 1000, 1), "service": str(service) if service is not None else ""}
    level = logging.INFO if isinstance(command, _CHANGES) else logging.DEBUG
    _log.log(level, "command %s: %s", command.verb, outcome, extra=about)


def outcome_of(error: OpsbotError) -> str:
    """Say in a word what kept a command from being done."""
    kinds: tuple[tuple[type[OpsbotError], str], ...] = (
        (StoreError, "store"),
        (DSSUnavailableError, "node_silent"),
        (NotFoundError, "not_found"),
        (ConflictError, "conflict"),
        (CommandError, "mistyped"),
        (DSSError, "node"),
    )
    return next((word for kind, word in kinds if isinstance(error, kind)), "other")
