"""Text in Slack's markup: the one place where other people's text is made inert."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from opsbot.domain.models import Person

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LIVE = str.maketrans({"`": "ˋ", "*": "∗", "_": "ˍ", "~": "∼"})
_LONGEST_CODE = 240
_KEPT_CONTROLS = frozenset("\n\t")


def visible(text: str) -> str:
    """Show what hides: control, bidi and zero-width characters become a mark that can be seen."""
    return "".join(_shown(character) for character in text)


def escaped(text: str) -> str:
    """Make text inert inside mrkdwn: no mention, link or markup in it comes alive."""
    return visible(text).translate(_ESCAPES).translate(_LIVE)


def code(text: object) -> str:
    """Set an id in type of its own, inert; what is longer than any id that opsbot takes is cut."""
    shown = " ".join(clipped(visible(str(text)), _LONGEST_CODE).replace("`", "ˋ").split())
    return f"`{shown.translate(_ESCAPES)}`"


def person(who: Person) -> str:
    """Name somebody so that Slack shows, and tells, them."""
    return f"<@{who.id}>"


def date(at: datetime | None) -> str:
    """Show a time in the reader's own zone."""
    if at is None:
        return "at an unknown time"
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{at:%Y-%m-%d %H:%M} UTC>"


def listed(words: Iterable[str]) -> str:
    """Join words as a sentence does."""
    *first, last = list(words) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def counted(number: int, noun: str) -> str:
    """Say how many."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def clipped(text: str, limit: int) -> str:
    """Cut what is too long for Slack, and say so."""
    return text if len(text) <= limit else text[: limit - 12] + "… (cut off)"


def cut(text: str, limit: int) -> str:
    """Cut mrkdwn that is too long for Slack, but never inside a mention, a date or an escaped character."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    for opening, closing in (("<", ">"), ("&", ";")):
        last = kept.rfind(opening)
        if last > kept.rfind(closing):
            kept = kept[:last]
    return kept + "…"


def _shown(character: str) -> str:
    hidden = unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    return "\N{REPLACEMENT CHARACTER}" if hidden and character not in _KEPT_CONTROLS else character
