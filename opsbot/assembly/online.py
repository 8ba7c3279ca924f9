"""What can only be found wrong by calling Slack and the nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.assembly.bot import open_nodes, open_slack
from opsbot.errors import ConfigError
from opsbot.slack import who_am_i

if TYPE_CHECKING:
    from opsbot.config import Config


def faults_online(config: Config) -> tuple[str, ...]:
    """Call Slack and every node; gives what doesn't work, a line each."""
    return (*_slack_faults(config), *_node_faults(config))


def _slack_faults(config: Config) -> list[str]:
    client = open_slack(config)
    try:
        who_am_i(client)
    except ConfigError as error:
        return [f"slack.bot_token: {error}"]
    finally:
        client.close()
    return []


def _node_faults(config: Config) -> list[str]:
    nodes = open_nodes(config)
    try:
        return [f"nodes.{name}: {reason}" for name, reason in nodes.unreachable().items()]
    finally:
        nodes.close()
