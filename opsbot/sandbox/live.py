"""A workspace for the tests of any Bolt app: served as long as it is entered, with the hands of its people."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from slack_sdk import WebClient

from opsbot.sandbox import demo
from opsbot.sandbox.workspace import Hands, Workspace, WorkspaceServer
from opsbot.sandbox.workspace.line import Line
from opsbot.sandbox.workspace.manifest import read_manifest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slack_bolt import App

    from opsbot.sandbox.workspace import Channel, Person


class LiveWorkspace(Hands):
    """Serves a workspace with an app's manifest on a free port of this machine.

        with LiveWorkspace("app.yaml") as slack, slack.running(build(slack.client())):
            slack.command("milk")

    People and channels are those of the demo, unless others are named; whoever is first acts where nobody is named, in
    the first channel. `rest` is for `Workspace`: `pace="real"`, `request_url=`, `timing=` and so on.
    """

    def __init__(
        self,
        manifest: Mapping[str, Any] | Path | str,
        *,
        people: Sequence[Person] = demo.PEOPLE,
        channels: Sequence[Channel] = demo.CHANNELS,
        **rest: Any,
    ) -> None:
        """`manifest` is a manifest, or the path of one, YAML or JSON; raises OSError or ValueError if it can't be read."""
        content = manifest if isinstance(manifest, Mapping) else read_manifest(Path(manifest))
        groups = rest.pop("user_groups", demo.USER_GROUPS if people is demo.PEOPLE else ())
        self.workspace = Workspace(content, people=people, channels=channels, user_groups=groups, **rest)
        self._server = WorkspaceServer(self.workspace)
        super().__init__(self._server.url, user=people[0].name, channel=channels[0].name)
        self._served = ExitStack()

    @property
    def api_url(self) -> str:
        """Where the Web API is: the `base_url` of a `slack_sdk` client."""
        return f"{self.url}/api/"

    @property
    def bot_token(self) -> str:
        """The token of the app's bot user."""
        return self.workspace.app.bot_token

    @property
    def app_token(self) -> str:
        """The token for Socket Mode."""
        return self.workspace.app.app_token

    @property
    def signing_secret(self) -> str:
        """What requests to the app are signed with, where it is told by HTTP."""
        return self.workspace.app.signing_secret

    def client(self, **rest: Any) -> WebClient:
        """Return Slack's own client, with the app's bot token."""
        return WebClient(self.bot_token, base_url=self.api_url, **rest)

    def running(self, app: App) -> Line:
        """Return a context in which the app hears what happens, by Socket Mode."""
        return Line(app, self.app_token)

    def wait_for_app(self, seconds: float = 5.0) -> None:
        """Block until an app that connects by itself has done so; raises TimeoutError."""
        self._server.wait_for_app(seconds)

    def __enter__(self) -> Self:
        self._served.enter_context(self._server)
        return self

    def close(self) -> None:
        """End the server."""
        super().close()
        self._served.close()
        self._server.stop()
