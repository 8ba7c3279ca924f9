"""The emoji that people and bots write by name."""

from __future__ import annotations

import re
from unicodedata import east_asian_width

from rich.emoji import Emoji, NoEmoji

_SHORTCODE = re.compile(r":([a-z0-9_+-]+):")

_IN_COLOUR = "\ufe0f"
"""Follows what would be shown as a plain sign otherwise, like ⚠."""

_WIDE = "W"

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
        known = _BY_SLACK.get(name) or str(Emoji(name))
    except NoEmoji:
        return None
    is_sign = len(known) == 1 and east_asian_width(known) != _WIDE
    return known + _IN_COLOUR if is_sign else known


def with_emoji(text: str) -> str:
    """Return the text with known shortcodes as emoji; others stay as they are."""
    return _SHORTCODE.sub(lambda found: emoji_of(found[1]) or found[0], text)
