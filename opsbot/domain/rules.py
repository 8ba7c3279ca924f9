"""The rules in force: what the configuration says about people, channels and publishing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opsbot.domain.authorization import AccessRules
from opsbot.domain.files import LARGEST_UPLOAD
from opsbot.domain.retention import Retention
from opsbot.domain.terminal import TerminalRules
from opsbot.domain.watching import Topic, WatchRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opsbot.domain.authorization import Permission
    from opsbot.domain.policies import Policy


@dataclass(frozen=True, slots=True)
class ChannelRules:
    """What holds in one channel; `verbs` None: all are allowed; `announce`: globs of services whose packages it hears of."""

    node: str | None = None
    project: str | None = None
    verbs: frozenset[str] | None = None
    announce: tuple[str, ...] = ()

    def allows(self, verb: str, permission: Permission | None) -> bool:
        """Tell whether the verb may be used in the channel; one that takes no permission may anywhere."""
        return self.verbs is None or verb in self.verbs or permission is None


NO_CHANNEL_RULES = ChannelRules()


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that is decided by configuration.

    `nodes` are the names of the nodes there are; `people` are logins on them, by Slack id;
    `largest_upload` is how many bytes a file may have that goes to Slack; `watches` say who hears of
    what; `retention` says how long what was told is kept; `guests` tells whether grants count for guests.
    """

    nodes: tuple[str, ...] = ()
    access: AccessRules = field(default_factory=AccessRules)
    policies: tuple[Policy, ...] = ()
    channels: Mapping[str, ChannelRules] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    terminal: TerminalRules = field(default_factory=TerminalRules)
    largest_upload: int = LARGEST_UPLOAD
    watches: tuple[WatchRule, ...] = ()
    retention: Retention = field(default_factory=Retention)
    guests: bool = False

    def channel(self, channel: str) -> ChannelRules:
        """Find the rules of a channel."""
        return self.channels.get(channel, NO_CHANNEL_RULES)

    def default_node(self, channel: str) -> str | None:
        """Name the node that is meant where none is named."""
        only = self.nodes[0] if len(self.nodes) == 1 else None
        return self.channel(channel).node or only

    def watching(self) -> tuple[WatchRule, ...]:
        """Name who hears of what by the configuration."""
        announced = (
            WatchRule(channel, services, frozenset({Topic.PACKAGED}))
            for channel, rules in self.channels.items()
            for services in rules.announce
        )
        return (*announced, *self.watches)


@dataclass(frozen=True, slots=True)
class NewInForce:
    """What came of putting rules in force: the names of what counted otherwise before; `is_first` where nothing ever did.

    `settings` are the names of what the configuration decided otherwise when that was last kept, which each replica goes
    by for itself.
    """

    names: frozenset[str] = frozenset()
    is_first: bool = False
    settings: frozenset[str] = frozenset()
