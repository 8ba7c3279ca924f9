"""What the configuration names, opened: the database, the nodes, Slack."""

from __future__ import annotations

import math
from contextlib import ExitStack, nullcontext
from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING

from opsbot.dataiku import DSSClient, Patience
from opsbot.dataiku.gateway import Nodes
from opsbot.domain.redaction import redacting
from opsbot.errors import ConfigError, StoreError
from opsbot.slack import KeptWebClient
from opsbot.store import Database, existing, is_current, migrate, secrets_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import SecretStr

    from opsbot.actions.ports import Waiting
    from opsbot.config import Config, NodeConfig
    from opsbot.dataiku.timed import NodeCall, NoteNode
    from opsbot.slack import SlackCall
    from opsbot.slack.transport.timed import NoteSlack


def unnoted(_: NodeCall | SlackCall) -> None:
    """Take no note."""


def open_database(config: Config, waiting: Waiting = nullcontext, *, is_ours: bool = True) -> Database:
    """Open the database, with its schema as this version needs it; StoreError where a person must migrate first.

    An SQLite file that `is_ours` has no other user, so it is made and migrated on the spot; a server may have other
    replicas on it. One that isn't ours is never made: StoreError says what makes it.
    """
    url = config.database.url.get_secret_value()
    database = Database(url, waiting) if is_ours else existing(url, waiting)
    with ExitStack() as if_it_fails:
        if_it_fails.callback(database.close)
        if database.is_embedded and is_ours:
            migrate(database)
        elif not is_current(database):
            raise StoreError("The database's schema isn't the one that this version needs: run “opsbot migrate” first.")
        if_it_fails.pop_all()
    return database


def open_nodes(
    config: Config, waiting: Waiting = nullcontext, note: Callable[[str], NoteNode] = lambda _: unnoted
) -> Nodes:
    """Make a client for every node; nothing is called yet. `note` gives what takes note of a node's requests."""
    clients = {name: _node_client(name, node, waiting, note(name)) for name, node in config.nodes.items()}
    return Nodes(clients, redacting(secrets_of(config)), waiting)


def open_slack(
    config: Config, waiting: Waiting = nullcontext, *, patience: float = math.inf, note: NoteSlack = unnoted
) -> KeptWebClient:
    """Make Slack's client; nothing is called yet. `patience` is how many seconds it waits where it is to come back later."""
    token, url = secret_of(config.slack.bot_token), str(config.slack.api_url)
    return KeptWebClient(token, url, waiting, patience=patience, note=note)


def version() -> str:
    """Tell which version of opsbot this is."""
    return metadata.version("opsbot")


def secrets_of(config: Config) -> list[str]:
    """List every secret of the configuration, for them to be taken out of what is kept."""
    slack = (config.slack.bot_token, config.slack.app_token, config.slack.signing_secret)
    nodes = (node.api_key for node in config.nodes.values())
    single = [secret_of(secret) for secret in (*slack, *nodes) if secret is not None]
    return [*single, *secrets_in(config.database.url.get_secret_value())]


def now() -> datetime:
    """Tell the time, in UTC."""
    return datetime.now(UTC)


def _node_client(name: str, node: NodeConfig, waiting: Waiting, note: NoteNode) -> DSSClient:
    certificate = str(node.client_certificate) if node.client_certificate is not None else None
    key = str(node.client_key) if node.client_key is not None else None
    try:
        return DSSClient(
            str(node.url),
            secret_of(node.api_key),
            client_certificate=(certificate, key) if certificate is not None and key is not None else certificate,
            ca_bundle=str(node.ca_bundle) if node.ca_bundle is not None else None,
            patience=Patience(
                connect=node.connect_timeout.total_seconds(),
                read=node.read_timeout.total_seconds(),
                long_read=node.long_timeout.total_seconds(),
            ),
            waiting=waiting,
            note=note,
        )
    except ValueError as error:
        raise ConfigError(f"The node “{name}” can't be called as nodes.{name} says: {error}") from error


def secret_of(value: SecretStr | None) -> str:
    """Give the secret in plain; nothing where there is none."""
    return value.get_secret_value() if value is not None else ""
