"""Whether Slack sent it: looked at before anything else is, since anybody may post to us."""

from __future__ import annotations

import logging
import threading
from io import BytesIO
from time import monotonic
from typing import TYPE_CHECKING

from slack_sdk.signature import SignatureVerifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger(__name__)

_SAID_EVERY = 60.0
"""Seconds: what anybody can have us log is logged so seldom, or they could fill the disk."""


class SignedOnly:
    """Passes on what Slack signed in the last five minutes, and refuses with 401 what it didn't, unread.

    Bolt reads a body before it looks who signed it, which takes a second for a mebibyte that was made for it.
    """

    def __init__(self, application: WSGIApplication, signing_secret: str, now: Callable[[], float] = monotonic) -> None:
        self._application = application
        self._verifier = SignatureVerifier(signing_secret)
        self._now = now
        self._lock = threading.Lock()
        self._refused = 0
        self._say_at = float("-inf")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if not self._is_signed(body, environ):
            self._tell_sometimes()
            start_response("401 Unauthorized", [("Content-Length", "0")])
            return []
        return self._application({**environ, "wsgi.input": BytesIO(body)}, start_response)

    def _is_signed(self, body: bytes, environ: WSGIEnvironment) -> bool:
        try:
            return self._verifier.is_valid(
                body, environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP"), environ.get("HTTP_X_SLACK_SIGNATURE")
            )
        except (ValueError, TypeError, OverflowError):  # no number or too great a one, no UTF-8, no ASCII
            return False

    def _tell_sometimes(self) -> None:
        with self._lock:
            self._refused += 1
            if self._now() < self._say_at:
                return
            self._say_at, refused, self._refused = self._now() + _SAID_EVERY, self._refused, 0
        _log.warning(
            "posts that Slack didn't sign, or signed long ago, are refused: %d since this was last said. If Slack's own "
            "are among them, slack.signing_secret is another app's, or this machine's clock is wrong",
            refused,
        )
