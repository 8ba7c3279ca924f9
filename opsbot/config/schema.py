"""What may be configured, section by section."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from opsbot.domain.authorization import Permission
from opsbot.domain.references import is_node_name

_DURATION = re.compile(r"(\d+)\s*(ms|s|m|h|d)")
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _duration(value: object) -> timedelta:
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None or not int(found[1]):
        raise ValueError('write a length of time like "10s", "5m" or "2h"')
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _glob(value: str) -> str:
    if not re.fullmatch(r"[\w:/.*?-]+", value, re.ASCII):
        raise ValueError('write NODE:PROJECT/SERVICE, with * and ? for what may vary, like "design:FRAUD/*"')
    return value


def _node_name(value: str) -> str:
    if not is_node_name(value):
        raise ValueError("name a node with small letters, digits and _, so that its variables can be set")
    return value


def _slack_id(kind: str, pattern: str) -> Any:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"write the id of the {kind} as Slack shows it, like {pattern[1]}012AB3CD")
        return value

    return AfterValidator(check)


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Glob = Annotated[str, AfterValidator(_glob)]
NodeName = Annotated[str, AfterValidator(_node_name)]
ChannelId = Annotated[str, _slack_id("channel", r"[CGD][A-Z0-9]+")]
UserId = Annotated[str, _slack_id("person", r"[UW][A-Z0-9]+")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=60)]


class Section(BaseModel):
    """Part of the configuration: unknown keys are errors, and nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    secrets: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, data: Any) -> Any:
        """Put what is in the file that `NAME_file` points to under `NAME`."""
        if not isinstance(data, dict):
            return data
        read = dict(data)
        for name in cls.secrets:
            path = data.get(f"{name}_file")
            if path is not None and name not in data:
                read[name] = _file_content(path)
        return read


def _file_content(path: object) -> str:
    try:
        return Path(str(path)).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"can't read the secret from {path}: {error.__class__.__name__}") from error


class SlackConfig(Section):
    """How opsbot reaches Slack, and Slack opsbot."""

    secrets: ClassVar[tuple[str, ...]] = ("bot_token", "app_token", "signing_secret")

    mode: Literal["socket", "http"] = "socket"
    command: Annotated[str, StringConstraints(pattern=r"^/[a-z0-9_-]{1,31}$")] = "/apid"
    api_url: AnyHttpUrl = AnyHttpUrl("https://slack.com/api/")
    bot_token: SecretStr | None = None
    bot_token_file: Path | None = None
    app_token: SecretStr | None = None
    app_token_file: Path | None = None
    signing_secret: SecretStr | None = None
    signing_secret_file: Path | None = None

    @model_validator(mode="after")
    def _has_what_the_mode_needs(self) -> Self:
        needed = ("bot_token", "app_token") if self.mode == "socket" else ("bot_token", "signing_secret")
        missing = [name for name in needed if not _is_set(getattr(self, name))]
        if missing:
            how = ", ".join(f"OPSBOT_SLACK__{name.upper()} (or {name}_file)" for name in missing)
            raise ValueError(f"{self.mode} mode needs {' and '.join(missing)}: set {how}")
        for name, prefix in (("bot_token", "xoxb-"), ("app_token", "xapp-")):
            token = getattr(self, name)
            if token is not None and not token.get_secret_value().startswith(prefix):
                raise ValueError(f"{name} doesn't start with {prefix}: is it another kind of token?")
        return self


def _is_set(secret: SecretStr | None) -> bool:
    return secret is not None and bool(secret.get_secret_value())


class NodeConfig(Section):
    """A Dataiku design node."""

    secrets: ClassVar[tuple[str, ...]] = ("api_key",)

    url: AnyHttpUrl
    api_key: SecretStr | None = None
    api_key_file: Path | None = None
    ca_bundle: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None
    connect_timeout: Duration = timedelta(seconds=5)
    read_timeout: Duration = timedelta(seconds=30)
    long_timeout: Duration = timedelta(minutes=15)

    @model_validator(mode="after")
    def _has_a_key(self) -> Self:
        if not _is_set(self.api_key):
            raise ValueError("the node needs an api_key: set OPSBOT_NODES__<NAME>__API_KEY (or api_key_file)")
        return self


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


class PolicyConfig(Section):
    """What publishing needs, for the services that the globs match. The first policy that matches counts."""

    services: Annotated[list[Glob], Field(min_length=1)]
    approvals_channel: ChannelId | None = None


class ChannelConfig(Section):
    """What holds in one channel."""

    id: ChannelId
    node: NodeName | None = None
    project: Name | None = None
    verbs: list[str] | None = None
    announce: list[Glob] = []


class HttpConfig(Section):
    """Where opsbot listens."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 3000
    threads: Annotated[int, Field(ge=1, le=256)] = 8


class WorkConfig(Section):
    """The pool that answers commands."""

    threads: Annotated[int, Field(ge=1, le=512)] = 32
    queue: Annotated[int, Field(ge=1, le=100_000)] = 512


class Config(BaseSettings):
    """Everything that may be configured."""

    model_config = SettingsConfigDict(
        env_prefix="OPSBOT_", env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    slack: SlackConfig
    nodes: Annotated[dict[NodeName, NodeConfig], Field(min_length=1)]
    database: DatabaseConfig = DatabaseConfig()
    roles: list[RoleConfig] = []
    grants: list[GrantConfig] = []
    policies: list[PolicyConfig] = []
    channels: list[ChannelConfig] = []
    http: HttpConfig = HttpConfig()
    work: WorkConfig = WorkConfig()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings calls it so
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, whose content comes as arguments."""
        return env_settings, init_settings
