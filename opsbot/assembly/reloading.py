"""Other rules while the bot runs: what can change so, what needs a restart, and what is said of either."""

from __future__ import annotations

import logging
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from opsbot.assembly.rules import rules_of
from opsbot.domain.audit import OPSBOT, Entry
from opsbot.domain.deliveries import Effects
from opsbot.domain.settings import digests

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from opsbot.actions.stores import Rulebook
    from opsbot.config import Config
    from opsbot.domain.rules import NewInForce, Rules

_log = logging.getLogger(__name__)

_OPENED_ONCE = ("nodes", "database", "http", "work", "watching", "log")
"""The sections of the configuration that connections, threads, doors and logs are made by when the bot starts."""

_READ_ANEW = frozenset({"largest_upload", "guests"})
"""What may change of Slack's section while the bot runs; the rest is who it is there, and how it is reached."""


def begin_with(rules: Rules, rulebook: Rulebook, at: datetime) -> None:
    """Keep the policies and the watches of the configuration, for all replicas to go by.

    There is a record of that where others were in force before, where these are the first that ever were, and where the
    configuration decides anything else otherwise than it did when it was last read, by whichever replica.
    """

    def begun(new: NewInForce) -> Effects | None:
        names = new.names | new.settings
        detail = {"first" if new.is_first else "changed": sorted(names)} | _which_policies(rules, names)
        return Effects(Entry(at, OPSBOT, "start", "done", detail=detail)) if names else None

    new = rulebook.put_in_force(rules.policies, rules.watching(), at, begun, digests(rules))
    _say(new)
    if new.settings:
        _log.info("other than when the configuration was last read: %s", ", ".join(sorted(new.settings)))


def follow(after: Rules, before: Rules, restart: tuple[str, ...], rulebook: Rulebook, at: datetime) -> None:
    """Keep the same when the configuration was read again; there is a record of that in any case."""
    told: list[Entry] = []

    def read_again(new: NewInForce) -> Effects:
        told.append(what_changed(before, after, restart, at, new.names))
        return Effects(told[-1])

    _say(rulebook.put_in_force(after.policies, after.watching(), at, read_again, digests(after)))
    changed = told[-1].detail["changed"]
    _log.info("the configuration was read again; changed: %s", ", ".join(changed) or "nothing")
    if restart:
        _log.warning("changed, but not before a restart: %s", ", ".join(restart))


def _say(new: NewInForce) -> None:
    names = " and ".join(sorted(new.names))
    if names and new.is_first:
        _log.info("these %s are the first in this database; they are in force from now on", names)
    elif names:
        _log.info("other %s are in force from now on", names)


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


def what_changed(
    before: Rules, after: Rules, restart: tuple[str, ...], at: datetime, others: frozenset[str] = frozenset()
) -> Entry:
    """Make the record of what is decided otherwise from now on, and of what is not before a restart.

    It says so by the names of the settings, since no secret is a name; of policies, which ones they are. `others` are
    those that another replica had put in force meanwhile.
    """
    changed = [
        each.name
        for each in fields(after)
        if each.name in others or getattr(before, each.name) != getattr(after, each.name)
    ]
    detail = {"changed": changed, "not_before_restart": list(restart)} | _which_policies(after, changed)
    return Entry(at, OPSBOT, "reload", "done", detail=detail)


def _which_policies(rules: Rules, changed: Iterable[str]) -> dict[str, list[str]]:
    return {"policies": [f"{each.name} {each.digest}" for each in rules.policies]} if "policies" in changed else {}
