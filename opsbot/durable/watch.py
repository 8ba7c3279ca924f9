"""Looking after what time and dead processes leave undone."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dbos import DBOS

from opsbot.durable.manners import translated
from opsbot.durable.workflows import Workflow
from opsbot.errors import OpsbotError, in_full

if TYPE_CHECKING:
    from collections.abc import Callable

    from dbos import WorkflowStatus

    from opsbot.durable.duties import Duties, Replicas
    from opsbot.durable.heart import Heart
    from opsbot.durable.tempo import Tempo

_log = logging.getLogger(__name__)

_AT_ONCE = 500
_MOST_TIMES = 40
"""Lines end in one run a message: an hour has many."""


class Watch:
    """In turn with the other replicas sweeps, takes over what dead ones were at, and prunes."""

    def __init__(
        self,
        replicas: Replicas,
        duties: Duties,
        tempo: Tempo,
        heart: Heart,
        active: Callable[[], frozenset[str] | None],
    ) -> None:
        """Watch in the name of whose heart it is; `active` names the workflows that it is at, None where more wait."""
        self._replicas = replicas
        self._active = active
        self._lost: frozenset[str] = frozenset()
        self._duties = duties
        self._tempo = tempo
        self._heart = heart
        self._next_prune = time.monotonic() + tempo.prune

    def look(self) -> None:
        """Do what is due; whatever goes wrong with one thing, the others are done, and there is a next time."""
        _try(self._pick_up)
        _try(self._watch_alone)

    def _watch_alone(self) -> None:
        with self._replicas.watching_alone(self._tempo.dead) as is_alone:
            if is_alone:
                for duty in (self._take_over, self._duties.sweep, self._prune):
                    _try(duty)

    def _pick_up(self) -> None:
        """Carry on what this process should be at and isn't: the database was gone when it ended, and never heard."""
        mine = _pending(self._heart.executor)
        active = self._active()
        if active is None:  # what waits for a thread looks like what is lost
            self._lost = frozenset()
            return
        idle = {each.workflow_id: each.name for each in mine if each.workflow_id not in active}
        for workflow, name in idle.items():
            if workflow in self._lost:  # twice in a row: one that is just beginning isn't
                _log.warning("%s was lost here, and is carried on", workflow)
                _carry_on(workflow, name)
        self._lost = frozenset(idle)

    def _take_over(self) -> None:
        """Carry on what silent replicas were at."""
        if self._heart.is_quiet():
            return
        for executor in self._replicas.silent(self._tempo.dead):
            for left in _pending(executor):
                _log.warning("%s is taken over from %s, which is silent", left.workflow_id, executor)
                _carry_on(left.workflow_id, left.name)
                self._duties.rescued(left.name)
            self._replicas.forget(executor)

    def _prune(self) -> None:
        if time.monotonic() < self._next_prune:
            return
        self._next_prune = time.monotonic() + self._tempo.prune
        prune(datetime.now(UTC))
        self._duties.prune()


def _try(duty: Callable[[], None]) -> None:
    try:
        duty()
    except Exception as error:  # noqa: BLE001 - a database that is gone comes back, and a fault of ours is one thing's
        is_ours = not isinstance(error, OpsbotError)
        _log.warning("what is due could not be looked after: %s", in_full(error), exc_info=is_ours)


@translated()
def _pending(executor: str) -> list[WorkflowStatus]:
    return DBOS.list_workflows(executor_id=executor, status="PENDING", load_input=False)


@translated()
def prune(now: datetime, at_once: int = _AT_ONCE) -> None:
    """Delete runs that ended long ago, of every workflow some at a time; what is more than many is left for the next time."""
    for workflow in Workflow:
        for _ in range(_MOST_TIMES):
            ended = DBOS.list_workflows(
                name=workflow.value,
                completed_before=(now - workflow.lasts).isoformat(),
                status=["SUCCESS", "ERROR", "CANCELLED"],
                limit=at_once,
                load_input=False,
                load_output=False,
            )
            if ended:
                DBOS.delete_workflows([each.workflow_id for each in ended])
            if len(ended) < at_once:
                break


@translated()
def _carry_on(workflow: str, name: str) -> None:
    """Have a run resumed by whoever is free; a line is left to the next sweep, which has it said by another."""
    if name == Workflow.DELIVER:
        DBOS.cancel_workflow(workflow)
    else:
        DBOS.resume_workflow(workflow)
