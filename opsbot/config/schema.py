"""What may be configured, section by section."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import (
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from opsbot.config.kinds import (
    ChannelId,
    Duration,
    Glob,
    LongDuration,
    Moment,
    Name,
    NodeName,
    NodeUrl,
    PresentFile,
    QuietHours,
    Size,
    SlashCommand,
    UserId,
    Zone,
)
from opsbot.domain.authorization import Permission
from opsbot.domain.files import LARGEST_UPLOAD
from opsbot.domain.homes import LATELY
from opsbot.domain.pace import Digest
from opsbot.domain.watching import Topic

if TYPE_CHECKING:
    from pydantic import ValidationInfo


_FORTNIGHT = timedelta(days=14)


class Section(BaseModel):
    """Part of the configuration: unknown keys are errors, and nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    secrets: ClassVar[tuple[str, ...]] = ()
    """The settings that are secrets: each may also be named by NAME_file, and is read from there."""


class SlackConfig(Section):
    """How opsbot reaches Slack, and Slack opsbot."""

    secrets: ClassVar[tuple[str, ...]] = ("bot_token", "app_token", "signing_secret")

    mode: Literal["socket", "http"] = "socket"
    command: SlashCommand = "/apid"
    api_url: AnyHttpUrl = AnyHttpUrl("https://slack.com/api/")
    bot_token: SecretStr | None = None
    bot_token_file: Path | None = None
    app_token: SecretStr | None = None
    app_token_file: Path | None = None
    signing_secret: SecretStr | None = None
    signing_secret_file: Path | None = None
    largest_upload: Size = LARGEST_UPLOAD
    guests: Literal["refuse", "allow"] = "refuse"


class NodeConfig(Section):
    """A Dataiku design node."""

    secrets: ClassVar[tuple[str, ...]] = ("api_key",)

    url: NodeUrl
    api_key: SecretStr | None = None
    api_key_file: Path | None = None
    ca_bundle: PresentFile | None = None
    client_certificate: PresentFile | None = None
    client_key: PresentFile | None = None
    connect_timeout: Duration = timedelta(seconds=5)
    read_timeout: Duration = timedelta(seconds=30)
    long_timeout: Duration = timedelta(minutes=15)

    @field_validator("client_key")
    @classmethod
    def _belongs_to_a_certificate(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is not None and info.data.get("client_certificate", value) is None:
            raise ValueError("a key without its certificate is no use: set client_certificate, too")
        return value


class DatabaseConfig(Section):
    """Where opsbot keeps what it must remember. The url may hold a password."""

    secrets: ClassVar[tuple[str, ...]] = ("url",)

    url: SecretStr = SecretStr("sqlite:///opsbot.db")
    url_file: Path | None = None


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


class WatchingConfig(Section):
    """How the nodes are looked at for what happened there without opsbot."""

    poll_interval: Duration = timedelta(seconds=60)
    concurrency: Annotated[int, Field(ge=1, le=64)] = 16


class RetentionConfig(Section):
    """How long what was told and done is kept, table by table; requests, votes and the audit are kept for ever."""

    deliveries: LongDuration = timedelta(days=90)
    events: LongDuration = timedelta(days=90)
    stories: LongDuration = timedelta(days=180)
    sights: LongDuration = timedelta(days=90)
    seen_events: LongDuration = timedelta(days=7)
    changes: LongDuration = timedelta(days=365)
    snapshots: LongDuration = timedelta(days=365)
    homes: LongDuration = timedelta(days=90)

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


class HttpConfig(Section):
    """Where opsbot listens."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 3000
    threads: Annotated[int, Field(ge=1, le=256)] = 8


class WorkConfig(Section):
    """The pool that answers commands."""

    threads: Annotated[int, Field(ge=1, le=512)] = 96
    queue: Annotated[int, Field(ge=1, le=100_000)] = 512
    per_person: Annotated[int, Field(ge=1, le=100_000)] = 8


class LogConfig(Section):
    """What is logged, and how a line looks."""

    format: Literal["auto", "json", "text"] = "auto"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Config(BaseSettings):
    """Everything that may be configured. `load` gathers it; made by hand, it is what it is given and nothing else."""

    model_config = SettingsConfigDict(
        env_prefix="OPSBOT_", env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    slack: SlackConfig = SlackConfig()
    nodes: Annotated[dict[NodeName, NodeConfig], Field(min_length=1)]
    database: DatabaseConfig = DatabaseConfig()
    roles: list[RoleConfig] = []
    grants: list[GrantConfig] = []
    people: dict[UserId, Name] = {}
    policies: list[PolicyConfig] = []
    channels: list[ChannelConfig] = []
    watches: list[WatchConfig] = []
    watching: WatchingConfig = WatchingConfig()
    retention: RetentionConfig = RetentionConfig()
    terminal: TerminalConfig = TerminalConfig()
    http: HttpConfig = HttpConfig()
    work: WorkConfig = WorkConfig()
    log: LogConfig = LogConfig()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings calls it so
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take arguments only: the environment has been laid over the file before, for the checks to see both."""
        return (init_settings,)
