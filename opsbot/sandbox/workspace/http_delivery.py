"""Delivery by HTTP: signed POSTs to the app's request URLs."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx
from slack_sdk.signature import SignatureVerifier

from opsbot.sandbox.workspace.delivery import JSON, Acknowledged, Answer, Kind, Retry, Unanswered

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.state import Workspace

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_NO_RETRY = "X-Slack-No-Retry"


class HTTPDelivery:
    """Posts to where the app listens: the workspace's `request_url`, else the URLs of the manifest."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._client = httpx.AsyncClient(
            timeout=None,  # noqa: S113 - the clock of the workspace says when the time is over
            follow_redirects=False,
            trust_env=False,  # the app is next door: no proxy has any business here
        )

    @property
    def connections(self) -> int:
        """None: each payload makes its own."""
        return 0

    async def deliver(self, kind: Kind, payload: JSON, *, retry: Retry | None = None) -> Answer:
        """Post the payload, and read from the response whether the app has it."""
        began = time.perf_counter()
        url = self._url(kind, payload)
        answer = await self._post(url, kind, payload, retry) if url is not None else Unanswered("dispatch_failed")
        shown = answer.payload if isinstance(answer, Acknowledged) else {"error": answer.error}
        about = {"url": url, "retry": retry.number if retry is not None else 0}
        self._workspace.record("http", kind, payload, shown, **about, seconds=time.perf_counter() - began)
        return answer

    async def disconnect(self, *, announced: bool) -> int:  # noqa: ARG002 - there is nothing to announce
        """Nothing is kept open."""
        return 0

    async def warn(self) -> int:
        """Nothing is kept open."""
        return 0

    async def cut(self) -> int:
        """Nothing is kept open."""
        return 0

    async def close(self) -> None:
        """Close the connections to the app."""
        await self._client.aclose()

    async def _post(self, url: str, kind: Kind, payload: JSON, retry: Retry | None) -> Answer:
        content_type, body = _encode(kind, payload)
        headers = {"Content-Type": content_type, **self._signature(body)}
        if retry is not None:
            headers |= {"X-Slack-Retry-Num": str(retry.number), "X-Slack-Retry-Reason": retry.reason}
        until = self._workspace.clock() + self._workspace.timing.ack_seconds
        try:
            posting = self._client.post(url, content=body, headers=headers)
            response = await self._workspace.clock.wait_for(posting, until)
        except (TimeoutError, httpx.TimeoutException):
            return Unanswered("operation_timeout")
        except httpx.HTTPError:
            return Unanswered("dispatch_failed")
        if not response.is_success:
            return Unanswered("dispatch_failed", "http_error", final=response.headers.get(_NO_RETRY) == "1")
        return Acknowledged(_read(response))

    def _url(self, kind: Kind, payload: JSON) -> str | None:
        app = self._workspace.app
        if app.request_url is not None:
            return app.request_url
        if kind == "slash_commands":
            command = app.manifest.commands.get(payload["command"])
            return command.url if command is not None else None
        if payload.get("type") == "block_suggestion":
            return app.manifest.options_url  # Slack calls it the options load URL
        return app.manifest.events_url if kind == "events_api" else app.manifest.interactivity_url

    def _signature(self, body: str) -> dict[str, str]:
        timestamp = str(int(self._workspace.clock()))
        signature = SignatureVerifier(self._workspace.app.signing_secret).generate_signature(
            timestamp=timestamp, body=body
        )
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature or ""}


def _encode(kind: Kind, payload: JSON) -> tuple[str, str]:
    if kind == "slash_commands":
        return _FORM, urlencode(payload)
    if kind == "interactive":
        return _FORM, urlencode({"payload": json.dumps(payload)})
    return _JSON, json.dumps(payload)


def _read(response: httpx.Response) -> JSON:
    if response.headers.get("content-type", "").startswith(_JSON):
        try:
            answer = response.json()
        except ValueError:
            return {}
        return answer if isinstance(answer, dict) else {}
    return {"text": response.text} if response.text else {}
