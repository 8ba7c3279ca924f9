"""The chat surface: Slack payloads in, Slack messages out."""

from opsbot.slack.app import EVENTS_PATH, SocketConnection, http_application
from opsbot.slack.client import KeptWebClient
from opsbot.slack.directory import SlackDirectory
from opsbot.slack.form_listeners import FormListeners
from opsbot.slack.identity import Identity, who_am_i
from opsbot.slack.listeners import Listeners
from opsbot.slack.manifest import manifest
from opsbot.slack.messenger import SlackMessenger
from opsbot.slack.opening import Opener
from opsbot.slack.pool import Pool
from opsbot.slack.replies import Replier
from opsbot.slack.shortcuts import ShortcutListeners
from opsbot.slack.suggesting import Suggesting
from opsbot.slack.turns import Turns

__all__ = [
    "EVENTS_PATH",
    "FormListeners",
    "Identity",
    "KeptWebClient",
    "Listeners",
    "Opener",
    "Pool",
    "Replier",
    "ShortcutListeners",
    "SlackDirectory",
    "SlackMessenger",
    "SocketConnection",
    "Suggesting",
    "Turns",
    "http_application",
    "manifest",
    "who_am_i",
]
