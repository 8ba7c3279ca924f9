"""A message with a select whose options the app sends, and which is replaced by what was chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slack_bolt import Ack, App, Respond, Say

JSON = dict[str, Any]


def listen(app: App) -> None:
    @app.message("order")
    def ordered(say: Say) -> None:
        select = {"type": "external_select", "action_id": "dish", "min_query_length": 0}
        say(text="What will it be?", blocks=[{"type": "actions", "block_id": "menu", "elements": [select]}])

    @app.options("dish")
    def offered(ack: Ack, payload: JSON) -> None:
        dishes = [dish for dish in ("Soup", "Salad", "Stew") if dish.lower().startswith(payload["value"].lower())]
        ack(options=[{"text": {"type": "plain_text", "text": dish}, "value": dish} for dish in dishes])

    @app.action("dish")
    def chosen(ack: Ack, action: JSON, respond: Respond) -> None:
        ack()
        respond(text=f"{action['selected_option']['value']} it is.", replace_original=True)
