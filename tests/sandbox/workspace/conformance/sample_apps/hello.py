"""Getting started: says hello back, with a button, and says who clicked it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slack_bolt import Ack, App, Say

JSON = dict[str, Any]


def listen(app: App) -> None:
    @app.message("hello")
    def greet(message: JSON, say: Say) -> None:
        go = {"type": "button", "text": {"type": "plain_text", "text": "Click me"}, "action_id": "click"}
        text = f"Hey there <@{message['user']}>!"
        say(
            text=text,
            blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": text}, "accessory": go}],
        )

    @app.action("click")
    def clicked(ack: Ack, body: JSON, say: Say) -> None:
        ack()
        say(f"<@{body['user']['id']}> clicked the button")
