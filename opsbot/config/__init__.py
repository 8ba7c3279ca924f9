"""The configuration: a TOML file and the environment, read once; the only reader of either."""

from opsbot.config.loading import load, load_app, load_database, load_slack
from opsbot.config.schema import Config, HttpConfig, NodeConfig, SlackConfig

__all__ = [
    "Config",
    "HttpConfig",
    "NodeConfig",
    "SlackConfig",
    "load",
    "load_app",
    "load_database",
    "load_slack",
]
