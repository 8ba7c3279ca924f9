"""What an action can reach: the ports, and the rules in force."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.actions.ports import Clock, Designer, Directory, Durable, Health, Manual, Pictures, Progresses
    from opsbot.actions.stores import (
        Audit,
        Deliveries,
        Events,
        Homes,
        NodeChanges,
        Pauses,
        Policies,
        Requests,
        Snapshots,
        Watches,
    )
    from opsbot.actions.surveys import Survey
    from opsbot.domain.models import MessageRef
    from opsbot.domain.rules import Rules


def no_link(_: MessageRef) -> str:
    """Give no address, where Slack was asked for none."""
    return ""


@dataclass(frozen=True, slots=True)
class World:
    """Built once by the assembly, and handed to every action.

    `ruling` tells the rules in force, which may be others a moment later. `link_to` gives the address of a message in
    Slack.
    """

    ruling: Callable[[], Rules]
    designer: Designer
    survey: Survey
    requests: Requests
    changes: NodeChanges
    policies: Policies
    pauses: Pauses
    snapshots: Snapshots
    deliveries: Deliveries
    audit: Audit
    directory: Directory
    durable: Durable
    progress: Progresses
    pictures: Pictures
    health: Health
    manual: Manual
    clock: Clock
    homes: Homes
    watches: Watches
    events: Events
    link_to: Callable[[MessageRef], str] = no_link

    @property
    def rules(self) -> Rules:
        """The rules in force just now."""
        return self.ruling()

    def under_one_rule(self) -> World:
        """Give the same world, in which no other rules come into force: by it one command is done."""
        rules = self.ruling()
        return replace(self, ruling=lambda: rules)
