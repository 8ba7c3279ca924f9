"""The chat surface: Slack payloads in, Slack messages out."""

from opsbot.slack.directory import SlackDirectory
from opsbot.slack.doing import Doer
from opsbot.slack.forms.listeners import FormListeners
from opsbot.slack.forms.opening import Opener
from opsbot.slack.forms.shortcuts import ShortcutListeners
from opsbot.slack.forms.suggesting import Suggesting
from opsbot.slack.identity import Identity, who_am_i
from opsbot.slack.listening.home import HomeListener
from opsbot.slack.listening.listeners import Listeners
from opsbot.slack.listening.spoken import SpokenListener
from opsbot.slack.manifest import manifest
from opsbot.slack.remembering import Memory
from opsbot.slack.sending.home_screen import SlackHomeScreen
from opsbot.slack.sending.messenger import SlackMessenger
from opsbot.slack.sending.news import SlackNews
from opsbot.slack.sending.progress import Budget, SlackProgress
from opsbot.slack.sending.replies import Replier
from opsbot.slack.transport.client import KeptWebClient
from opsbot.slack.transport.pool import Pool
from opsbot.slack.transport.shares import Shares
from opsbot.slack.transport.timed import SlackCall
from opsbot.slack.transport.turns import Turns

__all__ = [
    "Budget",
    "Doer",
    "FormListeners",
    "HomeListener",
    "Identity",
    "KeptWebClient",
    "Listeners",
    "Memory",
    "Opener",
    "Pool",
    "Replier",
    "Shares",
    "ShortcutListeners",
    "SlackCall",
    "SlackDirectory",
    "SlackHomeScreen",
    "SlackMessenger",
    "SlackNews",
    "SlackProgress",
    "SocketConnection",
    "SpokenListener",
    "Suggesting",
    "Turns",
    "manifest",
    "who_am_i",
]
