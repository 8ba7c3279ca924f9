"""Every way to answer: along with the acknowledgement, by `respond` to one and to all; fields without ids of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slack_bolt import Ack, App, Respond
    from slack_sdk import WebClient

JSON = dict[str, Any]


def _text(text: str) -> JSON:
    return {"type": "plain_text", "text": text}


def _option(value: str) -> JSON:
    return {"text": _text(value.title()), "value": value}


def listen(app: App) -> None:
    @app.command("/apid")
    def asked(ack: Ack, command: JSON, respond: Respond, client: WebClient) -> None:
        ack(text="Accepted", blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": "*Accepted*"}}])
        click = {"type": "button", "action_id": "told", "text": _text("Tell"), "value": "1"}
        respond(text="Tell all?", blocks=[{"type": "section", "text": _text("Tell all?"), "accessory": click}])
        fruits = {"type": "multi_external_select", "action_id": "fruits", "min_query_length": 0}
        blocks = [
            {"type": "input", "label": _text("Name"), "element": {"type": "plain_text_input"}},
            {"type": "input", "block_id": "basket", "label": _text("Fruits"), "element": fruits},
        ]
        view = {"type": "modal", "callback_id": "basket", "title": _text("Basket"), "submit": _text("Buy")}
        client.views_open(trigger_id=command["trigger_id"], view={**view, "blocks": blocks})

    @app.options("fruits")
    def offered(ack: Ack) -> None:
        groups = {"Sweet": ("apple", "pear"), "Sour": ("lemon",)}
        ack(option_groups=[{"label": _text(name), "options": [*map(_option, all_)]} for name, all_ in groups.items()])

    @app.view("basket")
    def bought(ack: Ack, view: JSON, body: JSON, client: WebClient) -> None:
        ack()
        values = view["state"]["values"]
        chosen = [option["value"] for option in values["basket"]["fruits"]["selected_options"]]
        [named] = [field for name, block in values.items() if name != "basket" for field in block.values()]
        client.chat_postMessage(channel=body["user"]["id"], text=f"{named['value']}: {', '.join(chosen)}")

    @app.action("told")
    def told(ack: Ack, body: JSON, respond: Respond) -> None:
        ack()
        respond(text=f"<@{body['user']['id']}> tells all", response_type="in_channel", replace_original=False)
        respond(text="Told.", replace_original=False)
