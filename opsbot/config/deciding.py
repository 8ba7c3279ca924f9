"""What the configuration decides, and may decide otherwise while the bot runs: who may do what, and what that takes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from opsbot.config.kinds import (
    ChannelId,
    Duration,
    Glob,
    LongDuration,
    Moment,
    Name,
    NodeName,
    QuietHours,
    UserId,
    Zone,
)
from opsbot.config.section import Section
from opsbot.domain.authorization import Permission
from opsbot.domain.homes import LATELY
from opsbot.domain.pace import Digest
from opsbot.domain.retention import Retention
from opsbot.domain.watching import Topic

_FORTNIGHT = timedelta(days=14)
_KEPT = Retention()


class RoleConfig(Section):
    """A role of your own."""

    name: Name
    permissions: Annotated[list[Permission], Field(min_length=1)]


class GrantConfig(Section):
    """A role, given to people."""

    role: Name
    users: list[UserId] = []
    groups: list[Name] = []
    services: Annotated[list[Glob], Field(min_length=1)] = ["*"]
    channels: list[ChannelId] = []

    @model_validator(mode="after")
    def _is_given_to_somebody(self) -> Self:
        if not self.users and not self.groups:
            raise ValueError("name users or groups: a grant to nobody grants nothing")
        return self


class FreezeConfig(Section):
    """A window in which nothing is published: once, or every week."""

    start: Annotated[Moment, Field(alias="from")]
    end: Annotated[Moment, Field(alias="to")]
    zone: Zone = "UTC"
    reason: str = ""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if type(self.start) is not type(self.end):
            raise ValueError('let from and to be of one kind: two dates with times, or two like "fri 16:00"')
        if isinstance(self.start, datetime) and isinstance(self.end, datetime) and self.start >= self.end:
            raise ValueError("it ends before it starts: swap from and to")
        return self


class BreakGlassConfig(Section):
    """Who may publish at once with a reason, and until when another person has to have looked at it."""

    roles: Annotated[list[Name], Field(min_length=1)]
    review_within: Duration = timedelta(days=1)


class PolicyConfig(Section):
    """What publishing needs, for the services that the globs match. The first policy that matches counts."""

    name: Name | None = None
    services: Annotated[list[Glob], Field(min_length=1)]
    published_services: Annotated[list[Glob], Field(min_length=1)] = ["*"]
    quorum: dict[Name, Annotated[int, Field(ge=1, le=20)]] = {"approver": 1}
    requester_may_approve: bool = False
    packager_may_approve: bool = False
    unknown_packager: Literal["allow", "refuse"] = "allow"
    expires_after: Duration = timedelta(days=7)
    remind_every: Duration | None = None
    identity: Literal["summary", "digest"] = "summary"
    approvals_channel: ChannelId | None = None
    freezes: list[FreezeConfig] = []
    break_glass: BreakGlassConfig | None = None


class ChannelConfig(Section):
    """What holds in one channel."""

    id: ChannelId
    node: NodeName | None = None
    project: Name | None = None
    verbs: list[str] | None = None
    announce: list[Glob] = []


class WatchConfig(Section):
    """What a channel, or a person in direct messages, hears of."""

    channel: ChannelId | None = None
    user: UserId | None = None
    services: Annotated[list[Glob], Field(min_length=1)]
    events: Annotated[list[Topic], Field(min_length=1)] = list(Topic)
    quiet_hours: QuietHours = None
    digest: Digest | None = None

    @model_validator(mode="after")
    def _is_for_somebody(self) -> Self:
        if (self.channel is None) == (self.user is None):
            raise ValueError("name either a channel or a user: that is who hears of it")
        return self


class RetentionConfig(Section):
    """How long what was told and done is kept, table by table; requests, votes and the audit are kept for ever."""

    deliveries: LongDuration = _KEPT.deliveries
    events: LongDuration = _KEPT.events
    stories: LongDuration = _KEPT.stories
    sights: LongDuration = _KEPT.sights
    seen_events: LongDuration = _KEPT.seen_events
    changes: LongDuration = _KEPT.changes
    snapshots: LongDuration = _KEPT.snapshots
    homes: LongDuration = _KEPT.homes

    @field_validator("events")
    @classmethod
    def _reaches_over_a_digest(cls, value: timedelta) -> timedelta:
        if value < _FORTNIGHT:
            raise ValueError('keep them for "14d" at least: a weekly digest counts them')
        return value

    @field_validator("homes")
    @classmethod
    def _reaches_over_a_weekend(cls, value: timedelta) -> timedelta:
        if value <= LATELY:
            raise ValueError(f'keep them for "{LATELY.days + 1}d" at least: until then an open one is kept fresh')
        return value


class TerminalConfig(Section):
    """What `opsbot ask` may do beside reading, and whose login is whose on the machine where it runs."""

    changes: bool = False
    people: dict[UserId, Name] = {}

    @model_validator(mode="after")
    def _knows_who_changes(self) -> Self:
        if self.changes and not self.people:
            raise ValueError(
                'name under [terminal.people] who may change: Slack id = login there, like U012AB3CD = "ada"'
            )
        if len(set(self.people.values())) < len(self.people):
            raise ValueError("two people can't share a login: nobody could tell which of them it was")
        return self
