"""What may be configured, section by section: here how things are reached and run, and all of it together."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import AnyHttpUrl, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from opsbot.config.deciding import (
    ChannelConfig,
    GrantConfig,
    PolicyConfig,
    RetentionConfig,
    RoleConfig,
    TerminalConfig,
    WatchConfig,
)
from opsbot.config.kinds import Duration, Name, NodeName, NodeUrl, PresentFile, Size, SlashCommand, UserId
from opsbot.config.section import Section
from opsbot.domain.files import LARGEST_UPLOAD

if TYPE_CHECKING:
    from pydantic import ValidationInfo


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


class WatchingConfig(Section):
    """How the nodes are looked at for what happened there without opsbot."""

    poll_interval: Duration = timedelta(seconds=60)
    concurrency: Annotated[int, Field(ge=1, le=64)] = 16


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
