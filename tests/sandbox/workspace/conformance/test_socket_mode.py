"""Socket Mode: several connections, each payload to one of them, refreshes, and what comes again."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.sandbox.workspace.conformance.installed import unretrying
from tests.sandbox.workspace.conformance.raw_app import RawApp, acknowledge, keep_silent
from tests.sandbox.workspace.support import Control, demo_workspace, manifest
from tests.waiting import wait_until

if TYPE_CHECKING:
    from opsbot.sandbox.workspace import WorkspaceServer as Server

from opsbot.sandbox.workspace import WorkspaceServer


@pytest.fixture(autouse=True)
def _nothing_before(control: Control) -> None:
    """Let connections of the test before be gone."""
    wait_until(lambda: control.get("/state")["app"]["connections"] == 0)


def test_a_connection_is_greeted(server: Server, control: Control) -> None:
    """https://docs.slack.dev/apis/events-api/using-socket-mode: hello, num_connections, app_id."""
    with RawApp(server) as app:
        assert (app.hello["type"], app.hello["num_connections"]) == ("hello", 1)
        assert app.hello["connection_info"]["app_id"] == "A0APP"
        assert control.get("/state")["app"]["connections"] == 1


def test_an_address_connects_once(server: Server) -> None:
    """https://docs.slack.dev/reference/methods/apps.connections.open: a temporary address."""
    with RawApp(server) as app, pytest.raises(InvalidStatus), connect(app.url, proxy=None):
        pass


def test_an_app_that_is_told_by_http_is_warned_and_hears_nothing() -> None:
    """https://docs.slack.dev/reference/methods/apps.connections.open names no error for it.

    What people saw, in logs of many apps, is a warning, a connection and its hello; nothing comes over it.
    """
    with WorkspaceServer(demo_workspace(manifest(socket_mode=False))) as server, closing(Control(server)) as control:
        reply = unretrying(server).apps_connections_open(app_token="xapp-sandbox")
        assert reply["response_metadata"]["messages"] == ["[WARN] Socket Mode is not turned on."]
        with RawApp(server) as app:
            assert app.hello["type"] == "hello"
            assert control.command("services")["error"] == "dispatch_failed"
            assert app.heard.empty()


def test_each_payload_goes_to_one_of_the_connections(server: Server, control: Control) -> None:
    """https://docs.slack.dev/apis/events-api/using-socket-mode: each payload may go to any of the connections."""
    with RawApp(server) as one, RawApp(server) as other:
        for number in range(4):
            assert control.command(str(number))["acked"]
        texts = [[app.heard.get()["payload"]["text"] for _ in range(app.heard.qsize())] for app in (one, other)]
    assert sorted(text for heard in texts for text in heard) == ["0", "1", "2", "3"]
    assert all(texts)


def test_ten_connections_are_as_many_as_there_may_be(server: Server, control: Control) -> None:
    """https://docs.slack.dev/apis/events-api/using-socket-mode: up to 10 connections.

    The reason's word is seen in https://github.com/slackapi/bolt-js/issues/2238 and
    https://github.com/slackapi/node-slack-sdk/issues/1654.
    """
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(RawApp(server))
        eleventh = stack.enter_context(RawApp(server))
        assert (eleventh.hello["type"], eleventh.hello["reason"]) == ("disconnect", "too_many_websockets")
        eleventh.wait_for_end()
        assert control.get("/state")["app"]["connections"] == 10


def test_a_connection_is_refreshed_after_a_warning(server: Server, control: Control) -> None:
    """https://docs.slack.dev/apis/events-api/using-socket-mode: disconnect with warning, then refresh_requested."""
    with RawApp(server) as app:
        lifetime = app.hello["debug_info"]["approximate_connection_time"]
        control.post("/clock", advance=lifetime - 10)
        warning = app.next()
        assert (warning["type"], warning["reason"]) == ("disconnect", "warning")
        assert control.command("still here")["acked"]
        app.next()
        control.post("/clock", advance=10)
        assert app.next()["reason"] == "refresh_requested"
        assert app.wait_for_end() == 1001


def test_a_refresh_comes_on_demand(server: Server, control: Control) -> None:
    """https://docs.slack.dev/apis/events-api/using-socket-mode: the same, when somebody wants to see it."""
    with RawApp(server) as app:
        assert control.post("/disconnect", warned=True)["warned"] == 1
        assert app.next()["reason"] == "warning"
        assert control.post("/disconnect", announced=True)["closed"] == 1
        assert app.next()["reason"] == "refresh_requested"
        assert app.wait_for_end() == 1001


def test_a_connection_can_be_cut_off(server: Server, control: Control) -> None:
    """No page: networks fail without a goodbye."""
    with RawApp(server) as app:
        assert control.post("/disconnect", dropped=True)["closed"] == 1
        assert app.wait_for_end() is None
    assert control.command("services")["error"] == "dispatch_failed"


def test_an_event_without_an_acknowledgement_comes_again_at_once_and_after_one_and_five_minutes(
    server: Server, control: Control
) -> None:
    """https://docs.slack.dev/apis/events-api: retries; over Socket Mode with retry_attempt and retry_reason.

    The reason's word is seen in https://github.com/slackapi/python-slack-events-api/issues/93.
    """
    with RawApp(server, keep_silent) as app:
        control.say("is anybody there?")
        seen = [app.next()]
        for seconds in (0, 60, 300):
            control.post("/clock", advance=3.1)
            wait_for_failures(control, len(seen))
            control.post("/clock", advance=seconds)
            seen.append(app.next())
        control.post("/clock", advance=3.1)
        wait_for_failures(control, len(seen))
        control.post("/clock", advance=3600)
        app.answer = acknowledge
        control.command("later")
        assert app.next()["type"] == "slash_commands"
    assert [envelope["retry_attempt"] for envelope in seen] == [0, 1, 2, 3]
    assert [envelope["retry_reason"] for envelope in seen] == ["", "timeout", "timeout", "timeout"]
    assert len({envelope["payload"]["event_id"] for envelope in seen}) == 1
    assert len({envelope["envelope_id"] for envelope in seen}) == 4


def test_what_was_not_acknowledged_goes_to_another_connection(server: Server, control: Control) -> None:
    """https://docs.slack.dev/apis/events-api/using-socket-mode: unacknowledged payloads are sent again."""
    with RawApp(server, keep_silent) as silent, RawApp(server) as other:
        control.say("one")
        first = silent.next()
        control.post("/clock", advance=3.1)
        again = other.next()
        assert again["payload"]["event_id"] == first["payload"]["event_id"]
        control.post("/clock", advance=400)
        assert other.heard.empty()


def test_a_reset_gives_up_what_was_to_come_again(server: Server, control: Control) -> None:
    """No page: nothing of what happened before a reset is told after it."""
    with RawApp(server, keep_silent) as app:
        control.say("before")
        app.next()
        control.post("/reset")
        control.post("/clock", advance=3600)
        control.say("after")
        assert app.next()["payload"]["event"]["text"] == "after"


def test_only_what_can_be_answered_says_so(server: Server, control: Control) -> None:
    """https://docs.slack.dev/apis/events-api/using-socket-mode: accepts_response_payload."""
    with RawApp(server) as app:
        control.command("services")
        command = app.next()
        control.say("hello")
        event = app.next()
    assert (command["type"], command["accepts_response_payload"]) == ("slash_commands", True)
    assert (event["type"], event["accepts_response_payload"]) == ("events_api", False)


def test_what_is_no_acknowledgement_ends_nothing(server: Server, control: Control) -> None:
    """https://docs.slack.dev/apis/events-api/using-socket-mode: only acknowledgements are heeded."""
    with RawApp(server) as app:
        for nonsense in ("nonsense", '{"envelope_id": "none"}', "[1]", '{"payload": {}}'):
            app.send(nonsense)
        assert control.command("after")["acked"]


def wait_for_failures(control: Control, number: int) -> None:
    """Wait until so many deliveries are written down as failed, after which the next waits for the clock."""
    wait_until(lambda: sum(entry["kind"] == "socket" for entry in control.get("/log")["log"]) >= number)
