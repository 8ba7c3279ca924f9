"""The control API, `/_control/`: what people do and what they see, for scripts and tests."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from opsbot.sandbox.workspace.control_door import answering, read_body, require
from opsbot.sandbox.workspace.controls import Use
from opsbot.sandbox.workspace.delivery import Acknowledged, Delivery, Unanswered
from opsbot.sandbox.workspace.refusals import RefusedError, invalid_arguments
from opsbot.sandbox.workspace.shapes import channel_json, group_json, message_json, person_json, view_json

if TYPE_CHECKING:
    from starlette.requests import Request

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

    def routes(self) -> list[Route]:
        """Return the routes, to be mounted at `/_control`."""
        posts = {
            "/command": self._command,
            "/message": self._message,
            "/interact": self._interact,
            "/open-home": self._open_home,
            "/submit": self._submit,
            "/close": self._close,
            "/options": self._options,
            "/shortcut": self._shortcut,
            "/reset": self._reset,
        }
        gets = {"/messages/{channel}": self._messages, "/state": self._state, "/log": self._log}
        return [
            *(Route(path, answering(endpoint), methods=["POST"]) for path, endpoint in posts.items()),
            *(Route(path, answering(endpoint), methods=["GET"]) for path, endpoint in gets.items()),
        ]

    async def _command(self, request: Request) -> JSON:
        body = await read_body(request, "channel", "user", "command")
        started = time.perf_counter()
        outcome = await self._interactions.command(
            body["channel"], body["user"], body["command"], body.get("text", ""), thread_ts=body.get("thread_ts")
        )
        return self._outcome(outcome, started)

    async def _message(self, request: Request) -> JSON:
        body = await read_body(request, "channel", "user", "text")
        message = self._interactions.say(
            body["channel"], body["user"], body["text"], thread_ts=body.get("thread_ts"), keep_encoded=True
        )
        return {"ok": True, "message": self._shown(message)}

    async def _interact(self, request: Request) -> JSON:
        body = await read_body(request, "user", "action")
        started = time.perf_counter()
        use = _read_use(body["action"])
        if body.get("view"):
            outcome = await self._interactions.views.act(body["user"], body["view"], use)
            return self._outcome(outcome, started)
        require(body, "channel", "messageTs")
        outcome = await self._interactions.act(body["channel"], body["user"], body["messageTs"], use)
        return self._outcome(outcome, started)

    async def _open_home(self, request: Request) -> JSON:
        body = await read_body(request, "user")
        view = await self._interactions.views.open_home(body["user"], body.get("tab", "home"))
        return {"ok": True, "view": view_json(self._workspace, view) if view is not None else None}

    async def _submit(self, request: Request) -> JSON:
        """Fill in `values`, by action id, and submit `view`, or the modal in front of the person."""
        body = await read_body(request, "user")
        started = time.perf_counter()
        view_id = self._view_id(body)
        for action_id, value in (body.get("values") or {}).items():
            self._interactions.views.fill(body["user"], view_id, _read_use({"action_id": action_id, **_chosen(value)}))
        submission = await self._interactions.views.submit(body["user"], view_id)
        reply = self._outcome(submission.outcome, started)
        shown = {"ok": submission.accepted, "errors": dict(submission.errors), "failure": submission.failure}
        return reply | shown

    async def _close(self, request: Request) -> JSON:
        body = await read_body(request, "user")
        await self._interactions.views.close(body["user"], self._view_id(body), cleared=bool(body.get("cleared")))
        return {"ok": True}

    async def _options(self, request: Request) -> JSON:
        """What an external select offers for the `value` that was typed: in a modal, or in a message (`messageTs`)."""
        body = await read_body(request, "user", "action")
        use = _read_use(body["action"])
        if body.get("messageTs"):
            require(body, "channel")
            where = (body["channel"], body["user"], body["messageTs"])
            return {"ok": True, "options": await self._interactions.options(*where, use)}
        return {"ok": True, "options": await self._interactions.views.options(body["user"], self._view_id(body), use)}

    async def _shortcut(self, request: Request) -> JSON:
        """Use a global shortcut, perhaps with a `channel` in view; with `messageTs`, one of that message's menu."""
        body = await read_body(request, "user", "callback_id")
        started = time.perf_counter()
        if body.get("messageTs"):
            require(body, "channel")
            where = (body["channel"], body["user"], body["messageTs"])
            outcome = await self._interactions.message_shortcut(*where, body["callback_id"])
        else:
            outcome = await self._interactions.shortcut(body["user"], body["callback_id"], body.get("channel"))
        return self._outcome(outcome, started)

    def _view_id(self, body: JSON) -> str:
        if body.get("view"):
            return str(body["view"])
        top = self._workspace.views.top(self._workspace.directory.get(body["user"]).id)
        if top is None:
            raise RefusedError("view_not_found")
        return top.id

    async def _reset(self, _request: Request) -> JSON:
        self._workspace.reset()
        return {"ok": True}

    async def _messages(self, request: Request) -> JSON:
        """`?user=maya` shows what she sees; `?thread_ts=` one thread."""
        channel = self._workspace.channels.get(request.path_params["channel"])
        messages = self._workspace.messages.of(channel.id)
        if "user" in request.query_params:
            viewer = self._workspace.directory.get(request.query_params["user"])
            messages = [message for message in messages if message.is_visible_to(viewer.id)]
        thread_ts = request.query_params.get("thread_ts")
        if thread_ts is not None:
            messages = [message for message in messages if thread_ts in (message.ts, message.thread_ts)]
        return {"ok": True, "channel": channel.id, "messages": [self._shown(message) for message in messages]}

    async def _state(self, _request: Request) -> JSON:
        workspace = self._workspace
        app = workspace.app
        return {
            "ok": True,
            "workspace": {"id": workspace.team_id, "name": workspace.name, "domain": workspace.domain},
            "app": {
                "appId": app.app_id,
                "botUserId": app.bot_user,
                "mode": "socket" if app.manifest.socket_mode else "events",
                "connections": self._delivery.connections,
                "commands": [asdict(command) for command in app.manifest.commands.values()],
                "shortcuts": [asdict(shortcut) for shortcut in app.manifest.shortcuts.values()],
            },
            "users": [person_json(workspace, person) for person in workspace.directory.people],
            "userGroups": [group_json(workspace, group, users=True) for group in workspace.directory.groups],
            "views": [
                view_json(workspace, view) | {"user": view.user}
                for person in workspace.directory.humans
                for view in (workspace.views.top(person.id), workspace.views.home(person.id))
                if view is not None
            ],
            "channels": [
                channel_json(workspace, channel) | {"members": sorted(channel.members)}
                for channel in workspace.channels.all()
            ],
        }

    async def _log(self, _request: Request) -> JSON:
        return {"ok": True, "log": list(self._workspace.log)}

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


def _chosen(value: Any) -> JSON:
    """A value is what is entered; an object is a whole option, as external selects have them."""
    return {"selected_option": value} if isinstance(value, dict) else {"value": value}


def _read_use(action: Any) -> Use:
    """An action is an action id, or an object with one, as Slack's payloads have it."""
    if isinstance(action, str):
        return Use(action)
    if not isinstance(action, dict) or not isinstance(action.get("action_id"), str):
        raise invalid_arguments("missing required field: action.action_id")
    option = action.get("selected_option")
    option = option if isinstance(option, dict) and "text" in option else None
    value = action.get("value", (action.get("selected_option") or {}).get("value"))
    return Use(action["action_id"], action.get("block_id"), value, option)
