"""Slash commands: those of the app, and `/invite`, which Slack itself brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.sandbox.workspace import payloads
from opsbot.sandbox.workspace.acting import Actor, Outcome
from opsbot.sandbox.workspace.delivery import JSON, Answer, Delivery, Unanswered
from opsbot.sandbox.workspace.refusals import RefusedError
from opsbot.sandbox.workspace.typing_in import encode_command

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.messages import Message
    from opsbot.sandbox.workspace.responses import Responses
    from opsbot.sandbox.workspace.state import Workspace


class SlashCommands:
    """Runs what people type after a slash. What goes wrong is told to who typed it, as Slack tells it."""

    def __init__(self, workspace: Workspace, delivery: Delivery, responses: Responses) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._responses = responses

    async def run(self, actor: Actor, command: str, text: str, thread_ts: str | None) -> Outcome:
        """Run one command."""
        if thread_ts is not None:
            refusal = f"`{command}` is not supported in threads."
            return Outcome(message=actor.hear(self._workspace, refusal, thread_ts))
        if command == "/invite":
            return Outcome(message=self._invite(actor, text))
        declared = self._workspace.app.manifest.commands.get(command)
        if declared is None or "commands" not in self._workspace.app.manifest.scopes:
            return Outcome(message=actor.hear(self._workspace, f"`{command}` is not a valid command."))
        directory, channels = self._workspace.directory, self._workspace.channels
        encoded = encode_command(text.strip(), directory, channels, should_escape=declared.should_escape)
        payload = payloads.slash_command(self._workspace, actor, command, encoded)
        answer = await self._delivery.deliver("slash_commands", payload)
        return Outcome(answer, self._show(actor, payload, answer), payload)

    def _show(self, actor: Actor, payload: JSON, answer: Answer) -> Message | None:
        """Show what the app said along with its acknowledgement, or that it failed to."""
        command = payload["command"]
        if isinstance(answer, Unanswered):
            return actor.hear(self._workspace, _failure(command, answer))
        said = answer.payload
        if said.get("response_type") == "in_channel":
            typed = f"{command} {payload['text']}".strip()
            self._workspace.post(actor.channel.id, actor.person.id, typed, quiet=True)
        if not said.get("text") and not said.get("blocks"):
            return None
        ticket = self._workspace.tickets.response(payload["response_url"].rpartition("/")[2])
        try:
            return self._responses.respond(ticket, said)
        except RefusedError as refusal:
            return actor.hear(self._workspace, f'{command} failed with the error "{refusal.code}".')

    def _invite(self, actor: Actor, text: str) -> Message:
        invited, place = self._workspace.directory.find(text.strip()), actor.channel
        if invited is None:
            return actor.hear(self._workspace, "Say whom to invite, such as `/invite @maya`.")
        if invited.id in place.members:
            return actor.hear(self._workspace, f"<@{invited.id}> is already in this channel.")
        self._workspace.channels.join(place, invited.id)
        joined = f"was added to <#{place.id}|{place.name}> by <@{actor.person.id}>."
        return self._workspace.post(place.id, invited.id, joined, subtype="channel_join", quiet=True)


def _failure(command: str, answer: Unanswered) -> str:
    if answer.error == "operation_timeout":
        return f"{command} failed because the app did not respond (operation_timeout)."
    return f'{command} failed with the error "{answer.error}".'
