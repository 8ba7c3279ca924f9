"""The bot, wired: from its configuration to something that can be started and stopped."""

from __future__ import annotations

import threading
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Self

from opsbot.actions.delivering import Mouth
from opsbot.actions.fetching import clear_leftovers
from opsbot.actions.homes import HomePainter
from opsbot.actions.telling import Teller
from opsbot.assembly.duties import duties_of
from opsbot.assembly.listening import Ears, Workers
from opsbot.assembly.lookout import Lookout
from opsbot.assembly.measuring import MeasuredDispatcher, Measuring
from opsbot.assembly.opening import now, open_database, open_nodes, open_slack, secret_of, secrets_of, version
from opsbot.assembly.readiness import Health, NodeProbe, asked_seldom
from opsbot.assembly.reloading import begin_with, follow, needing_restart, rules_to_follow
from opsbot.assembly.rules import rules_of
from opsbot.assembly.stores import Outside, open_stores, world_of
from opsbot.dataiku.catalog import NodeCatalog
from opsbot.dataiku.survey import NodeSurvey
from opsbot.durable import DurableWork
from opsbot.http import HttpServer, routes
from opsbot.pictures import Drawing
from opsbot.slack import (
    Budget,
    Memory,
    SlackDirectory,
    SlackHomeScreen,
    SlackMessenger,
    SlackNews,
    SlackProgress,
    Turns,
    who_am_i,
)
from opsbot.slack.app import EVENTS_PATH, http_application, socket_connection
from opsbot.store import NoteStore, PruningStore, RecordStore, ReplicaStore, SeenStore
from opsbot.telemetry import Queue, Readings

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from wsgiref.types import WSGIApplication

    from opsbot.actions.ports import Clock, Messenger
    from opsbot.actions.stores import Sights
    from opsbot.actions.world import World
    from opsbot.assembly.stores import Stores
    from opsbot.config import Config
    from opsbot.domain.rules import Rules
    from opsbot.durable import Tempo
    from opsbot.slack import Identity, Pool
    from opsbot.slack.transport.socket_mode import SocketConnection


_FINISHING_SECONDS = 20.0
"""For what was taken, and for what was begun durably: the work that survives a crash goes on beside the answers."""
_ANSWERING_SECONDS = 12.0
"""Of these, for answers: Slack may keep one waiting for half a minute, and until they are given durable work is begun."""
_ASKING_SECONDS = 8.0
"""For so long a node may keep those waiting who only ask it something, once the bot is told to stop."""
_WHO_SECONDS = 30.0
"""So long people wait where Slack asks to come back later before it says who they are; else they are told that."""


class Bot:
    """The whole of opsbot, wired but not yet heard of: `start` opens its ears, `stop` finishes what was begun."""

    def __init__(
        self, config: Config, pool: Pool | None = None, tempo: Tempo | None = None, clock: Clock = now
    ) -> None:
        self._clock = clock
        turns = Turns()
        waiting = turns.given_up
        self._waiting = waiting
        self.measuring = Measuring.begun(version())
        self._command_name = config.slack.command
        self.database = open_database(config, waiting)
        self.nodes = open_nodes(config, waiting, self.measuring.node)
        self._survey = NodeSurvey(self.nodes, waiting, turns.taken)
        self.catalog = NodeCatalog(self.nodes, tuple(config.nodes), waiting)
        self.client = open_slack(config, waiting, note=self.measuring.slack)
        self._telling = open_slack(config, waiting, patience=0, note=self.measuring.slack)
        self._budget = Budget()
        self.progress = SlackProgress(self._telling, self._budget, waiting)
        self._workers = Workers.hired(config, turns, pool)
        self.pool = self._workers.pool
        identity = who_am_i(self.client)
        self._config, self._rules = config, rules_of(config)
        notes = None if self.database.is_embedded else NoteStore(self.database)
        memory = Memory(waiting=waiting, notes=notes)
        groups, guests = self._rules.access.groups, self._rules.guests
        asking = self.client.with_patience(_WHO_SECONDS)
        directory = SlackDirectory(asking, groups, memory, home=identity, guests=guests)
        replicas = ReplicaStore(self.database)
        prune = PruningStore(self.database).prune
        duties = duties_of(lambda: self.world, lambda: self._mouth, prune, turns, self.measuring)
        self.durable = DurableWork(self.database.url, duties, replicas, tempo, waiting)
        stores = open_stores(self.database, secrets_of(config), self.durable.deliver, clock, self.measuring.entry)
        self._rulebook = stores.rulebook
        self._health = self._make_health(self._rules)
        self._directory = directory
        self.world = self.make_world(lambda: self._rules, stores, directory, identity)
        self._lookout = self.make_lookout(config, stores.sights, replicas, turns)
        self.homes = HomePainter(self.world, SlackHomeScreen(self._telling, self._command_name))
        self._mouth = self.make_mouth(self._messenger(directory))
        self.listeners = self._ears(identity, directory).listeners()
        self._socket, self.http = self._doors(config, identity)

    def start(self) -> None:
        """Put the policies in force, carry on what was left undone, and begin to listen."""
        self._health.begin()
        begin_with(self._rules, self._rulebook, now())
        clear_leftovers(now())
        self.progress.start()
        self.durable.start()
        self._lookout.start()
        self.http.start()
        if self._socket is not None:
            self._socket.open()

    def reload(self, config: Config) -> None:
        """Go by what this configuration decides from now on, as far as that can change while the bot runs.

        Raises StoreError where the policies, or the record of it, can't be kept: then nothing has changed here.
        """
        rules, before = rules_to_follow(config, self._config), self._rules
        follow(rules, before, needing_restart(config, self._config), self._rulebook, now())
        self._directory.follow(rules.access.groups, guests=rules.guests)
        self._rules = rules

    def stop(self) -> None:
        """Take nothing more, finish what was taken, and let go of everything."""
        until = monotonic() + _FINISHING_SECONDS
        if self._socket is not None:
            self._socket.close()
        self.http.close()
        self.nodes.hurry()
        self._lookout.end()
        patience = threading.Timer(_ASKING_SECONDS, self.nodes.hang_up)
        patience.start()
        self._workers.close(_ANSWERING_SECONDS)
        self.durable.stop(max(until - monotonic(), 0.0))
        patience.cancel()
        self.nodes.hang_up()
        self._lookout.stop()
        self._survey.close()
        self.progress.close()
        self.catalog.close()
        self.nodes.close()
        self.client.close()
        self._telling.close()
        self.measuring.spans.close()
        self.database.close()

    def make_world(
        self, ruling: Callable[[], Rules], stores: Stores, directory: SlackDirectory, identity: Identity
    ) -> World:
        """Put together what the actions reach."""
        pictures = Drawing(self._waiting)
        outside = Outside(
            designer=self.nodes,
            survey=self._survey,
            directory=directory,
            durable=self.durable,
            progress=self.progress,
            pictures=pictures,
            health=self._health,
            clock=self._clock,
            link_to=identity.link_to,
        )
        return world_of(ruling, stores, outside)

    def make_lookout(self, config: Config, sights: Sights, replicas: ReplicaStore, turns: Turns) -> Lookout:
        """Put together what looks at the nodes."""
        measuring = self.measuring
        return Lookout(
            config, self.world, self.nodes, sights=sights, replicas=replicas, turns=turns, measuring=measuring
        )

    def make_mouth(self, messenger: Messenger) -> Mouth:
        """Put together what says in Slack what isn't an answer."""
        world = self.world
        news = SlackNews(self._telling, self._budget, self._command_name)
        return Mouth(
            world.deliveries,
            world.requests,
            world.changes,
            messenger,
            self._clock,
            paint=self.homes.paint,
            teller=Teller(world, world.events, news),
            wake=world.durable.deliver,
        )

    def _messenger(self, directory: SlackDirectory) -> SlackMessenger:
        world = self.world
        return SlackMessenger(
            self._telling,
            directory,
            lambda: world.rules.access,
            pauses=world.pauses.active,
            policies=world.policies.in_force,
            command_name=self._command_name,
            budget=self._budget,
        )

    def _ears(self, identity: Identity, directory: SlackDirectory) -> Ears:
        return Ears(
            dispatcher=MeasuredDispatcher(self.world, self.measuring),
            workers=self._workers,
            client=self.client,
            identity=identity,
            directory=directory,
            progress=self.progress,
            catalog=self.catalog,
            seen=SeenStore(self.database),
            homes=self.homes,
            command_name=self._command_name,
        )

    def _doors(self, config: Config, identity: Identity) -> tuple[SocketConnection | None, HttpServer]:
        """Make the ways by which Slack and whoever runs the bot reach it: a socket, if that is the mode, and HTTP."""
        database, voice = asked_seldom(self.database.ping), self._mouth.voice
        checks: dict[str, Callable[[], bool]] = {"database": database, "slack": voice.is_there}
        meter = self.measuring.metrics
        applications: dict[str, WSGIApplication] = {}
        socket = None
        if config.slack.mode == "socket":
            socket = socket_connection(self.client, identity, self.listeners, secret_of(config.slack.app_token), meter)
            checks["socket"] = socket.is_open
        else:
            secret = secret_of(config.slack.signing_secret)
            applications[EVENTS_PATH] = http_application(self.client, identity, self.listeners, secret, meter)
        self._health.checks.update(checks)
        told, pages = {"nodes": self._health.nodes}, {"/metrics": meter.page}
        answers = routes(applications, checks, told, pages, is_starting=self._health.is_starting)
        http = HttpServer(answers, config.http.host, config.http.port, config.http.threads)
        queues = {**self._workers.queues(), "http": Queue(http.waiting, http.going_on)}
        meter.add(Readings(queues, self._health.outlook, self._health.records_if_readable))
        return socket, http

    def _make_health(self, rules: Rules) -> Health:
        """Put together what tells how this replica is, and all of them."""
        probes = {name: NodeProbe(partial(self.nodes.projects, name)) for name in rules.nodes}
        return Health(version(), RecordStore(self.database).read, probes, self._clock, self._waiting)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
