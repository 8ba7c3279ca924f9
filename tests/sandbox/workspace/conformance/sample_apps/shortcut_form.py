"""A global shortcut that asks for a task in a modal, checks it, and tells the person in a direct message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from slack_sdk import WebClient

JSON = dict[str, Any]

FORM = {
    "type": "modal",
    "callback_id": "task",
    "title": {"type": "plain_text", "text": "New task"},
    "submit": {"type": "plain_text", "text": "Create"},
    "close": {"type": "plain_text", "text": "Cancel"},
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": {"type": "plain_text", "text": "What is to be done?"},
            "element": {"type": "plain_text_input", "action_id": "name"},
        },
        {
            "type": "input",
            "block_id": "due",
            "label": {"type": "plain_text", "text": "Until when?"},
            "element": {"type": "datepicker", "action_id": "due"},
            "optional": True,
        },
    ],
}


def listen(app: App) -> None:
    @app.shortcut("ask")
    def opened(ack: Ack, shortcut: JSON, client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=shortcut["trigger_id"], view=FORM)

    @app.view("task")
    def submitted(ack: Ack, body: JSON, view: JSON, client: WebClient) -> None:
        name = view["state"]["values"]["name"]["name"]["value"]
        if len(name) < 5:
            ack(response_action="errors", errors={"name": "Say a little more."})
            return
        ack()
        client.chat_postMessage(channel=body["user"]["id"], text=f"Noted: {name}")
