"""The bot, wired: from its configuration to something that can be started and stopped."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from opsbot.actions.delivering import Mouth
from opsbot.actions.dispatcher import Dispatcher
from opsbot.actions.suggesting import Suggestions
from opsbot.actions.world import World
from opsbot.assembly.duties import duties_of
from opsbot.assembly.rules import rules_of
from opsbot.dataiku import DSSClient, Patience
from opsbot.dataiku.catalog import NodeCatalog
from opsbot.dataiku.gateway import Nodes
from opsbot.domain.redaction import redacting
from opsbot.durable import DurableWork
from opsbot.errors import ConfigError, StoreError
from opsbot.grammar import manual
from opsbot.http import HttpServer, routes
from opsbot.slack import (
    EVENTS_PATH,
    FormListeners,
    KeptWebClient,
    Listeners,
    Opener,
    Pool,
    Replier,
    ShortcutListeners,
    SlackDirectory,
    SlackMessenger,
    SocketConnection,
    Suggesting,
    Turns,
    http_application,
    who_am_i,
)
from opsbot.store import (
    AuditStore,
    Database,
    DeliveryStore,
    Keeper,
    PackagingStore,
    PauseStore,
    PolicyStore,
    ReplicaStore,
    RequestStore,
    SeenStore,
    SnapshotStore,
    is_current,
    migrate,
)

if TYPE_CHECKING:
    from types import TracebackType

    from pydantic import SecretStr

    from opsbot.actions.ports import Messenger, Waiting
    from opsbot.config import Config, NodeConfig
    from opsbot.domain.rules import Rules
    from opsbot.durable import Tempo


_log = logging.getLogger(__name__)

_FINISHING_SECONDS = 15.0
_TURNED_AWAY_WAITING = 100


class Bot:
    """The whole of opsbot, wired but not yet heard of: `start` opens its ears, `stop` finishes what was begun."""

    def __init__(self, config: Config, pool: Pool | None = None, tempo: Tempo | None = None) -> None:
        turns = Turns()
        self.database = open_database(config, turns.given_up)
        self.nodes = open_nodes(config, turns.given_up)
        self.client = open_slack(config, turns.given_up)
        self._telling = open_slack(config, turns.given_up, patient=False)
        self.pool = pool or Pool(config.work.threads, config.work.queue, turns)
        self._spare = Pool(1, _TURNED_AWAY_WAITING, turns)
        identity = who_am_i(self.client)
        rules = rules_of(config)
        directory = SlackDirectory(self.client, rules.access.groups, waiting=turns.given_up)
        duties = duties_of(lambda: self.world, lambda: self._mouth, turns)
        url = config.database.url.get_secret_value()
        self.durable = DurableWork(url, duties, ReplicaStore(self.database), tempo)
        self.world = self.make_world(rules, directory, secrets_of(config))
        messenger = SlackMessenger(
            self._telling,
            directory,
            rules.access,
            pauses=self.world.pauses.active,
            policies=self.world.policies.in_force,
            command_name=config.slack.command,
        )
        self._mouth = self.make_mouth(messenger)
        dispatcher = Dispatcher(self.world)
        self.catalog = NodeCatalog(self.nodes, tuple(config.nodes), turns.given_up)
        opener, replier = Opener(self.client), Replier(self.client, identity.user)
        forms = FormListeners(
            dispatcher=dispatcher,
            pool=self.pool,
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
        )
        self.listeners = Listeners(
            dispatcher=dispatcher,
            pool=self.pool,
            spare=self._spare,
            replier=replier,
            directory=directory,
            seen=SeenStore(self.database),
            clock=now,
            command_name=config.slack.command,
            bot_user=identity.user,
            forms=forms,
            shortcuts=shortcuts,
        )
        checks = {"database": self.database.ping}
        applications = {}
        self._socket: SocketConnection | None = None
        if config.slack.mode == "socket":
            self._socket = SocketConnection(self.client, identity, self.listeners, _secret(config.slack.app_token))
            checks["socket"] = self._socket.is_open
        else:
            secret = _secret(config.slack.signing_secret)
            applications[EVENTS_PATH] = http_application(self.client, identity, self.listeners, secret)
        self.http = HttpServer(routes(applications, checks), config.http.host, config.http.port, config.http.threads)

    def start(self) -> None:
        """Put the policies in force, carry on what was left undone, and begin to listen."""
        if self.world.policies.put_in_force(self.world.rules.policies, now()):
            _log.info("other policies are in force from now on")
        self.durable.start()
        self.http.start()
        if self._socket is not None:
            self._socket.open()

    def stop(self) -> None:
        """Take nothing more, finish what was taken, and let go of everything."""
        if self._socket is not None:
            self._socket.close()
        self.http.close()
        self.pool.close()
        self._spare.close()
        self.durable.stop(_FINISHING_SECONDS)
        self.catalog.close()
        self.nodes.close()
        self.client.close()
        self._telling.close()
        self.database.close()

    def make_world(self, rules: Rules, directory: SlackDirectory, secrets: list[str]) -> World:
        """Put together what the actions reach."""
        database = self.database
        audit = AuditStore(database, redacting(secrets))
        keeper = Keeper(database, audit, self.durable.deliver)
        return World(
            rules=rules,
            designer=self.nodes,
            requests=RequestStore(database, keeper),
            packagings=PackagingStore(database, keeper),
            policies=PolicyStore(database),
            pauses=PauseStore(database, keeper),
            snapshots=SnapshotStore(database),
            deliveries=DeliveryStore(database),
            audit=audit,
            directory=directory,
            durable=self.durable,
            manual=manual,
            clock=now,
        )

    def make_mouth(self, messenger: Messenger) -> Mouth:
        """Put together what says in Slack what isn't an answer."""
        world = self.world
        return Mouth(world.deliveries, world.requests, world.packagings, messenger, now)

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


def open_database(config: Config, waiting: Waiting = nullcontext) -> Database:
    """Open the database, with its schema as this version needs it; StoreError where a person must migrate first.

    An SQLite file has no other user, so it is migrated on the spot; a server may have other replicas on it.
    """
    database = Database(config.database.url.get_secret_value(), waiting)
    if database.is_embedded:
        migrate(database)
    elif not is_current(database):
        database.close()
        raise StoreError("The database's schema isn't the one that this version needs: run “opsbot migrate” first.")
    return database


def open_nodes(config: Config, waiting: Waiting = nullcontext) -> Nodes:
    """Make a client for every node; nothing is called yet."""
    return Nodes({name: _node_client(name, node, waiting) for name, node in config.nodes.items()})


def open_slack(config: Config, waiting: Waiting = nullcontext, *, patient: bool = True) -> KeptWebClient:
    """Make Slack's client; nothing is called yet. One that isn't patient tells at once that it is to come back later."""
    return KeptWebClient(_secret(config.slack.bot_token), str(config.slack.api_url), waiting, patient=patient)


def secrets_of(config: Config) -> list[str]:
    """List every secret of the configuration, for them to be taken out of what is kept."""
    slack = (config.slack.bot_token, config.slack.app_token, config.slack.signing_secret)
    nodes = (node.api_key for node in config.nodes.values())
    return [_secret(secret) for secret in (*slack, *nodes) if secret is not None]


def now() -> datetime:
    """Tell the time, in UTC."""
    return datetime.now(UTC)


def _node_client(name: str, node: NodeConfig, waiting: Waiting) -> DSSClient:
    certificate = str(node.client_certificate) if node.client_certificate is not None else None
    key = str(node.client_key) if node.client_key is not None else None
    try:
        return DSSClient(
            str(node.url),
            _secret(node.api_key),
            client_certificate=(certificate, key) if certificate is not None and key is not None else certificate,
            ca_bundle=str(node.ca_bundle) if node.ca_bundle is not None else None,
            patience=Patience(
                connect=node.connect_timeout.total_seconds(),
                read=node.read_timeout.total_seconds(),
                long_read=node.long_timeout.total_seconds(),
            ),
            waiting=waiting,
        )
    except ValueError as error:
        raise ConfigError(f"The node “{name}” can't be called as nodes.{name} says: {error}") from error


def _secret(value: SecretStr | None) -> str:
    return value.get_secret_value() if value is not None else ""
