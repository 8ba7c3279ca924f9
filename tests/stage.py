"""Everything together over loopback: a workspace, a design node and the bot, and the hands of people."""

from __future__ import annotations

import json
import socket
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx
from slack_sdk.signature import SignatureVerifier

from opsbot.assembly.bot import Bot
from opsbot.assembly.opening import now
from opsbot.config import Config
from opsbot.sandbox import demo
from opsbot.sandbox.designer import DesignerServer
from opsbot.sandbox.workspace import FileLimits, Workspace, WorkspaceServer
from opsbot.slack import Pool, manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from opsbot.actions.ports import Clock
    from opsbot.durable import Tempo

JSON = dict[str, Any]

_PATIENCE = 20.0
_NAP = 0.02

GRANTS: tuple[JSON, ...] = (
    {"role": "viewer", "users": [demo.VIC.id]},
    {"role": "packager", "users": [demo.MAYA.id]},
    {"role": "publisher", "users": [demo.MAYA.id, demo.OMAR.id]},
    {"role": "approver", "groups": ["@ml-approvers"]},
)


@dataclass(frozen=True)
class Stage:
    """What a test acts on and looks at."""

    workspace: WorkspaceServer
    designer: DesignerServer
    bot: Bot
    hands: httpx.Client

    def command(self, text: str, *, user: str = "maya", channel: str = "ml-ops") -> JSON:
        body = {"channel": channel, "user": user, "command": "/apid", "text": text}
        return self._post("/command", body)

    def say(self, text: str, *, user: str = "maya", channel: str = "ml-ops", thread: str | None = None) -> JSON:
        return self._post("/message", {"channel": channel, "user": user, "text": text, "thread_ts": thread})

    def click(self, message: JSON, action: str, *, user: str) -> JSON:
        body = {"channel": message["channel"], "user": user, "messageTs": message["ts"], "action": action}
        return self._post("/interact", body)

    def submit(self, user: str, values: JSON) -> JSON:
        """Send the form that somebody has open."""
        return self._post("/submit", {"user": user, "values": values})

    def find_view(self, user: str) -> JSON | None:
        """The form that somebody has open."""
        person = self.workspace.workspace.directory.get(user).id
        views = self.hands.get("/state").json()["views"]
        return next((view for view in views if view["user"] == person and view["type"] == "modal"), None)

    def view(self, user: str) -> JSON:
        found = self.find_view(user)
        assert found is not None
        return found

    def wait_for_view(self, user: str) -> JSON:
        return self._wait(lambda: self.find_view(user), f"a form before {user}")

    def shortcut(self, callback_id: str, *, user: str, channel: str | None = None, message: JSON | None = None) -> JSON:
        """Use a shortcut: of a message, or of the workspace with a channel in view."""
        body: JSON = {"user": user, "callback_id": callback_id, "channel": channel}
        if message is not None:
            body |= {"channel": message["channel"], "messageTs": message["ts"]}
        return self._post("/shortcut", body)

    def click_payload(self, message: JSON, action: str, value: str, *, user: str) -> JSON:
        """What Slack would send for a click; its response_url is one that the workspace gave out."""
        given = self.command("whoami", user=user)["payload"]
        return {
            "type": "block_actions",
            "user": {"id": given["user_id"], "username": given["user_name"], "team_id": given["team_id"]},
            "team": {"id": given["team_id"]},
            "channel": {"id": message["channel"]},
            "container": {"type": "message", "message_ts": message["ts"], "channel_id": message["channel"]},
            "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": value}],
            "response_url": given["response_url"],
            "api_app_id": given["api_app_id"],
            "trigger_id": given["trigger_id"],
        }

    def deliver(self, payload: JSON, *, secret: str | None = None, at: float | None = None) -> int:
        """Send a signed payload to the bot over HTTP, as Slack would; gives the status."""
        body = urlencode({"payload": json.dumps(payload)})
        return self._send(body, "application/x-www-form-urlencoded", secret, at)

    def deliver_command(self, fields: JSON) -> int:
        """Send a signed slash command to the bot over HTTP; gives the status."""
        return self._send(urlencode(fields), "application/x-www-form-urlencoded", None, None)

    def replied_to_command(self, fields: JSON) -> str:
        """Send a signed slash command to the bot over HTTP; gives the text of the acknowledgement."""
        return self._sent(urlencode(fields), "application/x-www-form-urlencoded", None, None).text

    def deliver_for_reply(self, payload: JSON) -> JSON:
        """Send a signed payload to the bot over HTTP; gives what it said along with its acknowledgement."""
        reply = self._sent(urlencode({"payload": json.dumps(payload)}), "application/x-www-form-urlencoded", None, None)
        assert reply.status_code == 200
        said: JSON = reply.json()
        return said

    def deliver_event(self, payload: JSON) -> int:
        """Send a signed event to the bot over HTTP; gives the status."""
        return self._send(json.dumps(payload), "application/json", None, None)

    def _send(self, body: str, kind: str, secret: str | None, at: float | None) -> int:
        return self._sent(body, kind, secret, at).status_code

    def _sent(self, body: str, kind: str, secret: str | None, at: float | None) -> httpx.Response:
        timestamp = str(int(at if at is not None else time.time()))
        verifier = SignatureVerifier(secret or self.workspace.workspace.app.signing_secret)
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": verifier.generate_signature(timestamp=timestamp, body=body) or "",
        }
        url = f"http://127.0.0.1:{self.bot.http.port}/slack/events"
        return httpx.post(url, content=body, headers=headers, timeout=30)

    def messages(self, channel: str = "ml-ops", *, user: str = "maya") -> list[JSON]:
        """All that a person sees in a channel, threads included."""
        seen: list[JSON] = self.hands.get(f"/messages/{channel}", params={"user": user}).json()["messages"]
        return seen

    def wait_for(self, text: str, channel: str = "ml-ops", *, user: str = "maya", times: int = 1) -> JSON:
        """The newest of the messages that hold the text, once there are so many."""
        return self._wait(lambda: _newest(self.messages(channel, user=user), text, times), f"“{text}” in {channel}")

    def again(self, message: JSON) -> JSON:
        """The same message as it is now."""
        return next(each for each in self.messages(message["channel"]) if each["ts"] == message["ts"])

    def wait_until(self, holds: Callable[[], bool]) -> None:
        self._wait(lambda: {} if holds() else None, "something to hold")

    def direct(self, user: str) -> str:
        """The direct conversation of a person with the bot."""
        workspace = self.workspace.workspace
        return workspace.channels.direct(workspace.directory.get(user).id, workspace.app.bot_user).id

    def thread(self, parent: JSON, *, user: str = "maya") -> list[JSON]:
        seen = self.messages(parent["channel"], user=user)
        return [each for each in seen if each.get("thread_ts") == parent["ts"] and each["ts"] != parent["ts"]]

    def wait_for_reply(self, parent: JSON, text: str = "") -> JSON:
        return self._wait(lambda: _newest(self.thread(parent), text, 1), f"a reply with “{text}”")

    def wait_for_file(self, channel: str = "ml-ops", *, user: str = "maya") -> tuple[JSON, bytes]:
        """The newest message that shows files, once there is one, and what is in the first of them."""

        def look() -> JSON | None:
            showing = [each for each in self.messages(channel, user=user) if each.get("files")]
            return showing[-1] if showing else None

        message = self._wait(look, f"a file in {channel}")
        return message, self.workspace.workspace.files.get(message["files"][0]["id"]).content or b""

    def published(self, service: str) -> set[str]:
        status = httpx.get(
            f"{self.designer.url}/public/api/api-deployer/services/{service}", auth=("sandbox", ""), timeout=10
        )
        return {each["id"] for each in status.json()["packages"]} if status.is_success else set()

    def node_calls(self, ending: str) -> int:
        """How often the bot posted to a path of the node."""
        return sum(1 for seen in self.designer.site.seen if seen.method == "POST" and seen.path.endswith(ending))

    def _post(self, path: str, body: JSON) -> JSON:
        reply: JSON = self.hands.post(path, json=body).json()
        return reply

    def _wait(self, look: Callable[[], JSON | None], what: str) -> JSON:
        until = time.monotonic() + _PATIENCE
        while (found := look()) is None:
            if time.monotonic() > until:
                raise AssertionError(f"waited in vain for {what}")
            time.sleep(_NAP)
        return found


@contextmanager
def staged(
    folder: Path,
    *,
    mode: str = "socket",
    pool: Pool | None = None,
    designer: DesignerServer | None = None,
    tempo: Tempo | None = None,
    clock: Clock = now,
    lacking: frozenset[str] = frozenset(),
    file_limits: FileLimits | None = None,
    **config: Any,
) -> Iterator[Stage]:
    """Set everything up, and take it down again; `config` replaces sections of the bot's configuration.

    The app is installed without the scopes that it is `lacking`.
    """
    port = _free_port()
    request_url = f"http://127.0.0.1:{port}/slack/events" if mode == "http" else None
    app = manifest("/apid", request_url)
    app["oauth_config"]["scopes"]["bot"] = sorted({*app["oauth_config"]["scopes"]["bot"]} - lacking)
    workspace = Workspace(
        app,
        people=demo.PEOPLE,
        channels=demo.CHANNELS,
        user_groups=demo.USER_GROUPS,
        file_limits=file_limits,
    )
    with (
        nullcontext(designer) if designer is not None else DesignerServer() as node,
        WorkspaceServer(workspace) as server,
        Bot(configuration(server, node, folder, mode=mode, port=port, **config), pool, tempo, clock) as bot,
        httpx.Client(base_url=f"{server.url}/_control", timeout=30) as hands,
    ):
        if mode == "socket":
            server.wait_for_app()
        yield Stage(server, node, bot, hands)


def configuration(
    server: WorkspaceServer,
    designer: DesignerServer,
    folder: Path,
    *,
    mode: str,
    port: int,
    node: JSON | None = None,
    slack: JSON | None = None,
    **sections: Any,
) -> Config:
    app = server.workspace.app
    return Config.model_validate(
        {
            "slack": {
                **(slack or {}),
                "mode": mode,
                "api_url": f"{server.url}/api/",
                "bot_token": app.bot_token,
                "app_token": app.app_token,
                "signing_secret": app.signing_secret,
            },
            "nodes": {"design": {"url": designer.url, "api_key": "sandbox", **(node or {})}},
            "database": {"url": f"sqlite:///{folder / 'opsbot.db'}"},
            "http": {"port": port},
            "grants": list(GRANTS),
            **sections,
        }
    )


def buttons(message: JSON) -> dict[str, str]:
    """The buttons of a message: their action ids by their labels."""
    elements = [each for block in message.get("blocks", ()) if block["type"] == "actions" for each in block["elements"]]
    return {element["text"]["text"]: element["action_id"] for element in elements}


def shown(message: JSON) -> str:
    """All the text of a message's blocks."""
    return "\n".join(_texts(message.get("blocks", ())))


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _texts(value)


def _newest(messages: list[JSON], text: str, times: int) -> JSON | None:
    holding = [each for each in messages if text in each["text"] or text in shown(each)]
    return holding[-1] if len(holding) >= times else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
