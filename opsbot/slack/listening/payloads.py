"""Slack's payloads, checked at the door: past here there is no JSON."""

from __future__ import annotations

from typing import Annotated

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from opsbot.domain.models import HOME, Asker, Person, Place
from opsbot.slack.transport.words import Words


class _Payload(BaseModel):
    model_config = ConfigDict(frozen=True)


class SlashCommand(_Payload):
    """Somebody typed a slash command."""

    channel_id: str
    user_id: str
    user_name: Words = ""
    text: Words = ""
    response_url: str
    trigger_id: str = ""

    @property
    def asker(self) -> Asker:
        """Who typed it, and where."""
        return Asker(Person(self.user_id, self.user_name or self.user_id), Place(self.channel_id))


class _Who(_Payload):
    id: str
    name: Annotated[Words, Field(validation_alias=AliasChoices("name", "username"))] = ""


class _Where(_Payload):
    id: str


class _Container(_Payload):
    message_ts: str = ""
    thread_ts: str | None = None
    is_ephemeral: bool = False


class _Action(_Payload):
    action_id: Words
    value: Words = ""


class Click(_Payload):
    """Somebody clicked a button in one of our messages, or in their Home, which has neither channel nor address."""

    user: _Who
    channel: _Where | None = None
    container: _Container
    actions: Annotated[list[_Action], Field(min_length=1)]
    response_url: str | None = None
    trigger_id: str = ""

    @property
    def asker(self) -> Asker:
        """Who clicked, and where."""
        place = Place(self.channel.id, self.container.thread_ts) if self.channel is not None else HOME
        return Asker(Person(self.user.id, self.user.name or self.user.id), place)

    @property
    def thread(self) -> str | None:
        """The thread that the message is in, or begins."""
        return self.container.thread_ts or self.container.message_ts or None

    @property
    def action(self) -> str:
        """Which button it was."""
        return self.actions[0].action_id

    @property
    def value(self) -> str:
        """What the button stands for."""
        return self.actions[0].value


class _MessageEvent(_Payload):
    user: str = ""
    text: Words
    channel: str
    ts: str
    thread_ts: str | None = None


class _Said(_Payload):
    event_id: str
    event: _MessageEvent

    @property
    def asker(self) -> Asker:
        """Who wrote it, and where; Slack doesn't tell their name."""
        return Asker(Person(self.event.user, self.event.user), Place(self.event.channel, self.event.thread_ts))


class BotMention(_Said):
    """Somebody spoke to the bot by its name."""

    @property
    def is_said_by_somebody(self) -> bool:
        """Whether anybody said it: what an integration posts may name the bot, too, and be nobody's."""
        return bool(self.event.user)

    @property
    def thread(self) -> str:
        """The thread that it belongs to, or begins."""
        return self.event.thread_ts or self.event.ts


_WRITTEN = frozenset({None, "file_share", "thread_broadcast", "me_message"})
"""Subtypes of what somebody wrote: with a file, in a thread and beside it, or of themselves; mostly there is none."""


class _DirectEvent(_MessageEvent):
    text: Words = ""
    channel_type: str = ""
    subtype: str | None = None
    bot_id: str | None = None


class DirectMessage(_Said):
    """Something happened in the conversation of one person with the bot."""

    event: _DirectEvent

    def is_said_to(self, bot_user: str) -> bool:
        """Tell whether a person wrote it to the bot: it is no edit, no deletion, and nothing that a bot said."""
        event = self.event
        by_person = event.user not in {"", bot_user} and event.bot_id is None and event.subtype in _WRITTEN
        return event.channel_type == "im" and by_person

    @property
    def is_wordless(self) -> bool:
        """Whether nothing is written in it: it is a file, or somebody else's message that was handed on."""
        return not self.event.text.strip()


class _HomeEvent(_Payload):
    user: str
    tab: str = "home"


class HomeOpened(_Payload):
    """Somebody opened the conversation with the bot: its Home, or another tab."""

    event: _HomeEvent

    @property
    def user(self) -> str:
        """Who it was, by their id."""
        return self.event.user

    @property
    def is_home(self) -> bool:
        """Whether it is the Home that they look at."""
        return self.event.tab == "home"
