"""The chat surface: Slack payloads in, Slack messages out."""

from opsbot.slack.app import EVENTS_PATH, SocketConnection, http_application
from opsbot.slack.client import KeptWebClient
from opsbot.slack.directory import SlackDirectory
from opsbot.slack.identity import Identity, who_am_i
from opsbot.slack.listeners import Listeners
from opsbot.slack.manifest import manifest
from opsbot.slack.messenger import SlackMessenger
from opsbot.slack.pool import Pool
from opsbot.slack.progress import Budget, SlackProgress
from opsbot.slack.replies import Replier
from opsbot.slack.turns import Turns

__all__ = [
    "EVENTS_PATH",
    "Budget",
    "Identity",
    "KeptWebClient",
    "Listeners",
    "Pool",
    "Replier",
    "SlackDirectory",
    "SlackMessenger",
    "SlackProgress",
    "SocketConnection",
    "Turns",
    "http_application",
    "manifest",
    "who_am_i",
]
