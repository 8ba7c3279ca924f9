"""Looking at the nodes for what nobody told us: packages made or deleted in the node's own pages, or by a script."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass, field, replace
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING

from opsbot.domain.authorization import covers
from opsbot.domain.changes import GOING_ON, ChangeState
from opsbot.domain.difference import Snapshot
from opsbot.domain.globs import may_meet
from opsbot.domain.references import can_be_named, is_version
from opsbot.domain.sights import SETTINGS_EVERY, NodeSight, Sight, gone, is_due, news_between
from opsbot.domain.watching import Topic
from opsbot.errors import DSSError, DSSUnavailableError, DSSUnreadableError, OpsbotError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from opsbot.actions.stores import Sights
    from opsbot.actions.surveys import Survey
    from opsbot.actions.world import World
    from opsbot.domain.models import Package
    from opsbot.domain.references import ServiceRef
    from opsbot.domain.watching import Event

_log = logging.getLogger(__name__)

_SHORTEST_REST, _LONGEST_REST = timedelta(minutes=1), timedelta(minutes=15)
_RESTING_ROUNDS = 10
"""Who wants to hear soon wants to hear soon, too, that a node answers again: a rest is no more than so many intervals."""
_LONGEST_ASKED = timedelta(days=1)
"""A node that asks for more has a wrong clock, or means something else."""
_JITTER = 0.1
_SERVER_ERRORS = 500
_IN_ONE_GO = 128
"""A node that stops answering in the middle of a round is asked no more than so many times after that."""


LOOKED, SILENT, FAULT = "looked", "silent", "fault"
"""What comes of a round."""


def _unnoted(_node: str, _outcome: str, _seconds: float) -> None:
    pass


class _SilentError(Exception):
    """The node doesn't answer, or asks to be left alone for so many seconds."""

    def __init__(self, error: DSSError, asked: float) -> None:
        super().__init__(str(error))
        self.asked = asked


@dataclass(frozen=True, slots=True)
class Poll:
    """Looks at what somebody watches, and keeps what is new together with what is to be told of it.

    One process at a time does so. `is_over` tells whether it is to stop; what was seen by then isn't kept. `note` hears
    of each round: the node, what came of it, and how many seconds it took.
    """

    world: World
    survey: Survey
    sights: Sights
    interval: timedelta
    is_over: Callable[[], bool]
    draw: Callable[[float, float], float] = field(default=random.uniform)
    note: Callable[[str, str, float], None] = field(default=_unnoted)

    def __call__(self) -> None:
        """Look at each node that is due."""
        watched = tuple({watch.services for watch in self.world.watches.going_on()})
        for node in self.world.rules.nodes:
            before = self.sights.node(node)
            if before.next_at is None or before.next_at <= self.world.clock():
                began = perf_counter()
                outcome = self._try_to_look_at(before, tuple(glob for glob in watched if may_meet(glob, f"{node}:*")))
                if outcome:
                    self.note(node, outcome, perf_counter() - began)

    def _try_to_look_at(self, before: NodeSight, watched: tuple[str, ...]) -> str:
        """Look, and let a fault of ours at one node keep nobody from looking at the others."""
        try:
            return self._look_at(before, watched)
        except OpsbotError:
            raise
        except Exception:  # noqa: BLE001 - logged whole, and the node is left alone for a while
            if self.is_over():
                return ""
            _log.exception("%s can't be looked at", before.node)
            failures = before.failures + 1
            resting = replace(before, round=before.round + 1, next_at=self._next(failures, 0), failures=failures)
            self.sights.keep(resting, (), (), (), self.world.clock())
            return FAULT

    def _look_at(self, before: NodeSight, watched: tuple[str, ...]) -> str:
        """Do a round; tells in a word what came of it, or nothing where it wasn't one."""
        node = replace(before, round=before.round + 1)
        if not watched:
            self.sights.forget(before.node)
            return ""
        round_ = _Round(self, node, watched)
        try:
            round_.look()
        except _SilentError as error:
            if self.is_over():
                return ""
            self._rest(node, str(error), error.asked)
            return SILENT
        if self.is_over():
            return ""
        failures = before.failures + 1 if round_.failed else 0
        ended = replace(node, next_at=self._next(failures, round_.asked), failures=failures, problem="")
        said = f"{node.node} answers again." if before.problem else ""
        events = sorted(round_.events, key=lambda event: event.at)  # as it happened, not as the node lists it
        self.sights.keep(ended, round_.changed, round_.gone, events, self.world.clock(), said_of_node=said)
        return LOOKED

    def _rest(self, node: NodeSight, problem: str, asked: float) -> None:
        """Leave a node alone that doesn't answer, the longer the more often that was so; it is told once."""
        _log.warning("%s isn't looked at now: %s", node.node, problem)
        failures = node.failures + 1
        said = "" if node.problem else f"{node.node} doesn't answer: {problem}"
        resting = replace(node, next_at=self._next(failures, asked), failures=failures, problem=problem)
        self.sights.keep(resting, (), (), (), self.world.clock(), said_of_node=said)

    def _next(self, failures: int, asked: float) -> datetime:
        """Tell when the next look is due: not on the beat of anybody else's clock, and later after failures.

        It isn't before the seconds are over that the node `asked` for.
        """
        longest = max(min(self.interval * _RESTING_ROUNDS, _LONGEST_REST), _SHORTEST_REST, self.interval)
        wait = min(self.interval * (1 << min(failures, 10)), longest)
        drawn = wait * self.draw(1 - _JITTER, 1 + _JITTER)
        return self.world.clock() + max(drawn, min(timedelta(seconds=asked), _LONGEST_ASKED))


class _Round:
    """One round of looks at one node."""

    def __init__(self, poll: Poll, node: NodeSight, watched: tuple[str, ...]) -> None:
        self.changed: list[Sight] = []
        self.gone: list[ServiceRef] = []
        self.events: list[Event] = []
        self.failed = False
        self.asked = 0.0
        """The seconds for which the node asked to be left alone."""
        self._poll = poll
        self._survey = poll.survey
        self._node = node
        self._watched = watched
        self._now = poll.world.clock()

    def look(self) -> None:
        """Look at all that is due. Raises _SilentError."""
        before = self._poll.sights.of(self._node.node)
        listed = self._services(before)
        due = [each for each in listed if is_due(before.get(each), each, self._node.round)]
        packages = self._packages(due)
        # After the looks: a change that was made before them, and isn't kept yet, goes on still.
        ours = self._being_changed()
        after = {each: Sight(each, found) for each, found in packages.items() if each not in ours}
        self._add_settings(before, after)
        for service, sight in after.items():
            self._compare(before.get(service), sight)

    def _services(self, before: Mapping[ServiceRef, Sight]) -> list[ServiceRef]:
        """List what is watched, and notice which services are gone."""
        try:
            projects = self._survey.projects(self._node.node)
        except DSSError as error:
            raise _SilentError(error, _asked(error)) from error
        wanted = [each for each in projects if any(may_meet(glob, f"{each}/*") for glob in self._watched)]
        gathered = self._survey.services(wanted)
        self._heed(gathered.failed.values(), len(wanted))
        # What nobody could ask for nobody hears of: kept, it could not be read again, and no node would be looked at.
        found = (service.ref for services in gathered.found.values() for service in services)
        listed = [service for service in found if can_be_named(service)]
        there = set(listed)
        for service, sight in before.items():
            if not covers(self._watched, service):
                self.gone.append(service)  # nobody watches it any more: later its first sight isn't news again
            elif service.project_ref in gathered.found and service not in there:
                self.gone.append(service)
                self.events.append(gone(sight, self._now))
        return [each for each in listed if covers(self._watched, each)]

    def _packages(self, due: Sequence[ServiceRef]) -> dict[ServiceRef, tuple[Package, ...]]:
        found: dict[ServiceRef, tuple[Package, ...]] = {}
        for some in self._in_goes(due):
            gathered = self._survey.packages(some)
            self._heed(gathered.failed.values(), len(some))
            found |= {
                service: tuple(package for package in packages if is_version(package.version))
                for service, packages in gathered.found.items()
            }
        return found

    def _add_settings(self, before: Mapping[ServiceRef, Sight], after: dict[ServiceRef, Sight]) -> None:
        """Read the settings of what changed, and from time to time of all; what isn't read stays as it was."""
        is_time = self._node.round % SETTINGS_EVERY == 0
        asked = [each for each, sight in after.items() if is_time or _has_other_packages(before.get(each), sight)]
        for service, sight in after.items():
            known = before.get(service)
            if known is not None:
                after[service] = replace(sight, auth=known.auth, endpoints=known.endpoints)
        for some in self._in_goes(asked):
            gathered = self._survey.glances(some)
            self._heed(gathered.failed.values(), len(some))
            for service, setup in gathered.found.items():
                endpoints = tuple(endpoint.id for endpoint in setup.endpoints)
                after[service] = replace(after[service], auth=setup.auth_method, endpoints=endpoints)

    def _compare(self, before: Sight | None, after: Sight) -> None:
        if before is not None and _same(before, after):
            return
        happened = news_between(before, after, self._now)
        made = {event.version for event in happened if event.topic is Topic.PACKAGED}
        self._keep_setup(after.service, [package for package in after.packages if package.version in made])
        self.events += happened
        self.changed.append(replace(after, round=self._node.round))

    def _keep_setup(self, service: ServiceRef, made: Sequence[Package]) -> None:
        """Keep how the service is set up, as the snapshot of the packages that are seen for the first time."""
        world = self._poll.world
        fresh = [each for each in made if world.snapshots.find(service, each.version, each.created_on) is None]
        if not fresh:
            return
        try:
            setup = world.designer.setup(service)
        except DSSError as error:
            _log.warning("how %s is set up can't be read: %s", service, error)
            return
        for package in fresh:
            world.snapshots.keep(Snapshot(service, package.version, package.created_on, world.clock(), setup))

    def _being_changed(self) -> set[ServiceRef]:
        """Name the services that somebody has us change: what comes of that is told by who does it."""
        going_on = GOING_ON | {ChangeState.UNKNOWN}
        return {change.service for change in self._poll.world.changes.in_states(going_on)}

    def _in_goes(self, services: Sequence[ServiceRef]) -> Iterator[Sequence[ServiceRef]]:
        for start in range(0, len(services), _IN_ONE_GO):
            if self._poll.is_over():
                return
            yield services[start : start + _IN_ONE_GO]

    def _heed(self, errors: Iterable[DSSError], asked: int) -> None:
        """Notice that the node can't keep up, or says nothing at all any more.

        A 500 is the answer of a live node to what is broken on it, unless it is the answer to everything.
        """
        failed = [each for each in errors if _is_trouble(each)]
        unavailable = [each for each in failed if isinstance(each, DSSUnavailableError)]
        self.failed = self.failed or bool(unavailable)
        self.asked = max([self.asked, *map(_asked, unavailable)])
        if failed and len(failed) == asked and (unavailable or asked > 1):
            raise _SilentError(failed[0], self.asked)


def _is_trouble(error: DSSError) -> bool:
    """Tell whether it is the node that is in trouble, not what was asked of it."""
    return isinstance(error, DSSUnavailableError | DSSUnreadableError) or (error.status or 0) >= _SERVER_ERRORS


def _asked(error: DSSError) -> float:
    """Tell for how many seconds the node asked to be left alone."""
    return (error.reply.retry_after if error.reply is not None else None) or 0.0


def _has_other_packages(before: Sight | None, after: Sight) -> bool:
    return before is None or _keys(before) != _keys(after)


def _same(before: Sight, after: Sight) -> bool:
    settings = (before.auth, before.endpoints) == (after.auth, after.endpoints)
    return settings and _keys(before) == _keys(after)


def _keys(sight: Sight) -> set[tuple[str, datetime | None]]:
    return {(package.version, package.created_on) for package in sight.packages}
