"""What goes along with every message that is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from opsbot.slack.blocks.messages import Message
from opsbot.slack.sending.saying import say

if TYPE_CHECKING:
    from slack_sdk import WebClient


class Client:
    """Keeps what was posted."""

    def __init__(self) -> None:
        self.posted: list[dict[str, Any]] = []

    def chat_postMessage(self, **said: Any) -> dict[str, str]:  # noqa: N802 - Slack's name
        self.posted.append(said)
        return {"channel": said["channel"], "ts": "1.0"}


def test_nothing_that_words_lead_to_is_fetched_and_shown() -> None:
    client = Client()
    say(cast("WebClient", client), Message("See https://evil.test/approved.png"), "C1")
    (posted,) = client.posted
    assert (posted["unfurl_links"], posted["unfurl_media"]) == (False, False)
    assert not {"parse", "link_names"} & set(posted)
