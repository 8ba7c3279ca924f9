"""A Home that counts how often its button was clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from slack_sdk import WebClient

JSON = dict[str, Any]


def _home(times: int) -> JSON:
    more = {
        "type": "button",
        "text": {"type": "plain_text", "text": "More"},
        "action_id": "more",
        "value": str(times),
    }
    text = {"type": "mrkdwn", "text": f"Clicked {times} times"}
    return {"type": "home", "blocks": [{"type": "section", "text": text, "accessory": more}]}


def listen(app: App) -> None:
    @app.event("app_home_opened")
    def opened(event: JSON, client: WebClient) -> None:
        client.views_publish(user_id=event["user"], view=_home(0))

    @app.action("more")
    def clicked(ack: Ack, action: JSON, body: JSON, client: WebClient) -> None:
        ack()
        seen = body["view"]["hash"]
        client.views_publish(user_id=body["user"]["id"], view=_home(int(action["value"]) + 1), hash=seen)
