"""Getting started, on asyncio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond, AsyncSay

JSON = dict[str, Any]


def listen(app: AsyncApp) -> None:
    @app.message("hello")
    async def greet(message: JSON, say: AsyncSay) -> None:
        await say(f"Hey there <@{message['user']}>!")

    @app.command("/apid")
    async def commanded(ack: AsyncAck, command: JSON, respond: AsyncRespond) -> None:
        await ack()
        await respond(f"You typed {command['text']}")
