"""Slash commands as Slack sends them over HTTP, signed with the app's secret."""

import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

SIGNING_SECRET: Final = "bench-signing-secret"
BOT_TOKEN: Final = "xoxb-bench"
TEAM: Final = "T01BENCH"
PEOPLE: Final = ("U01MAYA", *(f"U01PERSON{number:02d}" for number in range(1, 64)))
TEXT: Final = "packages FRAUD/scoring"


def channel_of(number: int) -> str:
    """Name the channel that command `number` comes from; no two share one, so an answer tells its command."""
    return f"C{number:08d}"


def signed(body: bytes, secret: str = SIGNING_SECRET) -> dict[str, str]:
    """Give the headers of a form that Slack sends now."""
    timestamp = str(int(time.time()))
    signature = hmac.new(secret.encode(), b"v0:%s:%s" % (timestamp.encode(), body), hashlib.sha256)
    return {
        "X-Slack-Signature": f"v0={signature.hexdigest()}",
        "X-Slack-Request-Timestamp": timestamp,
        "Content-Type": "application/x-www-form-urlencoded",
    }


@dataclass(frozen=True, slots=True)
class CommandSource:
    """Builds the bytes of a signed request; the signature carries the time of sending."""

    response_base: str
    secret: str = SIGNING_SECRET

    def request(self, number: int) -> bytes:
        person = PEOPLE[number % len(PEOPLE)]
        body = urlencode(
            {
                "token": "legacy",
                "team_id": TEAM,
                "team_domain": "bench",
                "channel_id": channel_of(number),
                "channel_name": "fraud",
                "user_id": person,
                "user_name": person.lower(),
                "command": "/apid",
                "text": TEXT,
                "api_app_id": "A01BENCH",
                "is_enterprise_install": "false",
                "response_url": f"{self.response_base}/response/{number}",
                "trigger_id": f"{number}.1.bench",
            }
        ).encode()
        timestamp = str(int(time.time()))
        signature = hmac.new(self.secret.encode(), b"v0:%s:%s" % (timestamp.encode(), body), hashlib.sha256)
        return (
            b"POST /slack/events HTTP/1.1\r\n"
            b"Host: 127.0.0.1\r\n"
            b"User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\n"
            b"Accept-Encoding: gzip,deflate\r\n"
            b"Accept: application/json,*/*\r\n"
            b"X-Slack-Signature: v0=%s\r\n"
            b"X-Slack-Request-Timestamp: %s\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (signature.hexdigest().encode(), timestamp.encode(), len(body), body)
        )
