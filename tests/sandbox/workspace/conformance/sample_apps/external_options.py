"""A modal with a select that offers what the app finds for the typed words, in groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from slack_sdk import WebClient

JSON = dict[str, Any]

PLACES = {"Cities": ("Lyon", "Lisbon", "Oslo"), "Rivers": ("Loire", "Po")}


def _text(text: str) -> JSON:
    return {"type": "plain_text", "text": text}


def _groups(typed: str) -> list[JSON]:
    found = {kind: [name for name in names if typed.lower() in name.lower()] for kind, names in PLACES.items()}
    return [
        {"label": _text(kind), "options": [{"text": _text(name), "value": name} for name in names]}
        for kind, names in found.items()
        if names
    ]


def listen(app: App) -> None:
    @app.command("/apid")
    def asked(ack: Ack, command: JSON, client: WebClient) -> None:
        ack()
        select = {"type": "external_select", "action_id": "place", "min_query_length": 1}
        where = {"type": "input", "block_id": "place", "label": _text("Where to?"), "element": select}
        view = {
            "type": "modal",
            "callback_id": "trip",
            "title": _text("Trip"),
            "submit": _text("Go"),
            "blocks": [where],
        }
        client.views_open(trigger_id=command["trigger_id"], view=view)

    @app.options("place")
    def offered(ack: Ack, payload: JSON) -> None:
        ack(option_groups=_groups(payload["value"]))

    @app.view("trip")
    def gone(ack: Ack, body: JSON, view: JSON, client: WebClient) -> None:
        ack()
        place = view["state"]["values"]["place"]["place"]["selected_option"]["value"]
        client.chat_postMessage(channel=body["user"]["id"], text=f"Off to {place}")
