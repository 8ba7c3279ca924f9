"""What comes to Slack's door without Slack's signature."""

from __future__ import annotations

import time
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

import pytest
from slack_sdk.signature import SignatureVerifier

from opsbot.slack.listening.signed import SignedOnly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

SECRET, BODY = "shared", b'{"type": "event_callback"}'


class Door:
    """A door, and what came through it."""

    def __init__(self) -> None:
        self.came: list[bytes] = []
        self.now = 0.0
        self._door = SignedOnly(self._take, SECRET, lambda: self.now)

    def post(self, body: bytes, timestamp: str | None, signature: str | None) -> str:
        said: list[str] = []
        headers = {"HTTP_X_SLACK_REQUEST_TIMESTAMP": timestamp, "HTTP_X_SLACK_SIGNATURE": signature}
        environ: dict[str, Any] = {name: value for name, value in headers.items() if value is not None}
        environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body)), "REQUEST_METHOD": "POST"}
        start = cast("StartResponse", lambda status, _: said.append(status))
        assert b"".join(self._door(environ, start)) == b""
        return said[0]

    def _take(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.came.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start_response("200 OK", [])
        return []


def signed(body: bytes = BODY, *, at: str, secret: str = SECRET) -> str:
    return SignatureVerifier(secret).generate_signature(timestamp=at, body=body) or ""


def test_what_slack_signed_passes_as_it_came() -> None:
    door, now = Door(), str(int(time.time()))
    assert door.post(BODY, now, signed(at=now)) == "200 OK"
    assert door.came == [BODY]


Unsigned = tuple[bytes, str | None, str | None]

UNSIGNED: dict[str, Callable[[str, str], Unsigned]] = {
    "nothing": lambda _now, _late: (BODY, None, None),
    "no signature": lambda now, _: (BODY, now, None),
    "no time": lambda now, _: (BODY, None, signed(at=now)),
    "guessed": lambda now, _: (BODY, now, signed(at=now, secret="guessed")),
    "another body": lambda now, _: (BODY + b" ", now, signed(at=now)),
    "late": lambda _, late: (BODY, late, signed(at=late)),
    "no number": lambda _now, _late: (BODY, "soon", signed(at="soon")),
    "no int": lambda now, _: (BODY, "9" * 5000, signed(at=now)),
    "no float": lambda now, _: (BODY, "9" * 400, signed(at=now)),
    "infinite": lambda _now, _late: (BODY, "inf", signed(at="inf")),
    "no ASCII": lambda now, _: (BODY, now, "v0=\xe9\xff"),
    "no text": lambda now, _: (b"\xff\xfe", now, signed(at=now)),
    "deep": lambda now, _: (b"[" * 100_000, now, "v0="),
}


@pytest.mark.parametrize("made", UNSIGNED.values(), ids=UNSIGNED.keys())
def test_what_slack_did_not_sign_is_read_by_nobody(made: Callable[[str, str], Unsigned]) -> None:
    door, now = Door(), int(time.time())
    assert door.post(*made(str(now), str(now - 6 * 60))) == "401 Unauthorized"
    assert door.came == []


def test_however_many_are_refused_it_is_said_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    door = Door()
    for _ in range(100):
        door.post(BODY, None, None)
    door.now = 61.0
    door.post(BODY, None, None)
    assert [record.args for record in caplog.records] == [(1,), (100,)]
