"""Who acts where, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.workspace.delivery import Acknowledged, Answer
from opsbot.sandbox.workspace.people import SLACKBOT, Person
from opsbot.sandbox.workspace.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opsbot.sandbox.workspace.channels import Channel
    from opsbot.sandbox.workspace.messages import Message
    from opsbot.sandbox.workspace.state import Workspace


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in the channel where they act."""

    person: Person
    channel: Channel

    @classmethod
    def find(cls, workspace: Workspace, channel: str, user: str) -> Actor:
        """Return the person in the channel, each by id or name; refuse who isn't in it."""
        actor = cls(workspace.directory.get(user), workspace.channels.get(channel))
        if actor.person.id not in actor.channel.members:
            raise RefusedError("not_in_channel")
        return actor

    def hear(self, workspace: Workspace, text: str, thread_ts: str | None = None) -> Message:
        """Be told something by Slack itself, that nobody else sees."""
        return workspace.post(self.channel.id, SLACKBOT, text, addressee=self.person.id, thread_ts=thread_ts)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an interaction: the app's answer (None where the app had no part in it), and what was shown."""

    answer: Answer | None = None
    message: Message | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)

    @property
    def acked(self) -> bool:
        """Whether the app said in time that it has it."""
        return isinstance(self.answer, Acknowledged)
