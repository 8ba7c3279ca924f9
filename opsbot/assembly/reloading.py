"""Other rules while the bot runs: what can change so, what needs a restart, and what is said of either."""

from __future__ import annotations

import logging
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from opsbot.assembly.rules import rules_of
from opsbot.domain.audit import OPSBOT, Entry

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from opsbot.actions.world import World
    from opsbot.config import Config
    from opsbot.domain.policies import Policy
    from opsbot.domain.rules import Rules

_log = logging.getLogger(__name__)

_OPENED_ONCE = ("nodes", "database", "http", "work", "watching", "log")
"""The sections of the configuration that connections, threads, doors and logs are made by when the bot starts."""

_READ_ANEW = frozenset({"largest_upload", "guests"})
"""What may change of Slack's section while the bot runs; the rest is who it is there, and how it is reached."""


def put_in_force(rules: Rules, world: World, at: datetime) -> None:
    """Keep the policies and the watches of the configuration, for all replicas to go by.

    That other policies decide from now on is in the audit, whoever brought them: a replica with an old file does, too.
    """
    before = world.policies.in_force()
    if world.policies.put_in_force(rules.policies, at) and before != rules.policies:
        _log.info("other policies are in force from now on")
        detail = {"before": _by_digest(before), "after": _by_digest(rules.policies)}
        world.audit.append(Entry(at, OPSBOT, "policies", "done", detail=detail))
    world.watches.put_configured(rules.watching(), at)


def rules_to_follow(config: Config, running: Config) -> Rules:
    """Gather what the configuration decides, over the nodes that there are connections to."""
    return replace(rules_of(config), nodes=tuple(running.nodes))


def needing_restart(config: Config, running: Config) -> tuple[str, ...]:
    """Name what the configuration says otherwise than the one that the bot was started with, and only a start reads."""
    slack = [
        f"slack.{name}"
        for name in type(config.slack).model_fields
        if name not in _READ_ANEW and getattr(config.slack, name) != getattr(running.slack, name)
    ]
    return (*slack, *(name for name in _OPENED_ONCE if getattr(config, name) != getattr(running, name)))


def _by_digest(policies: Iterable[Policy]) -> list[str]:
    return [f"{policy.name} {policy.digest}" for policy in policies]


def what_changed(before: Rules, after: Rules, restart: tuple[str, ...], at: datetime) -> Entry:
    """Log what is decided otherwise from now on, and what is not before a restart, and give the record of it.

    Both say it by the names of the settings, since no secret is a name.
    """
    changed = [each.name for each in fields(after) if getattr(before, each.name) != getattr(after, each.name)]
    _log.info("the configuration was read again; changed: %s", ", ".join(changed) or "nothing")
    if restart:
        _log.warning("changed, but not before a restart: %s", ", ".join(restart))
    return Entry(at, OPSBOT, "reload", "done", detail={"changed": changed, "not_before_restart": list(restart)})
