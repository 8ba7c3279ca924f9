"""Everything together over loopback: a workspace, a design node and the bot, and the hands of people."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx
from slack_sdk.signature import SignatureVerifier

from opsbot.assembly.bot import Bot
from opsbot.assembly.opening import now
from opsbot.config import Config
from opsbot.domain.models import MessageRef
from opsbot.sandbox import demo
from opsbot.sandbox.designer import DesignerServer
from opsbot.sandbox.workspace import FileLimits, Hands, WorkspaceServer
from opsbot.sandbox.workspace.hands import buttons, shown
from opsbot.slack import Pool, manifest
from tests.databases import put_database, put_work
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from opsbot.actions.delivering import Mouth
    from opsbot.actions.ports import Clock, Messenger
    from opsbot.durable import Tempo
    from opsbot.sandbox.workspace.rate_limits import Pace

JSON = dict[str, Any]

__all__ = ["ADMIN", "GRANTS", "JSON", "WATCHES", "Stage", "buttons", "configuration", "shown", "staged"]

GRANTS: tuple[JSON, ...] = (
    {"role": "viewer", "users": [demo.VIC.id]},
    {"role": "packager", "users": [demo.MAYA.id]},
    {"role": "publisher", "users": [demo.MAYA.id, demo.OMAR.id]},
    {"role": "approver", "groups": ["@ml-approvers"]},
)
ADMIN: JSON = {"role": "admin", "users": [demo.ADA.id]}
WATCHES: list[JSON] = [{"channel": "C02APPROVALS", "services": ["design:FRAUD/*"]}]


class Hasty(Bot):
    """The bot where Slack's limits are off, so that its messages needn't keep the distance that those ask for."""

    def make_mouth(self, messenger: Messenger) -> Mouth:
        return replace(super().make_mouth(messenger), gap=0.0)


class Stage(Hands):
    """What a test acts on and looks at; the hands are the ones that any app's tests can have."""

    def __init__(self, workspace: WorkspaceServer, designer: DesignerServer, bot: Bot) -> None:
        super().__init__(workspace.url)
        self.workspace = workspace
        self.designer = designer
        self.bot = bot

    def view(self, user: str) -> JSON:
        found = self.find_view(user)
        assert found is not None
        return found

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

    def direct(self, user: str) -> str:
        """The direct conversation of a person with the bot."""
        workspace = self.workspace.workspace
        return workspace.channels.direct(workspace.directory.get(user).id, workspace.app.bot_user).id

    def wait_for_file(self, channel: str = "ml-ops", *, user: str = "maya") -> tuple[JSON, bytes]:
        """The newest message that shows files, once there is one, and what is in the first of them."""

        def look() -> JSON | None:
            showing = [each for each in self.messages(channel, user=user) if each.get("files")]
            return showing[-1] if showing else None

        message = self.wait(look, f"a file in {channel}")
        return message, self.workspace.workspace.files.get(message["files"][0]["id"]).content or b""

    def wait_for_card(self, channel: str | None = None) -> JSON:
        """The card of the first request, once the bot knows it for one: who mentions it there may be quicker than that."""
        card = self.wait_for("Request 1", channel)
        shown_at = MessageRef(card["channel"], card["ts"])
        self.wait_until(lambda: self.bot.world.requests.of_card(shown_at) is not None)
        return card

    def published(self, service: str) -> set[str]:
        status = httpx.get(
            f"{self.designer.url}/public/api/api-deployer/services/{service}", auth=("sandbox", ""), timeout=10
        )
        return {each["id"] for each in status.json()["packages"]} if status.is_success else set()

    def node_calls(self, ending: str) -> int:
        """How often the bot posted to a path of the node."""
        return sum(1 for seen in self.designer.site.seen if seen.method == "POST" and seen.path.endswith(ending))


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
    pace: Pace = "off",
    **config: Any,
) -> Iterator[Stage]:
    """Set everything up, and take it down again; `config` replaces sections of the bot's configuration.

    The app is installed without the scopes that it is `lacking`; `pace` is how strict Slack is with its rates.
    """
    path = folder / "opsbot.db"
    if not path.exists():
        put_database(path)
        put_work(path)
    port = free_port() if mode == "http" else 0
    request_url = f"http://127.0.0.1:{port}/slack/events" if mode == "http" else None
    app = manifest("/apid", request_url)
    app["oauth_config"]["scopes"]["bot"] = sorted({*app["oauth_config"]["scopes"]["bot"]} - lacking)
    workspace = demo.workspace(app, file_limits=file_limits, pace=pace)
    kind = Hasty if pace == "off" else Bot
    with (
        nullcontext(designer) if designer is not None else DesignerServer() as node,
        WorkspaceServer(workspace) as server,
        kind(configuration(server, node, folder, mode=mode, port=port, **config), pool, tempo, clock) as bot,
        Stage(server, node, bot) as stage,
    ):
        if mode == "socket":
            server.wait_for_app()
        yield stage


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
