"""The chat surface: Slack payloads in, Slack messages out."""

from opsbot.slack.client import KeptWebClient
from opsbot.slack.directory import SlackDirectory
from opsbot.slack.doing import Doer
from opsbot.slack.form_listeners import FormListeners
from opsbot.slack.home_listener import HomeListener
from opsbot.slack.home_screen import SlackHomeScreen
from opsbot.slack.identity import Identity, who_am_i
from opsbot.slack.listeners import Listeners
from opsbot.slack.manifest import manifest
from opsbot.slack.messenger import SlackMessenger
from opsbot.slack.news import SlackNews
from opsbot.slack.opening import Opener
from opsbot.slack.pool import Pool
from opsbot.slack.progress import Budget, SlackProgress
from opsbot.slack.replies import Replier
from opsbot.slack.shortcuts import ShortcutListeners
from opsbot.slack.suggesting import Suggesting
from opsbot.slack.turns import Turns

__all__ = [
    "Budget",
    "Doer",
    "FormListeners",
    "HomeListener",
    "Identity",
    "KeptWebClient",
    "Listeners",
    "Opener",
    "Pool",
    "Replier",
    "ShortcutListeners",
    "SlackDirectory",
    "SlackHomeScreen",
    "SlackMessenger",
    "SlackNews",
    "SlackProgress",
    "SocketConnection",
    "Suggesting",
    "Turns",
    "manifest",
    "who_am_i",
]
