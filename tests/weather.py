"""Weather between the bot and its workspace: a door before the Web API that answers badly for a while, or at one place."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs

import httpx

POST = "chat.postMessage"


@dataclass(frozen=True)
class Spell:
    """So many calls, or all in so many seconds, are answered with a status; where they are `done`, every other is for all that."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    done: bool = False
    calls: int | None = None
    seconds: float | None = None


class Weather:
    """A door before a workspace. `url` is where the bot finds the Web API; all that arrives well is passed on."""

    def __init__(self, workspace: str) -> None:
        self.struck: Counter[int] = Counter()
        """How many calls each status met."""
        self.refusals: dict[tuple[str, str], str] = {}
        """The errors that Slack answers, by method and place; a place of "" is every one."""
        self._workspace = workspace
        self._spells: list[Spell] = []
        self._began = 0.0
        self._calls = 0
        self._lock = threading.Lock()
        self._hands = httpx.Client(timeout=30)
        self._server = _Server(("127.0.0.1", 0), _door_of(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}/api/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._hands.close()

    def expect(self, *spells: Spell) -> None:
        """Have these spells of weather from now on, one after the other."""
        with self._lock:
            self._spells, self._began, self._calls = list(spells), time.monotonic(), 0

    def is_over(self) -> bool:
        with self._lock:
            return self._now() is None

    def answer(self, method: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        place = _place(body, headers)
        for key in ((method, place), (method, ""), ("*", "")):
            if key in self.refusals:
                return 200, {}, json.dumps({"ok": False, "error": self.refusals[key]}).encode()
        spell, is_done = self._strike()
        if spell is None or is_done:
            reply = self._hands.post(f"{self._workspace}/api/{method}", content=body, headers=headers)
            if spell is None:
                kept = {
                    name: reply.headers[name] for name in ("retry-after", "x-oauth-scopes") if name in reply.headers
                }
                return reply.status_code, kept, reply.content
        return spell.status, spell.headers, b"<html>not now</html>"

    def _strike(self) -> tuple[Spell | None, bool]:
        with self._lock:
            spell = self._now()
            if spell is None:
                return None, False
            self._calls += 1
            self.struck[spell.status] += 1
            return spell, spell.done and bool(self._calls % 2)

    def _now(self) -> Spell | None:
        while self._spells:
            spell = self._spells[0]
            if spell.calls is not None and self._calls < spell.calls:
                return spell
            if spell.seconds is not None and time.monotonic() < self._began + spell.seconds:
                return spell
            self._began += spell.seconds or 0.0
            self._calls = 0
            del self._spells[0]
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True


def _door_of(weather: Weather) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            kept = {name: self.headers[name] for name in ("Authorization", "Content-Type") if name in self.headers}
            status, headers, reply = weather.answer(self.path.rpartition("/")[2], body, kept)
            with suppress(OSError):  # whoever asked may have been killed meanwhile
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(reply)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply)

        def log_message(self, *_: Any) -> None:
            pass

    return Door


def _place(body: bytes, headers: dict[str, str]) -> str:
    """Name the channel or the person that a call is about."""
    if headers.get("Content-Type", "").startswith("application/json"):
        return str(json.loads(body or b"{}").get("channel", ""))
    return parse_qs(body.decode(errors="replace")).get("channel", [""])[0]
