"""The durable work: DBOS, set up with our workflows under fixed names, and taken down whole."""

from __future__ import annotations

import logging
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from urllib.parse import quote, unquote

from dbos import DBOS, DBOSClient, DBOSConfig, SetEnqueueOptions, SetWorkflowID, WorkflowSerializationFormat, error

from opsbot.domain.tracing import trace, trace_from, traced
from opsbot.durable.active import Active
from opsbot.durable.heart import Heart
from opsbot.durable.lock import FileLock
from opsbot.durable.manners import outside, quietly, translated
from opsbot.durable.tempo import Tempo
from opsbot.durable.waker import Waker
from opsbot.durable.watch import Watch
from opsbot.durable.workflows import Workflow
from opsbot.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.actions.ports import Waiting
    from opsbot.durable.duties import Duties, Replicas, Run

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger(__name__)

_VERSION = "1"
"""Of the workflows, not of opsbot: another order of steps needs another one, and the old work done before."""

_NAME = "opsbot"
_SCHEMA = "dbos"
_LINES = "deliveries"
_SAID_IN_ONE_GO = 50
_AT_ONCE = 256
"""A node may take a quarter of an hour for a package: however many wait for it, what is to be said finds a thread."""
_LINES_AT_ONCE = 24
"""Slack may take half a minute to say nothing: however many lines wait for it, publishing has threads of its own."""
_TRIES = 3600
_NOTICED = 0.1
"""Seconds; nothing of ours waits for DBOS's notifications, but on SQLite their listener naps so long as it is stopped."""

_QUEUES_END_IN = 10.0
"""Seconds that DBOS waits for the end of what looks at its queues; after that one may still be handed something."""


class DurableWork:
    """Begins what must be carried to its end. There is one at a time in a process."""

    def __init__(
        self,
        url: str,
        duties: Duties,
        replicas: Replicas,
        tempo: Tempo | None = None,
        waiting: Waiting = nullcontext,
    ) -> None:
        """Set the work up for the database that `url` names, as SQLAlchemy writes it; nothing runs before `start`.

        `waiting` is entered around beginning something: while the database is gone, DBOS waits for it as long as it takes.
        """
        self._waiting = waiting
        self._tempo = tempo or Tempo()
        self._duties = duties
        self._stopping = threading.Event()
        self._active = Active(_AT_ONCE)
        file = _file_of(url)
        self._lock = FileLock(file.with_name(f"{file.name}.lock")) if file is not None else None
        self.executor = "local" if file is not None else f"opsbot-{uuid.uuid4().hex[:12]}"
        self._url = f"sqlite:///{quote(str(file.with_suffix('.dbos.db')))}" if file is not None else url
        config = DBOSConfig(
            name=_NAME,
            system_database_url=self._url,
            dbos_system_schema=_SCHEMA,
            application_version=_VERSION,
            executor_id=self.executor,
            sys_db_pool_size=16,
            max_executor_threads=_AT_ONCE,
            log_level="WARNING",
            notification_listener_polling_interval_sec=_NOTICED,
        )
        try:
            quietly(config)
        except Exception:
            self._let_go()
            raise
        self._publish = self._workflow(Workflow.PUBLISH, self._three_steps(Workflow.PUBLISH, duties.publishing))
        self._change = self._workflow(Workflow.CHANGE, self._three_steps(Workflow.CHANGE, duties.changing))
        self._deliver = self._workflow(Workflow.DELIVER, self._say_the_line)
        self._next = self._step("deliver_next", duties.deliver_next)
        self._waker = Waker(self._enqueue)
        self._heart = Heart(replicas, self.executor, self._tempo)
        self._watch = Watch(replicas, duties, self._tempo, self._heart, self._active.names)
        self._sweeper = threading.Thread(target=self._sweep_on, name="sweep", daemon=True)

    def start(self) -> None:
        """Carry on what was left, and take new work; raises StoreError, also where the tables for that may not be made."""
        self._heart.start()  # before anybody could take this process for a dead one
        with ThreadPoolExecutor(1) as aside:  # whoever starts us may have an event loop, which DBOS doesn't like
            aside.submit(self._launch).result()
        self._waker.start()
        self._sweeper.start()

    def _launch(self) -> None:
        with translated():
            self._open_lines()
            DBOS.launch()

    def _open_lines(self) -> None:
        """Have the queue there before DBOS begins: it looks for new ones once a second, and the first message waits."""
        DBOS.migrate(self._url, schema=_SCHEMA)
        client = self._client()
        try:
            client.register_queue(
                _LINES,
                worker_concurrency=_LINES_AT_ONCE,
                partition_concurrency=1,
                polling_interval_sec=self._tempo.line,
            )
        finally:
            client.destroy()

    def publish(self, request: int, attempt: int) -> None:
        """Have an approved request carried out; twice for the same attempt is the same as once."""
        self._begin(f"publish-{request}-{attempt}", self._publish, request)

    def change(self, change: int) -> None:
        """Have a node changed; twice is the same as once."""
        self._begin(f"change-{change}", self._change, change)

    def deliver(self, channel: str) -> None:
        """Have said what waits in the channel's line, soon; one at a time does so, in whatever process."""
        self._waker.wake(channel)

    def stop(self, seconds: float) -> None:
        """Take nothing more, finish in so many seconds what was begun, and let go; the rest is carried on later.

        With the rest this process stays on the list of replicas, by which it is found; so does what a queue had handed
        it and it never began. A sweep that takes longer, as where much is to be deleted, is left undone, too.
        """
        until = monotonic() + seconds
        self._stopping.set()
        if self._sweeper.is_alive():
            self._sweeper.join(seconds)
        self._active.wait_for_none(max(until - monotonic(), 0.0))
        self._waker.stop()
        self._heart.stop()
        began = monotonic()
        DBOS.destroy(destroy_registry=True)
        if monotonic() - began < _QUEUES_END_IN and not self._sweeper.is_alive():
            self._heart.leave(self._is_done)
        self._let_go()

    def _is_done(self) -> bool:
        """Tell whether nothing is in this process's hands, once no queue hands it anything any more."""
        client = self._client(retry_connection_errors=False)
        try:
            return not client.list_workflows(executor_id=self.executor, status="PENDING", limit=1, load_input=False)
        finally:
            client.destroy()

    def _client(self, **how: Any) -> DBOSClient:
        return DBOSClient(system_database_url=self._url, dbos_system_schema=_SCHEMA, application_name=_NAME, **how)

    def _enqueue(self, channel: str) -> None:
        with translated(), SetEnqueueOptions(queue_partition_key=channel):
            DBOS.enqueue_workflow(_LINES, self._deliver, channel)

    def _begin(self, number: str, workflow: Callable[[int, str], None], about: int) -> None:
        asked_under = trace()

        def start() -> None:
            # Directly, not through a queue: queues are polled, and somebody waits.
            with translated(), SetWorkflowID(number, workflow_id_reuse_policy="reject"):
                try:
                    with self._active.beginning(number):
                        DBOS.start_workflow(workflow, about, asked_under)
                except error.DBOSWorkflowIDInUseError:
                    _log.debug("%s was begun before", number)

        with self._waiting():
            outside(start)

    def _three_steps(self, kind: Workflow, run: Run) -> Callable[[int, str], None]:
        begin = self._step(f"{kind}_begin", run.begin)
        post = self._step(f"{kind}_post", run.post)
        settle = self._step(f"{kind}_settle", run.settle)
        give_up = self._step(f"{kind}_give_up", run.give_up)

        def carry_out(about: int, asked_under: str = "") -> None:
            # The trace is kept with the run, so that whichever process goes on does so under it; runs that an older
            # version began have none, and neither has what nobody asked for just now.
            number: str = DBOS.workflow_id or ""
            with traced(trace=asked_under or trace_from(number), run=number):
                do(about, number)

        def do(about: int, number: str) -> None:
            try:
                if begin(about, number):
                    settle(about, number, post(about, number))
            except StoreError:
                raise
            except Exception as fault:  # noqa: BLE001 - a fault of ours must not leave anybody waiting for ever
                _log.exception("%s failed", number)
                give_up(about, number, f"{type(fault).__name__}: {fault}")

        return carry_out

    def _say_the_line(self, channel: str) -> None:
        """Say what can be said now. The rest of a wait costs no thread: who looks again when it is over is another run."""
        moment = self._tempo.line  # so long the queue may take to begin that one
        for _ in range(_SAID_IN_ONE_GO):
            wait = self._next(channel)
            if wait is not None and wait > moment:
                self._waker.wake(channel, wait - moment)
                return
            if wait is None or self._stopping.wait(wait):
                return
        self.deliver(channel)

    def _workflow(self, workflow: Workflow, function: Callable[P, T]) -> Callable[P, T]:
        name = workflow.value  # a plain string, whatever DBOS does with it

        def counted(*args: P.args, **kwargs: P.kwargs) -> T:
            with self._active.at(DBOS.workflow_id or ""):
                return function(*args, **kwargs)

        counted.__name__ = counted.__qualname__ = name
        declare = DBOS.workflow(
            name=name, serialization_type=WorkflowSerializationFormat.PORTABLE, max_recovery_attempts=1000
        )
        return declare(counted)

    def _step(self, name: str, function: Callable[P, T]) -> Callable[P, T]:
        """Make a step that is tried again while the database is gone; what it does may be done twice."""

        def named(*args: P.args, **kwargs: P.kwargs) -> T:
            return function(*args, **kwargs)

        named.__name__ = named.__qualname__ = name
        declare = DBOS.step(
            name=name,
            retries_allowed=True,
            max_attempts=_TRIES,
            interval_seconds=1.0,
            backoff_rate=1.0,
            should_retry=lambda fault: isinstance(fault, StoreError),
        )
        return declare(named)

    def _sweep_on(self) -> None:
        while not self._stopping.is_set():
            self._watch.look()  # at once, too: what another process left to be said has waited long enough
            self._stopping.wait(self._tempo.sweep)

    def _let_go(self) -> None:
        if self._lock is not None:
            self._lock.let_go()


def _file_of(url: str) -> Path | None:
    """Name the file of an SQLite database; the url may quote it, as SQLAlchemy does where it writes one."""
    scheme, _, name = url.partition(":///")
    return Path(unquote(name.partition("?")[0])) if scheme.startswith("sqlite") else None
