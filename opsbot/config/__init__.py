"""The configuration: a TOML file and the environment, read once; the only reader of either."""

from opsbot.config.loading import load, load_app, load_database, load_slack
from opsbot.config.schema import ChannelConfig, Config, GrantConfig, HttpConfig, NodeConfig, SlackConfig, WorkConfig

__all__ = [
    "ChannelConfig",
    "Config",
    "GrantConfig",
    "HttpConfig",
    "NodeConfig",
    "SlackConfig",
    "WorkConfig",
    "load",
    "load_app",
    "load_database",
    "load_slack",
]
