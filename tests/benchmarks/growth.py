"""What years of requests and records do to each command: through the dispatcher, over a full store and an empty one.

The node, the survey and Slack's groups answer at once, from memory, so that nothing but the bot and its store is
measured; each command is done in turn over the one and the other store.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import event

from opsbot.actions.dispatcher import Dispatcher
from opsbot.assembly.auditing import verify_store
from opsbot.assembly.stores import Outside, open_stores, world_of
from opsbot.domain import commands
from opsbot.domain.audit import Entry
from opsbot.domain.deliveries import DeliveryState
from opsbot.domain.lifecycle import State
from opsbot.domain.models import EndpointType, MessageRef
from opsbot.domain.queries import Mention
from opsbot.domain.references import ProjectRef, ServiceRef
from opsbot.domain.results import Refused
from opsbot.domain.timeline import MOST_SHOWN
from opsbot.store import Database, migrate
from tests.benchmarks.approval import postgres, sqlite
from tests.benchmarks.grown_store import RECORDS_EACH, SERVICES, Grown, fill
from tests.benchmarks.report import Row
from tests.benchmarks.tally import percentile
from tests.builders import ADA, CHANNEL, MAYA, NOON, OMAR, SCORING, VIC, asker, grant, package, rules
from tests.fake_nodes import FakeDesigner, FakeSurvey
from tests.fake_slack import FakeDirectory, FakePictures, FakeProgress
from tests.fakes import FakeDurable, FakeHealth

if TYPE_CHECKING:
    from opsbot.domain.commands import Command
    from opsbot.domain.models import Asker

MOST: Final = 1.3
LEAST_VERIFIED: Final = 50_000.0
OPEN: Final = 20
WARM_UP: Final = 3
TOLD: Final = 6
BOSSES: Final = (MAYA, OMAR, ADA)
RULES: Final = rules(
    *(grant(role, *BOSSES) for role in ("admin", "designer", "packager", "publisher", "approver")),
    grant("viewer", VIC, services=("design:FRAUD/*",)),
)
ENTRY: Final = Entry(
    NOON, MAYA, "publish", "done", asker().place, SCORING, "v1", "scoring", 1, "", {"reason": "Retrained"}
)
YOUNG: Final = Grown(MOST_SHOWN, services=1, people=8, span=timedelta(days=5))
"""As good as empty: what fills a page and a picture, so that both stores have as much to show."""

Do = Callable[[int], object]


class Asking:
    """The time in which a database was asked something, and had not answered."""

    def __init__(self, database: Database) -> None:
        self.seconds = 0.0
        self._began = 0.0
        event.listen(database.engine, "before_cursor_execute", self._begin)
        event.listen(database.engine, "after_cursor_execute", self._end)

    def _begin(self, *_: object) -> None:
        self._began = time.perf_counter()

    def _end(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._began


@dataclass(frozen=True, slots=True)
class Door:
    """A dispatcher over a store, and the node that it sees."""

    database: Database
    dispatcher: Dispatcher
    designer: FakeDesigner
    asking: Asking

    def do(self, command: Command, who: Asker) -> object:
        result = self.dispatcher.do(command, who)
        if isinstance(result, Refused):
            raise TypeError(f"{command} was refused: {result.reason}")
        return result


@dataclass(frozen=True, slots=True)
class Pace:
    """Milliseconds that a command takes over the empty and over the full store, and how many it waits for the full one."""

    name: str
    empty: float
    full: float
    asking: float

    @property
    def ratio(self) -> float:
        return self.full / self.empty

    def __str__(self) -> str:
        return f"{self.name} {self.empty:.2f} to {self.full:.2f} ms ({self.ratio:.2f}; {self.asking:.2f} ms in the database)"


def run(records: int, rounds: int) -> list[Row]:
    """Fill a store of either kind, and compare each verb."""
    rows: list[Row] = []
    grown = Grown(max(SERVICES * MOST_SHOWN, records // RECORDS_EACH))
    for kind, database in {"SQLite": sqlite, "PostgreSQL": postgres}.items():
        with ExitStack() as stack:
            empty, full = (stack.enter_context(_door(database)) for _ in range(2))
            began = time.monotonic()
            fill(full.database, grown, ENTRY)
            fill(empty.database, YOUNG, ENTRY)
            filled = f"filled in {time.monotonic() - began:.0f} s"
            name = f"{grown.records:,} records, {grown.requests:,} requests, {kind}"
            _prepare(empty, rounds)
            _prepare(full, rounds)
            rows.append(_compared(f"{name}: slowest look", _paces(_looks, empty, full, rounds), filled))
            rows.append(_compared(f"{name}: slowest change", _paces(_changes, empty, full, rounds), filled))
            rows.append(_verified(name, full.database))
    return rows


def _compared(name: str, paces: list[Pace], note: str) -> Row:
    paces.sort(key=lambda pace: -pace.ratio)
    worst = paces[0]
    told = "; ".join(map(str, paces[:TOLD]))
    note = f"{note}; of {len(paces)} commands the slowest: {told}"
    return Row(f"{name}: {worst.name}", worst.full, "ms", worst.empty, "empty", worst.ratio, "at most", MOST, note)


def _verified(name: str, database: Database) -> Row:
    began, used = time.perf_counter(), time.process_time()
    verdict = verify_store(database, [])
    rate = verdict.records / (time.perf_counter() - began)
    of_cpu = verdict.records / (time.process_time() - used)
    if verdict.faults:
        raise ValueError(f"the chain that was put there isn't one: {verdict.faults[0]}")
    note = f"{verdict.records:,} records, and the heads on all requests; {of_cpu:,.0f} in a second of processor time. Time goes to reading rows and to SHA-256"
    ratio = rate / LEAST_VERIFIED
    return Row(f"{name}: audit verify", rate, "/s", LEAST_VERIFIED, "limit", ratio, "at least", 1.0, note)


def _paces(of: Callable[[Door], dict[str, Do]], empty: Door, full: Door, rounds: int) -> list[Pace]:
    """Do each command in turn over both, changing who is first; the lower quartile counts, which others on the machine disturb least."""
    on_empty, on_full = of(empty), of(full)
    took: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in on_empty}
    asking: dict[str, list[float]] = {name: [] for name in on_empty}
    for number in range(WARM_UP + rounds):
        for name, times in took.items():
            pair = ((on_empty[name], times[0]), (on_full[name], times[1]))
            for do, kept in pair if number % 2 else pair[::-1]:
                began, asked = time.perf_counter(), full.asking.seconds
                do(number)
                kept.append((time.perf_counter() - began) * 1000)
                if kept is times[1]:
                    asking[name].append((full.asking.seconds - asked) * 1000)
    return [
        Pace(name, *(percentile(times[WARM_UP:], 0.25) for times in (on_the_empty, on_the_full, asking[name])))
        for name, (on_the_empty, on_the_full) in took.items()
    ]


def _prepare(door: Door, rounds: int) -> None:
    """Have some requests wait, in both stores the same, and the node have what commands are about."""
    made = [package(f"{kind}{number}") for kind in "wabcd" for number in range(max(OPEN, WARM_UP + rounds))]
    door.designer.made[SCORING][:] = [package("v1"), package("v3"), *made]
    for number in range(OPEN):
        door.do(commands.RequestPublish(SCORING, f"w{number}"), asker(MAYA))


def _looks(door: Door) -> dict[str, Do]:
    """Every verb that only looks, with the options by which it asks the store for something else."""
    boss, viewer, me = asker(OMAR), asker(VIC), Mention(MAYA.id)
    here = ProjectRef("design", "FRAUD")
    first = door.dispatcher.world.requests.in_states(frozenset({State.PENDING}))[0].id
    asked: dict[str, tuple[Command, Asker]] = {
        "help": (commands.ShowHelp(), boss),
        "whoami": (commands.ShowAccess(), boss),
        "nodes": (commands.ListNodes(), boss),
        "services": (commands.ListServices(here), boss),
        "models": (commands.ListModels(here), boss),
        "service": (commands.ShowService(SCORING), boss),
        "packages": (commands.ListPackages(SCORING), boss),
        "summary": (commands.ShowSummary(SCORING, "v3"), boss),
        "diff": (commands.Compare(SCORING, "v3", "v1"), boss),
        "explain": (commands.Explain(SCORING, "v3"), boss),
        "requests": (commands.ListRequests(), boss),
        "requests --all": (commands.ListRequests(every=True), boss),
        "requests --all, of one project": (commands.ListRequests(every=True), viewer),
        "requests --state published": (commands.ListRequests(state=State.PUBLISHED), boss),
        "requests --state expired, of one project": (commands.ListRequests(state=State.EXPIRED), viewer),
        "requests SERVICE --all": (commands.ListRequests(SCORING, every=True), boss),
        "requests --by PERSON --all": (commands.ListRequests(requester=me, every=True), boss),
        "requests --by NAME --all": (commands.ListRequests(requester=Mention(name="maya"), every=True), boss),
        "history": (commands.ShowHistory(SCORING), boss),
        "history --picture": (commands.ShowHistory(SCORING, picture=True), boss),
        "audit": (commands.ShowAudit(), boss),
        "audit SERVICE": (commands.ShowAudit(SCORING), boss),
        "audit --request": (commands.ShowAudit(request=first), boss),
        "inbox": (commands.ShowHome(), boss),
        "inbox of who asks": (commands.ShowHome(), asker(MAYA)),
        "inbox of a viewer": (commands.ShowHome(), viewer),
        "watches": (commands.ListWatches(), boss),
        "deliveries": (commands.ListDeliveries(), boss),
        "deliveries --everywhere": (commands.ListDeliveries(everywhere=True), boss),
        "deliveries --everywhere --failed": (commands.ListDeliveries(everywhere=True, failed=True), boss),
    }
    looks: dict[str, Do] = {name: _again(door, *each) for name, each in asked.items()}
    looks["what a thread is about"] = lambda _: door.dispatcher.defaults(asker(thread="1.0"))
    return looks


def _again(door: Door, command: Command, who: Asker) -> Do:
    return lambda _: door.do(command, who)


def _changes(door: Door) -> dict[str, Do]:
    """Every verb that changes something, and what is done of it in the background."""
    world = door.dispatcher.world
    opened: dict[str, int] = {}

    def ask(kind: str) -> Do:
        def do(number: int) -> None:
            result = door.dispatcher.do(commands.RequestPublish(SCORING, f"{kind}{number}"), asker(MAYA))
            opened[kind] = result.request.id  # type: ignore[union-attr]

        return do

    def fresh(number: int) -> ServiceRef:
        return ServiceRef("design", "FRAUD", f"new{number}")

    def known(kind: str, number: int) -> ServiceRef:
        ref = ServiceRef("design", "FRAUD", f"{kind}{number}")
        door.designer.known.setdefault(ref, door.designer.known[SCORING])
        return ref

    def say(number: int) -> None:
        delivery = world.deliveries.next(CHANNEL)
        if delivery is not None:
            world.deliveries.last_post(CHANNEL)
            said = replace(delivery, state=DeliveryState.SENT, ref=MessageRef(CHANNEL, f"{number}.1"))
            world.deliveries.settle(said, NOON)

    watched = ServiceRef("design", "FRAUD", "watched")
    changing: dict[str, Callable[[int], tuple[Command, Asker]]] = {
        "approve": lambda _: (commands.Approve(opened["a"]), asker(OMAR)),
        "decline": lambda _: (commands.Decline(opened["b"], "not now"), asker(OMAR)),
        "cancel": lambda _: (commands.Cancel(opened["c"]), asker(MAYA)),
        "pause": lambda _: (commands.Pause("inventory", watched), asker(OMAR)),
        "resume": lambda _: (commands.Resume(watched), asker(OMAR)),
        "create": lambda number: (commands.CreateService(fresh(number)), asker(OMAR)),
        "add-endpoint": lambda number: (
            commands.AddEndpoint(known("growing", number), "more", EndpointType.PREDICTION, "tree"),
            asker(OMAR),
        ),
        "remove-endpoint": lambda number: (commands.RemoveEndpoint(known("shrinking", number), "score"), asker(OMAR)),
        "package": lambda number: (commands.CreatePackage(SCORING, f"x{number}"), asker(OMAR)),
        "delete": lambda number: (
            commands.DeletePackage(SCORING, f"d{number}", force=True, confirmed=True),
            asker(OMAR),
        ),
    }
    asking: dict[str, Do] = {"publish": ask("a"), "publish another": ask("b"), "publish a third": ask("c")}
    done: dict[str, Do] = {
        name: (lambda number, make=make: door.do(*make(number)))  # type: ignore[misc]
        for name, make in changing.items()
    }
    return {**asking, **done, "say what waits": say}


@contextmanager
def _door(kind: Callable[[Path], AbstractContextManager[str]]) -> Iterator[Door]:
    with tempfile.TemporaryDirectory() as folder, kind(Path(folder)) as url:
        database = Database(url)
        migrate(database)
        designer = FakeDesigner()
        stores = open_stores(database, [], lambda _: None, lambda: NOON)
        outside = Outside(
            designer=designer,
            survey=FakeSurvey(designer),
            directory=FakeDirectory(),
            durable=FakeDurable(),
            progress=FakeProgress(),
            pictures=FakePictures(),
            clock=lambda: NOON,
            link_to=lambda _: "",
            health=FakeHealth(),
        )
        try:
            yield Door(database, Dispatcher(world_of(lambda: RULES, stores, outside)), designer, Asking(database))
        finally:
            database.close()
