"""The emoji that people and bots write by name."""

from __future__ import annotations

import re

from rich.emoji import Emoji, NoEmoji

_SHORTCODE = re.compile(r":([a-z0-9_+-]+):")

_BY_SLACK = {
    "large_green_circle": "🟢",
    "large_orange_circle": "🟠",
    "large_purple_circle": "🟣",
    "large_yellow_circle": "🟡",
}
"""What Slack calls otherwise than the rest of the world."""


def emoji_of(name: str) -> str | None:
    """Give the emoji of a name, in colour; None for what is none, as far as is known here."""
    try:
        return _BY_SLACK.get(name) or str(Emoji(name, variant="emoji"))
    except NoEmoji:
        return None


def with_emoji(text: str) -> str:
    """Return the text with known shortcodes as emoji; others stay as they are."""
    return _SHORTCODE.sub(lambda found: emoji_of(found[1]) or found[0], text)
