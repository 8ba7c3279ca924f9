"""Slash commands and clicks as Slack sends them over HTTP, signed with the app's secret."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

SIGNING_SECRET: Final = "bench-signing-secret"
BOT_TOKEN: Final = "xoxb-bench"
TEAM: Final = "T0SANDBOX"
"""As the sandbox's workspace calls itself, which is the far end of some; of another team nobody is listened to."""
PEOPLE: Final = ("U01MAYA", *(f"U01PERSON{number:02d}" for number in range(1, 64)))
TEXT: Final = "packages FRAUD/scoring"


def channel_of(number: int) -> str:
    """Name the channel that command `number` comes from; no two share one, so an answer tells its command."""
    return f"C{number:08d}"


def signed(body: bytes, secret: str) -> bytes:
    """Make a whole request of a body; the signature carries the time of now."""
    lines = (
        "POST /slack/events HTTP/1.1",
        "Host: 127.0.0.1",
        "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)",
        "Accept-Encoding: gzip,deflate",
        "Accept: application/json,*/*",
        *(f"{name}: {value}" for name, value in headers_of(body, secret).items()),
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*lines, "", "")).encode() + body


def headers_of(body: bytes, secret: str = SIGNING_SECRET) -> dict[str, str]:
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
    channels: int | None = None
    """That commands come from in turn; else each has its own."""
    people: tuple[str, ...] = PEOPLE

    def request(self, number: int) -> bytes:
        return self.command(number, self.people[number % len(self.people)], TEXT)

    def command(self, number: int, person: str, text: str) -> bytes:
        """What a person typed in the channel of this number."""
        body = {
            "token": "legacy",
            "team_id": TEAM,
            "team_domain": "bench",
            "channel_id": channel_of(number % self.channels if self.channels is not None else number),
            "channel_name": "fraud",
            "user_id": person,
            "user_name": person.lower(),
            "command": "/apid",
            "text": text,
            "api_app_id": "A01BENCH",
            "is_enterprise_install": "false",
            "response_url": f"{self.response_base}/response/{number}",
            "trigger_id": f"{number}.1.bench",
        }
        return signed(urlencode(body).encode(), self.secret)

    def click(self, number: int, person: str, message_ts: str, button: Mapping[str, str]) -> bytes:
        """A person's click on a button of a message in the channel of this number."""
        channel = channel_of(number)
        payload = {
            "type": "block_actions",
            "user": {"id": person, "username": person.lower(), "team_id": TEAM},
            "team": {"id": TEAM},
            "channel": {"id": channel},
            "container": {"type": "message", "message_ts": message_ts, "channel_id": channel},
            "actions": [{"type": "button", "block_id": "b", **button}],
            "response_url": f"{self.response_base}/response/{number}",
            "api_app_id": "A01BENCH",
            "trigger_id": f"{number}.1.bench",
        }
        return signed(urlencode({"payload": json.dumps(payload)}).encode(), self.secret)
