"""Answers where it is mentioned, in the thread, with what was asked in capital letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import App, BoltContext, Say

JSON = dict[str, Any]


def listen(app: App) -> None:
    @app.middleware
    def read(payload: JSON, context: BoltContext, next: Callable[[], None]) -> None:  # noqa: A002 - Bolt's name
        context["asked"] = str(payload.get("text", "")).partition("> ")[2]
        next()

    @app.event("app_mention")
    def mentioned(event: JSON, context: BoltContext, say: Say) -> None:
        say(text=context["asked"].upper(), thread_ts=event.get("thread_ts", event["ts"]))

    @app.event("message")
    def passed_over() -> None:
        pass
