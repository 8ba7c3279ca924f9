"""Where what a payload names may be posted to: Slack's own hosts, and that of its API."""

from __future__ import annotations

import io
from contextlib import closing

import pytest

from opsbot.slack import KeptWebClient
from opsbot.slack.transport.calls import CALL_ERRORS, ForeignAddressError

ELSEWHERE = (
    "http://169.254.169.254/latest/meta-data/",
    "https://169.254.169.254/",
    "http://[fd00:ec2::254]/",
    "http://localhost:8080/admin",
    "http://hooks.slack.com/commands/1",  # without TLS
    "https://hooks.slack.com:8443/commands/1",
    "https://hooks.slack.com.evil.example/commands/1",
    "https://evil.example/hooks.slack.com",
    "https://hooks.slack.com@169.254.169.254/",
    "https://me:pw@hooks.slack.com/commands/1",
    "https://evil.example\\@hooks.slack.com/",
    "https://evil.example#@hooks.slack.com/",
    "//hooks.slack.com/commands/1",
    "ftp://hooks.slack.com/1",
    "file:///etc/passwd",
    "https://slack.com@evil.example/",
    "http://slack.com/api/",
    "https://",
    "https://[",
    "",
)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_nothing_is_posted_anywhere_else(url: str) -> None:
    with closing(KeptWebClient("xoxb-1", "https://slack.com/api/")) as client:
        with pytest.raises(ForeignAddressError):
            client.post_json(url, {})
        with pytest.raises(ForeignAddressError):
            client.post_file(url, io.BytesIO(b""), 0)


@pytest.mark.parametrize("url", ["https://hooks.slack.com/x", "HTTPS://HOOKS.SLACK.COM:443/x", "https://slack.com/x"])
def test_slacks_own_hosts_are(url: str) -> None:
    with closing(KeptWebClient("xoxb-1", "https://slack.com/api/")) as client:
        client._refuse_foreign(url, frozenset({"hooks.slack.com"}))


def test_it_is_one_of_the_errors_of_a_call_and_says_no_address() -> None:
    assert issubclass(ForeignAddressError, CALL_ERRORS)
    assert str(ForeignAddressError()) == ""
