"""What can only be found wrong by calling Slack, the nodes and the database."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from opsbot.assembly.opening import open_nodes, open_slack
from opsbot.assembly.rules import rules_of
from opsbot.domain.policy_faults import policy_faults
from opsbot.errors import (
    ConfigError,
    DSSError,
    DSSUnavailableError,
    DSSUnreadableError,
    DSSUntrustedError,
    StoreError,
)
from opsbot.slack import SlackDirectory, who_am_i
from opsbot.slack.identity import try_app_token, try_people
from opsbot.store import Database, is_current

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from opsbot.config import Config
    from opsbot.dataiku.gateway import Nodes


def faults_online(config: Config) -> tuple[str, ...]:
    """Call Slack, every node and the database; gives what doesn't work, a line each."""
    return (*_slack_faults(config), *_group_faults(config), *_node_faults(config), *_database_faults(config))


def notices_online(config: Config) -> tuple[str, ...]:
    """Tell what isn't there yet and needn't be."""
    with closing(Database(config.database.url.get_secret_value())) as database:
        if database.file is None or database.file.exists() or not _can_be_made(database.file):
            return ()
        return (f"The database {database.file} isn't there yet: serve makes it",)


def _slack_faults(config: Config) -> Iterator[str]:
    client = open_slack(config)
    try:
        try_people(client, who_am_i(client))
    except ConfigError as error:
        yield f"slack.bot_token: {error}"
    try:
        if config.slack.mode == "socket" and config.slack.app_token is not None:
            try_app_token(client, config.slack.app_token.get_secret_value())
    except ConfigError as error:
        yield f"slack.app_token: {error}"
    finally:
        client.close()


def _group_faults(config: Config) -> Iterator[str]:
    """Find user groups that Slack doesn't know, and policies that the members of those it knows can't satisfy."""
    rules = rules_of(config)
    client = open_slack(config)
    try:
        directory = SlackDirectory(client, rules.access.groups)
        if rules.access.groups and directory.problem():
            yield f"grants: {directory.problem()}"
            return
        unknown = sorted(group for group in rules.access.groups if not directory.members(group))
        yield from (f"grants: the user group “{group}” isn't there, or has no members" for group in unknown)
        yield from policy_faults(rules, directory.members)
    finally:
        client.close()


def _node_faults(config: Config) -> list[str]:
    try:
        opened = open_nodes(config)
    except ConfigError as error:  # a file isn't what it should be
        return [str(error)]
    with closing(opened) as nodes, ThreadPoolExecutor(len(nodes.names)) as threads:
        return [fault for fault in threads.map(partial(_node_fault, nodes), nodes.names) if fault]


def _node_fault(nodes: Nodes, name: str) -> str:
    """Say why a node can't be used, and which setting may mend it; nothing where it can."""
    try:
        nodes.projects(name)
    except DSSError as error:
        trouble = error.reply.trouble if error.reply is not None else ""
        said = error.happened.removesuffix(".") + f": {trouble}" * bool(trouble)
        return f"nodes.{name}: {said} ({_remedy(name, error)})"
    return ""


def _remedy(name: str, error: DSSError) -> str:
    match error:
        case DSSUntrustedError() if "expired" in error.happened:
            return "whoever runs the node has to renew it"
        case DSSUntrustedError() if "not valid for" in error.happened:
            return f"write nodes.{name}.url with a name that the certificate is for"
        case DSSUntrustedError():
            return f"name its authority in nodes.{name}.ca_bundle: those that the machine trusts aren't asked"
        case DSSError(status=HTTPStatus.UNAUTHORIZED):
            return f"set OPSBOT_NODES__{name.upper()}__API_KEY, or api_key_file, to a key that it knows"
        case DSSUnreadableError() | DSSUnavailableError(status=None):
            return f"is nodes.{name}.url right, with http or https, and the port?"
        case _:
            return error.advice or "the node's log says more"


def _database_faults(config: Config) -> Iterator[str]:
    database = Database(config.database.url.get_secret_value())
    file = database.file
    try:
        if file is not None and not file.exists():  # to connect would make it, for whoever happens to check
            if not _can_be_made(file):
                yield f"database: its file can't be made in the folder {file.absolute().parent}."
        elif not is_current(database) and not database.is_embedded:
            yield "database: its schema isn't the one that this version needs: run “opsbot migrate”."
    except StoreError as error:
        yield " ".join((f"database: {error}", *getattr(error, "__notes__", ())))
    finally:
        database.close()


def _can_be_made(file: Path) -> bool:
    return os.access(file.absolute().parent, os.W_OK | os.X_OK)
