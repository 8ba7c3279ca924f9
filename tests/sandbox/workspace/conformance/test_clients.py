"""Every client of `slack_sdk`: the Web API in and out of asyncio, and Socket Mode with each of its libraries."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient as AiohttpClient
from slack_sdk.socket_mode.builtin import SocketModeClient as BuiltinClient
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.socket_mode.websocket_client import SocketModeClient as WebSocketClient
from slack_sdk.socket_mode.websockets import SocketModeClient as WebsocketsClient
from slack_sdk.web.async_client import AsyncWebClient

from opsbot.sandbox import demo
from tests.apart import run_apart
from tests.sandbox.workspace.conformance.installed import ML_OPS, unretrying
from tests.sandbox.workspace.support import section
from tests.waiting import wait_until

if TYPE_CHECKING:
    from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
    from slack_sdk.socket_mode.client import BaseSocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest

    from opsbot.sandbox.workspace import WorkspaceServer
    from tests.sandbox.workspace.support import Control

JSON = dict[str, Any]


def answer(request: SocketModeRequest) -> SocketModeResponse:
    said = {"text": "heard"} if request.accepts_response_payload else None
    return SocketModeResponse(request.envelope_id, said)


def is_heard(control: Control) -> bool:
    """Whether a command is answered; a client that connects anew may still lose one."""
    return bool(control.command("after")["response"] == {"text": "heard"})


def connections(control: Control) -> int:
    return int(control.get("/state")["app"]["connections"])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the SDK leaves old sockets lying about
@pytest.mark.parametrize("kind", [BuiltinClient, WebSocketClient], ids=["builtin", "websocket_client"])
def test_a_client_answers_and_connects_anew_when_it_is_refreshed(
    server: WorkspaceServer, control: Control, kind: Any
) -> None:
    """https://docs.slack.dev/tools/python-slack-sdk/socket-mode: builtin and websocket_client."""

    def hear(client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        client.send_socket_mode_response(answer(request))

    client = kind(app_token="xapp-sandbox", web_client=unretrying(server))
    client.socket_mode_request_listeners.append(hear)
    client.connect()
    try:
        wait_until(lambda: connections(control) == 1)
        assert control.command("before")["response"] == {"text": "heard"}
        asked = client.wss_uri
        assert control.post("/disconnect", announced=True)["closed"] == 1
        wait_until(lambda: connections(control) == 1 and client.wss_uri not in (asked, None))
        wait_until(lambda: is_heard(control))
    finally:
        client.close()
    wait_until(lambda: connections(control) == 0)
    gc.collect()


@pytest.mark.parametrize("kind", [AiohttpClient, WebsocketsClient], ids=["aiohttp", "websockets"])
def test_a_client_of_asyncio_answers_and_connects_anew(server: WorkspaceServer, control: Control, kind: Any) -> None:
    """https://docs.slack.dev/tools/python-slack-sdk/socket-mode: aiohttp and websockets."""

    async def hear(client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        await client.send_socket_mode_response(answer(request))

    async def connected(number: int) -> None:
        await asyncio.to_thread(wait_until, lambda: connections(control) == number)

    async def live() -> None:
        web = AsyncWebClient("xoxb-sandbox", base_url=f"{server.url}/api/", retry_handlers=[])
        client = kind(app_token="xapp-sandbox", web_client=web)
        client.socket_mode_request_listeners.append(hear)
        await client.connect()
        try:
            await connected(1)
            assert (await asyncio.to_thread(control.command, "before"))["response"] == {"text": "heard"}
            await asyncio.to_thread(control.post, "/disconnect", announced=True)
            await asyncio.to_thread(wait_until, lambda: is_heard(control), 10)
        finally:
            await client.close()
        await connected(0)

    run_apart(live)


def test_the_client_of_asyncio_says_and_is_refused_the_same(server: WorkspaceServer, control: Control) -> None:
    """https://docs.slack.dev/tools/python-slack-sdk/web: AsyncWebClient."""

    async def live() -> JSON:
        client = AsyncWebClient("xoxb-sandbox", base_url=f"{server.url}/api/", retry_handlers=[])
        posted = await client.chat_postMessage(channel=ML_OPS, text="hello", blocks=[section()])
        assert posted["message"]["text"] == "hello"
        await client.files_upload_v2(channel=ML_OPS, content="a,b", filename="t.csv")
        pages = [page["channels"] async for page in await client.conversations_list(limit=1)]
        assert [len(page) for page in pages] == [1] * len(demo.CHANNELS)
        with pytest.raises(SlackApiError) as error:
            await client.chat_postMessage(channel="C0NOWHERE", text="x")
        refusal: JSON = error.value.response.data
        return refusal

    assert run_apart(live)["error"] == "channel_not_found"
    assert [message["text"] for message in control.messages()] == ["hello", ""]
