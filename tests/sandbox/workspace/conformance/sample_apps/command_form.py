"""A command that opens a modal after its acknowledgement, whose submission pushes another that asks to be sure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slack_bolt import Ack, App, Respond
    from slack_sdk import WebClient

JSON = dict[str, Any]


def _modal(callback_id: str, question: str, metadata: str) -> JSON:
    options = [{"text": {"type": "plain_text", "text": text}, "value": text} for text in ("Red", "Blue")]
    asked = {
        "type": "input",
        "block_id": "colour",
        "label": {"type": "plain_text", "text": question},
        "element": {"type": "static_select", "action_id": "colour", "options": options},
    }
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": {"type": "plain_text", "text": "Colours"},
        "submit": {"type": "plain_text", "text": "Go on"},
        "private_metadata": metadata,
        "blocks": [asked],
    }


def listen(app: App) -> None:
    def acknowledge(ack: Ack, command: JSON) -> None:
        ack(f"You asked for {command['text']}.")

    def open_form(client: WebClient, command: JSON, respond: Respond) -> None:
        client.views_open(trigger_id=command["trigger_id"], view=_modal("first", "Which?", command["channel_id"]))
        respond("A form is open.", response_type="in_channel")

    app.command("/apid")(ack=acknowledge, lazy=[open_form])

    @app.view("first")
    def chosen(ack: Ack, view: JSON) -> None:
        ack(response_action="push", view=_modal("second", "Are you sure?", view["private_metadata"]))

    @app.view("second")
    def confirmed(ack: Ack, view: JSON, client: WebClient) -> None:
        ack(response_action="clear")
        colour = view["state"]["values"]["colour"]["colour"]["selected_option"]["value"]
        client.chat_postMessage(channel=view["private_metadata"], text=f"It is {colour}.")
