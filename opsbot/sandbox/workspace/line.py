"""A Socket Mode connection for tests: it opens and closes at once, where the SDK's clients take up to ten seconds."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self

from slack_bolt.adapter.socket_mode.internals import run_bolt_app
from slack_sdk.socket_mode.request import SocketModeRequest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

if TYPE_CHECKING:
    from slack_bolt import App

JSON = dict[str, Any]


class Line:
    """Hands the app what comes, each in a thread of its own, and acknowledges what the app acknowledged.

    The app's own client says where: its `base_url` is the workspace's.
    """

    def __init__(self, app: App, app_token: str = "xapp-sandbox") -> None:  # noqa: S107 - a sandbox's token opens nothing else
        self._app = app
        self._app_token = app_token
        self._workers = ThreadPoolExecutor(4)
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Connect."""
        url = self._app.client.apps_connections_open(app_token=self._app_token)["url"]
        self._socket = self._open.enter_context(connect(str(url), proxy=None))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up, and wait for what the app is busy with."""
        self._open.close()
        self._reader.join()
        self._workers.shutdown()

    def _read(self) -> None:
        with suppress(ConnectionClosed):  # cut off rather than closed, as tests may want
            for text in self._socket:
                envelope = json.loads(text)
                if "envelope_id" in envelope:
                    self._workers.submit(self._hand_over, envelope)

    def _hand_over(self, envelope: JSON) -> None:
        request = SocketModeRequest.from_dict(envelope)
        assert request is not None
        response = run_bolt_app(self._app, request)
        if response.status == HTTPStatus.OK:
            acknowledgement: JSON = {"envelope_id": request.envelope_id}
            if response.body:
                acknowledgement["payload"] = _payload(response.body)
            self._socket.send(json.dumps(acknowledgement))


def _payload(body: str) -> JSON:
    return dict(json.loads(body)) if body.startswith("{") else {"text": body}
