"""A message shortcut that puts the message into a file, in its thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from slack_sdk import WebClient

JSON = dict[str, Any]


def listen(app: App) -> None:
    @app.shortcut("keep")
    def kept(ack: Ack, shortcut: JSON, client: WebClient) -> None:
        ack()
        client.files_upload_v2(
            channel=shortcut["channel"]["id"],
            thread_ts=shortcut["message"]["ts"],
            content=shortcut["message"]["text"],
            filename="kept.txt",
            initial_comment="Kept.",
        )
