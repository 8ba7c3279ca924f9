"""An app with nothing between it and the wire: what comes over one Socket Mode connection, and what it says."""

from __future__ import annotations

import json
import queue
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.sandbox.workspace.conformance.installed import unretrying

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.sandbox.workspace import WorkspaceServer

JSON = dict[str, Any]


def acknowledge(_envelope: JSON) -> JSON | None:
    """Say that it came, and nothing else."""
    return {}


def keep_silent(_envelope: JSON) -> JSON | None:
    """Say nothing."""
    return None


class RawApp:
    """Keeps what comes in `heard`, and acknowledges it with what `answer` says; None is silence."""

    def __init__(self, server: WorkspaceServer, answer: Callable[[JSON], JSON | None] = acknowledge) -> None:
        self.url = str(unretrying(server).apps_connections_open(app_token="xapp-sandbox")["url"])
        self.answer = answer
        self.heard: queue.Queue[JSON] = queue.Queue()
        self.ended: int | None = None
        self._open = ExitStack()
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        self._socket = self._open.enter_context(connect(self.url, proxy=None))
        self._reader.start()
        self.hello = self.next()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        self._reader.join()

    def next(self) -> JSON:
        """What came next."""
        return self.heard.get(timeout=5)

    def acknowledge(self, envelope: JSON, payload: JSON | None = None) -> None:
        """Say that an envelope came, at whatever time."""
        said = {"envelope_id": envelope["envelope_id"]}
        self.send(json.dumps(said | ({"payload": payload} if payload else {})))

    def send(self, text: str) -> None:
        """Say anything at all."""
        self._socket.send(text)

    def wait_for_end(self) -> int | None:
        """The code with which the far end closed; None where it hung up."""
        self._reader.join(5)
        assert not self._reader.is_alive()
        return self.ended

    def _read(self) -> None:
        try:
            while True:
                envelope = json.loads(self._socket.recv())
                answer = self.answer(envelope) if "envelope_id" in envelope else None
                self.heard.put(envelope)
                if answer is not None:
                    self.acknowledge(envelope, answer)
        except ConnectionClosed as closed:
            self.ended = closed.rcvd.code if closed.rcvd is not None else None
