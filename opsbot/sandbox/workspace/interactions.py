"""What people do in the workspace: write, type commands, click, choose. The page and the control API both act here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.sandbox.workspace import payloads
from opsbot.sandbox.workspace.acting import Actor, Outcome
from opsbot.sandbox.workspace.controls import Use, action_json, find_control, initial_state, with_choice
from opsbot.sandbox.workspace.delivery import JSON, Delivery, Unanswered
from opsbot.sandbox.workspace.offers import offered
from opsbot.sandbox.workspace.refusals import RefusedError
from opsbot.sandbox.workspace.slash_commands import SlashCommands
from opsbot.sandbox.workspace.typing_in import encode_message
from opsbot.sandbox.workspace.view_interactions import ViewInteractions

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.events import Events
    from opsbot.sandbox.workspace.messages import Message
    from opsbot.sandbox.workspace.responses import Responses
    from opsbot.sandbox.workspace.state import Workspace


class Interactions:
    """Does in the workspace what people do, and tells the app. Channels and people go by id or name."""

    def __init__(self, workspace: Workspace, delivery: Delivery, responses: Responses, events: Events) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self.views = ViewInteractions(workspace, delivery, events)
        self._commands = SlashCommands(workspace, delivery, responses)
        self._chosen: dict[tuple[str, str, str], JSON] = {}

    def say(
        self, channel: str, user: str, text: str, *, thread_ts: str | None = None, keep_encoded: bool = False
    ) -> Message:
        """Write a message in a channel or a thread. `keep_encoded` is for scripts, which may write `<@U0BOT>`."""
        actor = Actor.find(self._workspace, channel, user)
        if thread_ts is not None and self._workspace.messages.find(actor.channel.id, thread_ts) is None:
            raise RefusedError("thread_not_found")
        directory, channels = self._workspace.directory, self._workspace.channels
        encoded = encode_message(text, directory, channels, keep_encoded=keep_encoded)
        return self._workspace.post(actor.channel.id, actor.person.id, encoded, thread_ts=thread_ts)

    async def command(
        self, channel: str, user: str, command: str, text: str = "", *, thread_ts: str | None = None
    ) -> Outcome:
        """Type a slash command."""
        actor = Actor.find(self._workspace, channel, user)
        return await self._commands.run(actor, command, text, thread_ts)

    async def act(self, channel: str, user: str, message_ts: str, use: Use) -> Outcome:
        """Click a button or choose in a select of a message."""
        actor = Actor.find(self._workspace, channel, user)
        message = self._seen(actor, message_ts)
        if not self._workspace.app.manifest.interactive:
            return Outcome(Unanswered("dispatch_failed"))
        block_id, element = find_control(message.blocks, use)
        action = action_json(block_id, element, use, self._workspace.next_ts())
        state = self._choose(actor, message, with_choice(self._state(actor, message), block_id, element, use))
        payload = payloads.message_action(self._workspace, actor, message, action, state)
        return Outcome(await self._delivery.deliver("interactive", payload), payload=payload)

    async def options(self, channel: str, user: str, message_ts: str, use: Use) -> list[JSON]:
        """Ask the app for the options of an external select in a message that match what was typed."""
        actor = Actor.find(self._workspace, channel, user)
        message = self._seen(actor, message_ts)
        block_id, element = find_control(message.blocks, Use(use.action_id, use.block_id))
        asked = {"action_id": element["action_id"], "block_id": block_id}

        def payload(typed: str) -> JSON:
            return payloads.message_options_request(self._workspace, actor, message, asked, typed)

        return await offered(self._delivery, element, use, payload)

    async def shortcut(self, user: str, callback_id: str, channel: str | None = None) -> Outcome:
        """Use a global shortcut, with a channel in view or none."""
        person = self._workspace.directory.get(user)
        self._require_shortcut(callback_id, "global")
        place = self._workspace.channels.get(channel).id if channel is not None else None
        payload = payloads.global_shortcut(self._workspace, person, callback_id, place)
        return Outcome(await self._delivery.deliver("interactive", payload), payload=payload)

    async def message_shortcut(self, channel: str, user: str, message_ts: str, callback_id: str) -> Outcome:
        """Use a shortcut from the menu of a message; messages that only one person sees have none."""
        actor = Actor.find(self._workspace, channel, user)
        self._require_shortcut(callback_id, "message")
        message = self._workspace.messages.find(actor.channel.id, message_ts)
        if message is None or message.is_ephemeral:
            raise RefusedError("message_not_found")
        payload = payloads.message_shortcut(self._workspace, actor, message, callback_id)
        return Outcome(await self._delivery.deliver("interactive", payload), payload=payload)

    def _seen(self, actor: Actor, message_ts: str) -> Message:
        message = self._workspace.messages.find(actor.channel.id, message_ts)
        if message is None or not message.is_visible_to(actor.person.id):
            raise RefusedError("message_not_found")
        return message

    def _require_shortcut(self, callback_id: str, kind: str) -> None:
        """Refuse what the manifest doesn't declare, or an app that may not have shortcuts."""
        declared = self._workspace.app.manifest.shortcuts.get(callback_id)
        manifest = self._workspace.app.manifest
        if declared is None or declared.kind != kind or not manifest.interactive or "commands" not in manifest.scopes:
            raise RefusedError("no_such_shortcut")

    def _state(self, actor: Actor, message: Message) -> JSON:
        return initial_state(message.blocks) | self._chosen.get(_key(actor, message), {})

    def _choose(self, actor: Actor, message: Message, state: JSON) -> JSON:
        self._chosen[_key(actor, message)] = state
        return state


def _key(actor: Actor, message: Message) -> tuple[str, str, str]:
    return message.channel, message.ts, actor.person.id
