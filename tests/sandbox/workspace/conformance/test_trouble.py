"""What goes wrong on demand, so that an app can be tried for what it does when Slack isn't well."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from http.client import RemoteDisconnected
from typing import TYPE_CHECKING
from urllib.error import URLError

import httpx
import pytest
from slack_sdk.errors import SlackApiError

from tests.sandbox.workspace.conformance.installed import ML_OPS, refused

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from tests.sandbox.workspace.support import Control


def status_and_wait(client: WebClient) -> tuple[int, str | None]:
    """What comes of a message: the status, and after how long to come again."""
    try:
        reply = client.chat_postMessage(channel=ML_OPS, text="hello")
    except SlackApiError as error:
        return int(error.response.status_code), error.response.headers.get("Retry-After")
    return int(reply.status_code), None


def test_one_order_lets_a_rate_limit_be_followed_by_an_outage(client: WebClient, control: Control) -> None:
    """https://docs.slack.dev/apis/web-api/rate-limits and https://docs.slack.dev/apis/web-api: 429, then 5xx."""
    steps = [{"status": 429, "seconds": 30}, {"status": 503, "seconds": 10}]
    assert control.post("/trouble", methods=["chat.*"], steps=steps)["ok"]
    assert status_and_wait(client) == (429, "30")
    assert client.auth_test()["ok"]
    control.post("/clock", advance=12)
    assert status_and_wait(client) == (429, "18")
    control.post("/clock", advance=18)
    assert status_and_wait(client) == (503, None)
    control.post("/clock", advance=10)
    assert status_and_wait(client) == (200, None)


def test_trouble_can_last_for_a_number_of_calls(client: WebClient, control: Control) -> None:
    """https://docs.slack.dev/apis/web-api/rate-limits: Retry-After is a whole number of seconds."""
    steps = [{"status": 429, "retry_after": 7, "calls": 1}, {"ok": True, "calls": 1}, {"status": 500, "calls": 2}]
    control.post("/trouble", steps=steps)
    assert [status_and_wait(client) for _ in range(5)] == [
        (429, "7"),
        (200, None),
        (500, None),
        (500, None),
        (200, None),
    ]


def test_a_token_can_be_revoked_until_that_is_called_off(client: WebClient, control: Control) -> None:
    """https://docs.slack.dev/reference/methods/chat.postMessage lists token_revoked."""
    control.post("/trouble", steps=[{"error": "token_revoked"}])
    assert refused(client.chat_postMessage, channel=ML_OPS, text="x") == "token_revoked"
    assert refused(client.auth_test) == "token_revoked"
    control.call_off_trouble()
    assert client.auth_test()["ok"]


def test_a_slow_call_is_done_late(client: WebClient, control: Control) -> None:
    """No page: Slack promises no time. What is slow here is done once the clock has come so far."""
    control.post("/trouble", methods=["chat.postMessage"], steps=[{"delay": 20.0, "calls": 1}])
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(client.chat_postMessage, channel=ML_OPS, text="late")
        time.sleep(0.05)
        assert not call.done()
        assert control.messages() == []
        control.post("/clock", advance=20)
        assert call.result(timeout=5)["ok"]
    assert [message["text"] for message in control.messages()] == ["late"]


def test_a_call_can_be_hung_up_on(client: WebClient, control: Control) -> None:
    """No page: networks fail. Nothing is done, and nothing is answered."""
    control.post("/trouble", methods=["chat.postMessage"], steps=[{"drop": True, "calls": 1}])
    with pytest.raises((RemoteDisconnected, ConnectionResetError, URLError)):
        client.chat_postMessage(channel=ML_OPS, text="lost")
    assert control.messages() == []
    assert client.chat_postMessage(channel=ML_OPS, text="here")["ok"]


def test_an_answer_to_an_interaction_can_go_wrong_too(control: Control) -> None:
    """https://docs.slack.dev/interactivity/handling-user-interaction: a response_url is a door like the others."""
    url = control.command("services")["payload"]["response_url"]
    control.post("/trouble", methods=["response_url"], steps=[{"status": 502, "calls": 1}])
    assert [httpx.post(url, json={"text": "hi"}).status_code for _ in range(2)] == [502, 200]


def test_an_order_that_makes_no_sense_is_refused(control: Control) -> None:
    """No page: this is about the control API itself."""
    for step in ({}, {"status": 503, "drop": True}, {"status": 200}, {"status": 503, "retry_after": 3}, {"wonder": 1}):
        assert control.post("/trouble", steps=[step])["error"] == "invalid_arguments", step
