"""The control API, `/_control/`: what people do and what they see, for scripts and tests."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.workspace import control_bodies as bodies
from opsbot.sandbox.workspace.control_door import Done, Nothing, Operation, operation
from opsbot.sandbox.workspace.controls import Use
from opsbot.sandbox.workspace.delivery import Acknowledged, Delivery, Unanswered
from opsbot.sandbox.workspace.refusals import RefusedError
from opsbot.sandbox.workspace.shapes import channel_json, group_json, message_json, person_json, view_json

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.acting import Outcome
    from opsbot.sandbox.workspace.interactions import Interactions
    from opsbot.sandbox.workspace.messages import Message
    from opsbot.sandbox.workspace.state import Workspace

JSON = dict[str, Any]


class Control:
    """Does and shows things on request. People and channels go by id or name; every reply has `ok`."""

    def __init__(self, workspace: Workspace, interactions: Interactions, delivery: Delivery) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._interactions = interactions

    def operations(self) -> list[Operation]:
        """Return what can be asked for, to be mounted at `/_control`."""
        return [
            operation("POST", "/command", bodies.CommandBody, bodies.OutcomeReply, self._command),
            operation("POST", "/message", bodies.MessageBody, bodies.MessageReply, self._message),
            operation("POST", "/interact", bodies.InteractBody, bodies.OutcomeReply, self._interact),
            operation("POST", "/options", bodies.OptionsBody, bodies.OptionsReply, self._options),
            operation("POST", "/shortcut", bodies.ShortcutBody, bodies.OutcomeReply, self._shortcut),
            operation("POST", "/submit", bodies.SubmitBody, bodies.SubmissionReply, self._submit),
            operation("POST", "/close", bodies.CloseBody, Done, self._close),
            operation("POST", "/open-home", bodies.OpenHomeBody, bodies.ViewReply, self._open_home),
            operation("GET", "/messages/{channel}", bodies.MessagesAsked, bodies.MessagesReply, self._messages),
            operation("GET", "/state", Nothing, bodies.StateReply, self._state),
            operation("GET", "/log", Nothing, bodies.LogReply, self._log),
            operation("POST", "/reset", Nothing, Done, self._reset),
        ]

    async def _command(self, body: bodies.CommandBody) -> bodies.OutcomeReply:
        """Type a slash command, and wait for the app's acknowledgement."""
        started = time.perf_counter()
        outcome = await self._interactions.command(
            body.channel, body.user, body.command, body.text, thread_ts=body.thread_ts
        )
        return bodies.OutcomeReply(**self._outcome(outcome, started))

    async def _message(self, body: bodies.MessageBody) -> bodies.MessageReply:
        """Write a message, with mentions as people type them (`@maya`) or as apps see them (`<@U01MAYA>`)."""
        message = self._interactions.say(
            body.channel, body.user, body.text, thread_ts=body.thread_ts, keep_encoded=True
        )
        return bodies.MessageReply(ok=True, message=self._shown(message))

    async def _interact(self, body: bodies.InteractBody) -> bodies.OutcomeReply:
        """Click a button or choose in a select, of a message or of a view, and wait for the acknowledgement."""
        started = time.perf_counter()
        use = bodies.use_of(body.action)
        if body.view is not None:
            outcome = await self._interactions.views.act(body.user, body.view, use)
        else:
            outcome = await self._interactions.act(body.channel or "", body.user, body.messageTs or "", use)
        return bodies.OutcomeReply(**self._outcome(outcome, started))

    async def _open_home(self, body: bodies.OpenHomeBody) -> bodies.ViewReply:
        """Enter the conversation with the app; `view` is what its Home shows so far."""
        view = await self._interactions.views.open_home(body.user, body.tab)
        return bodies.ViewReply(ok=True, view=view_json(self._workspace, view) if view is not None else None)

    async def _submit(self, body: bodies.SubmitBody) -> bodies.SubmissionReply:
        """Fill in `values`, by action id, and submit `view`, or the modal in front of the person."""
        started = time.perf_counter()
        view_id = self._view_id(body.user, body.view)
        for action_id, value in body.values.items():
            self._interactions.views.fill(body.user, view_id, _entered(action_id, value))
        submission = await self._interactions.views.submit(body.user, view_id)
        reply = self._outcome(submission.outcome, started) | {"ok": submission.accepted}
        return bodies.SubmissionReply(**reply, errors=dict(submission.errors), failure=submission.failure)

    async def _close(self, body: bodies.CloseBody) -> Done:
        """Close `view`, or the modal in front of the person."""
        await self._interactions.views.close(body.user, self._view_id(body.user, body.view), cleared=body.cleared)
        return Done()

    async def _options(self, body: bodies.OptionsBody) -> bodies.OptionsReply:
        """What an external select offers for the `value` that was typed: in a modal, or in a message (`messageTs`)."""
        use = bodies.use_of(body.action)
        if body.messageTs is not None:
            options = await self._interactions.options(body.channel or "", body.user, body.messageTs, use)
        else:
            options = await self._interactions.views.options(body.user, self._view_id(body.user, body.view), use)
        return bodies.OptionsReply(ok=True, options=options)

    async def _shortcut(self, body: bodies.ShortcutBody) -> bodies.OutcomeReply:
        """Use a global shortcut, perhaps with a `channel` in view; with `messageTs`, one of that message's menu."""
        started = time.perf_counter()
        if body.messageTs is not None:
            where = (body.channel or "", body.user, body.messageTs)
            outcome = await self._interactions.message_shortcut(*where, body.callback_id)
        else:
            outcome = await self._interactions.shortcut(body.user, body.callback_id, body.channel)
        return bodies.OutcomeReply(**self._outcome(outcome, started))

    def _view_id(self, user: str, view: str | None) -> str:
        if view is not None:
            return view
        top = self._workspace.views.top(self._workspace.directory.get(user).id)
        if top is None:
            raise RefusedError("view_not_found")
        return top.id

    async def _reset(self, _asked: Nothing) -> Done:
        """Put everything back as it was at the start. The app's connections stay."""
        self._workspace.reset()
        return Done()

    async def _messages(self, asked: bodies.MessagesAsked) -> bodies.MessagesReply:
        """What was said in a channel, threads included: all of it, or what one person sees, or one thread."""
        channel = self._workspace.channels.get(asked.channel)
        messages = self._workspace.messages.of(channel.id)
        if asked.user is not None:
            viewer = self._workspace.directory.get(asked.user)
            messages = [message for message in messages if message.is_visible_to(viewer.id)]
        if asked.thread_ts is not None:
            messages = [message for message in messages if asked.thread_ts in (message.ts, message.thread_ts)]
        return bodies.MessagesReply(
            ok=True, channel=channel.id, messages=[self._shown(message) for message in messages]
        )

    async def _state(self, _asked: Nothing) -> bodies.StateReply:
        """Everything but the messages: the app, people, user groups, open views, channels."""
        workspace = self._workspace
        app = workspace.app
        return bodies.StateReply(
            ok=True,
            workspace={"id": workspace.team_id, "name": workspace.name, "domain": workspace.domain},
            app={
                "appId": app.app_id,
                "botUserId": app.bot_user,
                "mode": "socket" if app.manifest.socket_mode else "events",
                "connections": self._delivery.connections,
                "commands": [asdict(command) for command in app.manifest.commands.values()],
                "shortcuts": [asdict(shortcut) for shortcut in app.manifest.shortcuts.values()],
            },
            users=[person_json(workspace, person) for person in workspace.directory.people],
            userGroups=[group_json(workspace, group, users=True) for group in workspace.directory.groups],
            views=[
                view_json(workspace, view) | {"user": view.user}
                for person in workspace.directory.humans
                for view in (workspace.views.top(person.id), workspace.views.home(person.id))
                if view is not None
            ],
            channels=[
                channel_json(workspace, channel) | {"members": sorted(channel.members)}
                for channel in workspace.channels.all()
            ],
        )

    async def _log(self, _asked: Nothing) -> bodies.LogReply:
        """What passed between the workspace and the app: calls, events, clicks, and how each was answered."""
        return bodies.LogReply(ok=True, log=list(self._workspace.log))

    def _shown(self, message: Message) -> JSON:
        shown = message_json(self._workspace, message, metadata=True) | {"channel": message.channel}
        if message.is_ephemeral:
            shown |= {"ephemeral": True, "addressee": message.addressee}
        return shown

    def _outcome(self, outcome: Outcome, started: float) -> JSON:
        reply: JSON = {
            "ok": True,
            "acked": outcome.acked,
            "elapsed_ms": round((time.perf_counter() - started) * 1000, 1),
            "response": outcome.answer.payload if isinstance(outcome.answer, Acknowledged) else None,
            "message": self._shown(outcome.message) if outcome.message is not None else None,
            "payload": outcome.payload or None,
        }
        if isinstance(outcome.answer, Unanswered):
            reply |= {"ok": False, "error": outcome.answer.error}
        return reply


def _entered(action_id: str, value: Any) -> Use:
    """A value is what is entered; an object is a whole option, as external selects have them."""
    if isinstance(value, dict):
        return bodies.ControlBody(action_id=action_id, selected_option=value).use()
    return Use(action_id, value=value)
