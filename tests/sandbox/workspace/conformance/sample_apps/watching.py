"""Listens to what is said and taken back: by words, by patterns, by subtypes with matchers and middleware of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import App, BoltContext, Say
    from slack_sdk import WebClient

JSON = dict[str, Any]


def _is_of_a_person(body: JSON) -> bool:
    return "bot_id" not in body["event"]["previous_message"]


def _count_words(body: JSON, context: BoltContext, next: Callable[[], None]) -> None:  # noqa: A002 - Bolt's name
    context["words"] = len(body["event"]["text"].split())
    next()


def listen(app: App) -> None:
    @app.message(re.compile(r"(bug|fault) (\d+)"))
    def numbered(context: BoltContext, say: Say) -> None:
        kind, number = context["matches"]
        say(f"That is {kind} number {number}.")

    @app.event({"type": "message", "subtype": "message_deleted"}, matchers=[_is_of_a_person])
    def taken_back(event: JSON, say: Say) -> None:
        say(f"Somebody took back: {event['previous_message']['text']}")

    @app.event({"type": "message", "subtype": None}, middleware=[_count_words])
    def seen(event: JSON, context: BoltContext, client: WebClient) -> None:
        if context["words"] > 3 and context.channel_id is not None:
            client.reactions_add(channel=context.channel_id, timestamp=event["ts"], name="eyes")

    @app.event("message")
    def passed_over() -> None:
        pass
