"""The bot, wired: from its configuration to something that can be started and stopped."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from opsbot.actions.delivering import Mouth
from opsbot.actions.dispatcher import Dispatcher
from opsbot.actions.fetching import clear_leftovers
from opsbot.actions.homes import HomePainter
from opsbot.actions.polling import Poll
from opsbot.actions.suggesting import Suggestions
from opsbot.actions.telling import Teller
from opsbot.actions.world import World
from opsbot.assembly.duties import duties_of
from opsbot.assembly.opening import now, open_database, open_nodes, open_slack, secret_of, secrets_of
from opsbot.assembly.rules import rules_of
from opsbot.dataiku.catalog import NodeCatalog
from opsbot.dataiku.survey import NodeSurvey
from opsbot.domain.redaction import redacting
from opsbot.durable import DurableWork, Polling
from opsbot.grammar import manual
from opsbot.http import HttpServer, routes
from opsbot.pictures import Drawing
from opsbot.slack import (
    Budget,
    Doer,
    FormListeners,
    HomeListener,
    Listeners,
    Opener,
    Pool,
    Replier,
    ShortcutListeners,
    SlackDirectory,
    SlackHomeScreen,
    SlackMessenger,
    SlackNews,
    SlackProgress,
    Suggesting,
    Turns,
    who_am_i,
)
from opsbot.slack.app import EVENTS_PATH, SocketConnection, http_application
from opsbot.store import (
    AuditStore,
    DeliveryStore,
    EventStore,
    HomeStore,
    Keeper,
    NodeChangeStore,
    PauseStore,
    PolicyStore,
    PruningStore,
    ReplicaStore,
    RequestStore,
    SeenStore,
    SightStore,
    SnapshotStore,
    WatchStore,
)

if TYPE_CHECKING:
    from types import TracebackType

    from opsbot.actions.ports import Clock, Messenger
    from opsbot.config import Config
    from opsbot.domain.rules import Rules
    from opsbot.durable import Tempo


_log = logging.getLogger(__name__)

_FINISHING_SECONDS = 15.0
_TURNED_AWAY_WAITING = 100
_DOWNLOADS = 2
_DOWNLOADS_WAITING = 8


class Bot:
    """The whole of opsbot, wired but not yet heard of: `start` opens its ears, `stop` finishes what was begun."""

    def __init__(
        self, config: Config, pool: Pool | None = None, tempo: Tempo | None = None, clock: Clock = now
    ) -> None:
        self._clock = clock
        turns = Turns()
        self._turns = turns
        self._waiting = turns.given_up
        self.database = open_database(config, turns.given_up)
        self.nodes = open_nodes(config, turns.given_up)
        self._survey = NodeSurvey(self.nodes, turns.given_up, turns.taken)
        self.client = open_slack(config, turns.given_up)
        self._telling = open_slack(config, turns.given_up, patient=False)
        self.pool = pool or Pool(config.work.threads, config.work.queue, turns)
        self._spare = Pool(1, _TURNED_AWAY_WAITING, turns)
        self._slow = Pool(_DOWNLOADS, _DOWNLOADS_WAITING, None)  # the checksum of a gigabyte is a long turn
        identity = who_am_i(self.client)
        rules = rules_of(config)
        directory = SlackDirectory(self.client, rules.access.groups, waiting=turns.given_up)
        duties = duties_of(lambda: self.world, lambda: self._mouth, PruningStore(self.database).prune, turns)
        url = config.database.url.get_secret_value()
        replicas = ReplicaStore(self.database)
        self.durable = DurableWork(url, duties, replicas, tempo)
        interval, at_once = config.watching.poll_interval, config.watching.concurrency
        self._looks = NodeSurvey(self.nodes, turns.given_up, turns.taken, at_once)
        self._polling = Polling(self._look_at_nodes, replicas.polling_alone, interval.total_seconds())
        budget = Budget()
        self.progress = SlackProgress(self._telling, budget, turns.given_up)
        self.world = replace(self.make_world(rules, directory, secrets_of(config)), link_to=identity.link_to)
        messenger = SlackMessenger(
            self._telling,
            directory,
            rules.access,
            pauses=self.world.pauses.active,
            policies=self.world.policies.in_force,
            command_name=config.slack.command,
            budget=budget,
        )
        self.homes = HomePainter(self.world, SlackHomeScreen(self._telling, config.slack.command))
        self._poll = Poll(
            self.world,
            self._looks,
            SightStore(self.database, self._keeper),
            interval,
            self._polling.is_stopping,
        )
        self._news = SlackNews(self._telling, budget, config.slack.command)
        self._mouth = self.make_mouth(messenger)
        dispatcher = Dispatcher(self.world)
        self.catalog = NodeCatalog(self.nodes, tuple(config.nodes), turns.given_up)
        opener, replier = Opener(self.client), Replier(self.client, identity.user, self.progress)
        doer = Doer(dispatcher, self._slow, replier, config.slack.command)
        forms = FormListeners(
            dispatcher=dispatcher,
            doer=doer,
            pool=self.pool,
            spare=self._spare,
            replier=replier,
            opener=opener,
            suggesting=Suggesting(dispatcher, Suggestions(self.catalog, self.world.requests)),
            look_again=self.catalog.look_again,
            command_name=config.slack.command,
        )
        shortcuts = ShortcutListeners(
            dispatcher=dispatcher,
            pool=self.pool,
            spare=self._spare,
            replier=replier,
            opener=opener,
            look_again=self.catalog.look_again,
            command_name=config.slack.command,
            bot=identity.bot,
        )
        self.listeners = Listeners(
            dispatcher=dispatcher,
            pool=self.pool,
            doer=doer,
            spare=self._spare,
            replier=replier,
            directory=directory,
            seen=SeenStore(self.database),
            clock=now,
            command_name=config.slack.command,
            bot_user=identity.user,
            home=HomeListener(self.pool, self._spare, self.homes),
            forms=forms,
            shortcuts=shortcuts,
        )
        checks = {"database": self.database.ping}
        applications = {}
        self._socket: SocketConnection | None = None
        if config.slack.mode == "socket":
            self._socket = SocketConnection(self.client, identity, self.listeners, secret_of(config.slack.app_token))
            checks["socket"] = self._socket.is_open
        else:
            secret = secret_of(config.slack.signing_secret)
            applications[EVENTS_PATH] = http_application(self.client, identity, self.listeners, secret)
        self.http = HttpServer(routes(applications, checks), config.http.host, config.http.port, config.http.threads)

    def start(self) -> None:
        """Put the policies in force, carry on what was left undone, and begin to listen."""
        if self.world.policies.put_in_force(self.world.rules.policies, now()):
            _log.info("other policies are in force from now on")
        clear_leftovers(now())
        self.world.watches.put_configured(self.world.rules.watching(), now())
        self.progress.start()
        self.durable.start()
        self._polling.start()
        self.http.start()
        if self._socket is not None:
            self._socket.open()

    def stop(self) -> None:
        """Take nothing more, finish what was taken, and let go of everything."""
        if self._socket is not None:
            self._socket.close()
        self.http.close()
        self.nodes.hurry()
        self.pool.close()
        self._slow.close()
        self._spare.close()
        self._polling.stop()
        self._looks.close()
        self.durable.stop(_FINISHING_SECONDS)
        self._survey.close()
        self.progress.close()
        self.catalog.close()
        self.nodes.close()
        self.client.close()
        self._telling.close()
        self.database.close()

    def _look_at_nodes(self) -> None:
        with self._turns.taken():
            self._poll()

    def make_world(self, rules: Rules, directory: SlackDirectory, secrets: list[str]) -> World:
        """Put together what the actions reach."""
        database = self.database
        audit = AuditStore(database, redacting(secrets))
        self._keeper = keeper = Keeper(database, audit, self.durable.deliver)
        return World(
            rules=rules,
            designer=self.nodes,
            survey=self._survey,
            requests=RequestStore(database, keeper),
            changes=NodeChangeStore(database, keeper),
            policies=PolicyStore(database),
            pauses=PauseStore(database, keeper),
            snapshots=SnapshotStore(database),
            deliveries=DeliveryStore(database, self._clock),
            audit=audit,
            directory=directory,
            durable=self.durable,
            progress=self.progress,
            pictures=Drawing(self._waiting),
            manual=manual,
            clock=self._clock,
            homes=HomeStore(database, keeper),
            watches=WatchStore(database, keeper),
        )

    def make_mouth(self, messenger: Messenger) -> Mouth:
        """Put together what says in Slack what isn't an answer."""
        world = self.world
        return Mouth(
            world.deliveries,
            world.requests,
            world.changes,
            messenger,
            self._clock,
            paint=self.homes.paint,
            teller=Teller(world, EventStore(self.database), self._news),
        )

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
