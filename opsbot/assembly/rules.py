"""What the configuration decides, as values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.domain.authorization import BUILT_IN_ROLES, AccessRules, Grant
from opsbot.domain.freezes import Freeze
from opsbot.domain.policies import BreakGlass, Policy
from opsbot.domain.retention import Retention
from opsbot.domain.rules import ChannelRules, Rules
from opsbot.domain.terminal import TerminalRules
from opsbot.domain.watching import WatchRule

if TYPE_CHECKING:
    from opsbot.config import Config
    from opsbot.config.deciding import PolicyConfig


def rules_of(config: Config) -> Rules:
    """Gather what the configuration decides."""
    grants = (
        Grant(
            grant.role,
            frozenset(grant.users),
            frozenset(grant.groups),
            tuple(grant.services),
            frozenset(grant.channels),
        )
        for grant in config.grants
    )
    own_roles = {role.name: frozenset(role.permissions) for role in config.roles}
    channels = {
        channel.id: ChannelRules(
            channel.node,
            channel.project,
            frozenset(channel.verbs) if channel.verbs is not None else None,
            tuple(channel.announce),
        )
        for channel in config.channels
    }
    return Rules(
        nodes=tuple(config.nodes),
        access=AccessRules(tuple(grants), {**BUILT_IN_ROLES, **own_roles}),
        policies=tuple(_policy(policy, index) for index, policy in enumerate(config.policies)),
        channels=channels,
        people=dict(config.people),
        terminal=TerminalRules(config.terminal.changes, dict(config.terminal.people)),
        largest_upload=config.slack.largest_upload,
        watches=tuple(
            WatchRule(
                watch.channel or watch.user or "", services, frozenset(watch.events), watch.quiet_hours, watch.digest
            )
            for watch in config.watches
            for services in watch.services
        ),
        retention=Retention(**config.retention.model_dump()),
        guests=config.slack.guests == "allow",
    )


def _policy(policy: PolicyConfig, index: int) -> Policy:
    glass = policy.break_glass
    return Policy(
        name=policy.name or f"policies.{index}",
        services=tuple(policy.services),
        published_services=tuple(policy.published_services),
        quorum=tuple(policy.quorum.items()),
        requester_may_approve=policy.requester_may_approve,
        packager_may_approve=policy.packager_may_approve,
        unknown_packager=policy.unknown_packager,
        expires_after=policy.expires_after,
        remind_every=policy.remind_every,
        identity=policy.identity,
        approvals_channel=policy.approvals_channel,
        freezes=tuple(Freeze(each.start, each.end, each.zone, each.reason) for each in policy.freezes),
        break_glass=BreakGlass(tuple(glass.roles), glass.review_within) if glass is not None else None,
    )
